"""How projects stand, on record for the home pages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import SpecialAccount
from core.touch import touch
from monitoring import services as monitoring
from projects.models import Project
from supervision import services
from supervision.models import Standing
from supervision.selectors import systems
from tests.cast import NOW, TODAY


def rates_for(cast, user: str) -> dict[str, systems.Rate]:
    actor = cast.actor(getattr(cast.users, user))
    return {rate.name: rate for rate in systems.rates(actor=actor)}


class TestJudge:
    def test_records_what_the_projects_own_page_says(self, cast):
        services.judge(as_of=TODAY)
        actor = cast.actor(cast.users.county)
        page = systems.of_project(actor=actor, project=cast.project, as_of=TODAY)
        standing = Standing.everything.get(project=cast.project)
        assert standing.states == [one.state for one in page]
        assert standing.judged_on == TODAY

    def test_replaces_what_was_recorded_before(self, cast):
        services.judge(as_of=TODAY)
        SpecialAccount.everything.update(status="frozen")
        services.judge(as_of=TODAY, projects=[cast.project.pk])
        assert Standing.everything.get(project=cast.project).states[1] == "no"

    def test_leaves_others_alone(self, cast):
        services.judge(as_of=TODAY, projects=[cast.project.pk])
        assert not Standing.everything.exclude(project=cast.project).exists()

    def test_passes_over_what_is_not_under_construction(self, cast):
        Project.everything.update(status=Project.Status.COMPLETED)
        assert services.judge(as_of=TODAY) == 0

    def test_costs_the_same_for_twice_as_many(self, cast):
        def queries(*projects: Project) -> int:
            with CaptureQueriesContext(connection) as seen:
                services.judge(as_of=TODAY, projects=[project.pk for project in projects])
            return len(seen)

        assert queries(cast.project, cast.elsewhere) == queries(cast.project)

    def test_judges_what_was_written_to_whether_or_not_the_rules_have_read_it(self, cast):
        touch(cast.project.subject)
        monitoring.sweep_touched(as_of=TODAY, now=NOW)
        services.judge_touched(as_of=TODAY)
        assert Standing.everything.get().project == cast.project
        Standing.everything.all().delete()
        services.judge_touched(as_of=TODAY)
        assert not Standing.everything.exists()

    def test_is_made_up_once_a_day_for_whoever_was_not_judged(self, cast):
        services.judge(as_of=TODAY, projects=[cast.project.pk])
        assert services.judge_daily(as_of=TODAY) == 1
        assert services.judge_daily(as_of=TODAY) == 0
        assert services.judge_daily(as_of=TODAY + timedelta(days=1)) == 2


class TestRates:
    def test_leave_out_what_is_unknown(self, cast):
        services.judge(as_of=TODAY)
        rates = rates_for(cast, "county")
        assert (rates["专用账户"].kept, rates["专用账户"].known) == (1, 1)
        assert rates["工资保证金"].share is None

    @pytest.mark.parametrize(
        ("user", "known"), [("county", 1), ("province", 2), ("other_county", 1)]
    )
    def test_count_the_projects_within_sight(self, cast, user, known):
        services.judge(as_of=TODAY)
        assert rates_for(cast, user)["专用账户"].known == known

    def test_know_nothing_before_anything_was_judged(self, cast):
        assert {rate.known for rate in rates_for(cast, "county").values()} == {0}
