"""Closing a wage account: what other apps hold against it."""

from decimal import Decimal

import pytest

from accounts import services
from accounts.models import SpecialAccount
from accounts.services import AccountRefused
from payroll.models import PaymentOrder, PaySheet
from tests.cast import MONTH, NOW, TODAY

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


def close(cast) -> SpecialAccount:
    return services.change_status(
        account=cast.account.uuid,
        actor=cast.actor(cast.users.bank),
        from_status="active",
        to_status="closed",
        reason="工程完工",
    )


class TestClose:
    @pytest.mark.parametrize("status", PaymentOrder.OPEN)
    def test_is_barred_while_the_bank_has_an_order(self, cast, status):
        make_order(cast, status)
        with pytest.raises(AccountRefused, match="还有 1 笔代发指令没有办结"):
            close(cast)
        cast.account.refresh_from_db()
        assert cast.account.status == SpecialAccount.Status.ACTIVE

    @pytest.mark.parametrize("status", ["succeeded", "partly", "failed"])
    def test_is_free_when_all_are_over(self, cast, status):
        make_order(cast, status)
        assert close(cast).status == SpecialAccount.Status.CLOSED

    def test_leaves_freezing_free(self, cast):
        make_order(cast, PaymentOrder.Status.SENT)
        services.change_status(
            account=cast.account.uuid,
            actor=cast.actor(cast.users.bank),
            from_status="active",
            to_status="frozen",
            reason="法院冻结",
        )

    def test_says_in_the_banks_list_what_must_be_over(self, cast):
        make_order(cast, PaymentOrder.Status.SENT)
        page = cast.client(cast.users.bank).get("/accounts/").content.decode()
        assert "还有 1 笔代发指令没有办结" in page
