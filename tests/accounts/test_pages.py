"""Pages of wage accounts: who sees them, what they say, what they refuse."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import services
from accounts.bank import camt053
from accounts.models import FundingTerm, SpecialAccount
from core.models import AuditEntry
from projects.models import Participant
from tests.accounts.test_messages import SAMPLE
from tests.cast import NOW

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FORM = {
    "number": "6505 0161 6250 0000 0456",
    "name": "昌吉某某建筑有限公司昌吉北郊厂房农民工工资专用账户",
    "branch": "某某支行",
    "opened_on": "2026-03-02",
    "filed_on": "",
}


@pytest.fixture(autouse=True)
def today(settings):
    settings.WAGEMON_NOW = NOW.isoformat()


@pytest.fixture
def moved(cast):
    """The sample statement on the account."""
    [statement] = camt053.parse(SAMPLE.read_bytes()).statements
    services.record_statement(account=cast.account, statement=statement, now=NOW)


def get(cast, user: str, name: str, *args):
    return cast.client(getattr(cast.users, user)).get(reverse(f"accounts:{name}", args=args))


class TestProjectPage:
    @pytest.mark.parametrize(
        "user",
        ["admin", "manager", "labour", "owner", "county", "prefecture", "province", "housing"],
    )
    def test_is_seen_by_whom_it_concerns(self, cast, moved, user):
        page = get(cast, user, "project", cast.project.code)
        assert page.status_code == 200
        assert "49,891.50" in page.text
        assert "2026-10-31" in page.text

    @pytest.mark.parametrize(
        "user", ["other_sub", "other_admin", "other_county", "water", "bank", "operator"]
    )
    def test_is_not_found_by_others(self, cast, user):
        assert get(cast, user, "project", cast.project.code).status_code == 404

    def test_is_not_the_subcontractors_to_see(self, cast):
        page = get(cast, "sub", "project", cast.project.code)
        assert page.status_code == 403
        assert "不能查看“专户”" in page.text

    def test_is_not_found_under_a_wrong_code(self, cast):
        assert get(cast, "admin", "project", "XJ000").status_code == 404

    def test_asks_the_stranger_to_sign_in(self, client, cast):
        answer = client.get(reverse("accounts:project", args=[cast.project.code]))
        assert answer.status_code == 302

    def test_takes_no_post(self, cast):
        url = reverse("accounts:project", args=[cast.project.code])
        assert cast.client(cast.users.admin).post(url).status_code == 405

    def test_says_that_the_balance_is_unknown(self, cast):
        page = get(cast, "admin", "project", cast.project.code).text
        assert "未知" in page
        assert "还没有流水" in page

    def test_shows_people_masked_and_firms_in_full(self, cast, moved):
        page = get(cast, "owner", "project", cast.project.code).text
        assert "某某建材经销部" in page
        assert "65050161500000001234" in page
        assert "刘*强" in page
        assert "尾号 6665" in page
        assert "刘志强" not in page
        assert "6217008594069256665" not in page

    def test_pages_and_filters_with_totals_of_the_whole(self, cast, moved):
        url = reverse("accounts:project", args=[cast.project.code])
        page = cast.client(cast.users.admin).get(url, {"direction": "CRDT", "kind": "deposit"}).text
        assert "200,000.00" in page
        assert "刘*强" not in page
        odd = cast.client(cast.users.admin).get(url, {"since": "gestern", "kind": "x"}).text
        assert "33" in odd

    def test_costs_the_same_queries_for_more_movements(
        self, cast, moved, django_assert_num_queries, django_assert_max_num_queries
    ):
        client = cast.client(cast.users.admin)
        url = reverse("accounts:project", args=[cast.project.code])
        client.get(url)
        with django_assert_max_num_queries(20) as few:
            client.get(url, {"kind": "return"})
        with django_assert_num_queries(len(few)):
            client.get(url)

    def test_hints_where_the_name_differs(self, cast):
        SpecialAccount.everything.update(name="某某公司二期工资户")
        assert "账户名称与规定格式不同" in get(cast, "admin", "project", cast.project.code).text


class TestRegister:
    def post(self, cast, user: str = "other_admin", **changes):
        url = reverse("accounts:register", args=[cast.elsewhere.code])
        form = FORM | {"bank": str(cast.bank.uuid)} | changes
        return cast.client(getattr(cast.users, user)).post(url, form)

    def test_prefills_the_name_that_is_asked_for(self, cast):
        page = get(cast, "other_admin", "register", cast.elsewhere.code)
        assert FORM["name"] in page.text

    def test_registers_with_the_agreement(self, cast):
        file = SimpleUploadedFile("三方协议.pdf", PDF, "application/pdf")
        assert self.post(cast, agreement=file).status_code == 302
        account = SpecialAccount.everything.get(project=cast.elsewhere)
        assert (account.number, account.bank) == ("65050161625000000456", cast.bank)
        assert account.agreement.sealed
        assert AuditEntry.objects.filter(action="account.register").exists()
        paper = get(cast, "other_admin", "agreement", account.uuid)
        assert paper.content == PDF
        assert get(cast, "bank", "agreement", account.uuid).status_code == 200
        assert get(cast, "other_bank", "agreement", account.uuid).status_code == 404
        assert get(cast, "other_sub", "agreement", account.uuid).status_code == 404

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"number": "12345678"}, "9 至 22 位"),
            ({"number": "65050161625000000123"}, "已经登记"),
            ({"opened_on": "2026-10-10"}, "不能晚于今天"),
            ({"filed_on": "2026-03-01"}, "不能早于开立日期"),
            ({"bank": "00000000-0000-0000-0000-000000000000"}, "这个选项不在列表里"),
            ({"name": ""}, "没有填写"),
        ],
    )
    def test_says_what_to_mend_and_keeps_the_rest(self, cast, changes, words):
        page = self.post(cast, **changes)
        assert page.status_code == 200
        assert words in page.text
        assert "某某支行" in page.text
        assert not SpecialAccount.everything.filter(project=cast.elsewhere).exists()

    def test_refuses_an_agreement_that_is_no_paper(self, cast):
        page = self.post(cast, agreement=SimpleUploadedFile("x.pdf", b"MZ\x90\x00"))
        assert page.status_code == 200
        assert "这里只能上传" in page.text
        assert not SpecialAccount.everything.filter(project=cast.elsewhere).exists()

    def test_refuses_a_second_open_account(self, cast):
        self.post(cast)
        page = self.post(cast, number="65050161625000000789")
        assert "这个项目已有未销户的工资专用账户" in page.text

    @pytest.mark.parametrize(
        ("user", "status"), [("other_labour", 403), ("other_sub", 403), ("admin", 404)]
    )
    def test_is_the_contractors_alone(self, cast, user, status):
        assert self.post(cast, user).status_code == status

    def test_checks_a_field_on_leaving_it(self, cast):
        url = reverse("accounts:check", args=[cast.elsewhere.code]) + "?field=number"
        page = cast.client(cast.users.other_admin).post(url, FORM | {"number": "12"})
        assert "9 至 22 位" in page.text
        assert page.status_code == 200


class TestPapers:
    def test_adds_what_was_missing(self, cast):
        url = reverse("accounts:papers", args=[cast.project.code])
        file = SimpleUploadedFile("协议.pdf", PDF)
        client = cast.client(cast.users.admin)
        form = {"branch": "天山区支行", "filed_on": "2026-03-09", "agreement": file}
        assert client.post(url, form).status_code == 302
        cast.account.refresh_from_db()
        assert (cast.account.branch, cast.account.filed_on) == ("天山区支行", date(2026, 3, 9))
        assert client.post(url, {"branch": "天山区支行", "filed_on": ""}).status_code == 302
        cast.account.refresh_from_db()
        assert cast.account.agreement is not None

    @pytest.mark.parametrize(("user", "status"), [("owner", 403), ("sub", 403)])
    def test_is_the_contractors_alone(self, cast, user, status):
        assert get(cast, user, "papers", cast.project.code).status_code == status


class TestFundingTerm:
    def test_is_agreed_from_a_day_on(self, cast):
        url = reverse("accounts:funding_term", args=[cast.project.code])
        form = {"day": "31", "amount": "250,000.00", "since": "2026-10-01"}
        assert cast.client(cast.users.admin).post(url, form).status_code == 302
        term = FundingTerm.everything.get(project=cast.project, since=date(2026, 10, 1))
        assert (term.due_in(date(2027, 2, 1)), term.amount) == (date(2027, 2, 28), 250000)

    def test_refuses_nonsense(self, cast):
        url = reverse("accounts:funding_term", args=[cast.project.code])
        form = {"day": "32", "amount": "-1", "since": "2026-10-01"}
        page = cast.client(cast.users.admin).post(url, form)
        assert page.status_code == 200
        assert "负数" in page.text


class TestBanksPages:
    def test_list_the_accounts_it_keeps(self, cast, moved):
        page = get(cast, "bank", "kept").text
        assert cast.account.number in page
        assert "49,891.50" in page

    def test_list_nothing_of_another_bank(self, cast):
        assert cast.account.number not in get(cast, "other_bank", "kept").text
        assert get(cast, "other_bank", "kept_account", cast.account.uuid).status_code == 404

    @pytest.mark.parametrize("user", ["admin", "owner", "county", "sub", "operator"])
    def test_the_list_is_for_bank_clerks(self, cast, user):
        assert get(cast, user, "kept").status_code == 403

    def test_cost_the_same_queries_for_more_accounts(
        self, cast, django_assert_num_queries, django_assert_max_num_queries
    ):
        client, url = cast.client(cast.users.bank), reverse("accounts:kept")
        client.get(url)
        with django_assert_max_num_queries(15) as few:
            client.get(url)
        SpecialAccount.everything.create(
            project=cast.elsewhere,
            bank=cast.bank,
            number="650501616250",
            name="另一专户",
            opened_on=date(2026, 3, 1),
        )
        with django_assert_num_queries(len(few)):
            assert "另一专户" in client.get(url).text

    def change(self, cast, user: str = "bank", **changes):
        url = reverse("accounts:status", args=[cast.account.uuid])
        form = {"from_status": "active", "to_status": "frozen", "reason": "（2026）新01执1号"}
        return cast.client(getattr(cast.users, user)).post(url, form | changes)

    def test_report_that_it_was_frozen(self, cast):
        assert self.change(cast).status_code == 302
        cast.account.refresh_from_db()
        assert cast.account.status == SpecialAccount.Status.FROZEN
        assert "冻结" in get(cast, "admin", "project", cast.project.code).text

    def test_report_a_change_once(self, cast):
        self.change(cast)
        page = self.change(cast)
        assert page.status_code == 200
        cast.account.refresh_from_db()
        assert cast.account.status == SpecialAccount.Status.FROZEN

    @pytest.mark.parametrize("changes", [{"reason": ""}, {"to_status": "pending"}])
    def test_refuse_what_makes_no_sense(self, cast, changes):
        assert self.change(cast, **changes).status_code == 200
        cast.account.refresh_from_db()
        assert cast.account.status == SpecialAccount.Status.ACTIVE

    @pytest.mark.parametrize(
        ("user", "status"), [("admin", 403), ("owner", 403), ("other_bank", 404), ("sub", 404)]
    )
    def test_let_nobody_else_report(self, cast, user, status):
        assert self.change(cast, user).status_code == status


class TestOwnersPage:
    def test_shows_the_next_date_and_amount(self, cast):
        page = get(cast, "owner", "funding").text
        assert cast.project.name in page
        assert "2026-10-10" in page
        assert "200,000.00" in page

    def test_counts_what_came(self, cast, moved):
        assert "已足额" in get(cast, "owner", "funding").text

    def test_says_where_nothing_was_agreed(self, cast):
        cast.take_part(cast.elsewhere, cast.owner, Participant.Role.OWNER)
        page = get(cast, "owner", "funding").text
        assert re.search(rf"{cast.elsewhere.name}.*?未开立专户", page, re.DOTALL)

    @pytest.mark.parametrize("user", ["admin", "bank", "county", "sub"])
    def test_is_for_owners(self, cast, user):
        assert get(cast, user, "funding").status_code == 403

    def test_costs_the_same_queries_for_more_projects(
        self, cast, django_assert_num_queries, django_assert_max_num_queries
    ):
        client, url = cast.client(cast.users.owner), reverse("accounts:funding")
        client.get(url)
        with django_assert_max_num_queries(15) as few:
            client.get(url)
        cast.take_part(cast.elsewhere, cast.owner, Participant.Role.OWNER)
        FundingTerm.everything.create(
            project=cast.elsewhere, day=5, amount=Decimal("1.00"), since=date(2026, 1, 1)
        )
        with django_assert_num_queries(len(few)):
            assert cast.elsewhere.name in client.get(url).text
