"""Each rule: fires, does not fire, the boundary day, clears, is inhibited.

昆仑大道 hands in by the 5th and pays on the 15th of the next month: wages of 2026-09 are due on
Thursday 15 October 2026. 2026-10-01 to 07 are holidays, 2026-10-10 is a working Saturday.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import StatementEntry
from core.actor import SYSTEM
from monitoring.catalogue import RULES
from monitoring.models import Coverage, EarlyWarning, RuleSetting
from monitoring.services import run_rules
from payroll.models import MinimumWage, PaymentOrder, PaySheet
from projects.models import Pause, Project
from tests.cast import MONTH, NOW
from tests.monitoring.conftest import at
from workers.models import AttendanceMonth, Engagement, Person
from workers.services.register import change_card

OCT = {day: date(2026, 10, day) for day in range(1, 32)}
NOV = {day: date(2026, 11, day) for day in range(1, 31)}


def set_status(project: Project, status: str) -> None:
    Project.everything.filter(pk=project.pk).update(status=status)


def threshold(rule: str, name: str, value: int | str) -> None:
    """The autonomous region's setting, from the wage month on."""
    RuleSetting.objects.create(
        rule=rule,
        name=name,
        region_id="650000",
        value=Decimal(value),
        since=MONTH,
        reason="试",
        set_by="厅",
        set_at=NOW,
    )


class TestACC06:
    """Balance + deposits due < what must be paid."""

    @pytest.mark.parametrize(
        ("day", "level"),
        [(4, ""), (5, "黄"), (9, "黄"), (10, "橙"), (14, "橙"), (15, "红"), (16, "")],
    )
    def test_climbs_towards_the_due_day(self, facts, day, level):
        facts.sheet(gross=Decimal(60000), net=Decimal(60000))
        facts.balance(1000, date(2026, 10, 1))

        assert facts.level("ACC-06", OCT[day]) == level

    def test_counts_the_deposit_that_is_due_before(self, facts):
        facts.sheet()  # 20,000 元; the owner pays 200,000 元 on the 10th
        facts.balance(0, date(2026, 10, 1))

        assert facts.run("ACC-06", OCT[9]) == []
        [warning] = facts.run("ACC-06", OCT[12])
        assert warning.evidence["missing"] == "20000.00"

    def test_is_content_with_exactly_enough(self, facts):
        facts.sheet()
        facts.balance(20000, OCT[11])

        assert facts.run("ACC-06", OCT[12]) == []

    def test_stays_silent_while_no_balance_is_known(self, facts):
        facts.sheet()

        assert facts.run("ACC-06", OCT[15]) == []

    def test_takes_the_last_paid_month_before_a_sheet_is_there(self, facts):
        facts.pay(facts.sheet(month=date(2026, 8, 1)), on=date(2026, 9, 14))
        facts.balance(100, OCT[11])

        [warning] = facts.run("ACC-06", OCT[12])
        assert warning.evidence["needed"] == "20000.00"

    def test_adds_what_earlier_months_are_still_owed(self, facts):
        facts.sheet(month=date(2026, 8, 1))
        facts.sheet()
        facts.balance(30000, OCT[11])

        [warning] = facts.run("ACC-06", OCT[12])
        evidence = warning.evidence
        assert (evidence["needed"], evidence["arrears"]) == ("40000.00", "20000.00")
        assert "含以前月份未付 20,000.00 元" in warning.summary

    def test_counts_no_deposit_that_is_due_on_the_day_itself(self, facts):
        """The owner pays on the 10th of each month, a working Saturday; wages are due then too."""
        facts.cast.change_wage_days(facts.project, pay_day=10)
        facts.sheet()
        facts.balance(0, date(2026, 10, 1))

        assert facts.level("ACC-06", OCT[9]) == "橙"

    def test_takes_off_what_was_paid_since_the_balance(self, facts):
        facts.sheet()
        facts.balance(20000, OCT[11])
        assert facts.run("ACC-06", OCT[12]) == []

        facts.order(facts.sheet(0, month=date(2026, 8, 1)), 4, paid_on=OCT[12])

        [warning] = facts.run("ACC-06", OCT[12])
        assert warning.evidence["paid_since"] == "5000.00"
        assert warning.evidence["missing"] == "5000.00"

    def test_asks_for_nothing_once_nobody_is_left(self, facts):
        facts.pay(facts.sheet(month=date(2026, 8, 1)), on=date(2026, 9, 14))
        facts.balance(100, OCT[11])
        Engagement.everything.update(left_on=date(2026, 8, 31))

        assert facts.run("ACC-06", OCT[12]) == []

    def test_asks_for_nothing_of_a_month_of_rest(self, facts):
        facts.pay(facts.sheet(month=date(2026, 8, 1)), on=date(2026, 9, 14))
        facts.balance(100, OCT[11])
        Pause.everything.create(
            project=facts.project,
            kind=Pause.Kind.WEATHER,
            began_on=date(2026, 9, 1),
            reason="冬休",
            recorded_at=NOW,
            recorded_by="孙总",
        )

        assert facts.run("ACC-06", OCT[12]) == []
        # Who worked all the same must be paid.
        facts.attend(0)
        assert facts.run("ACC-06", OCT[12])

    def test_gives_way_to_pay02_and_stays_until_the_month_is_paid(self, facts):
        sheet = facts.sheet()
        facts.balance(0, OCT[11])
        [warning] = facts.run("ACC-06", OCT[15])

        run_rules(as_of=OCT[16], now=at(OCT[16]))
        warning.refresh_from_db()
        assert (warning.condition, warning.inhibited_by.rule) == ("inhibited", "PAY-02")

        facts.pay(sheet, on=OCT[17])
        run_rules(as_of=OCT[17], now=at(OCT[17]))
        warning.refresh_from_db()
        assert warning.condition == "cleared"

    def test_is_told_by_the_month_of_the_agreed_day(self, facts):
        """Due on 5 October, a holiday: the money must be there on 30 September."""
        facts.cast.change_wage_days(facts.project, pay_day=5)
        facts.sheet(net=Decimal(60000), gross=Decimal(60000))
        PaySheet.everything.update(submitted_at=at(date(2026, 9, 25)))
        facts.balance(0, date(2026, 9, 25))

        [warning] = facts.run("ACC-06", date(2026, 9, 30))
        assert (warning.get_level_display(), warning.period) == ("红", "2026-10")

    def test_is_not_raised_for_a_suspended_project(self, facts):
        facts.sheet()
        facts.balance(0, OCT[11])
        set_status(facts.project, Project.Status.SUSPENDED)

        assert facts.run("ACC-06", OCT[12]) == []

    def test_clears_once_money_has_come(self, facts):
        facts.sheet()
        facts.balance(0, OCT[11])
        assert facts.run("ACC-06", OCT[12])

        facts.balance(20000, OCT[13])

        assert facts.run("ACC-06", OCT[13]) == []


class TestACC07:
    """A debit to nobody's wage card."""

    def test_fires_red_for_a_payment_to_a_merchant(self, facts):
        facts.debit(8600, OCT[20])

        [warning] = facts.run("ACC-07", OCT[20])
        assert warning.get_level_display() == "红"
        assert "8,600.00" in warning.summary

    def test_fires_for_cash(self, facts):
        facts.debit(500, OCT[20], is_cash=True, counterparty_name="", number="0")

        [warning] = facts.run("ACC-07", OCT[20])
        assert "现金" in warning.summary

    @pytest.mark.parametrize(
        "kind",
        [StatementEntry.Kind.WAGE, StatementEntry.Kind.CHARGE, StatementEntry.Kind.INTEREST],
    )
    def test_leaves_wages_charges_and_interest_alone(self, facts, kind):
        facts.debit(10, OCT[20], kind=kind)

        assert facts.run("ACC-07", OCT[20]) == []

    def test_clears_when_the_money_comes_back(self, facts):
        facts.debit(8600, OCT[20])
        assert facts.run("ACC-07", OCT[20])

        facts.debit(8600, OCT[22], direction=StatementEntry.Direction.CREDIT)

        assert facts.run("ACC-07", OCT[22]) == []

    def test_clears_one_payment_for_one_return(self, facts):
        facts.debit(8600, OCT[20])
        facts.debit(8600, OCT[21])

        facts.debit(8600, OCT[22], direction=StatementEntry.Direction.CREDIT)

        [warning] = facts.run("ACC-07", OCT[22])
        assert warning.evidence["booked_on"] == "2026-10-21"


class TestPAY01:
    """Attendance and no sheet by the sheet day + 3 days: the 8th, as the 5th is a holiday."""

    @pytest.mark.parametrize(
        ("day", "level"), [(OCT[10], ""), (OCT[11], "黄"), (OCT[17], "黄"), (OCT[18], "橙")]
    )
    def test_climbs_from_the_sheet_day(self, facts, day, level):
        facts.attend()

        assert facts.level("PAY-01", day) == level

    def test_needs_attendance(self, facts):
        assert facts.run("PAY-01", OCT[20]) == []

    @pytest.mark.parametrize("status", [PaySheet.Status.RETURNED, PaySheet.Status.DRAFT])
    def test_does_not_count_a_draft_or_a_returned_sheet(self, facts, status):
        facts.attend()
        facts.sheet(status=status)

        assert facts.run("PAY-01", OCT[11])

    def test_clears_once_the_sheet_is_submitted(self, facts):
        facts.attend()
        assert facts.run("PAY-01", OCT[11])

        facts.sheet()

        assert facts.run("PAY-01", OCT[11]) == []

    @pytest.mark.parametrize("status", [Project.Status.SUSPENDED, Project.Status.COMPLETED])
    def test_asks_for_the_last_months_after_the_works(self, facts, status):
        facts.attend()
        set_status(facts.project, status)

        assert facts.run("PAY-01", OCT[11])

    def test_asks_for_nothing_before_the_works(self, facts):
        facts.attend()
        set_status(facts.project, Project.Status.PREPARING)

        assert facts.run("PAY-01", OCT[20]) == []

    def test_outlives_the_suspension_of_its_project(self, facts):
        facts.attend()
        facts.run("PAY-01", OCT[11])
        set_status(facts.project, Project.Status.SUSPENDED)

        assert facts.run("PAY-01", OCT[12])


class TestPAY02:
    """Unpaid after the due day."""

    @pytest.mark.parametrize(
        ("day", "level"),
        [
            (OCT[15], ""),
            (OCT[16], "黄"),
            (OCT[29], "黄"),
            (OCT[30], "橙"),
            (NOV[13], "橙"),
            (NOV[14], "红"),
        ],
    )
    def test_climbs_from_the_due_day(self, facts, day, level):
        facts.sheet()

        assert facts.level("PAY-02", day) == level

    def test_speaks_of_the_employer_where_there_is_no_sheet(self, facts):
        facts.attend()

        [warning] = facts.run("PAY-02", OCT[16])
        assert warning.subject == f"employer:{facts.project.code}/{facts.employer.uscc}"
        assert warning.period == "2026-09"

    def test_judges_a_finished_project_too(self, facts):
        facts.sheet()
        set_status(facts.project, Project.Status.COMPLETED)

        assert facts.run("PAY-02", OCT[16])

    def test_moves_the_due_day_before_a_holiday(self, facts):
        """5 October 2026 is a holiday: due 30 September, overdue on 1 October."""
        facts.cast.change_wage_days(facts.project, pay_day=5)
        facts.sheet()

        assert facts.level("PAY-02", date(2026, 9, 30)) == ""
        sheet = PaySheet.everything.get()
        assert sheet.due_on == date(2026, 9, 30)

    def test_clears_when_the_last_line_is_paid(self, facts):
        sheet = facts.sheet()
        facts.pay(sheet, 4, 5, 6, on=OCT[15])
        assert facts.run("PAY-02", OCT[16])

        facts.pay(sheet, on=OCT[17])

        assert facts.run("PAY-02", OCT[17]) == []

    def test_stays_the_same_warning_as_sheets_come_and_go(self, facts):
        """Handing in or returning a sheet changes evidence, not the subject."""
        facts.attend()
        [without] = facts.run("PAY-02", OCT[16])
        sheet = facts.sheet()
        [handed_in] = facts.run("PAY-02", OCT[17])
        PaySheet.everything.filter(pk=sheet.pk).update(status=PaySheet.Status.RETURNED)
        [returned] = facts.run("PAY-02", OCT[18])

        assert without.pk == handed_in.pk == returned.pk
        assert handed_in.evidence["sheets"] == [{"number": sheet.number, "sheet": str(sheet.uuid)}]
        assert returned.evidence["sheets"] == []

    def test_owes_nothing_for_a_line_of_nothing(self, facts):
        facts.sheet(gross=Decimal(3000), advance=Decimal(3000), net=Decimal(0))

        assert facts.run("PAY-02", NOV[20]) == []

    def test_leaves_a_fresh_return_to_pay10(self, facts):
        sheet = facts.sheet()
        facts.pay(sheet, 4, 5, 6, on=OCT[15])
        facts.fail(sheet, 7, on=OCT[15])

        assert facts.run("PAY-02", OCT[19]) == []  # second working day
        assert facts.run("PAY-02", OCT[20])  # third: the working days are over

    def test_is_not_put_off_again_by_a_second_return(self, facts):
        sheet = facts.sheet()
        facts.pay(sheet, 4, 5, 6, on=OCT[15])
        facts.fail(sheet, 7, on=OCT[15])
        facts.retry(sheet, 7)
        facts.fail(sheet, 7, on=OCT[20])

        assert facts.run("PAY-02", OCT[20])

    def test_does_not_fire_at_once_when_a_return_is_retried(self, facts):
        sheet = facts.sheet()
        facts.pay(sheet, 4, 5, 6, on=OCT[15])
        facts.fail(sheet, 7, on=OCT[16])
        facts.retry(sheet, 7)

        assert facts.run("PAY-02", OCT[17]) == []

    def test_waits_for_no_return_from_the_fifteenth_day_on(self, facts):
        sheet = facts.sheet()
        facts.pay(sheet, 4, 5, 6, on=OCT[15])
        facts.fail(sheet, 7, on=OCT[29])

        assert facts.run("PAY-02", OCT[29]) == []
        assert facts.level("PAY-02", OCT[30]) == "橙"

    def test_waits_for_a_return_as_long_as_pay10_does(self, facts):
        threshold("PAY-10", "yellow", 2)
        sheet = facts.sheet()
        facts.pay(sheet, 4, 5, 6, on=OCT[15])
        facts.fail(sheet, 7, on=OCT[15])

        assert facts.run("PAY-02", OCT[19])


class TestPAY04:
    """Attended, not paid."""

    def test_fires_yellow_up_to_a_tenth_and_red_above(self, facts):
        facts.attend()
        facts.pay(facts.sheet(0, 1), on=OCT[15])

        [warning] = facts.run("PAY-04", OCT[16])
        assert (warning.get_level_display(), warning.evidence["unpaid"]) == ("红", 2)

    def test_is_yellow_for_one_alone(self, facts):
        facts.attend()
        facts.pay(facts.sheet(0, 1, 2), on=OCT[15])

        assert facts.level("PAY-04", OCT[16]) == "黄"

    def test_counts_people_not_engagements(self, facts):
        """Who left and came back has two registrations, one line, and is one head."""
        facts.attend()
        again = facts.engagements[3]
        left = Engagement.everything.create(
            person=again.person,
            project=facts.project,
            employer=facts.employer,
            entered_on=date(2026, 5, 1),
            left_on=date(2026, 9, 3),
        )
        AttendanceMonth.everything.create(
            engagement=left,
            project=facts.project,
            employer=facts.employer,
            month=MONTH,
            marks="1" * 2 + " " * 29,
            days=2,
            updated_at=NOW,
        )
        facts.pay(facts.sheet(0, 1, 2), on=OCT[15])

        [warning] = facts.run("PAY-04", OCT[16])
        assert (warning.evidence["present"], warning.evidence["unpaid"]) == (4, 1)
        assert warning.evidence["workers"][0]["days"] == "22.0"

    def test_takes_a_line_of_nothing_for_paid_once_approved(self, facts):
        facts.attend(3)
        nothing = {"gross": Decimal(3000), "advance": Decimal(3000), "net": Decimal(0)}
        sheet = facts.sheet(3, **nothing)
        assert facts.run("PAY-04", OCT[16])

        PaySheet.everything.filter(pk=sheet.pk).update(status=PaySheet.Status.APPROVED)

        assert facts.run("PAY-04", OCT[16]) == []

    def test_leaves_work_after_the_sheet_day_to_the_next_month(self, facts):
        """Paid within the month: the sheet of the 22nd cannot hold the 27th."""
        facts.cast.change_wage_days(facts.project, sheet_day=22, pay_day=28, pay_month_offset=0)
        facts.attend(0)
        facts.attend(1)
        late = AttendanceMonth.everything.filter(engagement=facts.engagements[1])
        late.update(marks=" " * 26 + "11" + " " * 3, days=2)

        facts.attend(2)
        facts.pay(facts.sheet(2), on=date(2026, 9, 28))

        [warning] = facts.run("PAY-04", OCT[9])
        assert warning.evidence["unpaid"] == 1

    def test_waits_for_the_repair_of_a_fresh_return(self, facts):
        facts.attend()
        sheet = facts.sheet()
        facts.pay(sheet, 4, 5, 6, on=OCT[15])
        facts.fail(sheet, 7, on=OCT[15])

        assert facts.run("PAY-04", OCT[19]) == []
        assert facts.level("PAY-04", OCT[20]) == "黄"

    def test_is_yellow_at_exactly_the_share(self, facts):
        threshold("PAY-04", "red_share", "0.50")
        facts.attend()
        facts.pay(facts.sheet(0, 1), on=OCT[15])

        assert facts.level("PAY-04", OCT[16]) == "黄"

    def test_waits_for_the_due_day(self, facts):
        facts.attend()
        facts.pay(facts.sheet(0, 1, 2), on=OCT[14])

        assert facts.run("PAY-04", OCT[15]) == []

    def test_gives_way_to_pay02_on_a_wholly_unpaid_sheet(self, facts):
        facts.attend()
        facts.sheet()

        assert facts.run("PAY-04", OCT[16]) == []

    def test_speaks_of_all_who_are_unpaid_where_others_are_paid(self, facts):
        facts.attend()
        facts.pay(facts.sheet(0, 1), on=OCT[15])
        facts.sheet(2)

        [warning] = facts.run("PAY-04", OCT[16])
        assert warning.evidence["unpaid"] == 2

    def test_clears_when_the_worker_is_paid(self, facts):
        facts.attend()
        facts.pay(facts.sheet(0, 1, 2), on=OCT[15])
        assert facts.run("PAY-04", OCT[16])

        facts.pay(facts.sheet(3), on=OCT[17])

        assert facts.run("PAY-04", OCT[17]) == []


class TestPAY06:
    """乌鲁木齐: 1,700 元 a month, so 1,563.22 元 for 20 of 21.75 days."""

    @pytest.mark.parametrize(("net", "fires"), [("1563.21", True), ("1563.22", False)])
    def test_compares_to_the_fen(self, facts, net, fires):
        facts.sheet(gross=Decimal(net), net=Decimal(net))

        assert bool(facts.run("PAY-06", OCT[9])) is fires

    def test_goes_by_the_larger_of_both_days(self, facts):
        facts.attend(0, days=20)
        facts.sheet(0, days=10, gross=Decimal(1563), net=Decimal(1563))

        [warning] = facts.run("PAY-06", OCT[9])
        assert warning.evidence["workers"][0]["days"] == "20.0"

    def test_goes_by_the_standard_of_the_months_last_day(self, facts):
        MinimumWage.objects.create(
            region_id="650102",
            since=date(2026, 9, 30),
            tier=1,
            monthly=Decimal(2000),
            hourly=Decimal(20),
            source="通知",
        )
        facts.sheet(gross=Decimal(1800), net=Decimal(1800))

        assert facts.run("PAY-06", OCT[9])

    def test_asks_at_most_one_months_wage(self, facts):
        facts.sheet(days=30, gross=Decimal(1700), net=Decimal(1700))

        assert facts.run("PAY-06", OCT[9]) == []

    def test_leaves_overtime_out(self, facts):
        facts.sheet(gross=Decimal(2000), overtime=Decimal(500), net=Decimal(2000))

        [warning] = facts.run("PAY-06", OCT[9])
        assert warning.get_level_display() == "橙"
        assert "待核实" in warning.summary

    def test_can_leave_contributions_out_from_a_day_on(self, facts):
        facts.sheet(gross=Decimal(1600), deduction=Decimal(100), net=Decimal(1500))
        assert facts.run("PAY-06", OCT[9]) == []

        threshold("PAY-06", "contributions_count", 0)

        assert facts.run("PAY-06", OCT[9])

    def test_counts_an_advance_as_paid(self, facts):
        facts.sheet(gross=Decimal(2000), advance=Decimal(1000), net=Decimal(1000))

        assert facts.run("PAY-06", OCT[9]) == []


class TestPAY10:
    """Returned and not retried, in working days from the return on Thursday 15 October."""

    @pytest.mark.parametrize(("day", "level"), [(19, ""), (20, "黄"), (23, "黄"), (26, "橙")])
    def test_climbs_in_working_days(self, facts, day, level):
        facts.fail(facts.sheet(), 4, on=OCT[15])

        assert facts.level("PAY-10", OCT[day]) == level

    def test_counts_on_while_it_is_retried(self, facts):
        sheet = facts.sheet()
        facts.fail(sheet, 4, on=OCT[15])
        facts.retry(sheet, 4)

        [warning] = facts.run("PAY-10", OCT[20])
        assert warning.evidence["lines"][0]["state"] == "重新发放中"

    def test_counts_on_from_the_first_of_two_returns(self, facts):
        sheet = facts.sheet()
        facts.fail(sheet, 4, on=OCT[15])
        facts.retry(sheet, 4)
        facts.fail(sheet, 4, on=OCT[23])

        assert facts.level("PAY-10", OCT[26]) == "橙"

    def test_clears_once_the_line_is_paid(self, facts):
        sheet = facts.sheet()
        facts.fail(sheet, 4, on=OCT[15])
        assert facts.run("PAY-10", OCT[20])

        facts.pay(sheet, on=OCT[20])

        assert facts.run("PAY-10", OCT[20]) == []


class TestWRK02:
    """Something that 规程二(四) names is missing three days after entry."""

    def test_fires_on_the_third_day(self, facts):
        engagement = facts.engagements[0]
        entered = engagement.entered_on
        Engagement.everything.filter(pk=engagement.pk).update(contract_number="")

        assert facts.run("WRK-02", entered.replace(day=entered.day + 2)) == []
        [warning] = facts.run("WRK-02", entered.replace(day=entered.day + 3))
        assert "劳动合同" in warning.summary

    def test_names_every_missing_field(self, facts):
        engagement = facts.engagements[0]
        Engagement.everything.filter(pk=engagement.pk).update(trade=None, contract_number="")
        Person.objects.filter(pk=engagement.person_id).update(phone_masked="")
        engagement.person.cards.update(valid_to=OCT[1])

        [warning] = facts.run("WRK-02", OCT[9])
        assert warning.evidence["workers"][0]["missing"] == [
            "劳动合同", "工种", "工资卡银行账号", "联系方式",
        ]  # fmt: skip

    def test_clears_when_the_last_field_is_filled(self, facts):
        engagement = facts.engagements[0]
        engagement.person.cards.update(valid_to=OCT[1])
        assert facts.run("WRK-02", OCT[9])

        change_card(
            actor=SYSTEM,
            uuid=engagement.uuid,
            number=facts.entries[0].card,
            bank="",
            since=OCT[2],
            now=at(OCT[9]),
        )

        assert facts.run("WRK-02", OCT[9]) == []

    def test_forgets_who_left(self, facts):
        Engagement.everything.filter(pk=facts.engagements[0].pk).update(
            contract_number="", left_on=OCT[8]
        )

        assert facts.run("WRK-02", OCT[8])
        assert facts.run("WRK-02", OCT[9]) == []


class TestNTC01:
    """Started on 2026-03-01 and no photo of a board."""

    @pytest.mark.parametrize(
        ("day", "level"),
        [
            (date(2026, 2, 28), ""),
            (date(2026, 3, 1), "黄"),
            (date(2026, 3, 15), "黄"),
            (date(2026, 3, 16), "橙"),
        ],
    )
    def test_climbs_from_the_start(self, facts, day, level):
        Project.everything.exclude(pk=facts.project.pk).update(status=Project.Status.COMPLETED)

        assert facts.level("NTC-01", day) == level

    def test_judges_a_preparing_project_from_its_planned_start(self, facts):
        facts.project.status, facts.project.actual_start = Project.Status.PREPARING, None
        facts.project.save()

        found = facts.run("NTC-01", date(2026, 3, 1), projects={facts.project.pk})
        assert len(found) == 1

    def test_clears_with_a_posted_photo(self, facts):
        where = {"projects": {facts.project.pk}}
        assert facts.run("NTC-01", OCT[9], **where)

        facts.post_board(OCT[9])

        assert facts.run("NTC-01", OCT[9], **where) == []
        warning = EarlyWarning.everything.get(rule="NTC-01")
        assert warning.condition == EarlyWarning.Condition.CLEARED


class TestEveryRule:
    @pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
    def test_leads_to_the_page_where_it_is_mended(self, rule):
        assert reverse(rule.place, args=["XJ6501022026001"])

    @pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
    def test_says_what_each_threshold_counts(self, rule):
        assert set(rule.units) == set(rule.defaults)
        assert rule.raised <= set(rule.defaults)


class TestFED01:
    """A feed silent for over a month; the account was opened on 25 February."""

    @pytest.mark.parametrize(("day", "level"), [(NOV[1], ""), (NOV[2], "黄")])
    def test_fires_after_the_thirty_first_day(self, facts, day, level):
        facts.balance(100, OCT[1])
        assert facts.level("FED-01", day) == level

    def test_counts_from_the_opening_where_there_was_none(self, facts):
        assert facts.run("FED-01", date(2026, 3, 28)) == []
        [warning] = facts.run("FED-01", date(2026, 3, 29))
        assert warning.subject == facts.cast.account.subject
        assert "开户以来" in warning.summary

    def test_clears_when_the_bank_tells(self, facts):
        facts.balance(100, OCT[1])
        assert facts.run("FED-01", NOV[2])
        facts.balance(90, NOV[1])
        assert facts.run("FED-01", NOV[2]) == []

    def test_is_one_for_the_bank_above_its_share(self, facts):
        facts.other_accounts(4)

        [warning] = facts.run("FED-01", OCT[9])
        assert warning.subject == f"bank:{facts.cast.bank.uscc}"
        assert (warning.evidence["silent"], warning.evidence["kept"]) == (5, 5)
        assert warning.others.count() == 5

    def test_is_one_an_account_at_the_share_or_below(self, facts):
        facts.other_accounts(4)
        threshold("FED-01", "share", 1)

        assert len(facts.run("FED-01", OCT[9])) == 5

    def test_leaves_pay02_unknown_where_the_feed_fell_silent(self, facts):
        facts.balance(100, date(2026, 9, 1))
        facts.sheet()
        run_rules(as_of=OCT[16], now=at(OCT[16]))

        [held] = Coverage.everything.filter(rule="PAY-02")
        assert (held.state, held.cause.rule) == ("unknown", "FED-01")
        assert facts.live("PAY-02") == []

    def test_says_nothing_of_what_never_had_a_feed(self, facts):
        facts.sheet()
        run_rules(as_of=OCT[16], now=at(OCT[16]))

        assert facts.live("FED-01")
        assert facts.live("PAY-02")


class TestACC12:
    """An order of Friday 9 October 2026; Saturday the 10th is a working day."""

    @pytest.mark.parametrize(
        ("status", "day", "level"),
        [
            ("pending", 9, ""),
            ("pending", 10, "橙"),
            ("pending", 13, "橙"),
            ("pending", 14, "红"),
            ("sent", 10, ""),
            ("sent", 12, "橙"),
            ("accepted", 13, ""),
            ("accepted", 14, "橙"),
            ("unknown", 9, ""),
            ("unknown", 10, "橙"),
        ],
    )
    def test_climbs_step_by_step(self, facts, status, day, level):
        facts.order(facts.sheet(), 4, status=status)

        assert facts.level("ACC-12", OCT[day]) == level

    def test_clears_once_the_bank_has_answered(self, facts):
        order = facts.order(facts.sheet(), 4, status="sent")
        assert facts.run("ACC-12", OCT[14])

        PaymentOrder.everything.filter(pk=order.pk).update(status="succeeded")

        assert facts.run("ACC-12", OCT[14]) == []

    def test_is_one_for_the_bank_above_its_share_and_leaves_wages_unknown(self, facts):
        for month in (5, 6, 7, 8):
            facts.order(facts.sheet(0, month=date(2026, month, 1)), 4, status="sent")
        sheet = facts.sheet(0)
        facts.order(sheet, 4, status="sent")
        run_rules(as_of=OCT[16], now=at(OCT[16]))

        [warning] = facts.live("ACC-12")
        assert warning.subject == f"bank:{facts.cast.bank.uscc}"
        assert (warning.evidence["late"], warning.evidence["open"]) == (5, 5)
        assert facts.live("PAY-02") == []
        held = Coverage.everything.filter(rule="PAY-02", state="unknown")
        assert held.filter(cause=warning).count() == 5

    def test_leaves_a_month_that_owes_more_than_is_ordered(self, facts):
        for month in (5, 6, 7, 8):
            facts.order(facts.sheet(0, month=date(2026, month, 1)), 4, status="sent")
        facts.order(facts.sheet(0, 1), 4, status="sent")
        run_rules(as_of=OCT[16], now=at(OCT[16]))

        assert [warning.period for warning in facts.live("PAY-02")] == ["2026-09"]
