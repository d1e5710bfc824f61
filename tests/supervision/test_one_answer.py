"""One answer to one question: what an officer sets changes page and rule alike.

docs/decisions/0201-one-selector-per-fact.md is the table of facts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import FundingTerm, SpecialAccount
from monitoring.catalogue import RULES
from monitoring.limits import PAGE_LIMITS
from monitoring.models import RuleSetting
from monitoring.selectors import rule_limit
from payroll.models import PaySheet
from projects.models import Project
from supervision.selectors.systems import system_findings
from tests.cast import MONTH, NOW
from tests.monitoring.conftest import Facts
from workers.models import Engagement

#: Of the wage month 2026-09 the sheet is due on 10-05 and the wages on 10-15.
DUE = date(2026, 10, 15)


def text_of(facts: Facts, user: str) -> str:
    page = facts.cast.client(getattr(facts.cast.users, user)).get(reverse("supervision:home"))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def at_home(user: str, words: str) -> Callable[[Facts, date], bool]:
    return lambda facts, day: words in text_of(facts, user)


def not_carried_out(system: str) -> Callable[[Facts, date], bool]:
    def asked(facts: Facts, day: date) -> bool:
        found = system_findings(as_of=day, projects=[facts.project.pk])
        return found[facts.project.pk][system].state == "no"

    return asked


def month_without_sheet(facts: Facts) -> None:
    facts.attend()


def unpaid_sheet(facts: Facts) -> None:
    facts.attend()
    facts.sheet(status=PaySheet.Status.APPROVED)


def returned_line(facts: Facts) -> None:
    facts.attend()
    sheet = facts.sheet(status=PaySheet.Status.APPROVED)
    facts.pay(sheet, 5, 6, 7, on=DUE)
    facts.fail(sheet, 4, on=DUE)


def short_account(facts: Facts) -> None:
    FundingTerm.everything.all().delete()
    facts.sheet()
    facts.balance(100, date(2026, 10, 1))


def incomplete_registration(facts: Facts) -> None:
    Engagement.everything.update(entered_on=MONTH)
    facts.engagements[0].person.cards.update(valid_to=MONTH)


def no_board(facts: Facts) -> None:
    """Nothing was posted since the start on 2026-03-01."""


def no_account(facts: Facts) -> None:
    SpecialAccount.everything.all().delete()
    Project.everything.filter(pk=facts.project.pk).update(
        contract_signed_on=date(2026, 9, 1),
        planned_start=date(2026, 12, 1),
        actual_start=None,
        status=Project.Status.PREPARING,
    )


def silent_feed(facts: Facts) -> None:
    facts.balance(100, date(2026, 9, 20))


def missing_deposit(facts: Facts) -> None:
    facts.balance(0, date(2026, 9, 30))


@dataclass(frozen=True)
class Case:
    """A fact on a day, and the value of a threshold by which it turns."""

    happens: Callable[[Facts], None]
    day: date
    code: str
    name: str
    off: int
    on: int
    page: Callable[[Facts, date], bool]


CASES = [
    Case(
        month_without_sheet,
        date(2026, 10, 10),
        *("PAY-01", "grace", 3, 2),
        # A line that carries the rule's day does not say "起预警" once it is there.
        lambda facts, day: "起预警" not in text_of(facts, "sub"),
    ),
    Case(
        month_without_sheet,
        DUE + timedelta(days=5),
        *("PAY-02", "yellow", 6, 5),
        not_carried_out("monthly"),
    ),
    Case(
        unpaid_sheet,
        DUE + timedelta(days=5),
        *("PAY-02", "yellow", 6, 5),
        not_carried_out("monthly"),
    ),
    Case(
        returned_line,
        date(2026, 10, 20),
        *("PAY-10", "yellow", 4, 3),
        # Day and button stand in the line: three working days after Thursday are Tuesday.
        lambda facts, day: "今天到期" in text_of(facts, "labour"),
    ),
    Case(
        short_account,
        date(2026, 10, 9),
        *("ACC-06", "notice", 5, 6),
        at_home("labour", "专户余额不足"),
    ),
    Case(
        incomplete_registration,
        MONTH + timedelta(days=5),
        *("WRK-02", "grace", 6, 5),
        not_carried_out("register"),
    ),
    Case(
        no_board,
        date(2026, 3, 6),
        *("NTC-01", "yellow", 6, 5),
        not_carried_out("notice"),
    ),
    Case(
        no_board,
        date(2026, 3, 6),
        *("NTC-01", "yellow", 6, 5),
        at_home("labour", "告示牌还没有张贴"),
    ),
]


def name_of(case: Case) -> str:
    return f"{case.happens.__name__}-{case.code}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_changes_with_the_officers_threshold_on_page_and_in_rule(facts, settings, case):
    settings.WAGEMON_NOW = f"{case.day}T11:00"
    case.happens(facts)
    where = {"projects": {facts.project.pk}}
    for value, fires in ((case.off, False), (case.on, True)):
        RuleSetting.objects.all().delete()
        RuleSetting.objects.create(
            rule=case.code,
            name=case.name,
            region_id="650000",
            value=Decimal(value),
            since=date(2026, 1, 1),
            reason="试",
            set_by="王监察",
            set_at=NOW,
        )
        assert bool(facts.run(case.code, case.day, **where)) is fires
        assert case.page(facts, case.day) is fires


#: Facts of which the page speaks before a rule does: code, name, value, and what the page says.
PAGES = [
    (silent_feed, "FED-01", "silent", (19, 18), "bank", "的对账单没有更新"),
    (missing_deposit, "ACC-04", "grace", (30, 29), "owner", "逾期未拨付人工费用"),
]


@pytest.mark.parametrize(
    ("happens", "code", "name", "values", "user", "words"), PAGES, ids=[p[1] for p in PAGES]
)
def test_changes_with_the_officers_threshold_on_the_page(
    facts, settings, happens, code, name, values, user, words
):
    settings.WAGEMON_NOW = NOW.isoformat()
    happens(facts)
    shown = []
    for value in values:
        RuleSetting.objects.update_or_create(
            rule=code,
            name=name,
            region_id="650102",
            since=date(2026, 1, 1),
            defaults={"value": Decimal(value), "reason": "试", "set_by": "王", "set_at": NOW},
        )
        RuleSetting.objects.update_or_create(
            rule=code,
            name=name,
            region_id="650000",
            since=date(2026, 1, 1),
            defaults={"value": Decimal(99), "reason": "试", "set_by": "王", "set_at": NOW},
        )
        shown.append(words in text_of(facts, user))
    assert shown == [False, True]


def test_counts_the_days_to_the_open_account_from_the_officers_threshold(facts, settings):
    settings.WAGEMON_NOW = NOW.isoformat()
    no_account(facts)
    RuleSetting.objects.create(
        rule="ACC-01",
        name="within",
        region_id="650000",
        value=Decimal(38),
        since=date(2026, 1, 1),
        reason="试",
        set_by="王监察",
        set_at=NOW,
    )
    words = text_of(facts, "admin")
    assert "合同签订后 38 日内" in words
    assert "今天到期" in words


class TestLimits:
    def test_of_a_rule_that_runs_stand_with_the_rule(self):
        assert not set(PAGE_LIMITS) & set(RULES)

    def test_that_nobody_declares_are_an_error(self, db):
        with pytest.raises(KeyError):
            rule_limit("XXX-99", "grace", as_of=DUE)

    def test_are_read_once_a_page(self, cast, settings):

        settings.WAGEMON_NOW = NOW.isoformat()
        client = cast.client(cast.users.labour)
        client.get("/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/")
        asked = [query for query in seen.captured_queries if "rulesetting" in query["sql"]]
        assert len(asked) == 1
