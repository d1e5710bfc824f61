"""Home by role: what waits, with its deadline and its button."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from core import clock
from core.hook_kinds import NavigationSection
from core.hooks import declared
from identity.models import Organisation
from identity.roles import Role
from monitoring import services as monitoring
from monitoring.models import EarlyWarning, Level
from payroll.models import PaymentOrder, PaySheet
from projects.models import Participant
from tests.cast import NOW, TODAY
from workers.models import AttendanceMonth, Engagement

AUGUST = date(2026, 8, 1)


@pytest.fixture(autouse=True)
def on_the_day(settings):
    """The platform's clock on the day of the cast."""
    settings.WAGEMON_NOW = NOW.isoformat()


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def make_sheet(cast, month: date, status: str, **changes) -> PaySheet:
    fields = {
        "project": cast.project,
        "employer": cast.subcontractor,
        "number": f"GZD{cast.subcontractor.pk:06d}{month:%Y%m}001",
        "headcount": 30,
        "net": Decimal("158208.50"),
        "due_on": cast.project.due_day(month),
        "created_at": NOW,
        "submitted_at": NOW,
    }
    return PaySheet.everything.create(month=month, status=status, **(fields | changes))


def attend(cast, month: date) -> None:
    """Somebody of the register worked in the month."""
    engagement = Engagement.everything.filter(project=cast.project).first()
    AttendanceMonth.everything.create(
        engagement=engagement,
        project=cast.project,
        employer=cast.subcontractor,
        month=month,
        marks="1" * 20 + " " * 11,
        days=20,
        updated_at=NOW,
    )


def home(cast, user):
    response = cast.client(user).get("/")
    assert response.status_code == 200
    return response


class TestHome:
    def test_sends_a_stranger_to_sign_in(self, client, db):
        assert client.get("/").url.startswith(reverse("identity:sign_in"))

    def test_is_only_read(self, cast):
        assert cast.client(cast.users.labour).post("/").status_code == 405

    @pytest.mark.parametrize(
        "name", ["admin", "manager", "labour", "sub", "owner", "bank", "county", "prefecture"]
    )
    def test_opens_for(self, cast, name):
        assert "今日工作" in text_of(home(cast, getattr(cast.users, name)))

    def test_opens_for_the_whole_region(self, cast):
        assert "六项制度落实率" in text_of(home(cast, cast.users.province))

    def test_says_what_an_empty_list_means(self, cast):
        assert "没有待办理的代发指令" in text_of(home(cast, cast.users.bank))


class TestSiteWork:
    def test_asks_for_the_first_roster(self, cast):
        page = home(cast, cast.users.sub)
        assert "实名制名册还是空的" in text_of(page)
        assert reverse("workers:roster_import", args=[cast.project.code]) in page.content.decode()

    def test_asks_a_contractor_that_has_just_joined_for_its_first_project(self, cast):
        newcomer = cast.unit("新疆新来建设有限公司", Organisation.Kind.CONTRACTOR)
        admin = cast.user("new_admin", newcomer, Role.ENTERPRISE_ADMIN)
        page = home(cast, admin)
        assert "还没有登记项目" in text_of(page)
        assert f'href="{reverse("projects:new")}"' in page.content.decode()

    def test_asks_the_contractor_for_the_board(self, cast):
        assert "告示牌还没有张贴" in text_of(home(cast, cast.users.labour))
        assert "告示牌还没有张贴" not in text_of(home(cast, cast.users.sub))

    def test_asks_the_admin_for_an_account(self, cast):
        assert "专用账户还没有登记" in text_of(home(cast, cast.users.other_admin))
        assert "专用账户还没有登记" not in text_of(home(cast, cast.users.other_labour))

    def test_asks_the_sender_for_a_sheet(self, cast):
        assert cast.roster
        attend(cast, AUGUST)
        page = home(cast, cast.users.sub)
        assert "2026年8月工资表还没有报送" in text_of(page)
        assert reverse("payroll:start", args=[cast.project.code]) in page.content.decode()

    def test_asks_for_last_months_attendance(self, cast):
        assert cast.roster
        assert "2026年9月考勤还没有登记" in text_of(home(cast, cast.users.sub))

    @pytest.mark.parametrize(
        ("status", "words"),
        [("submitted", "审核工资表"), ("approved", "发放工资"), ("partly_paid", "重新代发")],
    )
    def test_gives_the_reviewer_the_next_step(self, cast, status, words):
        make_sheet(cast, AUGUST, status)
        assert words in text_of(home(cast, cast.users.labour))
        assert words not in text_of(home(cast, cast.users.sub))
        assert words not in text_of(home(cast, cast.users.manager))

    @pytest.mark.parametrize(
        ("status", "minutes", "asked"),
        [("accepted", 31, False), ("unknown", 29, False), ("unknown", 31, True)],
    )
    def test_asks_after_an_order_that_the_bank_leaves_in_doubt(
        self, cast, monkeypatch, status, minutes, asked
    ):
        # To the minute: the demo's clock runs on.
        monkeypatch.setattr(clock, "now", lambda: NOW)
        sheet = make_sheet(cast, AUGUST, "paying")
        PaymentOrder.everything.create(
            number="DF1",
            sheet=sheet,
            account=cast.account,
            status=status,
            count=30,
            total=sheet.net,
            ordered_by=cast.users.labour.uuid,
            created_at=NOW - timedelta(hours=2),
            sent_at=NOW - timedelta(minutes=minutes),
        )
        assert ("代发结果待核实" in text_of(home(cast, cast.users.labour))) is asked

    def test_gives_a_returned_sheet_to_its_sender(self, cast):
        make_sheet(cast, AUGUST, "returned")
        assert "修改并提交" in text_of(home(cast, cast.users.sub))
        assert "等分包单位修改" in text_of(home(cast, cast.users.labour))

    def test_does_not_show_the_other_contractors_work(self, cast):
        make_sheet(cast, AUGUST, "submitted")
        assert cast.project.name not in text_of(home(cast, cast.users.other_labour))

    def test_leaves_a_settled_month_alone(self, cast):
        make_sheet(cast, AUGUST, "paid", paid_on=TODAY)
        assert "8月工资表" not in text_of(home(cast, cast.users.labour))


class TestWarningsAtHome:
    @pytest.fixture
    def warned(self, cast):
        monitoring.run_rules(as_of=TODAY, now=NOW, codes=["NTC-01"])
        return cast

    def test_lets_the_county_sign(self, warned):
        page = home(warned, warned.users.county)
        assert re.search(
            r'method="post" action="/warnings/[-0-9a-f]+/acts/sign/"', page.content.decode()
        )

    def test_signs_with_that_button(self, warned):
        client = warned.client(warned.users.county)
        url = re.search(
            r'action="(/warnings/[-0-9a-f]+/acts/sign/)"', client.get("/").content.decode()
        )
        assert url and client.post(url[1]).status_code == 302
        assert "没有待签收的预警" in text_of(client.get("/"))

    def test_lets_an_industry_officer_look_on(self, warned):
        page = home(warned, warned.users.housing)
        assert "告示牌未公示" in text_of(page)
        assert "/sign/" not in page.content.decode()
        assert "告示牌未公示" not in text_of(home(warned, warned.users.water))

    def test_asks_the_contractor_to_answer(self, warned):
        # The board is his to make: that line carries the warning, which stands nowhere else.
        page = home(warned, warned.users.labour).content.decode()
        titles = re.findall(r'<p class="work-title">(.*?)</p>', page)
        (board,) = [title for title in titles if "告示牌" in title]
        assert "橙" in board
        (line,) = [line for line in page.split('<li class="work">') if "告示牌还没有张贴" in line]
        assert re.search(r"已逾期 \d+ 天", line)
        assert "已预警" in page

    def test_asks_for_an_answer_to_what_no_line_of_work_speaks_of(self, warned):
        EarlyWarning.everything.create(
            rule="ACC-07",
            rule_version=1,
            title="专户违规支出",
            subject="entry:1",
            project=warned.project,
            fact_level=Level.RED,
            summary="专户支付给某某建材经销部 100.00 元",
            since=TODAY,
            evaluated_on=TODAY,
            sign_by=TODAY,
            settle_by=TODAY,
        )
        words = text_of(home(warned, warned.users.labour))
        assert "其他预警 1 " in words
        assert "专户违规支出" in words
        assert "反馈" in words

    def test_shows_another_county_nothing(self, warned):
        assert warned.project.name not in text_of(home(warned, warned.users.other_county))


class TestMoneyAtHome:
    def test_tells_the_owner_the_next_deposit(self, cast):
        words = text_of(home(cast, cast.users.owner))
        assert "应拨付人工费用 200,000.00 元" in words
        assert f"{cast.project.name} · 专户余额未知" in words

    def test_tells_the_owner_what_is_overdue(self, cast):
        day = date(2026, 9, 30)
        cast.account.statements.create(
            message_id="ST1", from_date=day, to_date=day, opening=0, closing=0, received_at=NOW
        )
        words = text_of(home(cast, cast.users.owner))
        assert "逾期未拨付人工费用 200,000.00 元" in words

    def test_tells_the_bank_which_statements_are_missing(self, cast):
        assert cast.account.number in text_of(home(cast, cast.users.bank))
        assert cast.account.number not in text_of(home(cast, cast.users.other_bank))


class TestMachine:
    def test_shows_the_operator_the_system_and_no_business(self, cast):
        words = text_of(home(cast, cast.users.operator))
        assert "审计链" in words
        assert cast.project.name not in words


class TestNavigation:
    @pytest.mark.parametrize("page", [section.page for section in declared(NavigationSection)])
    def test_leads_somewhere(self, page):
        assert resolve(reverse(page))

    def test_opens_sections_by_role(self, cast):
        assert "/organisations/" in home(cast, cast.users.county).content.decode()
        assert "/organisations/" not in home(cast, cast.users.labour).content.decode()


class TestBudget:
    def grow(self, cast, number: int) -> None:
        project = cast.make_project(f"XJ65010220269{number:03d}", f"第{number}期")
        cast.take_part(project, cast.contractor, Participant.Role.CONTRACTOR)
        cast.take_part(project, cast.subcontractor, Participant.Role.LABOUR)
        cast.take_part(project, cast.owner, Participant.Role.OWNER)
        make_sheet(cast, AUGUST, "submitted", project=project, number=f"GZD{number:06d}202608001")

    def queries(self, cast, user) -> int:
        client = cast.client(user)
        client.get("/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/")
        return len(seen)

    @pytest.mark.parametrize("name", ["admin", "sub", "owner", "county", "province"])
    def test_costs_the_same_for_twice_the_projects(self, cast, name):
        user = getattr(cast.users, name)
        for number in (1, 2):
            self.grow(cast, number)
        monitoring.run_rules(as_of=TODAY, now=NOW)
        few = self.queries(cast, user)
        for number in (3, 4, 5, 6):
            self.grow(cast, number)
        monitoring.run_rules(as_of=TODAY, now=NOW)
        assert self.queries(cast, user) == few <= 32


class TestSections:
    """The bar on top of every page."""

    @pytest.mark.parametrize(
        ("address", "section"),
        [("/", "今日工作"), ("/projects/", "工程项目"), ("/rules/", "预警"), ("/regions/", "单位")],
    )
    def test_marks_the_section_that_a_page_belongs_to(self, cast, address, section):
        page = cast.client(cast.users.county).get(address).content.decode()

        assert re.findall(r'aria-current="page">([^<]+)</a>', page) == [section]
