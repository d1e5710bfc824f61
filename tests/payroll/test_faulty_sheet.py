"""A pay sheet with every fault that its checks know, each in a row of its own, and near misses.

The faults are made by hand in the usual sample, of which row 4 is the first worker's: 17 days at
220 元, nothing advanced, 36.50 元 deducted. Without attendance on the register nothing is said of
days but that; ``attend`` brings the sample's, which has other days for three workers.
"""

from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from core.sealed import blind_index
from payroll.models import MinimumWage
from tests.cast import MONTH, SAMPLES
from workers.models import AttendanceMonth, Engagement, WageCard


def faults(upload, severity: str) -> list[tuple[int, str, str]]:
    """Row, column and code of what was found."""
    found = [issue for issue in upload.issues if issue["severity"] == severity]
    return sorted((issue["row"], issue["column"], issue["code"]) for issue in found)


def worker_of(row: int) -> Engagement:
    """The sample's worker of a row."""
    number = openpyxl.load_workbook(SAMPLES / "usual.xlsx").active.cell(row, 3).value
    return Engagement.everything.get(person__id_index=blind_index(number, "id"))


class TestErrors:
    def test_are_each_named_where_they_stand(self, payroll):
        WageCard.objects.filter(person=worker_of(5).person).delete()
        sheet = payroll.changed(
            B4="伊力亚",
            C6="654201199808238251",
            C7="65010319841030978",
            M8="6217008594069257770",
            F9=31,
            L10=1,
            I11=None,
            L12="-5",
            L13="12.345",
        )
        assert faults(payroll.receive(sheet), "error") == [
            (4, "name", "name_differs"),
            (5, "card", "no_card"),
            (6, "id", "check_digit"),
            (7, "id", "format"),
            (8, "card", "card_differs"),
            (9, "days", "range"),
            (10, "net", "net_mismatch"),
            (11, "gross", "required"),
            (12, "net", "negative"),
            (13, "net", "decimals"),
        ]

    def test_name_a_total_that_is_not_the_sum(self, payroll):
        upload = payroll.receive(payroll.changed(I37="1.00"))
        assert faults(upload, "error") == [(37, "gross", "total_differs")]

    def test_name_who_is_not_on_the_register(self, payroll):
        gone = worker_of(4)
        gone.left_on = date(2026, 8, 31)
        gone.save()
        assert faults(payroll.sample("usual.xlsx"), "error") == [(4, "id", "not_registered")]

    def test_take_whoever_left_on_the_months_first_day(self, payroll):
        gone = worker_of(4)
        gone.left_on = MONTH
        gone.save()
        assert faults(payroll.sample("usual.xlsx"), "error") == []

    def test_name_a_person_who_stands_in_it_twice(self, payroll):
        sheet = payroll.changed(B5="伊力亚斯·伊力亚斯", C5="654201197302110832", M5=None)
        assert (5, "id", "duplicate") in faults(payroll.receive(sheet), "error")

    def test_name_who_is_listed_already_through_another_engagement(self, payroll, cast):
        """Who left and came back has two engagements, and one wage a month."""
        payroll.approved()
        before = worker_of(4)
        Engagement.everything.filter(pk=before.pk).update(left_on=date(2026, 9, 14))
        Engagement.everything.create(
            person=before.person,
            project=cast.project,
            employer=cast.subcontractor,
            entered_on=date(2026, 9, 20),
        )
        assert faults(payroll.receive(payroll.first_row_alone()), "error") == [
            (4, "id", "already_listed")
        ]

    def test_name_a_month_that_waits_for_review(self, payroll):
        payroll.submitted()
        upload = payroll.receive(payroll.changed(F4=16))
        assert (0, "", "month_closed") in faults(upload, "error")


class TestWarnings:
    @pytest.fixture(autouse=True)
    def low_minimum(self, db):
        MinimumWage.objects.filter(region="650102").update(monthly=Decimal("2000.00"))

    def test_say_that_no_attendance_was_entered(self, payroll):
        assert faults(payroll.sample("usual.xlsx"), "warning") == [(0, "", "no_attendance")]

    def test_compare_days_with_attendance(self, payroll):
        payroll.attend()
        AttendanceMonth.everything.filter(engagement=worker_of(4)).delete()
        found = faults(payroll.receive(payroll.changed(F5=None)), "warning")
        assert (4, "days", "no_attendance") in found
        assert (5, "days", "blank_days") in found
        # The three workers of the wage month's story.
        assert len([code for *_, code in found if code == "days_differ"]) == 3

    def test_count_half_a_day(self, payroll):
        payroll.attend()
        before = faults(payroll.sample("usual.xlsx"), "warning")
        found = faults(payroll.receive(payroll.changed(F4=16.5)), "warning")
        assert sorted(set(found) - set(before)) == [
            (4, "days", "days_differ"),
            (4, "gross", "gross_unexplained"),
        ]

    def test_explain_the_gross_to_the_fen(self, payroll):
        upload = payroll.receive(payroll.changed(I4="3740.01", L4="3703.51"))
        assert (4, "gross", "gross_unexplained") in faults(upload, "warning")

    # 17 days of a month of 21.75 at 2,000 元 are 1,563.22 元 (1,563.218…).
    @pytest.mark.parametrize(
        ("gross", "overtime", "is_low"),
        [
            ("1563.22", "0", False),
            ("1563.21", "0", True),
            ("1663.22", "100", False),
            ("1663.21", "100", True),
        ],
    )
    def test_hold_pay_without_overtime_to_the_minimum(self, payroll, gross, overtime, is_low):
        sheet = payroll.changed(H4=overtime, I4=gross, K4="0", L4=gross)
        found = faults(payroll.receive(sheet), "warning")
        assert ((4, "gross", "below_minimum") in found) is is_low

    def test_ask_for_no_more_than_a_months_minimum(self, payroll):
        """26 days in a month of 21.75 are a whole month, not more."""
        for gross, is_low in (("2000.00", False), ("1999.99", True)):
            sheet = payroll.changed(H8="0", I8=gross, J8="0", L8=gross)
            found = faults(payroll.receive(sheet), "warning")
            assert ((8, "gross", "below_minimum") in found) is is_low
