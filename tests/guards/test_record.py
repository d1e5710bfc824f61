"""What people and the bank do is on record: who did it, to what, within which project."""

from collections.abc import Callable

import pytest

from core.actor import SYSTEM
from core.models import AuditEntry
from payroll.models import PaymentItem
from payroll.services import payments, returns
from tests.accounts.bank import bank
from tests.cast import NOW, TODAY
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


def on_record(world: World, act: Callable[[], object]) -> set[tuple[str, str]]:
    """Whose entries an act makes within the project, and what they are called."""
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    act()
    entries = AuditEntry.objects.filter(pk__gt=last, within=world.cast.project.subject)
    return {(str(entry.actor), entry.action) for entry in entries}


class TestActs:
    @pytest.mark.parametrize("name", POSTS)
    def test_of_a_page_are_on_record(self, world, undone, name):
        user = getattr(world.cast.users, PAGES[name][0])
        assert on_record(world, lambda: post(world, name)) == {(str(user.uuid), POSTS[name])}

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
