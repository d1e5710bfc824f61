"""The same thirty people laid out in every way: read right, or refused; never anything else."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.sealed import blind_index
from core.tabular.child.read import read
from core.tabular.errors import Unreadable
from core.tabular.process import LIMITS, run_child
from core.tabular.reading import Reading, check_reading, read_rows
from payroll.tables import PAY_SHEET, EnrolledWorker, PaySheetContext
from tests.core.tabular.offices.books import FORMATS, WORKBOOKS
from tests.core.tabular.offices.layouts import EITHER, LAYOUTS, TRAPS, Laid
from tests.core.tabular.offices.people import MONTH, Paid, everybody, others, truth
from tests.core.tabular.offices.quirks import OF_WORKBOOKS, QUIRKS

EVERYTHING = {**LAYOUTS, **TRAPS, **EITHER}


@pytest.fixture(autouse=True)
def in_process(monkeypatch):
    """The child's work without the child: thousands of files in a test's time."""
    from dataclasses import asdict

    def run(module, content, options, limits):
        assert module == "read"
        return read(content, {**asdict(limits), **options})

    monkeypatch.setattr("core.tabular.sheets.run_child", run)


def register(people: Sequence[Paid]) -> PaySheetContext:
    """Everybody on the register, with their cards."""
    return PaySheetContext(
        MONTH,
        {
            blind_index(p.id, "id"): EnrolledWorker(
                n, n, p.name, n, blind_index(p.card, "card"), None
            )
            for n, p in enumerate(people)
        },
    )


@pytest.fixture(scope="module")
def context():
    return register([*everybody(), *others(10)])


def reading_of(laid: Laid, file_format: str, context: PaySheetContext) -> Reading | None:
    """What is read of a workbook; None where it cannot be read at all."""
    content = FORMATS[file_format](laid.book)
    name = f"{laid.book.name}.{file_format.rpartition('.')[2]}"
    try:
        reading = read_rows(content, name, PAY_SHEET, month=MONTH)
    except Unreadable:
        return None
    return check_reading(reading, PAY_SHEET, context)


def found(reading: Reading) -> dict:
    return {r["id"]: (r["name"], r["days"], r["gross"], r["net"]) for r in reading.rows}


def explain(reading: Reading | None) -> list[str]:
    if reading is None:
        return ["unreadable"]
    return [
        f"{i.sheet}!{i.row} {i.column} {i.code}: {i.message} [{i.value}]"
        for i in reading.issues
        if i.severity == "error"
    ][:8]


def is_accepted(reading: Reading | None) -> bool:
    return reading is not None and not reading.has_errors and bool(reading.good_keys)


def must_be_right(laid: Laid, reading: Reading | None) -> None:
    """The law: accepted and different there is not."""
    accepted = is_accepted(reading)
    if accepted:
        assert found(reading) == truth(laid.people)
        if laid.has_teams:
            assert {r["id"]: "".join(r["team"].split()) for r in reading.rows} == {
                p.id: p.team for p in laid.people
            }
        account = reading.account
        assert account.ids_accounted == account.ids_in_file
        assert not [s.name for s in account.sheets if s.use == "unaccounted" or s.unaccounted]


def fits(layout: str, quirk: str, file_format: str) -> bool:
    """Whether a kind of file can hold it."""
    laid = EVERYTHING[layout]()
    if file_format in WORKBOOKS:
        return True
    names_matter = layout == "another_month_of_the_sheet"
    several = len(laid.book.pages) > 1 or quirk in OF_WORKBOOKS
    return not (several or laid.book.has_hidden or names_matter)


@pytest.mark.parametrize("layout", LAYOUTS)
class TestLayout:
    def test_is_read_right(self, layout, context):
        laid = LAYOUTS[layout]()
        reading = reading_of(laid, "xlsx", context)
        assert is_accepted(reading), explain(reading)
        must_be_right(laid, reading)

    @pytest.mark.parametrize("quirk", QUIRKS)
    def test_is_right_or_refused_whatever_is_done_to_it(self, layout, quirk, context):
        laid = LAYOUTS[layout]()
        QUIRKS[quirk](laid.book)
        must_be_right(laid, reading_of(laid, "xlsx", context))

    @pytest.mark.parametrize("file_format", FORMATS)
    def test_is_right_or_refused_in_every_kind_of_file(self, layout, file_format, context):
        if fits(layout, "none", file_format):
            laid = LAYOUTS[layout]()
            must_be_right(laid, reading_of(laid, file_format, context))


class TestQuirk:
    @pytest.mark.parametrize("quirk", QUIRKS)
    @pytest.mark.parametrize("layout", ["usual", "team_sheets"])
    def test_is_read_right(self, layout, quirk, context):
        laid = LAYOUTS[layout]()
        QUIRKS[quirk](laid.book)
        reading = reading_of(laid, "xlsx", context)
        assert is_accepted(reading), explain(reading)
        must_be_right(laid, reading)

    @pytest.mark.parametrize("file_format", FORMATS)
    def test_of_a_file_is_read_right(self, file_format, context):
        laid = LAYOUTS["usual"]()
        reading = reading_of(laid, file_format, context)
        assert is_accepted(reading), explain(reading)
        must_be_right(laid, reading)


@pytest.mark.parametrize("trap", TRAPS)
class TestTrap:
    def test_is_refused(self, trap, context):
        accepted = is_accepted(reading_of(TRAPS[trap](), "xlsx", context))
        assert not accepted

    @pytest.mark.parametrize("file_format", FORMATS)
    def test_is_right_or_refused_in_every_kind_of_file(self, trap, file_format, context):
        if fits(trap, "none", file_format):
            laid = TRAPS[trap]()
            accepted = is_accepted(reading_of(laid, file_format, context))
            assert not accepted


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(sorted(EVERYTHING)),
    st.lists(st.sampled_from(sorted(QUIRKS)), max_size=4, unique=True),
    st.sampled_from(sorted(FORMATS)),
)
def test_any_combination_is_right_or_refused(context, layout, quirks, file_format):
    if not all(fits(layout, quirk, file_format) for quirk in [*quirks, "none"]):
        file_format = "xlsx"
    laid = EVERYTHING[layout]()
    for quirk in quirks:
        QUIRKS[quirk](laid.book)
    reading = reading_of(laid, file_format, context)
    accepted = is_accepted(reading)
    assert not (accepted and layout in TRAPS)
    must_be_right(laid, reading)


def test_the_child_reads_the_same(context, monkeypatch):
    monkeypatch.setattr("core.tabular.sheets.run_child", run_child)
    laid = LAYOUTS["with_roster_and_attendance"]()
    reading = reading_of(laid, "xlsx", context)
    assert is_accepted(reading), explain(reading)
    must_be_right(laid, reading)
    assert LIMITS.rows >= 100_002
