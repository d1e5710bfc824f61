"""The pages of the register, of one worker, and of attendance."""

from datetime import date
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from stdnum import luhn

from core.actor import SYSTEM
from core.models import AuditEntry
from tests.cast import MONTH, NOW, SAMPLES
from tests.core.tabular.tables import read_table
from workers import selectors
from workers.imports import ROSTER_IMPORT
from workers.models import AttendanceMonth, Engagement, RegisterUpload, Team
from workers.services.attendance import record_month
from workers.tables import ROSTER, RosterContext


@pytest.fixture(autouse=True)
def ninth_of_october(settings):
    settings.WAGEMON_NOW = NOW.isoformat()


@pytest.fixture
def engagement(cast):
    assert cast.roster
    return Engagement.everything.order_by("pk").first()


def attend(cast, engagements):
    record_month(
        actor=SYSTEM,
        now=NOW,
        code=cast.project.code,
        employer=cast.subcontractor.uuid,
        month=MONTH,
        marks={one.pk: "1" * 20 + "50-" + " " * 8 for one in engagements},
    )


def content(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def page_urls(cast, engagement):
    code = cast.project.code
    return {
        "register": reverse("workers:register", args=[code]),
        "export": reverse("workers:export", args=[code]),
        "attendance": reverse("workers:attendance", args=[code]),
        "engagement": reverse("workers:engagement", args=[engagement.uuid]),
    }


class TestLadder:
    MEMBERS = ("sub", "labour", "manager", "admin", "county", "province", "housing")
    OUTSIDERS = ("bank", "other_sub", "other_admin", "other_county", "water", "operator")

    @pytest.mark.parametrize("name", MEMBERS)
    def test_opens_for_members(self, cast, engagement, name):
        client = cast.client(getattr(cast.users, name))
        for page, url in page_urls(cast, engagement).items():
            assert client.get(url).status_code == 200, page

    @pytest.mark.parametrize("name", OUTSIDERS)
    def test_is_not_there_for_outsiders(self, cast, engagement, name):
        client = cast.client(getattr(cast.users, name))
        for page, url in page_urls(cast, engagement).items():
            assert client.get(url).status_code == 404, page

    def test_is_not_the_owners_to_see(self, cast, engagement):
        client = cast.client(cast.users.owner)
        for page, url in page_urls(cast, engagement).items():
            assert client.get(url).status_code == (404 if page == "engagement" else 403), page

    def test_sends_strangers_to_sign_in(self, cast, engagement):
        for url in page_urls(cast, engagement).values():
            answer = Client().get(url)
            assert answer.status_code == 302
            assert "/signin/" in answer["Location"]

    def test_does_not_know_a_made_up_worker(self, cast):
        client = cast.client(cast.users.labour)
        assert client.get(f"/workers/{uuid4()}/").status_code == 404
        assert client.get("/projects/NOPE/workers/").status_code == 404
        assert client.get("/projects/NOPE/attendance/").status_code == 404

    def test_takes_steps_by_post_only(self, cast, engagement):
        client = cast.client(cast.users.sub)
        for step in ("reveal", "complete", "card", "leave"):
            assert client.get(f"/workers/{engagement.uuid}/{step}/").status_code == 405
        assert client.post(page_urls(cast, engagement)["register"]).status_code == 405

    def test_lets_officers_look_but_not_write(self, cast, engagement):
        client = cast.client(cast.users.county)
        url = f"/workers/{engagement.uuid}/"
        assert client.post(f"{url}leave/", {"on": "2026-10-01"}).status_code == 403
        assert client.get(f"/projects/{cast.project.code}/workers/import/").status_code == 403
        assert client.get(f"/projects/{cast.project.code}/attendance/import/").status_code == 403
        assert "登记退场" not in client.get(url).content.decode()


class TestRegister:
    def test_masks_every_number(self, cast, engagement):
        client = cast.client(cast.users.labour)
        for url in page_urls(cast, engagement).values():
            shown = str(content(client.get(url)), errors="replace")
            assert not any(e.id_number in shown or e.card in shown for e in cast.roster)

    def test_says_what_is_missing(self, cast, engagement):
        Engagement.everything.filter(pk=engagement.pk).update(contract_number="", trade=None)
        shown = cast.client(cast.users.sub).get(page_urls(cast, engagement)["register"])
        assert "劳动合同" in shown.content.decode()

    def test_says_what_to_do_when_it_is_empty(self, cast):
        shown = cast.client(cast.users.labour).get(f"/projects/{cast.project.code}/workers/")
        assert "名册还是空的" in shown.content.decode()
        assert reverse("workers:roster_import", args=[cast.project.code]) in shown.content.decode()

    def test_leaves_aside_a_filter_that_is_none(self, cast, engagement):
        url = page_urls(cast, engagement)["register"]
        client = cast.client(cast.users.labour)
        assert client.get(url, {"trade": "x", "presence": "?"}).context["page"].total == 30
        assert client.get(url, {"after": "nonsense"}).status_code == 404

    def test_costs_the_same_for_thirty_as_for_ten(self, cast, engagement):
        client = cast.client(cast.users.labour)
        url = page_urls(cast, engagement)["register"]
        client.get(url)  # the first one touches the session
        with CaptureQueriesContext(connection) as many:
            client.get(url)
        rows = Engagement.everything.order_by("pk")
        Engagement.everything.exclude(pk__in=list(rows.values_list("pk", flat=True)[:10])).delete()
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        assert len(many) == len(few)


class TestFind:
    def find(self, cast, user, number):
        url = reverse("workers:find", args=[cast.project.code])
        return cast.client(user).post(url, {"number": number})

    def test_opens_the_worker_of_a_whole_number(self, cast, engagement):
        number = str(engagement.person.id_number)
        for typed in (number, f" {number[:6]} {number[6:].lower()} "):
            answer = self.find(cast, cast.users.county, typed)
            assert answer.url == reverse("workers:engagement", args=[engagement.uuid])

    def test_opens_the_present_registration_of_who_came_back(self, cast, engagement):
        Engagement.everything.filter(pk=engagement.pk).update(left_on=date(2026, 9, 30))
        again = Engagement.everything.create(
            project=cast.project,
            employer=cast.subcontractor,
            person=engagement.person,
            entered_on=date(2026, 10, 3),
        )
        answer = self.find(cast, cast.users.sub, engagement.person.id_number)
        assert answer.url == reverse("workers:engagement", args=[again.uuid])

    def test_says_what_is_wrong_with_a_number_beside_it(self, cast, engagement):
        page = self.find(cast, cast.users.sub, "6501021990").content.decode()
        assert "身份证号应为 18 位" in page

    def test_finds_nobody_elses_people(self, cast, engagement):
        Engagement.everything.filter(pk=engagement.pk).update(employer=cast.contractor)
        page = self.find(cast, cast.users.sub, engagement.person.id_number).content.decode()
        assert "本项目名册上没有这个身份证号" in page

    def test_takes_no_number_from_the_address(self, cast, engagement):
        url = reverse("workers:register", args=[cast.project.code])
        answer = cast.client(cast.users.sub).get(url, {"text": engagement.person.id_number})
        assert "没有符合条件的工人" in answer.content.decode()


class TestExport:
    def test_holds_what_the_page_shows(self, cast, engagement):
        url = page_urls(cast, engagement)["export"]
        trade = engagement.trade
        answer = cast.client(cast.users.labour).get(url, {"trade": trade.code})
        sheet = openpyxl.load_workbook(BytesIO(content(answer))).active
        rows = list(sheet.iter_rows(min_row=2, values_only=True))
        assert len(rows) == Engagement.everything.filter(trade=trade).count()
        assert {row[2] for row in rows} == {trade.name}

    def test_comes_back_in_as_the_same_rows(self, cast, engagement):
        client = cast.client(cast.users.sub)
        url = reverse("workers:export_in_full", args=[cast.project.code])
        answer = client.post(url, {"purpose": "identity"})
        file = SimpleUploadedFile("名册.xlsx", content(answer))
        place = RegisterUpload(kind="roster", project=cast.project, employer=cast.subcontractor)
        upload = ROSTER_IMPORT.read_now(
            file, name=file.name, actor=cast.actor(cast.users.sub), place=place, now=NOW
        )
        assert (upload.row_count, upload.errors) == (30, [])
        outcome = ROSTER_IMPORT.commit(upload, actor=cast.actor(cast.users.sub), now=NOW)
        assert outcome.reference == "新登记 0 人，更新 0 人，未变 30 人"

    def test_is_on_record_and_carries_the_watermark(self, cast, engagement):
        client = cast.client(cast.users.sub)
        url = reverse("workers:export_in_full", args=[cast.project.code])
        book = content(client.post(url, {"purpose": "other", "reason": "办保险"}))
        first = openpyxl.load_workbook(BytesIO(book)).active["A1"].value
        assert cast.users.sub.name in first
        assert cast.subcontractor.name in first
        entry = AuditEntry.objects.get(action="personal.hand_out")
        assert "办保险" in entry.detail["purpose"]

    def test_asks_for_a_purpose(self, cast, engagement):
        url = reverse("workers:export_in_full", args=[cast.project.code])
        answer = cast.client(cast.users.sub).post(url, {"purpose": "other"})
        assert answer.status_code == 200
        assert "写明用途" in answer.content.decode()
        assert not AuditEntry.objects.filter(action="personal.hand_out").exists()

    def test_stays_shut_for_other_departments(self, cast, engagement):
        url = reverse("workers:export_in_full", args=[cast.project.code])
        answer = cast.client(cast.users.housing).post(url, {"purpose": "inspection"})
        assert answer.status_code == 403


class TestRosterTemplate:
    def test_is_a_roster_once_somebody_is_in_it(self, cast):
        answer = cast.client(cast.users.sub).get(reverse("workers:roster_template"))
        book = openpyxl.load_workbook(BytesIO(content(answer)))
        sheet = book["花名册"]
        headings = [cell.value for cell in sheet[1]]
        first = {"姓名": "王小明", "身份证号码": "110101199003074530", "进场日期": "2026-03-02"}
        for column, heading in enumerate(headings, start=1):
            sheet.cell(row=2, column=column, value=first.get(heading))
        file = BytesIO()
        book.save(file)
        reading = read_table(file.getvalue(), "花名册.xlsx", ROSTER, context=RosterContext())
        assert [line["name"] for line in reading.good_lines] == ["王小明"]
        assert reading.header_row == 1

    def test_explains_every_column(self, cast):
        answer = cast.client(cast.users.sub).get(reverse("workers:roster_template"))
        book = openpyxl.load_workbook(BytesIO(content(answer)))
        explained = {row[0] for row in book["填写说明"].iter_rows(min_row=3, values_only=True)}
        assert explained == {column.label for column in ROSTER.columns}


class TestWorker:
    def test_shows_the_full_numbers_after_a_purpose_only(self, cast, engagement):
        client = cast.client(cast.users.sub)
        number = str(engagement.person.id_number)
        url = f"/workers/{engagement.uuid}/"
        assert number not in client.get(url).content.decode()
        refused = client.post(f"{url}reveal/", {"purpose": ""})
        assert number not in refused.content.decode()
        shown = client.post(f"{url}reveal/", {"purpose": "wage_card"})
        assert number in shown.content.decode()
        assert 'class="watermark"' in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]

    def test_does_not_open_in_full_for_other_departments(self, cast, engagement):
        client = cast.client(cast.users.housing)
        answer = client.post(f"/workers/{engagement.uuid}/reveal/", {"purpose": "inspection"})
        assert answer.status_code == 403

    def test_changes_the_card(self, cast, engagement):
        client = cast.client(cast.users.labour)
        stem = "622202020000000001"
        number = stem + luhn.calc_check_digit(stem)
        card = {"number": number, "bank": "中国银行", "since": "2026-10-08"}
        answer = client.post(f"/workers/{engagement.uuid}/card/", card)
        assert answer.status_code == 302
        assert f"尾号 {number[-4:]}" in client.get(answer["Location"]).content.decode()

    def test_says_in_its_dialog_why_a_step_is_refused(self, cast, engagement):
        client = cast.client(cast.users.labour)
        answer = client.post(f"/workers/{engagement.uuid}/leave/", {"on": "2020-01-01"})
        assert answer.status_code == 200
        assert "不能早于进场日期" in answer.content.decode()

    def test_completes_what_is_missing(self, cast, engagement):
        client = cast.client(cast.users.sub)
        said = {"trade": "010", "team": "一班", "contract_number": "XJ-9", "phone": ""}
        assert client.post(f"/workers/{engagement.uuid}/complete/", said).status_code == 302
        engagement.refresh_from_db()
        assert (engagement.trade_id, engagement.contract_number) == ("010", "XJ-9")

    @pytest.mark.parametrize(
        ("team", "words"),
        [("=1+1", "当作公式"), ("＝1+1", "当作公式"), ("一\u202e班", "看不见的控制字符")],
    )
    def test_registers_no_team_that_is_a_formula(self, cast, engagement, team, words):
        client = cast.client(cast.users.sub)
        said = {"trade": "010", "team": team, "contract_number": "", "phone": ""}
        answer = client.post(f"/workers/{engagement.uuid}/complete/", said)
        assert answer.status_code == 200
        assert (
            "表格软件会把它当作公式" in answer.content.decode()
            or "控制字符" in answer.content.decode()
        )
        assert not Team.everything.filter(name=team).exists()


class TestAttendance:
    def test_shows_a_mark_for_each_day(self, cast, engagement):
        attend(cast, [engagement])
        url = page_urls(cast, engagement)["attendance"]
        answer = cast.client(cast.users.sub).get(url)
        (row,) = answer.context["sheet"].page.rows
        assert len(row.marks) == 30
        assert [mark.sign for mark in row.marks[19:24]] == ["√", "半", "×", "休", ""]

    def test_opens_on_the_last_full_month(self, cast, engagement):
        answer = cast.client(cast.users.sub).get(page_urls(cast, engagement)["attendance"])
        assert answer.context["month"] == MONTH

    def test_does_not_know_a_month_that_is_none(self, cast, engagement):
        client = cast.client(cast.users.sub)
        url = page_urls(cast, engagement)["attendance"]
        assert client.get(url, {"month": "2026-13"}).status_code == 404

    def test_says_what_to_do_when_it_is_empty(self, cast, engagement):
        shown = cast.client(cast.users.sub).get(page_urls(cast, engagement)["attendance"])
        assert "这个月还没有考勤" in shown.content.decode()

    def test_costs_the_same_for_thirty_as_for_ten(self, cast, engagement):
        client = cast.client(cast.users.labour)
        url = page_urls(cast, engagement)["attendance"]
        attend(cast, list(Engagement.everything.order_by("pk")[:10]))
        client.get(url)  # the first one touches the session
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        attend(cast, list(Engagement.everything.all()))
        with CaptureQueriesContext(connection) as many:
            client.get(url)
        assert AttendanceMonth.everything.count() == 30
        assert len(many) == len(few)


class TestImportPages:
    def upload(self, client, url, file, **said):
        data = {"file": SimpleUploadedFile(file, (SAMPLES / file).read_bytes()), **said}
        return client.post(url, data)

    def test_takes_a_roster_from_file_to_register(self, cast, monkeypatch):
        monkeypatch.setattr("core.jobs.enqueue", lambda *args: None)
        client = cast.client(cast.users.sub)
        url = reverse("workers:roster_import", args=[cast.project.code])
        assert client.get(url).status_code == 200
        employer = str(cast.subcontractor.uuid)
        answer = self.upload(client, url, "roster.xlsx", employer=employer)
        upload = RegisterUpload.everything.get()
        assert answer["Location"] == reverse("workers:upload", args=[upload.uuid])
        ROSTER_IMPORT.read(upload)
        assert client.get(answer["Location"]).status_code == 200
        assert client.post(answer["Location"] + "commit/").status_code == 302
        assert Engagement.everything.count() == 30

    def test_names_another_file_in_the_form(self, cast):
        client = cast.client(cast.users.sub)
        url = reverse("workers:roster_import", args=[cast.project.code])
        file = SimpleUploadedFile("花名册.xlsx", b"not a workbook at all")
        employer = str(cast.subcontractor.uuid)
        answer = client.post(url, {"file": file, "employer": employer})
        assert answer.status_code == 200
        assert "无法识别" in answer.content.decode()

    def test_offers_a_subcontractor_itself_only(self, cast):
        client = cast.client(cast.users.sub)
        url = reverse("workers:roster_import", args=[cast.project.code])
        answer = client.post(
            url,
            {
                "file": SimpleUploadedFile("a.xlsx", (SAMPLES / "roster.xlsx").read_bytes()),
                "employer": str(cast.contractor.uuid),
            },
        )
        assert answer.status_code == 200
        assert not RegisterUpload.everything.exists()

    def test_refuses_attendance_of_a_month_to_come(self, cast, engagement):
        client = cast.client(cast.users.sub)
        url = reverse("workers:attendance_import", args=[cast.project.code])
        employer = str(cast.subcontractor.uuid)
        answer = self.upload(client, url, "attendance.xlsx", employer=employer, month="2026-11")
        assert "还没有开始" in answer.content.decode()

    def test_keeps_a_roster_from_strangers(self, cast, monkeypatch):
        monkeypatch.setattr("core.jobs.enqueue", lambda *args: None)
        place = RegisterUpload(kind="roster", project=cast.project, employer=cast.subcontractor)
        with (SAMPLES / "roster.xlsx").open("rb") as file:
            upload = ROSTER_IMPORT.read_now(
                file, name="roster.xlsx", actor=cast.actor(cast.users.sub), place=place, now=NOW
            )
        url = reverse("workers:upload", args=[upload.uuid])
        assert cast.client(cast.users.labour).get(url).status_code == 200
        assert cast.client(cast.users.other_sub).get(url).status_code == 404
        wrong_kind = reverse("workers:attendance_upload", args=[upload.uuid])
        assert cast.client(cast.users.labour).get(wrong_kind).status_code == 404
        county = cast.client(cast.users.county)
        assert county.post(f"{url}commit/").status_code == 403
        waiting = selectors.waiting(
            actor=cast.actor(cast.users.sub), project=cast.project, kind="roster"
        )
        assert waiting == [upload]
