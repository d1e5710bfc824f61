"""The facts that rules stand on, on their boundary days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core import calendar
from core.actor import SYSTEM
from core.calendar import sheet_day_of, wage_due_day
from core.models import CalendarDay
from core.months import shift_month
from identity.limits import AT_ONCE, Limit
from payroll.models import MinimumWage, PayLine, PaySheet
from payroll.selectors import amounts, facts, systems
from payroll.selectors.facts import Resend
from projects.models import WageTerms
from tests.cast import MONTH, NOW
from workers.models import AttendanceMonth, Engagement

DUE = date(2026, 10, 15)
AFTER = DUE + timedelta(days=1)


def ask(finder, as_of=AFTER, **more):
    return finder(actor=SYSTEM, as_of=as_of, **more)


def pay(sheet, *, day=AFTER, rows=range(100)):
    """The bank has paid these rows."""
    lines = PayLine.everything.filter(sheet=sheet, row__in=rows)
    lines.update(status=PayLine.Status.PAID, paid_on=day)
    left = PayLine.everything.filter(sheet=sheet, paid_on=None).exists()
    status = PaySheet.Status.PARTLY_PAID if left else PaySheet.Status.PAID
    PaySheet.everything.filter(pk=sheet.pk).update(status=status, paid_on=None if left else day)


class TestOwedSheets:
    def test_begin_the_day_after_the_due_day(self, payroll):
        sheet = payroll.approved()
        assert sheet.due_on == DUE
        assert ask(facts.owed_months, DUE) == []
        (owed,) = ask(facts.owed_months)
        assert (owed.sheets, owed.outstanding) == (
            ((sheet.uuid, sheet.number),),
            Decimal("158208.50"),
        )
        assert owed.is_wholly_unpaid
        assert owed.returned_on == ()

    def test_leave_out_what_was_paid_and_keep_what_came_back(self, payroll):
        sheet = payroll.approved()
        pay(sheet, rows=range(5, 100))
        line = PayLine.everything.get(sheet=sheet, row=4)
        PayLine.everything.filter(pk=line.pk).update(
            status="30", failed_on=AFTER, first_failed_on=AFTER, failure="户名不符"
        )
        (owed,) = ask(facts.owed_months)
        assert (owed.unpaid, owed.outstanding, owed.returned_on) == (1, line.net, (AFTER,))
        assert not owed.is_wholly_unpaid

    def test_end_when_all_is_paid_but_not_for_days_before(self, payroll):
        pay(payroll.approved(), day=AFTER + timedelta(days=3))
        assert ask(facts.owed_months, AFTER + timedelta(days=3)) == []
        assert len(ask(facts.owed_months)) == 1

    def test_are_none_for_a_sheet_that_was_returned(self, payroll):
        sheet = payroll.submitted()
        PaySheet.everything.filter(pk=sheet.pk).update(status="returned")
        assert ask(facts.owed_months) == []

    def test_are_cut_to_projects_and_to_who_asks(self, payroll, cast):
        payroll.approved()
        assert len(ask(facts.owed_months, projects=[cast.project.pk])) == 1
        assert ask(facts.owed_months, projects=[cast.elsewhere.pk]) == []
        stranger = cast.actor(cast.users.other_labour)
        assert facts.owed_months(actor=stranger, as_of=AFTER) == []


class TestUnreportedMonths:
    def test_begin_the_day_after_the_sheet_day(self, payroll):
        payroll.attend()
        assert ask(facts.unreported_months, date(2026, 10, 8), grace=AT_ONCE) == []
        (month,) = ask(facts.unreported_months, date(2026, 10, 9), grace=AT_ONCE)
        # The 5th lies in the National Day holidays.
        assert (month.month, month.sheet_on, month.due_on) == (MONTH, date(2026, 10, 8), DUE)
        assert (month.workers, month.days) == (30, Decimal("641.5"))

    def test_stay_while_the_sheet_is_a_draft_and_end_when_submitted(self, payroll):
        payroll.attend()
        sheet = payroll.draft()
        assert len(ask(facts.unreported_months, grace=AT_ONCE)) == 1
        PaySheet.everything.filter(pk=sheet.pk).update(
            status="submitted", submitted_at="2026-10-10T03:00:00Z"
        )
        assert ask(facts.unreported_months, grace=AT_ONCE) == []
        assert len(ask(facts.unreported_months, date(2026, 10, 9), grace=AT_ONCE)) == 1

    def test_wait_for_the_days_of_grace_of_their_county(self, payroll):
        payroll.attend()
        grace = Limit(Decimal(3), {"650100": Decimal(1)})
        assert ask(facts.unreported_months, date(2026, 10, 8), grace=grace) == []
        (month,) = ask(facts.unreported_months, date(2026, 10, 9), grace=grace)
        assert month.warned_from == date(2026, 10, 9)
        elsewhere = Limit(Decimal(3), {"652300": Decimal(1)})
        assert ask(facts.unreported_months, date(2026, 10, 10), grace=elsewhere) == []

    def test_are_there_before_their_day_where_asked_for_what_is_coming(self, payroll):
        payroll.attend()
        grace = Limit(Decimal(3))
        (month,) = ask(facts.unreported_months, date(2026, 10, 1), grace=grace, coming=True)
        assert month.warned_from == date(2026, 10, 11)


class TestUnpaidWorkers:
    def test_are_who_worked_and_has_no_paid_line(self, payroll):
        payroll.attend()
        sheet = payroll.approved()
        pay(sheet, day=DUE, rows=range(6, 100))
        assert ask(facts.unpaid_workers, DUE) == []
        (month,) = ask(facts.unpaid_workers)
        assert (month.present, len(month.workers)) == (30, 2)
        assert {worker.sheet for worker in month.workers} == {sheet.number}
        assert "伊***·伊***" in {worker.name for worker in month.workers}

    def test_are_none_once_everybody_is_paid(self, payroll):
        payroll.attend()
        pay(payroll.approved(), day=DUE)
        assert ask(facts.unpaid_workers) == []


class TestFailedPayments:
    def test_are_lines_that_wait_to_be_sent_again(self, payroll):
        sheet = payroll.approved()
        lines = PayLine.everything.filter(sheet=sheet, row=4)
        lines.update(status="30", failed_on=AFTER, first_failed_on=AFTER, failure="户名不符")
        (failed,) = ask(facts.failed_payments, waits=AT_ONCE)
        assert (failed.since, failed.failed[0].reason) == (AFTER, "户名不符")
        lines.update(status="40")
        (failed,) = ask(facts.failed_payments, waits=AT_ONCE)
        assert failed.failed[0].is_retried
        lines.update(status="20", paid_on=AFTER)
        assert ask(facts.failed_payments, waits=AT_ONCE) == []


class TestBelowMinimum:
    def test_compares_without_overtime_for_the_days_worked(self, payroll):
        payroll.submitted()
        assert ask(amounts.below_minimum) == []
        MinimumWage.objects.filter(region_id="650102").update(monthly=Decimal(6000))
        (low,) = ask(amounts.below_minimum)
        assert not low.confirmed
        first = low.lines[0]
        # 6,000 ÷ 21.75 × 17 days; overtime does not count towards it.
        assert (first.name, first.minimum) == ("伊***·伊***", Decimal("4689.66"))
        assert first.earned == Decimal("3740.00")
        assert max(line.minimum for line in low.lines) == Decimal("6000.00")

    def test_takes_the_boundary_amount_for_enough(self, payroll):
        sheet = payroll.submitted()
        line = sheet.lines.get(row=4)
        monthly = (line.gross - line.overtime) * Decimal("21.75") / line.days
        MinimumWage.objects.filter(region_id="650102").update(monthly=monthly)
        found = [low.line for month in ask(amounts.below_minimum) for low in month.lines]
        assert line.uuid not in found

    def test_can_leave_contributions_out(self, payroll):
        sheet = payroll.submitted()
        line = sheet.lines.get(row=4)
        monthly = (line.gross - line.overtime) * Decimal("21.75") / line.days
        MinimumWage.objects.filter(region_id="650102").update(monthly=monthly)
        (month,) = ask(amounts.below_minimum, contributions_apart=[sheet.project_id])
        assert line.uuid in [low.line for low in month.lines]


class TestAccountNeeds:
    def test_add_up_what_was_submitted(self, payroll, cast):
        sheet = payroll.submitted()
        (need,) = ask(amounts.account_needs, date(2026, 10, 9))
        assert (need.account_id, need.due_on, need.basis) == (cast.account.pk, DUE, "submitted")
        assert (need.amount, need.sheets) == (Decimal("158208.50"), (sheet.number,))

    def test_expect_the_last_paid_month_before_there_is_a_sheet(self, payroll):
        pay(payroll.approved(), day=DUE)
        (need,) = ask(amounts.account_needs, date(2026, 11, 6))
        assert (need.wage_month, need.basis) == (date(2026, 10, 1), "last_paid")
        assert need.amount == Decimal("158208.50")

    def test_are_none_without_anything_known(self, payroll):
        payroll.draft()
        assert ask(amounts.account_needs) == []


class TestPayrollSystems:
    def test_say_what_is_late(self, payroll, cast):
        payroll.attend()
        pk = cast.project.pk
        asked = {"projects": [pk], "after": Limit(Decimal(1)), "resend": Resend(AT_ONCE, AT_ONCE)}
        for selector in (systems.monthly_systems, systems.agency_systems):
            assert ask(selector, DUE, **asked)[pk].state == "unknown"
            assert ask(selector, **asked)[pk].state == "no"
        assert "没有报送工资表" in ask(systems.monthly_systems, **asked)[pk].reason


@pytest.mark.django_db
class TestPastDays:
    @pytest.mark.parametrize("offset", [0, 1])
    @pytest.mark.parametrize("day", [1, 15, 31])
    def test_agree_with_each_projects_own_day(self, cast, day, offset):
        project = cast.project
        cast.change_wage_days(project, pay_day=day, pay_month_offset=offset)
        register(payroll_month=MONTH, cast=cast)
        due = project.due_day(MONTH)
        rows = AttendanceMonth.everything.filter(project=project)
        assert not rows.filter(WageTerms.of_projects().past_due(due)).exists()
        assert rows.filter(WageTerms.of_projects().past_due(due + timedelta(days=1))).exists()

    def test_agree_on_every_day_of_a_year_for_every_agreed_day(self, cast):
        """Holidays and short months never let a later agreed day pass before an earlier one."""
        assert cast.roster
        person = cast.project.engagements.first().person
        months = [shift_month(date(2026, 9, 1), back) for back in range(-2, 13)]
        agreed = [(offset, day) for offset in (0, 1) for day in range(1, 32)]
        for offset, day in agreed:
            project = cast.make_project(
                f"XJ65010220269{offset}{day:02d}",
                "全年",
                pay_month_offset=offset,
                pay_day=day,
                sheet_day=day,
            )
            engagement = Engagement.everything.create(
                person=person,
                project=project,
                employer=cast.subcontractor,
                entered_on=date(2026, 1, 1),
            )
            AttendanceMonth.everything.bulk_create(
                AttendanceMonth(
                    engagement=engagement,
                    project=project,
                    employer=cast.subcontractor,
                    month=month,
                    marks="1" * 31,
                    days=31,
                    updated_at=NOW,
                )
                for month in months
            )
        rows = AttendanceMonth.everything.filter(project__name="全年").values_list(
            "project__wage_terms__pay_month_offset", "project__wage_terms__pay_day", "month"
        )
        terms = WageTerms.of_projects()
        assert len(rows) == len(agreed) * len(months)
        for passed, own_day in (
            (terms.past_due, wage_due_day),
            (terms.past_sheet_day, sheet_day_of),
        ):
            days = {row: own_day(row[2], row[1], row[0]) for row in rows}
            for as_of in (date(2026, 9, 1) + timedelta(days=n) for n in range(366)):
                expected = {row for row, day in days.items() if day < as_of}
                assert set(rows.filter(passed(as_of))) == expected, as_of

    def test_move_as_soon_as_a_holiday_is_known(self, cast):
        register(payroll_month=MONTH, cast=cast)
        rows = AttendanceMonth.everything.filter(project=cast.project)
        assert not rows.filter(WageTerms.of_projects().past_due(DUE)).exists()
        CalendarDay.objects.create(day=DUE, working=False, name="肉孜节", source="通知")
        calendar.forget_overrides()
        assert rows.filter(WageTerms.of_projects().past_due(DUE)).exists()

    def test_cut_the_sheet_day_to_the_month(self, cast):
        cast.change_wage_days(cast.project, sheet_day=31, pay_month_offset=0)
        register(payroll_month=MONTH, cast=cast)
        rows = AttendanceMonth.everything.filter(project=cast.project)
        assert not rows.filter(WageTerms.of_projects().past_sheet_day(date(2026, 9, 30))).exists()
        assert rows.filter(WageTerms.of_projects().past_sheet_day(date(2026, 10, 1))).exists()


def register(*, payroll_month, cast) -> None:
    """One worker's attendance in the month."""
    assert cast.roster
    engagement = cast.project.engagements.first()
    AttendanceMonth.everything.create(
        engagement=engagement,
        project=cast.project,
        employer=cast.subcontractor,
        month=payroll_month,
        marks="1" * 30 + " ",
        days=30,
        updated_at="2026-10-01T00:00:00Z",
    )


class TestCost:
    def test_is_the_same_number_of_queries_for_every_size(
        self, payroll, cast, django_assert_max_num_queries
    ):
        payroll.attend()
        pay(payroll.approved(), rows=range(4, 8))
        after = {"after": AT_ONCE, "resend": Resend(AT_ONCE, AT_ONCE)}
        for finder, limits, most in (
            (facts.owed_months, {}, 4),
            (facts.unreported_months, {"grace": AT_ONCE}, 2),
            (facts.overdue_wages, {"after": AT_ONCE}, 4),
            (facts.unpaid_workers, {}, 4),
            (facts.failed_payments, {"waits": AT_ONCE}, 1),
            (amounts.below_minimum, {}, 2),
            (amounts.account_needs, {}, 8),
            (amounts.short_accounts, {"notice": Limit(Decimal(99))}, 13),
            (systems.monthly_systems, {"projects": [cast.project.pk], **after}, 5),
        ):
            with django_assert_max_num_queries(most):
                ask(finder, **limits)
