"""A pay sheet's arithmetic and headings, without a database."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from core.fields import same_name
from core.sealed import blind_index
from core.tabular.tables import CheckedLine, Row, check_rows
from payroll.tables import PAY_SHEET, EnrolledWorker, PaySheetContext, line_amounts
from payroll.tables.checks import adds_up, each_person_once, gross_is_explained
from tests.core.tabular.tables import read_table

money = st.decimals(0, 99_999, places=2)
CONTEXT = PaySheetContext(date(2026, 9, 1))


def row(number: int = 4, **values) -> CheckedLine:
    """A clean line of somebody whom the register does not know."""
    return CheckedLine(Row(number, {}, {name: values.get(name) for name in values}))


class TestArithmetic:
    @given(money, money, money)
    def test_accepts_every_row_that_adds_up(self, net, advance, deduction):
        line = row(gross=net + advance + deduction, advance=advance, deduction=deduction, net=net)
        assert list(adds_up(line, CONTEXT)) == []
        assert line_amounts(line).balance == net

    @given(money, money, money, st.decimals("0.01", 1000, places=2))
    def test_refuses_every_row_that_is_off_by_a_fen_or_more(self, net, advance, deduction, off):
        line = row(
            gross=net + advance + deduction, advance=advance, deduction=deduction, net=net + off
        )
        assert [issue.column for issue in adds_up(line, CONTEXT)] == ["net"]

    @given(money, money, money, money)
    def test_adds_up_the_parts_of_a_group(self, net, tax, insurance, living):
        line = row(
            gross=net + tax + insurance + living,
            tax=tax,
            insurance=insurance,
            living=living,
            net=net,
        )
        assert list(adds_up(line, CONTEXT)) == []
        sums = line_amounts(line)
        assert (sums.advance, sums.deduction) == (living, tax + insurance)

    @given(money, money, money)
    def test_counts_a_total_of_deductions_once(self, net, advance, tax):
        line = row(
            gross=net + advance + tax,
            advance=advance,
            tax=tax,
            deductions=advance + tax,
            net=net,
        )
        assert list(adds_up(line, CONTEXT)) == []
        assert line_amounts(line).deduction == tax

    @given(money, money)
    def test_takes_a_total_alone_as_what_was_deducted(self, net, total):
        line = row(gross=net + total, deductions=total, net=net)
        assert list(adds_up(line, CONTEXT)) == []
        assert line_amounts(line).deduction == total

    def test_says_what_the_row_comes_to(self):
        (issue,) = adds_up(
            row(gross=Decimal(5000), advance=Decimal(500), net=Decimal(4600)), CONTEXT
        )
        assert issue.severity == "error"
        assert "4,500.00" in issue.message

    def test_only_warns_of_a_gross_that_days_do_not_explain(self):
        line = row(gross=Decimal(5000), days=Decimal(20), rate=Decimal(200))
        (issue,) = gross_is_explained(line, CONTEXT)
        assert (issue.severity, issue.column) == ("warning", "gross")
        assert list(gross_is_explained(row(gross=Decimal(5000), days=Decimal(20)), CONTEXT)) == []


class TestPersons:
    def test_stand_on_a_sheet_once(self):
        rows = [row(4, id="a"), row(5, id="b"), row(9, id="a"), row(10, id=None)]
        (issue,) = each_person_once(rows, CONTEXT)
        assert (issue.row, issue.column) == (9, "id")
        assert "第 4 行" in issue.message

    @pytest.mark.parametrize(
        ("one", "other", "alike"),
        [
            ("阿不都热合曼·买买提", "阿不都热合曼买买提", True),
            ("LI MING", "li ming", True),
            ("孙㛃", "孙㛃", True),
            ("张伟", "张玮", False),
        ],
    )
    def test_are_named_by_the_name_rules(self, one, other, alike):
        assert same_name(one, other) is alike


class TestCheckRows:
    """Rows from anywhere, without a file, a page or a database."""

    WORKER = EnrolledWorker(
        engagement=7,
        person=3,
        name="张明",
        card=9,
        card_index=blind_index("6217001234567890123", "card"),
        days=Decimal(20),
    )
    CONTEXT = PaySheetContext(
        date(2026, 9, 1),
        people={blind_index("650102199001011234", "id"): WORKER},
        minimum=Decimal(1750),
    )

    def row(self, number: int, **changes) -> Row:
        values = {
            "name": "张明",
            "id": "650102199001011234",
            "days": Decimal(20),
            "gross": Decimal(6000),
            "net": Decimal(6000),
            "card": "6217001234567890123",
        }
        values |= changes
        return Row(number, {name: str(value) for name, value in values.items()}, values)

    def test_finds_the_worker_and_card_that_a_row_means(self):
        lines, issues = check_rows(PAY_SHEET, [self.row(4)], self.CONTEXT)
        assert issues == []
        assert [line.found for line in lines] == [self.WORKER]

    def test_finds_nobody_for_a_number_that_is_not_on_the_register(self):
        lines, issues = check_rows(PAY_SHEET, [self.row(4, id="650102199001015678")], self.CONTEXT)
        assert [line.found for line in lines] == [None]
        assert [(issue.row, issue.column, issue.code) for issue in issues] == [
            (4, "id", "not_registered")
        ]
        assert issues[0].value == "650102********5678"

    def test_names_every_fault_of_every_row(self):
        rows = [
            self.row(4, net=Decimal(5999)),
            self.row(5, name="王强", days=Decimal(31), gross=Decimal(10), net=Decimal(10)),
        ]
        _, issues = check_rows(PAY_SHEET, rows, self.CONTEXT)
        assert sorted((issue.row, issue.code) for issue in issues) == [
            (4, "net_mismatch"),
            (5, "below_minimum"),
            (5, "duplicate"),
            (5, "name_differs"),
            (5, "range"),
        ]

    def test_writes_into_no_row(self):
        rows = [self.row(4), self.row(5, id="", card="", days=None)]
        before = deepcopy(rows)
        check_rows(PAY_SHEET, rows, self.CONTEXT)
        assert rows == before


class TestHeadings:
    @pytest.mark.parametrize(
        ("heading", "column"),
        [
            ("工人姓名", "name"),
            ("身份证号", "id"),
            ("出勤天数/工时", "days"),
            ("日工资/单价", "rate"),
            ("应发", "gross"),
            ("应发金额（元）", "gross"),
            ("预支", "advance"),
            ("生活费", "living"),
            ("代扣代缴", "deduction"),
            ("个税", "tax"),
            ("实发金额(元)", "net"),
            ("实领工资", "net"),
            ("工资卡银行账号", "card"),
            ("开户行", "bank"),
            ("手机号", "phone"),
        ],
    )
    def test_are_known_as_offices_write_them(self, heading, column):
        plain = {
            "name": "姓名",
            "id": "身份证号码",
            "gross": "应发工资",
            "net": "实发工资",
            "card": "银行卡号",
        }
        others = [title for name, title in plain.items() if name != column]
        book = Workbook()
        book.active.append(["序号", heading, *others])
        book.active.append([1, "某某", *["某某"] * len(others)])
        file = BytesIO()
        book.save(file)
        reading = read_table(file.getvalue(), "a.xlsx", PAY_SHEET, context=CONTEXT)
        assert reading.mapping[1].column == column
