"""Closing a wage account: what other apps hold against it."""

from decimal import Decimal

import pytest

from accounts import services
from accounts.models import SpecialAccount
from core.actor import Forbidden
from payroll.models import PaymentOrder, PaySheet
from tests.cast import MONTH, NOW, TODAY
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def make_order(cast, status: str) -> PaymentOrder:
    sheet = PaySheet.everything.create(
        project=cast.project,
        employer=cast.subcontractor,
        month=MONTH,
        number="GZD000001202609001",
        due_on=TODAY,
        created_at=NOW,
    )
    return PaymentOrder.everything.create(
        number="DF1",
        sheet=sheet,
        account=cast.account,
        status=status,
        count=30,
        total=Decimal(100),
        ordered_by=cast.users.labour.uuid,
        created_at=NOW,
    )


def change(cast, user: str = "bank", **changes) -> SpecialAccount:
    step = {"from_status": "active", "to_status": "closed", "reason": "工程完工"}
    return services.change_account_status(
        account=cast.account.uuid,
        actor=cast.actor(getattr(cast.users, user)),
        now=NOW,
        **(step | changes),
    )


class TestClose:
    @pytest.mark.parametrize("status", PaymentOrder.OPEN)
    def test_is_barred_while_the_bank_has_an_order(self, cast, status):
        make_order(cast, status)
        with refused("account.barred", match="还有 1 笔代发指令没有办结"):
            change(cast)
        cast.account.refresh_from_db()
        assert cast.account.status == SpecialAccount.Status.ACTIVE

    @pytest.mark.parametrize("status", ["succeeded", "partly", "failed"])
    def test_is_free_when_all_are_over(self, cast, status):
        make_order(cast, status)
        assert change(cast).status == SpecialAccount.Status.CLOSED

    def test_leaves_freezing_free(self, cast):
        make_order(cast, PaymentOrder.Status.SENT)
        assert change(cast, to_status="frozen").status == SpecialAccount.Status.FROZEN

    def test_says_in_the_banks_list_what_must_be_over(self, cast):
        make_order(cast, PaymentOrder.Status.SENT)
        page = cast.client(cast.users.bank).get("/accounts/").content.decode()
        assert "还有 1 笔代发指令没有办结" in page


class TestChangeStatus:
    def test_needs_a_reason(self, cast):
        with refused("account.unexplained", "reason"):
            change(cast, reason="  ")

    @pytest.mark.parametrize(
        ("before", "after"), [("active", "pending"), ("frozen", "closed"), ("closed", "active")]
    )
    def test_goes_no_way_that_does_not_exist(self, cast, before, after):
        with refused("account.no_such_step", "to_status"):
            change(cast, from_status=before, to_status=after)

    def test_refuses_whoever_looked_before_it_changed(self, cast):
        change(cast, to_status="frozen")
        with refused("account.moved"):
            change(cast, to_status="frozen")

    def test_is_the_banks_alone(self, cast):
        with pytest.raises(Forbidden) as forbidden:
            change(cast, "admin")
        assert forbidden.value.code == "account.banks_work"
