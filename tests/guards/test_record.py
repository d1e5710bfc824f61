"""What people and the bank do is on record: who did it, to what, within which project."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from core.actor import SYSTEM
from core.models import AuditEntry
from identity import services as identity
from identity.models import ExternalIdentity, Organisation, User
from monitoring import acts
from monitoring.models import EarlyWarning
from payroll.models import PaymentItem
from payroll.services import payments, returns
from tests.accounts.bank import bank
from tests.cast import NOW, TODAY
from tests.guards.access_table import TABLE
from tests.guards.test_marks import (
    PAGES,
    Movement,
    enter,
    make_board,
    ordered,
    post,
    post_board,
    state,
    undone,
)
from tests.guards.world import World

__all__ = ["bank", "ordered", "undone"]

pytestmark = pytest.mark.django_db
#: Addresses of the shared world whose POST succeeds, and what it is called on record.
POSTS = {
    "accounts:funding_term": "account.funding",
    "accounts:papers": "account.update",
    "accounts:status": "account.status",
    "notices:details": "notice.details",
    "payroll:approve": "paysheet.approve",
    "payroll:return": "paysheet.return",
    "projects:add_participant": "participant.enter",
    "projects:appoint": "officer.appoint",
    "projects:end_participation": "participant.leave",
    "workers:change_card": "register.card",
    "workers:complete": "register.change",
    "workers:leave": "register.leave",
}

#: The same of acts outside of any project: who does it.
ELSEWHERE = {
    "identity:disable_organisation": ("county", "organisation.disable"),
    "identity:invite_colleague": ("admin", "invitation.create"),
    "identity:refuse_renewal": ("county", "renewal.refuse"),
}


def on_record(
    world: World, act: Callable[[], object], within: str | None = None
) -> set[tuple[str, str]]:
    """Whose entries an act makes within the project, and what they are called."""
    within = world.cast.project.subject if within is None else within
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    act()
    entries = AuditEntry.objects.filter(pk__gt=last, within=within)
    return {(str(entry.actor), entry.action) for entry in entries}


class TestActs:
    @pytest.mark.parametrize("name", POSTS)
    def test_of_a_page_are_on_record(self, world, undone, name):
        user = getattr(world.cast.users, PAGES[name][0])
        assert on_record(world, lambda: post(world, name)) == {(str(user.uuid), POSTS[name])}

    @pytest.mark.parametrize("name", ELSEWHERE)
    def test_of_a_page_outside_of_projects_are_on_record(self, world, undone, name):
        who, action = ELSEWHERE[name]

        def act():
            row = TABLE[name]
            url = reverse(name, kwargs=world.arguments(row.at))
            assert world.clients[who].post(url, row.data()).status_code in row.done

        user = getattr(world.cast.users, who)
        assert on_record(world, act, within="") == {(str(user.uuid), action)}

    def test_of_a_unit_and_a_user_disabled_before_are_on_record(self, world, undone):
        county, admin = world.actors["county"], world.actors["admin"]
        unit, user = world.cast.subcontractor, world.cast.users.manager
        Organisation.everything.filter(pk=unit.pk).update(status="disabled")
        User.objects.filter(pk=user.pk).update(is_active=False)

        def enable():
            identity.enable_organisation(actor=county, uuid=unit.uuid, now=NOW)
            identity.enable_user(actor=admin, uuid=user.uuid, now=NOW)

        assert on_record(world, enable, within="") == {
            (str(county.id), "organisation.enable"),
            (str(admin.id), "user.enable"),
        }

    def test_of_a_unit_that_waits_and_a_single_sign_on_are_on_record(self, world, undone):
        county, admin = world.actors["county"], world.actors["admin"]
        unit, user = world.cast.subcontractor, world.cast.users.manager
        Organisation.everything.filter(pk=unit.pk).update(status="unconfirmed")
        ExternalIdentity.objects.create(
            user=user, issuer="统一认证", subject="1", bound_by=user.uuid, bound_at=NOW
        )

        def act():
            identity.confirm_organisation(actor=county, uuid=unit.uuid, name=unit.name, now=NOW)
            identity.release_subject(actor=admin, issuer="统一认证", uuid=user.uuid, now=NOW)

        assert on_record(world, act, within="") == {
            (str(county.id), "organisation.confirm"),
            (str(admin.id), "external.release"),
        }

    @pytest.mark.parametrize(
        ("act", "action"),
        [(acts.send_back, "warning.return"), (acts.close, "warning.close")],
    )
    def test_of_a_review_are_on_record(self, world, undone, act, action):
        county = world.actors["county"]
        uuid = world.places["warning"]["uuid"]
        if act is acts.send_back:
            # Only what still holds can be sent back.
            EarlyWarning.everything.filter(uuid=uuid).update(
                condition=EarlyWarning.Condition.FIRING, cleared_at=None
            )
        assert on_record(world, lambda: act(actor=county, uuid=uuid, note="属实", now=NOW)) == {
            (str(county.id), action)
        }

    @pytest.mark.parametrize(
        ("act", "who", "actions"),
        [
            (make_board, "admin", {"notice.make"}),
            (post_board, "admin", {"notice.post"}),
            (enter, "sub", {"import.receive", "import.commit", "paysheet.enter"}),
        ],
    )
    def test_of_a_service_are_on_record(self, world, undone, act, who, actions):
        user = getattr(world.cast.users, who)
        assert on_record(world, lambda: act(world)) == {(str(user.uuid), one) for one in actions}

    def test_of_the_bank_are_on_record(self, ordered):
        system = str(SYSTEM.id)

        def pay():
            payments.send_order(order=PaymentItem.everything.first().order.uuid, now=NOW)
            payments.poll_orders(now=NOW)

        assert on_record(ordered, pay) == {(system, "payroll.result")}
        item = PaymentItem.everything.first()
        back = Movement(
            *("R1", TODAY, "CRDT", item.amount, "", ""), item.end_to_end_id, summary="退汇"
        )
        assert on_record(ordered, lambda: state(ordered, back)) == {(system, "account.statement")}
        account = ordered.cast.account
        assert on_record(ordered, lambda: returns.reconcile(account=account, now=NOW)) == {
            (system, "payroll.returned")
        }
