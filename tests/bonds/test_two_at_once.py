"""Two who act at once, the money of a bond over any life, and pages at N and 2N."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bonds.models import Bond, BondDeposit, BondEntry, BondUse, Guarantee
from bonds.selectors.holdings import holdings
from bonds.services import refunding, storing, using
from bonds.services.common import move_bond
from bonds.services.determining import determine_bond
from core.errors import Refused
from payroll.models import PayLine, PaymentItem
from projects.models import Participant
from tests.bonds.conftest import Bonds
from tests.cast import NOW, TODAY
from tests.refusals import refused


class TestTwoAtOnce:
    def test_the_second_officer_is_told_who_was_first(self, bonds):
        bonds.held()
        stale = Bond.everything.get()
        bonds.complete()
        refunding.begin_by_bureau(actor=bonds.officer, code=bonds.code, now=NOW)
        with refused("bond.moved", match=f"{bonds.officer.name}已于 2026-10-09 11:00 .*公示中"):
            move_bond(stale, Bond.Status.PUBLICITY, actor=bonds.second, now=NOW)

    def test_no_bond_without_a_general_contractor(self, bonds, cast):
        cast.project.participants.filter(role=Participant.Role.CONTRACTOR).delete()
        with refused("bond.no_contractor"):
            determine_bond(actor=bonds.officer, code=bonds.code, now=NOW)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["report", "report", "interest", "draw", "use", "told", "close", "guarantee", "back"]
        ),
        st.integers(1, 2_000_000),
        st.booleans(),
    ),
    min_size=3,
    max_size=14,
)


class Life:
    """A bond that lives through any steps in any order; what is refused changes nothing."""

    def __init__(self, bonds: Bonds) -> None:
        self.bonds, self.count = bonds, 0
        self.account = bonds.account()
        self.lines = bonds.owed()

    def take(self, step: str, amount: int, is_paid: bool) -> None:
        self.count += 1
        before = self.picture()
        try:
            getattr(self, step)(Decimal(amount) / 100, is_paid)
        except Refused:
            assert self.picture() == before

    def picture(self) -> list[Any]:
        return [
            list(model.everything.order_by("pk").values())
            for model in (Bond, BondDeposit, BondEntry, BondUse, Guarantee, PayLine, PaymentItem)
        ]

    def book(self, kind: str, amount: Decimal) -> None:
        storing.book_entry(
            actor=self.bonds.bank,
            deposit=self.account.uuid,
            kind=kind,
            amount=amount,
            booked_on=TODAY,
            reference=f"R{self.count}",
            now=NOW,
        )

    def interest(self, amount: Decimal, is_paid: bool) -> None:
        self.book("interest", amount)

    def draw(self, amount: Decimal, is_paid: bool) -> None:
        self.book("interest_out", amount)

    def report(self, amount: Decimal, is_paid: bool) -> None:
        self.book("deposit", amount * 100)

    def use(self, amount: Decimal, is_paid: bool) -> None:
        guarantee = Guarantee.everything.filter(status="active").first() if is_paid else None
        drafted = self.bonds.drafted(self.lines, guarantee=guarantee and guarantee.uuid)
        using.issue_use(actor=self.bonds.second, uuid=drafted.uuid, now=self.bonds.LATER)

    def told(self, amount: Decimal, is_paid: bool) -> None:
        if use := BondUse.everything.order_by("-pk").first():
            self.bonds.told(
                use, is_paid, True, actor=self.bonds.officer, reference=f"P{self.count}"
            )

    def back(self, amount: Decimal, is_paid: bool) -> None:
        if use := BondUse.everything.order_by("-pk").first():
            self.bonds.told(use, False, actor=self.bonds.officer)

    def close(self, amount: Decimal, is_paid: bool) -> None:
        if use := BondUse.everything.order_by("-pk").first():
            using.close_use(
                actor=self.bonds.officer, uuid=use.uuid, reason="甲", now=self.bonds.LATER
            )

    def guarantee(self, amount: Decimal, is_paid: bool) -> None:
        self.bonds.guaranteed(number=f"G{self.count}", amount=amount * 100)


class TestMoney:
    @settings(
        max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
    )
    @given(steps=STEPS)
    def test_is_neither_made_nor_lost(self, cast, steps):
        assert cast.roster
        with transaction.atomic():
            life = Life(Bonds(cast))
            for step, amount, flag in steps:
                life.take(step, amount, flag)
                self.check()
            transaction.set_rollback(True)

    def check(self) -> None:
        for deposit in BondDeposit.everything.all():
            booked = list(deposit.entries.filter(state="booked"))
            signs = BondEntry.PRINCIPAL, BondEntry.INTEREST_SIGN
            principal, interest = (
                sum((sign.get(one.kind, 0) * one.amount for one in booked), Decimal(0))
                for sign in signs
            )
            assert (deposit.balance, deposit.interest) == (principal, interest)
        paid = PaymentItem.everything.filter(status="paid").exclude(payer="")
        out = sum((one.amount for one in paid), Decimal(0))
        entries = BondEntry.everything.filter(kind__in=("payout", "returned"), state="booked")
        cash = sum(((1 if e.kind == "payout" else -1) * e.amount for e in entries), Decimal(0))
        claimed = sum((one.claimed for one in Guarantee.everything.all()), Decimal(0))
        # Whatever workers got came from the account or counts against a guarantee.
        assert out == cash + claimed
        for line in PayLine.everything.all():
            live = PaymentItem.everything.filter(line=line).exclude(status="failed")
            assert live.count() <= 1
            assert (line.status == "20") == live.filter(status="paid").exists()
        bond = Bond.everything.get()
        if bond.status in (Bond.Status.HELD, Bond.Status.RESTORED):
            assert holdings(bond, TODAY).total >= bond.required


class TestPagesAtTwiceTheSize:
    def more(self, cast, count: int) -> None:
        for number in range(count):
            code = f"XJ65010220268{Bond.everything.count():02d}{number:02d}"
            project = cast.make_project(code, f"标段 {code}")
            cast.take_part(project, cast.contractor, Participant.Role.CONTRACTOR)
            bonds = Bonds(cast)
            bonds.code = code
            bonds.determined()
            bonds.submitted(number=f"BH{code}")

    @pytest.mark.parametrize(
        ("user", "name"),
        [
            ("county", "bonds:list"),
            ("admin", "bonds:list"),
            ("province", "bonds:clearing"),
            ("county", "bonds:published"),
            ("county", "supervision:home"),
            ("admin", "supervision:home"),
        ],
    )
    def test_the_number_of_queries_stays(self, cast, settings, user, name):
        settings.WAGEMON_NOW = NOW.isoformat()
        client = cast.client(getattr(cast.users, user))
        counts = []
        self.more(cast, 3)
        client.get(reverse(name))
        for more in (0, 3):
            self.more(cast, more)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse(name)).status_code == 200
            counts.append(len(asked))
        assert counts[0] == counts[1]
