"""Rosters and attendance judged row by row, without a file, a page or a database."""

from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal

import pytest

from core.tabular.tables import Row, check_rows, total_of_lines
from workers.tables import (
    ATTENDANCE,
    CLOCK_DAYS,
    CLOCK_INS,
    ROSTER,
    AttendanceContext,
    KnownPerson,
    RegisteredWorker,
    RosterContext,
)

NUMBER = "650102199001011234"
SEPTEMBER = date(2026, 9, 1)
WORKER = RegisteredWorker(7, 3, "张明", SEPTEMBER, None, None, None)
ATTENDED = AttendanceContext(SEPTEMBER, {NUMBER: WORKER})


def row(number: int, **values) -> Row:
    raw = {name: str(value or "") for name, value in values.items()}
    return Row(number, raw, dict(values))


def codes(issues) -> list[tuple[int, str]]:
    return sorted((issue.row, issue.code) for issue in issues)


class TestRoster:
    KNOWN = KnownPerson(3, "张明", "13900000001", None)

    def test_finds_whom_the_platform_knows(self):
        context = RosterContext({NUMBER: self.KNOWN})
        rows = [row(2, id=NUMBER, name="张明"), row(3, id="650102199001015678", name="李强")]
        lines, _ = check_rows(ROSTER, rows, context)
        assert [line.found for line in lines] == [self.KNOWN, None]

    def test_keeps_a_card_to_its_holder(self):
        card = "6217001234567890123"
        context = RosterContext(card_holders={card: 99})
        _, issues = check_rows(ROSTER, [row(2, id=NUMBER, card=card)], context)
        assert (2, "card_taken") in codes(issues)


class TestAttendance:
    def test_finds_the_worker_and_adds_up_where_the_sheet_does_not(self):
        rows = [
            row(2, id=NUMBER, day1="1", day2="5", days=None),
            row(3, id=NUMBER, day1="1", days=Decimal(2)),
        ]
        lines, issues = check_rows(ATTENDANCE, rows, ATTENDED)
        assert [line.found for line in lines] == [WORKER, WORKER]
        assert codes(issues) == [(3, "repeated"), (3, "sum_differs")]
        assert total_of_lines(ATTENDANCE, lines, "days", ATTENDED) == Decimal("3.5")

    def test_counts_the_days_of_clock_ins(self):
        times = (datetime(2026, 9, 3, 8), datetime(2026, 9, 3, 18), datetime(2026, 9, 4, 8))
        rows = [row(n, id=NUMBER, time=time) for n, time in enumerate(times, start=2)]
        lines, issues = check_rows(CLOCK_INS, rows, ATTENDED)
        assert codes(issues) == [(4, "lone")]
        assert total_of_lines(CLOCK_INS, lines, "days", ATTENDED) == 2


class TestEveryTable:
    @pytest.mark.parametrize(
        ("table", "context", "values"),
        [
            (ROSTER, RosterContext(), {"name": "张明", "card": None}),
            (ATTENDANCE, ATTENDED, {"day1": "1", "days": None}),
            (CLOCK_INS, ATTENDED, {"time": datetime(2026, 9, 3, 8)}),
            (CLOCK_DAYS, ATTENDED, {"day": date(2026, 9, 3), "on": None, "off": None}),
        ],
        ids=["roster", "attendance", "clock-ins", "clock-days"],
    )
    def test_writes_into_no_row(self, table, context, values):
        rows = [row(2, id=NUMBER, **values), row(3, id="", **values)]
        before = deepcopy(rows)
        check_rows(table, rows, context)
        assert rows == before
