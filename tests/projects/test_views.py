"""The pages of projects."""

import io
from datetime import timedelta

import openpyxl
import pytest

from core.models import AuditEntry
from identity.models import Organisation
from projects.models import Participant, Project
from projects.selectors import history
from tests.cast import NOW, uscc_of

REGISTRATION = {
    "name": "天山路改造",
    "category": "02",
    "nature": "002",
    "industry": "housing",
    "region": "650102",
    "address": "天山路 1 号",
    "permit_number": "",
    "contract_amount": "36,500,000.00",
    "contract_signed_on": "2026-09-01",
    "planned_start": "2026-11-01",
    "planned_end": "2027-11-01",
    "sheet_day": "5",
    "pay_day": "15",
    "pay_month_offset": "1",
    "owner_uscc": uscc_of(1),
    "owner_name": "",
    "manager_name": "王经理",
    "manager_phone": "13900000001",
    "leader_name": "赵负责",
    "leader_phone": "13900000002",
    "labour_name": "李专管",
    "labour_phone": "13900000003",
}
PAGES = ["people/", "timeline/"]


def text_of(response):
    return response.content.decode()


class TestList:
    def test_shows_ones_own(self, cast):
        page = text_of(cast.client(cast.users.admin).get("/projects/"))
        assert cast.project.name in page
        assert cast.elsewhere.name not in page
        assert "登记项目" in page

    def test_shows_an_officer_the_region(self, cast):
        page = text_of(cast.client(cast.users.other_county).get("/projects/"))
        assert cast.elsewhere.name in page
        assert cast.project.name not in page
        assert "登记项目" not in page

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("q=昆仑", True),
            ("q=没有", False),
            ("status=003", True),
            ("status=005", False),
            ("region=650100", True),
            ("region=650103", False),
            ("industry=water", False),
            ("q=XJ6501022026001", True),
            ("status=nonsense", True),
        ],
    )
    def test_filters(self, cast, query, shown):
        page = text_of(cast.client(cast.users.province).get(f"/projects/?{query}"))
        assert (cast.project.name in page) is shown

    def test_pages(self, cast):
        for number in range(60):
            cast.make_project(f"XJ{number}", f"项目{number}")
        client = cast.client(cast.users.province)
        first = client.get("/projects/")
        page = first.context["page"]
        assert (len(page.rows), page.total) == (50, 62)
        second = client.get(f"/projects/?after={page.next}").context["page"]
        assert len(second.rows) == 12

    def test_costs_the_same_for_twice_as_many(self, cast, django_assert_max_num_queries):
        client, counts = cast.client(cast.users.province), []
        client.get("/projects/")
        for start in (0, 10):
            for number in range(start, start + 10):
                project = cast.make_project(f"XJ{number}", f"项目{number}")
                cast.take_part(project, cast.contractor, Participant.Role.CONTRACTOR)
            with django_assert_max_num_queries(20) as queries:
                client.get("/projects/")
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_exports_what_it_shows(self, cast):
        response = cast.client(cast.users.province).get("/projects/export/?q=昆仑")
        sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
        rows = list(sheet.iter_rows(values_only=True))
        assert [row[1] for row in rows] == ["项目名称", cast.project.name]

    def test_asks_strangers_to_sign_in(self, cast, client):
        assert client.get("/projects/")["Location"].startswith("/signin/")

    def test_takes_no_post(self, cast):
        assert cast.client(cast.users.admin).post("/projects/").status_code == 405


class TestNew:
    url = "/projects/new/"

    def test_shows_the_form(self, cast):
        page = text_of(cast.client(cast.users.admin).get(self.url))
        for words in ("建设单位", "施工单位", "项目经理", "项目负责人", "劳资专管员", "计划开工"):
            assert words in page

    def test_registers_and_goes_on_to_the_account(self, cast):
        response = cast.client(cast.users.admin).post(self.url, REGISTRATION)
        project = Project.everything.get(name="天山路改造")
        assert response["Location"] == f"/projects/{project.code}/account/"
        assert project.contract_amount == 36_500_000

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("planned_end", "2026-01-01", "不能早于计划开工日期"),
            ("owner_uscc", uscc_of(900), "请填写单位名称"),
            ("owner_uscc", uscc_of(3), "不能作为建设单位"),
            ("owner_uscc", "91650100MA0000000X", "抄错"),
            ("labour_phone", "123", "11 位手机号"),
            ("contract_amount", "三千万", "数字"),
            ("contract_amount", "-1", "负数"),
            ("pay_day", "32", "31"),
            ("name", "天山路\u202e改造", "看不见的控制字符"),
            ("name", "=1+1", "当作公式"),
            ("permit_number", "\ufffe6501", "看不见的控制字符"),
            ("owner_name", "@某某建设", "当作公式"),
            ("region", "110101", "不在列表里"),
        ],
    )
    def test_keeps_what_was_typed_and_says_what_is_wrong(self, cast, field, value, words):
        data = REGISTRATION | {field: value}
        response = cast.client(cast.users.admin).post(self.url, data)
        assert response.status_code == 200
        assert words in text_of(response)
        assert "天山路 1 号" in text_of(response)
        assert not Project.everything.filter(name="天山路改造").exists()

    @pytest.mark.parametrize("user", ["manager", "sub", "owner", "county", "bank"])
    def test_is_forbidden_to_others(self, cast, user):
        client = cast.client(getattr(cast.users, user))
        assert client.get(self.url).status_code == 403
        assert client.post(self.url, REGISTRATION).status_code == 403

    def test_checks_a_field_on_leaving_it(self, cast):
        client = cast.client(cast.users.admin)
        url = "/projects/new/check/?field=owner_uscc"
        page = text_of(client.post(url, {"owner_uscc": cast.owner.uscc}))
        assert f"平台已登记：{cast.owner.name}" in page
        assert client.post("/projects/new/check/?field=none", {}).status_code == 404


class TestEdit:
    def url(self, cast):
        return f"/projects/{cast.project.code}/edit/"

    def data(self, client, url, **changes):
        form, version = client.get(url).context["form"], client.get(url).context["version"]
        data = {name: form[name].value() for name in form.fields}
        return {k: v if v is not None else "" for k, v in data.items()} | {
            "version": version,
            **changes,
        }

    def test_saves(self, cast):
        client, url = cast.client(cast.users.manager), self.url(cast)
        response = client.post(url, self.data(client, url, name="昆仑大道三期"))
        assert response.status_code == 302
        cast.project.refresh_from_db()
        assert cast.project.name == "昆仑大道三期"

    def test_does_not_overwrite_anothers_change(self, cast):
        client, url = cast.client(cast.users.manager), self.url(cast)
        data = self.data(client, url, name="甲")
        Project.everything.update(updated_at=NOW + timedelta(hours=1))
        response = client.post(url, data)
        assert "别人刚刚修改过" in text_of(response)
        assert client.post(url, data | {"version": response.context["version"]}).status_code == 302

    def test_is_forbidden_to_the_subcontractor(self, cast):
        assert cast.client(cast.users.sub).get(self.url(cast)).status_code == 403

    def test_is_not_there_for_outsiders(self, cast):
        assert cast.client(cast.users.other_admin).get(self.url(cast)).status_code == 404


class TestPeople:
    def post(self, cast, path, user="admin", **data):
        client = cast.client(getattr(cast.users, user))
        return client.post(f"/projects/{cast.project.code}/people/{path}", data)

    def test_shows_masked_phones(self, cast):
        page = text_of(cast.client(cast.users.admin).get(f"/projects/{cast.project.code}/people/"))
        assert "139****0000" in page
        assert "13900000000" not in page

    def test_adds_a_participant(self, cast):
        data = {"role": "001", "uscc": uscc_of(900), "name": "新来公司", "entered_on": "2026-10-01"}
        assert self.post(cast, "participant/", **data).status_code == 302
        assert Organisation.everything.get(uscc=uscc_of(900)).status == "unconfirmed"

    def test_returns_a_faulty_participant(self, cast):
        data = {"role": "001", "uscc": uscc_of(6), "name": "", "entered_on": "2026-10-01"}
        response = self.post(cast, "participant/", **data)
        assert "不能作为专业分包单位" in text_of(response)

    def test_ends_a_participation(self, cast):
        part = cast.project.participants.get(organisation=cast.subcontractor)
        self.post(cast, f"participant/{part.uuid}/end/", on="2026-10-01")
        part.refresh_from_db()
        assert f"{part.left_on}" == "2026-10-01"

    def test_knows_only_its_own_participants(self, cast):
        foreign = cast.elsewhere.participants.first()
        response = self.post(cast, f"participant/{foreign.uuid}/end/", on="2026-10-01")
        assert response.status_code == 404

    def test_appoints(self, cast):
        data = {"role": "labour", "name": "新专管", "phone": "13911112222", "since": "2026-10-01"}
        assert self.post(cast, "officer/", **data).status_code == 302
        assert cast.project.officers.get(role="labour", until=None).name == "新专管"

    @pytest.mark.parametrize("path", ["participant/", "officer/"])
    def test_is_changed_by_the_contractor_alone(self, cast, path):
        data = {"role": "labour", "name": "新专管", "phone": "13911112222", "since": "2026-10-01"}
        if path == "participant/":
            data = {"role": "001", "uscc": uscc_of(900), "name": "新", "entered_on": "2026-10-01"}
        assert self.post(cast, path, "sub", **data).status_code == 403
        assert self.post(cast, path, "county", **data).status_code == 403
        assert self.post(cast, path, "other_admin", **data).status_code == 404

    @pytest.mark.parametrize("page", PAGES)
    def test_opens_for_everybody_on_the_project(self, cast, page):
        for user in ("admin", "labour", "sub", "owner", "county", "housing"):
            client = cast.client(getattr(cast.users, user))
            assert client.get(f"/projects/{cast.project.code}/{page}").status_code == 200

    @pytest.mark.parametrize("page", PAGES)
    def test_is_not_there_for_outsiders(self, cast, page):
        for user in ("other_admin", "other_sub", "other_county", "water", "operator"):
            client = cast.client(getattr(cast.users, user))
            assert client.get(f"/projects/{cast.project.code}/{page}").status_code == 404


class TestStatus:
    def url(self, cast, action):
        return f"/projects/{cast.project.code}/status/{action}/"

    def test_suspends_with_a_reason(self, cast):
        client = cast.client(cast.users.admin)
        data = {"on": "2026-10-01", "reason": ""}
        assert "请写明原因。" in text_of(client.post(self.url(cast, "suspend"), data))
        data["reason"] = "冬季停工"
        assert client.post(self.url(cast, "suspend"), data).status_code == 302
        cast.project.refresh_from_db()
        assert cast.project.status == "005"

    def test_knows_four_changes(self, cast):
        assert cast.client(cast.users.admin).get(self.url(cast, "explode")).status_code == 404

    def test_is_forbidden_to_officers(self, cast):
        assert cast.client(cast.users.county).get(self.url(cast, "suspend")).status_code == 403


class TestTimeline:
    def test_shows_what_was_done_and_by_whom(self, cast):
        client = cast.client(cast.users.admin)
        client.post(
            f"/projects/{cast.project.code}/status/suspend/",
            {"on": "2026-10-01", "reason": "冬季停工"},
        )
        page = text_of(client.get(f"/projects/{cast.project.code}/timeline/"))
        assert "停工" in page
        assert "冬季停工" in page

    def test_separates_the_thousands_of_amounts(self):
        entry = AuditEntry(action="payroll.order", detail={"total": "207850.00", "order": "D1"})
        assert history.happening_of(entry).detail == [("总金额", "207,850.00 元")]

    def test_hides_the_contractors_business_from_a_subcontractor(self, cast):
        client = cast.client(cast.users.admin)
        data = {"role": "labour", "name": "新专管", "phone": "13911112222", "since": "2026-10-01"}
        client.post(f"/projects/{cast.project.code}/people/officer/", data)
        url = f"/projects/{cast.project.code}/timeline/"
        assert "确定项目人员" in text_of(client.get(url))
        assert "确定项目人员" not in text_of(cast.client(cast.users.sub).get(url))
