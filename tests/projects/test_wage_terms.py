"""Terms belong to a wage month: a month keeps those in force on its last day."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import calendar
from core.actor import Forbidden
from core.models import AuditEntry, CalendarDay
from payroll.models import PaySheet
from payroll.services.due_days import restate_due_days
from projects import services
from projects.models import Project, WageTerm
from tests.cast import MONTH, NOW, SHANGHAI
from tests.refusals import refused

AUG, SEP, OCT, NOV, DEC = (date(2026, month, 1) for month in range(8, 13))


def agree(cast, since, now=NOW, user="admin", **days):
    return services.agree_wage_term(
        actor=cast.actor(getattr(cast.users, user)),
        now=now,
        code=cast.project.code,
        since=since,
        term=services.NewWageTerm(**days),
    )


def due_day(cast, month):
    return Project.everything.get(pk=cast.project.pk).due_day(month)


def sheet_of(cast, month=MONTH, status="submitted", **more):
    return PaySheet.everything.create(
        number=f"GZD{month:%Y%m}{PaySheet.everything.count()}",
        project=cast.project,
        employer=cast.subcontractor,
        month=month,
        status=status,
        due_on=cast.project.due_day(month),
        created_at=NOW,
        submitted_at=NOW,
        **more,
    )


class TestMonths:
    def test_follow_the_term_agreed_last_for_them(self, cast):
        agree(cast, NOV, pay_day=20)
        assert due_day(cast, OCT) == date(2026, 11, 13)  # the 15th is a Sunday
        assert due_day(cast, NOV) == date(2026, 12, 18)  # the 20th too

    def test_take_a_term_agreed_on_their_last_day(self, cast):
        agree(cast, OCT, now=datetime(2026, 10, 31, 23, 59, tzinfo=SHANGHAI), pay_day=20)
        assert due_day(cast, OCT) == date(2026, 11, 20)

    def test_that_are_over_keep_theirs(self, cast):
        with refused("wage_term.month_over", "since"):
            agree(cast, SEP, pay_day=20)
        # Even where a row says so.
        late = datetime(2026, 10, 1, 0, 0, tzinfo=SHANGHAI)
        WageTerm.everything.create(
            project=cast.project, since=SEP, pay_day=20, recorded_at=late, recorded_by="孙总"
        )
        assert due_day(cast, SEP) == date(2026, 10, 15)
        assert due_day(cast, OCT) == date(2026, 11, 20)

    def test_follow_the_later_agreement_where_two_speak_of_them(self, cast):
        agree(cast, DEC, pay_day=20)
        agree(cast, NOV, now=datetime(2026, 10, 12, 9, tzinfo=SHANGHAI), pay_day=25)
        assert due_day(cast, DEC) == date(2027, 1, 25)

    def test_before_the_first_agreement_follow_it(self, cast):
        assert due_day(cast, date(2025, 12, 1)) == date(2026, 1, 15)

    def test_move_the_sheet_day_forward_and_the_due_day_back_from_a_day_off(self, cast):
        cast.change_wage_days(cast.project, sheet_day=3, pay_day=6)
        assert cast.project.sheet_day_of(SEP) == date(2026, 10, 8)
        assert cast.project.due_day(SEP) == date(2026, 9, 30)


class TestAgree:
    def test_moves_what_is_unpaid_of_the_months_it_reaches(self, cast):
        reached, before = sheet_of(cast, OCT), sheet_of(cast, SEP)
        agree(cast, OCT, pay_day=20)
        for sheet in (reached, before):
            sheet.refresh_from_db()
        assert (reached.due_on, before.due_on) == (date(2026, 11, 20), date(2026, 10, 15))

    def test_leaves_a_paid_sheet_the_day_by_which_it_was_due(self, cast):
        sheet = sheet_of(cast, OCT, status="paid", paid_on=date(2026, 10, 9))
        agree(cast, OCT, pay_day=20)
        sheet.refresh_from_db()
        assert sheet.due_on == date(2026, 11, 13)

    def test_refuses_what_changes_nothing(self, cast):
        with refused("wage_term.unchanged", "sheet_day"):
            agree(cast, NOV)

    def test_takes_back_what_was_to_come(self, cast):
        agree(cast, DEC, pay_day=20)
        agree(cast, NOV, now=datetime(2026, 10, 12, 9, tzinfo=SHANGHAI))
        assert due_day(cast, DEC) == date(2027, 1, 15)

    @pytest.mark.parametrize("user", ["labour", "sub", "county"])
    def test_is_the_contractors(self, cast, user):
        with pytest.raises(Forbidden):
            agree(cast, NOV, user=user, pay_day=20)

    def test_is_audited(self, cast):
        agree(cast, NOV, pay_day=20)
        entry = AuditEntry.objects.get(action="project.wage_term")
        assert entry.detail["起始工资月份"] == "2026-11"
        assert entry.detail["工资支付日"] == "20 日"


class TestCalendar:
    def test_moves_the_due_days_of_what_is_not_paid(self, cast):
        unpaid = sheet_of(cast, SEP)
        paid = sheet_of(cast, AUG, status="paid", paid_on=date(2026, 9, 15))
        for day in (date(2026, 10, 15), date(2026, 9, 15)):
            CalendarDay.objects.create(day=day, working=False, name="古尔邦节", source="通知")
        calendar.forget_overrides()

        assert restate_due_days() == 1
        with CaptureQueriesContext(connection) as queries:
            assert restate_due_days() == 0
        # Sheets whose day stands are left to whoever works on them.
        assert not [one for one in queries if "FOR UPDATE" in one["sql"]]

        for sheet in (unpaid, paid):
            sheet.refresh_from_db()
        assert (unpaid.due_on, paid.due_on) == (date(2026, 10, 14), date(2026, 9, 15))


class TestDatabase:
    def test_refuses_a_project_without_terms(self, cast):
        with pytest.raises(IntegrityError, match="wage term"), transaction.atomic():
            project = cast.make_project("XJ6501022026999", "没有约定")
            WageTerm.everything.filter(project=project).delete()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS project_has_wage_term IMMEDIATE")


class TestPage:
    def url(self, cast):
        return f"/projects/{cast.project.code}/wage-terms/"

    def test_shows_what_holds_and_what_is_to_come(self, cast):
        agree(cast, DEC, pay_day=20)
        page = cast.client(cast.users.county).get(self.url(cast)).content.decode()
        assert "本月执行" in page
        assert "尚未开始" in page
        assert "登记约定" not in page

    def test_takes_other_days(self, cast):
        client = cast.client(cast.users.admin)
        data = {"since": "2026.12", "sheet_day": "5", "pay_day": "25", "pay_month_offset": "1"}
        response = client.post(f"{self.url(cast)}agree/", data)
        assert response["Location"] == self.url(cast)
        assert due_day(cast, DEC) == date(2027, 1, 25)

    def test_says_what_is_wrong(self, cast):
        client = cast.client(cast.users.admin)
        data = {"since": "2026-09", "sheet_day": "0", "pay_day": "25", "pay_month_offset": "1"}
        response = client.post(f"{self.url(cast)}agree/", data)
        assert list(response.context["form"].errors) == ["sheet_day"]
        page = client.post(f"{self.url(cast)}agree/", data | {"sheet_day": "5"}).content.decode()
        assert "2026-09 已经过去" in page
