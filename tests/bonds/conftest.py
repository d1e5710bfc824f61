"""A bond in each state that tests begin from."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from bonds.models import Bond, BondDeposit, BondRefund, BondUse, Guarantee
from bonds.services import determining, guarantees, refunding, storing, using
from bonds.services.common import Paper
from payroll.models import PayLine
from projects.models import Project
from tests.cast import NOW, TODAY, Cast
from tests.payroll.test_payments import make_sheet

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
REQUIRED = Decimal("1720000.00")


def pdf(name: str = "协议.pdf") -> Paper:
    return Paper(BytesIO(PDF + name.encode()), name)


def photo() -> Paper:
    out = BytesIO()
    Image.new("RGB", (60, 40), (200, 180, 90)).save(out, "JPEG")
    out.seek(0)
    return Paper(out, "张贴.jpg")


class Bonds:
    """Brings 昆仑大道's bond into the state that a test begins from; 2 % of 86,000,000.00 元."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        users = cast.users
        self.admin = cast.actor(users.admin)
        self.bank = cast.actor(users.bank)
        self.officer = cast.actor(users.county)
        self.second = cast.actor(users.county_second)
        self.code = cast.project.code

    def determined(self, now: datetime = NOW) -> Bond:
        return determining.determine_bond(actor=self.admin, code=self.code, now=now)

    def account(self, number: str = "65050161700000000001", **changes: Any) -> BondDeposit:
        self.determined()
        fields: dict[str, Any] = {
            "bank": self.cast.bank.uuid,
            "number": number,
            "name": "新疆某某建设工程有限公司工资保证金",
            "opened_on": date(2026, 3, 10),
        }
        return storing.register_deposit(
            actor=self.admin,
            code=self.code,
            data=storing.NewDeposit(**(fields | changes)),
            agreement=pdf(),
            now=NOW,
        )

    def paid_in(self, deposit: BondDeposit, amount: Decimal, reference: str = "B1") -> None:
        storing.book_entry(
            actor=self.bank,
            deposit=deposit.uuid,
            kind="deposit",
            amount=amount,
            booked_on=date(2026, 3, 12),
            reference=reference,
            now=NOW,
        )

    def held(self, amount: Decimal = REQUIRED) -> Bond:
        """在监管, all of it in cash."""
        self.paid_in(self.account(), amount)
        return self.bond

    def guarantee_data(self, **changes: Any) -> guarantees.NewGuarantee:
        fields: dict[str, Any] = {
            "form": "bank",
            "number": "BH2026-0001",
            "guarantor": self.cast.bank.name,
            "guarantor_uscc": self.cast.bank.uscc,
            "beneficiary": "天山区人力资源和社会保障局",
            "amount": REQUIRED,
            "kind": "on_demand",
            "issued_on": date(2026, 2, 20),
            "valid_from": date(2026, 2, 20),
            "valid_until": date(2027, 12, 31),
        }
        return guarantees.NewGuarantee(**(fields | changes))

    def submitted(self, **changes: Any) -> Guarantee:
        replaces = changes.pop("replaces", None)
        self.determined()
        return guarantees.submit_guarantee(
            actor=self.admin,
            code=self.code,
            data=self.guarantee_data(**changes),
            original=pdf("保函.pdf"),
            replaces=replaces,
            now=NOW,
        )

    def guaranteed(self, **changes: Any) -> Guarantee:
        """在监管 under a guarantee that was accepted."""
        made = self.submitted(**changes)
        return guarantees.review_guarantee(
            actor=self.officer, uuid=made.uuid, accept=True, exclusions=(), note="", now=NOW
        )

    @property
    def bond(self) -> Bond:
        return Bond.everything.get(project=self.cast.project)

    # Use ----------------------------------------------------------------------------------------

    @property
    def order(self) -> using.DisobeyedOrder:
        return using.DisobeyedOrder(
            "乌天人社监令〔2026〕12号", date(2026, 10, 20), date(2026, 10, 26)
        )

    #: A day after 昆仑大道's wages were due and the order's time was over.
    LATER = NOW + timedelta(days=21)

    def owed(self) -> list[PayLine]:
        """Three wages that are due and not paid."""
        return list(make_sheet(self.cast).lines.order_by("row"))

    def drafted(self, lines: list[PayLine] | None = None, **changes: Any) -> BondUse:
        chosen = self.owed() if lines is None else lines
        fields: dict[str, Any] = {
            "actor": self.officer,
            "code": self.code,
            "order": self.order,
            "reason": "责令支付 9 月工资，期满未支付",
            "lines": [line.uuid for line in chosen],
            "now": self.LATER,
        }
        return using.draft_use(**(fields | changes))

    def issued(self, **changes: Any) -> BondUse:
        return using.issue_use(actor=self.second, uuid=self.drafted(**changes).uuid, now=self.LATER)

    def told(self, use: BondUse, *outcomes: bool, actor: Any = None, **changes: Any) -> int:
        """What the bank says of the use's workers, in the order of their rows."""
        lines = PayLine.everything.filter(bond_lines__use=use).distinct().order_by("row")
        on = changes.pop("on", timezone.localdate(self.LATER))
        payments = [
            using.WorkerPayment(
                line.uuid,
                is_paid,
                on,
                reference=changes.get("reference", f"P{line.row}") if is_paid else "",
                reason="" if is_paid else "户名不符",
            )
            for line, is_paid in zip(lines, outcomes, strict=False)
        ]
        return using.record_payments(
            actor=actor or self.bank, uuid=use.uuid, payments=payments, now=self.LATER
        )

    # Refund -------------------------------------------------------------------------------------

    def complete(self) -> None:
        Project.everything.filter(pk=self.cast.project.pk).update(
            status=Project.Status.COMPLETED, actual_end=TODAY
        )

    def publicised(self) -> BondRefund:
        """公示中, from today on."""
        self.held()
        self.complete()
        return refunding.begin_publicity(
            actor=self.admin, code=self.code, promise=pdf("承诺书.pdf"), photo=photo(), now=NOW
        )

    def applied(self) -> BondRefund:
        refund = self.publicised()
        return refunding.apply_refund(
            actor=self.admin, uuid=refund.uuid, now=NOW + timedelta(days=31)
        )

    def agreed(self) -> BondRefund:
        refund = self.applied()
        return refunding.review_refund(
            actor=self.officer,
            uuid=refund.uuid,
            agree=True,
            opinion="",
            now=NOW + timedelta(days=32),
        )

    def returned(self) -> BondRefund:
        refund = self.agreed()
        return refunding.confirm_refund(
            actor=self.second, uuid=refund.uuid, now=NOW + timedelta(days=33)
        )


@pytest.fixture
def bonds(cast) -> Bonds:
    return Bonds(cast)
