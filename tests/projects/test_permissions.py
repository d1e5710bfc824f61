"""Who may do what on a project."""

import pytest

from core.actor import SYSTEM
from projects import permissions, selectors
from tests.refusals import refused

EVERYBODY = "admin manager labour sub other_sub other_admin owner bank county housing operator"


def allowed(cast, question):
    names = EVERYBODY.split()
    return {name for name in names if question(cast.actor(getattr(cast.users, name)))}


class TestCan:
    @pytest.mark.parametrize(
        ("work", "who"),
        [
            ("edit", {"admin", "manager"}),
            ("people", {"admin", "manager"}),
            ("account", {"admin"}),
            ("review", {"admin", "labour"}),
            ("pay", {"admin", "labour"}),
            ("notice", {"admin", "manager", "labour"}),
        ],
    )
    def test_is_the_contractors_by_role(self, cast, work, who):
        assert allowed(cast, lambda actor: permissions.can(actor, cast.project, work)) == who

    def test_is_the_systems_always(self, cast):
        assert permissions.can(SYSTEM, cast.project, "pay")

    def test_of_one_project_is_not_of_another(self, cast):
        other = cast.make_project("XJ9", "另一个")
        cast.take_part(other, cast.contractor, "009")
        cast.users.manager.grants.update(project=cast.project.uuid)
        manager = cast.actor(cast.users.manager)
        assert permissions.can(manager, cast.project, "edit")
        assert not permissions.can(manager, other, "edit")

    def test_require_says_no_otherwise(self, cast):
        with refused("project.contractors_work"):
            permissions.require(cast.actor(cast.users.sub), cast.project, "pay")

    def test_require_tab_says_no_to_whose_part_does_not_open_it(self, cast):
        owner, sub = cast.actor(cast.users.owner), cast.actor(cast.users.sub)
        permissions.require_tab(sub, cast.project, "workers")
        with refused("project.tab_closed", match="实名制"):
            permissions.require_tab(owner, cast.project, "workers")
        with refused("project.tab_closed", match="专户"):
            permissions.require_tab(sub, cast.project, "account")


class TestIsEmployerOn:
    def test_holds_for_ones_own_people(self, cast):
        def own(actor):
            return permissions.is_employer_on(actor, cast.project)

        assert allowed(cast, own) == {"admin", "manager", "labour", "sub"}

    def test_holds_for_a_subcontractors_as_the_contractor(self, cast):
        def subs(actor):
            return permissions.is_employer_on(actor, cast.project, cast.subcontractor.pk)

        assert allowed(cast, subs) == {"admin", "manager", "labour", "sub"}

    def test_does_not_let_a_subcontractor_act_for_the_contractor(self, cast):
        def contractors(actor):
            return permissions.is_employer_on(actor, cast.project, cast.contractor.pk)

        assert allowed(cast, contractors) == {"admin", "manager", "labour"}

    def test_never_holds_for_somebody_elses_people(self, cast):
        foreign = cast.other_subcontractor.pk
        assert not allowed(cast, lambda a: permissions.is_employer_on(a, cast.project, foreign))
        assert not permissions.is_employer_on(SYSTEM, cast.project, foreign)


class TestHeader:
    def tabs(self, cast, user):
        header = selectors.project_header(actor=cast.actor(user), code=cast.project.code)
        return {tab.key for tab in header.tabs}

    def test_hides_people_pay_and_warnings_from_the_owner(self, cast):
        hidden = self.tabs(cast, cast.users.admin) - self.tabs(cast, cast.users.owner)
        assert hidden == {"workers", "attendance", "payroll", "warnings"}

    def test_keeps_the_wage_account_from_a_subcontractor(self, cast):
        hidden = self.tabs(cast, cast.users.admin) - self.tabs(cast, cast.users.sub)
        assert hidden == {"account", "bond"}

    def test_shows_all_to_contractor_and_government(self, cast):
        shown = [self.tabs(cast, user) for user in (cast.users.labour, cast.users.county)]
        assert all(len(tabs) == 10 for tabs in shown)

    def test_names_place_and_holders_in_three_queries(self, cast, django_assert_num_queries):
        actor = cast.actor(cast.users.admin)
        with django_assert_num_queries(3):
            header = selectors.project_header(actor=actor, code=cast.project.code)
            permissions.can(actor, header.project, "edit")
        assert header.region == "乌鲁木齐市天山区"
        assert (header.contractor, header.owner) == (cast.contractor.name, cast.owner.name)

    def test_is_not_there_for_outsiders(self, cast):
        actor = cast.actor(cast.users.other_admin)
        with pytest.raises(type(cast.project).DoesNotExist):
            selectors.project_header(actor=actor, code=cast.project.code)
