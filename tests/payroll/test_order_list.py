"""The list of payment orders: what its filter lets through."""

from uuid import uuid4

import pytest
from django.urls import reverse

from payroll.forms import OrderFilter
from payroll.models import PaymentOrder
from tests.cast import NOW
from tests.payroll.test_payments import make_sheet

Status = PaymentOrder.Status


@pytest.fixture
def orders(cast) -> dict[str, str]:
    """One order in each state, each of a sheet of its own: the numbers by state."""
    made = [
        PaymentOrder.everything.create(
            number=f"DF2026{number:04d}",
            sheet=make_sheet(cast, f"GZD000001202609{number:03d}", number + 1),
            account=cast.account,
            status=state,
            count=1,
            total=1000,
            ordered_by=uuid4(),
            ordered_by_name="张伟",
            created_at=NOW,
        )
        for number, state in enumerate(Status)
    ]
    return {order.status: order.number for order in made}


class TestOrderFilter:
    def found(self, cast, who="bank", **params) -> set[str]:
        shown = OrderFilter(params, actor=cast.actor(getattr(cast.users, who)))
        return {order.number for order in shown.qs}

    @pytest.mark.parametrize("state", Status.values)
    def test_lets_one_state_through(self, cast, orders, state):
        assert self.found(cast, status=state) == {orders[state]}

    def test_takes_what_the_bank_has_or_may_have_in_hand_for_one_choice(self, cast, orders):
        under_way = {"pending", "sent", "accepted", "unknown"}
        assert self.found(cast, status="open") == {orders[state] for state in under_way}

    @pytest.mark.parametrize("params", [{}, {"status": ""}, {"status": "made up"}])
    def test_lets_everything_through_where_nothing_sensible_is_asked(self, cast, orders, params):
        assert self.found(cast, **params) == set(orders.values())

    def test_finds_part_of_the_projects_name_and_the_whole_number(self, cast, orders):
        everything, one = set(orders.values()), orders["sent"]
        assert self.found(cast, q="大道安置") == everything
        assert self.found(cast, q=f" {one.lower()} ") == {one}
        assert self.found(cast, q=one[:-1]) == set()
        assert self.found(cast, q="昌吉") == set()

    def test_asks_for_both_at_once(self, cast, orders):
        assert self.found(cast, q="昆仑", status="failed") == {orders["failed"]}
        assert self.found(cast, q=orders["sent"], status="failed") == set()

    @pytest.mark.parametrize("who", ["other_bank", "other_admin", "other_sub"])
    def test_shows_nobody_elses(self, cast, orders, who):
        assert self.found(cast, who) == set()

    def test_is_the_pages(self, cast, orders):
        page = cast.client(cast.users.bank).get(reverse("payroll:orders"), {"status": "unknown"})
        shown = page.content.decode()
        assert orders["unknown"] in shown
        assert not any(number in shown for state, number in orders.items() if state != "unknown")
