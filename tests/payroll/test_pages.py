"""The pages of payroll, each with its ladder."""

import html
import re
import threading
from datetime import date
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.actor import Forbidden
from core.errors import Refused
from core.models import AuditEntry
from core.uploads import UploadState
from payroll.imports import PAY_SHEETS
from payroll.models import MinimumWage, PayLine, PaySheet, PaySheetUpload
from payroll.selectors import pay_sheets
from payroll.tasks import read_upload
from tests.cast import NOW, SAMPLES, TODAY
from tests.payroll.conftest import SCAN
from tests.refusals import refused
from workers.models import Engagement

FULL_ID, FULL_CARD = "654201197302110832", "6221881399869879730"


@pytest.fixture(autouse=True)
def october(time_machine):
    """The day after which September's sheets are handed in."""
    time_machine.move_to(NOW)


@pytest.fixture
def posted(django_capture_on_commit_callbacks, monkeypatch):
    """Posts a form and then does what its tasks would."""

    def post(client, url, data=None, **extra):
        sent = []
        monkeypatch.setattr("core.jobs._send_message", lambda name, args: sent.append((name, args)))
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(url, data or {}, **extra)
        for name, args in sent:
            if name == "payroll.tasks.read_upload":
                read_upload(*args)
        return answer

    return post


def file_of(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or (SAMPLES / name).read_bytes())


def seen(reviewer, sheet) -> str:
    """Which submission the review page says it shows."""
    page = reviewer.get(reverse("payroll:review", args=[sheet.uuid])).content.decode()
    return re.findall(r'name="seen" value="([^"]+)"', page)[0]


class Ladder:
    """What every page of one object answers to whom."""

    @staticmethod
    def climb(cast, url: str, missing: str, *, seen_by, denied_to=(), hidden_from=()) -> None:
        for name in seen_by:
            assert cast.client(getattr(cast.users, name)).get(url).status_code == 200, name
        for name in denied_to:
            assert cast.client(getattr(cast.users, name)).get(url).status_code == 403, name
        for name in hidden_from:
            assert cast.client(getattr(cast.users, name)).get(url).status_code == 404, name
        member = cast.client(getattr(cast.users, seen_by[0]))
        assert member.get(missing).status_code == 404
        assert member.delete(url).status_code == 405


class TestProjectPage:
    def test_shows_each_month_to_those_it_concerns(self, payroll, cast, client):
        payroll.attend()
        payroll.draft()
        url = reverse("payroll:project", args=[cast.project.code])
        Ladder.climb(
            cast,
            url,
            reverse("payroll:project", args=["XJ0"]),
            seen_by=["sub", "labour", "manager", "admin", "county", "province", "housing"],
            denied_to=["owner"],
            hidden_from=["other_sub", "other_admin", "other_county", "water"],
        )
        closed = cast.client(cast.users.owner).get(url).content.decode()
        assert "不能查看“工资”" in closed
        assert Forbidden("project.tab_closed", tab="工资").message in html.unescape(closed)
        page = cast.client(cast.users.sub).get(url).content.decode()
        assert "2026年9月" in page
        assert "158,208.50" in page
        assert client.get(url).status_code == 302

    def test_says_what_to_do_first(self, cast):
        url = reverse("payroll:project", args=[cast.project.code])
        assert "还没有工资月份" in cast.client(cast.users.sub).get(url).content.decode()


class TestImportPages:
    def start_url(self, cast) -> str:
        return reverse("payroll:start", args=[cast.project.code])

    def send(self, posted, cast, file, user=None):
        data = {"month": "2026-09", "employer": str(cast.subcontractor.uuid), "file": file}
        return posted(cast.client(user or cast.users.sub), self.start_url(cast), data)

    def test_is_open_to_the_employer_and_the_contractor(self, payroll, cast):
        Ladder.climb(
            cast,
            self.start_url(cast),
            reverse("payroll:start", args=["XJ0"]),
            seen_by=["sub", "labour", "admin"],
            denied_to=["county", "owner"],
            hidden_from=["other_sub"],
        )

    def test_goes_from_file_to_sheet(self, payroll, cast, posted):
        answer = self.send(posted, cast, file_of("usual.xlsx"))
        upload = PaySheetUpload.everything.get()
        assert answer["Location"] == reverse("payroll:upload", args=[upload.uuid])
        client = cast.client(cast.users.sub)
        page = client.get(answer["Location"] + "?show=rows").content.decode()
        assert "158,208.50" in page
        assert FULL_ID not in page
        assert FULL_CARD not in page
        posted(client, reverse("payroll:upload_commit", args=[upload.uuid]))
        sheet = PaySheet.everything.get()
        page = client.get(reverse("payroll:upload", args=[upload.uuid])).content.decode()
        assert reverse("payroll:sheet", args=[sheet.uuid]) in page

    def test_mends_a_cell_in_place(self, payroll, cast, posted):
        self.send(posted, cast, file_of("faults.xlsx"))
        upload = PaySheetUpload.everything.get()
        client = cast.client(cast.users.sub)
        cell = reverse("payroll:upload_cell", args=[upload.uuid, 5, "id"])
        assert "652801198112197101" in client.get(cell).content.decode()
        assert AuditEntry.objects.filter(action="import.show").count() == 1
        answer = client.post(cell, {"value": "652801198112197100"}, headers={"HX-Request": "true"})
        page = answer.content.decode()
        assert "7 行有错误" in page
        assert "652801198112197100" not in page
        page = client.get(reverse("payroll:upload", args=[upload.uuid])).content.decode()
        assert "第 5 行" not in page

    def test_brings_in_a_file_once_all_is_mended(self, payroll, cast, posted):
        self.send(posted, cast, file_of("faults.xlsx", payroll.changed("faults.xlsx", C5="x")))
        upload = PaySheetUpload.everything.get()
        usual = openpyxl.load_workbook(SAMPLES / "usual.xlsx").active
        columns = {"id": 3, "net": 12, "days": 6, "card": 13, "name": 2, "gross": 9, "advance": 10}
        client = cast.client(cast.users.sub)
        for row in (5, 6, 7, 8, 9, 10, 24, 35):
            for column, at in columns.items():
                url = reverse("payroll:upload_cell", args=[upload.uuid, row, column])
                client.post(url, {"value": str(usual.cell(row, at).value)})
        for column, at in {"overtime": 8, "deduction": 11, "rate": 7}.items():
            for row in (24, 35):
                url = reverse("payroll:upload_cell", args=[upload.uuid, row, column])
                client.post(url, {"value": str(usual.cell(row, at).value)})
        posted(client, reverse("payroll:upload_commit", args=[upload.uuid]))
        posted(client, reverse("payroll:upload_commit", args=[upload.uuid]))
        assert PaySheet.everything.get().headcount == 30

    def upload_of(self, posted, cast, name="faults.xlsx") -> PaySheetUpload:
        self.send(posted, cast, file_of(name))
        return PaySheetUpload.everything.get()

    def change(self, cast, upload, **sent):
        url = reverse("payroll:upload_changes", args=[upload.uuid])
        query = {"query": "show=rows"}
        headers = {"HX-Request": "true"}
        return cast.client(cast.users.sub).post(url, query | sent, headers=headers)

    def change_without_script(self, cast, upload, **sent) -> str:
        """The page that one is led to."""
        url = reverse("payroll:upload_changes", args=[upload.uuid])
        return cast.client(cast.users.sub).post(url, sent, follow=True).content.decode()

    def test_mends_cause_and_symptom_in_the_grid(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        sent = {"cell-6-advance": "500", "cell-6-net": "5263.50", "shown": "5,6"}
        page = self.change(cast, upload, **sent).content.decode()
        assert re.findall(r'<tr data-key="(\d+)"', page) == ["5", "6"]
        assert "原 5,768.50" in page or "原 5768.5" in page
        upload.refresh_from_db()
        assert 6 not in PAY_SHEETS.staged(upload).faulty_rows
        entry = AuditEntry.objects.get(action="import.mend")
        assert entry.detail == {"kind": "paysheet", "cells": 2}

    def test_shows_numbers_of_people_in_part_in_the_grid(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        url = reverse("payroll:upload", args=[upload.uuid])
        page = cast.client(cast.users.sub).get(url, {"show": "rows"}).content.decode()
        assert "652801********7101" in page
        assert "652801198112197101" not in page
        assert page.count("<tr data-key=") == 30

    def test_filters_the_rows_with_faults(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        url = reverse("payroll:upload", args=[upload.uuid])
        page = cast.client(cast.users.sub).get(url, {"show": "rows", "only": "faulty"})
        keys = re.findall(r'<tr data-key="(\d+)"', page.content.decode())
        assert keys == ["5", "6", "7", "8", "9", "10", "24", "35"]

    def test_deletes_and_restores_a_row(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        self.change(cast, upload, remove="35")
        upload.refresh_from_db()
        assert upload.row_count == 29
        self.change(cast, upload, restore="35")
        upload.refresh_from_db()
        assert upload.row_count == 30

    def test_adds_a_row_and_goes_to_its_form_without_script(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        page = self.change_without_script(cast, upload, add="1")
        assert "新增 1" in page
        upload.refresh_from_db()
        assert upload.row_count == 31

    def test_pastes_a_block_and_takes_it_back_at_once(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        self.change(cast, upload, paste='100\t"3840"\n200\t3730\n', at="4-overtime")
        upload.refresh_from_db()
        reading = PAY_SHEETS.staged(upload)
        assert reading.edits == {
            (4, "overtime"): "100",
            (4, "gross"): "3840",
            (5, "overtime"): "200",
            (5, "gross"): "3730",
        }
        self.change(cast, upload, undo="1")
        upload.refresh_from_db()
        assert PAY_SHEETS.staged(upload).edits == {}

    def test_refuses_a_block_that_is_wider_than_the_sheet(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        page = self.change_without_script(cast, upload, paste="1\t2\t3", at="4-phone")
        assert "从这一格起只有 1 列" in page

    @pytest.mark.parametrize(
        "sent", [{"cell-99-net": "1"}, {"cell-5-nothing": "1"}, {"remove": "0"}]
    )
    def test_changes_nothing_that_is_not_there(self, payroll, cast, posted, sent):
        upload = self.upload_of(posted, cast)
        page = self.change_without_script(cast, upload, **sent)
        assert str(Refused("upload.no_such_cell")) in page

    def test_lists_what_was_changed_and_puts_it_back(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        self.change(cast, upload, **{"cell-5-id": "652801198112197100"})
        url = reverse("payroll:upload", args=[upload.uuid])
        page = cast.client(cast.users.sub).get(url, {"show": "changes"}).content.decode()
        assert "652801********7101" in page
        assert "652801********7100" in page
        self.change(cast, upload, revert="5-id")
        upload.refresh_from_db()
        assert PAY_SHEETS.staged(upload).edits == {}

    def test_keeps_what_is_masked_where_a_rows_form_leaves_it_blank(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        self.change(cast, upload, **{"fill-5-id": "", "cell-5-days": "15"})
        upload.refresh_from_db()
        assert PAY_SHEETS.staged(upload).edits == {(5, "days"): "15"}

    def test_accounts_for_every_column_with_letter_and_first_values(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        url = reverse("payroll:upload", args=[upload.uuid])
        page = cast.client(cast.users.sub).get(url, {"show": "account"}).content.decode()
        assert 'name="column-0-3-11"' in page
        assert "36.5" in page
        assert FULL_ID not in page

    def test_switches_to_the_month_that_the_sheet_names(self, payroll, cast, posted):
        data = {
            "month": "2026-08",
            "employer": str(cast.subcontractor.uuid),
            "file": file_of("usual.xlsx"),
        }
        posted(cast.client(cast.users.sub), self.start_url(cast), data)
        upload = PaySheetUpload.everything.get()
        client = cast.client(cast.users.sub)
        page = client.get(reverse("payroll:upload", args=[upload.uuid])).content.decode()
        assert "改为2026年9月" in page
        posted(client, reverse("payroll:upload_month", args=[upload.uuid]), {"month": "2026-09"})
        upload.refresh_from_db()
        assert (f"{upload.month:%Y-%m}", upload.accepted) == ("2026-09", 30)
        assert upload.context.endswith("month:2026-09")

    def test_switches_to_the_upload_that_lies_there_already(self, payroll, cast, posted):
        there = self.upload_of(posted, cast, "usual.xlsx")
        data = {
            "month": "2026-08",
            "employer": str(cast.subcontractor.uuid),
            "file": file_of("usual.xlsx"),
        }
        posted(cast.client(cast.users.sub), self.start_url(cast), data)
        upload = PaySheetUpload.everything.exclude(pk=there.pk).get()
        url = reverse("payroll:upload_month", args=[upload.uuid])
        answer = posted(cast.client(cast.users.sub), url, {"month": "2026-09"})
        assert answer["Location"] == reverse("payroll:upload", args=[there.uuid])
        upload.refresh_from_db()
        assert upload.state == "void"

    def test_takes_no_other_month_than_the_one_named(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        actor = cast.actor(cast.users.sub)
        with refused("upload.other_month"):
            PAY_SHEETS.switch_month(upload, month=date(2026, 8, 1), actor=actor, now=NOW)
        client = cast.client(cast.users.sub)
        for month in ("2026-08", "nonsense"):
            posted(client, reverse("payroll:upload_month", args=[upload.uuid]), {"month": month})
            upload.refresh_from_db()
            assert f"{upload.month:%Y-%m}" == "2026-09"

    def test_are_listed_with_account_original_and_marked_copy(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        page = cast.client(cast.users.sub).get(reverse("payroll:uploads")).content.decode()
        assert "faults.xlsx" in page
        assert "29 个，29 个有着落" in page
        for end in ("original", "marked"):
            assert reverse(f"payroll:upload_{end}", args=[upload.uuid]) in page

    def test_are_listed_to_their_own_people_only(self, payroll, cast, posted):
        self.upload_of(posted, cast)
        page = cast.client(cast.users.other_sub).get(reverse("payroll:uploads")).content.decode()
        assert "faults.xlsx" not in page
        assert "还没有导入过" in page

    def test_show_the_account_once_they_are_brought_in(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast, "usual.xlsx")
        client = cast.client(cast.users.sub)
        posted(client, reverse("payroll:upload_commit", args=[upload.uuid]))
        page = client.get(reverse("payroll:upload", args=[upload.uuid])).content.decode()
        assert "工作簿清点" in page
        assert "出勤天数" in page
        assert "<select" not in page
        assert reverse("payroll:upload_original", args=[upload.uuid]) in page

    def test_hands_out_the_original_on_record(self, payroll, cast, posted):
        upload = self.upload_of(posted, cast)
        url = reverse("payroll:upload_original", args=[upload.uuid])
        answer = posted(cast.client(cast.users.sub), url)
        assert b"".join(answer) == (SAMPLES / "faults.xlsx").read_bytes()
        assert AuditEntry.objects.filter(action="import.original").exists()

    def test_hands_out_the_marked_copy_on_record(self, payroll, cast, posted):
        self.send(posted, cast, file_of("faults.xlsx"))
        upload = PaySheetUpload.everything.get()
        answer = posted(
            cast.client(cast.users.sub), reverse("payroll:upload_marked", args=[upload.uuid])
        )
        book = openpyxl.load_workbook(BytesIO(b"".join(answer)))
        assert book["工资表"]["C5"].comment is not None
        assert AuditEntry.objects.filter(action="import.marked_copy").exists()

    def test_reads_again_with_the_columns_as_chosen(self, payroll, cast, posted):
        self.send(posted, cast, file_of("usual.xlsx", payroll.changed(L3="到手")))
        upload = PaySheetUpload.everything.get()
        assert "missing_column" in {issue["code"] for issue in upload.issues}
        client = cast.client(cast.users.sub)
        mapping = reverse("payroll:upload_mapping", args=[upload.uuid])
        posted(client, mapping, {"column-0-3-11": "net"})
        upload.refresh_from_db()
        assert upload.accepted == 30
        posted(client, reverse("payroll:upload_commit", args=[upload.uuid]))
        changed = payroll.changed(L3="到手", Q4="已核对")
        assert payroll.receive(changed).accepted == 30, "the sender's column is remembered"

    def test_is_the_senders_to_work_on(self, payroll, cast, posted):
        upload = payroll.sample("faults.xlsx")
        Ladder.climb(
            cast,
            reverse("payroll:upload", args=[upload.uuid]),
            reverse("payroll:upload", args=[uuid4()]),
            seen_by=["sub", "labour", "county"],
            hidden_from=["other_sub", "other_labour", "owner", "bank"],
        )
        county = cast.client(cast.users.county)
        for name in ("commit", "marked", "discard", "mapping"):
            url = reverse(f"payroll:upload_{name}", args=[upload.uuid])
            answer = county.post(url)
            assert answer.status_code == 403, name
            assert str(Forbidden("paysheet.employers_work")) in answer.content.decode(), name
        cell = reverse("payroll:upload_cell", args=[upload.uuid, 5, "id"])
        assert county.get(cell).status_code == 403

    @pytest.mark.parametrize("place", [(4, "nonsense"), (999, "net"), (4, "note")])
    def test_knows_no_other_cells(self, payroll, cast, place):
        upload = payroll.sample("faults.xlsx")
        url = reverse("payroll:upload_cell", args=[upload.uuid, *place])
        assert cast.client(cast.users.sub).get(url).status_code == 404

    def test_knows_no_cells_before_the_file_is_read(self, payroll, cast):
        upload = payroll.sample("faults.xlsx")
        type(upload).everything.update(state="reading", reading=None)
        url = reverse("payroll:upload_cell", args=[upload.uuid, 5, "id"])
        assert cast.client(cast.users.sub).get(url).status_code == 404

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("空.xlsx", b"", "空"),
            ("图.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 100, "这里只能上传"),
            ("宏.xlsx", b"MZ" + b"\x00" * 500, "这里只能上传"),
            ("网页.xls", b"<html><script>alert(1)</script></html>", "这里只能上传"),
        ],
    )
    def test_refuses_what_is_no_table(self, payroll, cast, posted, name, content, words):
        answer = self.send(posted, cast, SimpleUploadedFile(name, content))
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert not PaySheetUpload.everything.exists()

    @pytest.mark.parametrize(
        "name",
        ["九月工资表" * 60 + ".xlsx", "9月." + "x" * 397, "9" * 395 + ".xlsx", "a/" * 200 + "b"],
    )
    def test_cuts_a_file_name_that_is_too_long(self, payroll, cast, name):
        assert self.send_named(cast, name).status_code == 302
        original = PaySheetUpload.everything.get().original
        assert original.kind == "xlsx"
        assert len(original.name) <= 255

    def test_answers_a_name_that_no_request_holds_with_a_sentence(self, payroll, cast):
        """400 characters of Chinese are more than the head of a part may be long."""
        answer = self.send_named(cast, "工" * 395 + ".xlsx")
        assert answer.status_code == 400
        assert "文件名太长" in answer.content.decode()
        assert not PaySheetUpload.everything.exists()

    def send_named(self, cast, name: str):
        """As a program sends it: Django's own files cut their names before they are sent."""
        fields = {"month": "2026-09", "employer": str(cast.subcontractor.uuid)}
        parts = [f'name="{one}"\r\n\r\n{value}'.encode() for one, value in fields.items()]
        file = f'name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        parts.append(file.encode() + (SAMPLES / "usual.xlsx").read_bytes())
        body = b"".join(
            b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts
        )
        return cast.client(cast.users.sub).post(
            self.start_url(cast),
            body + b"--x--\r\n",
            content_type="multipart/form-data; boundary=x",
        )

    def test_says_why_a_broken_file_cannot_be_read(self, payroll, cast, posted):
        broken = (SAMPLES / "usual.xlsx").read_bytes()[:4000]
        answer = self.send(posted, cast, SimpleUploadedFile("坏.xlsx", broken))
        if answer.status_code == 302:
            upload = PaySheetUpload.everything.get()
            assert upload.state == UploadState.REFUSED
            page = cast.client(cast.users.sub).get(answer["Location"]).content.decode()
            assert upload.reason in page
        else:
            assert "坏.xlsx" in answer.content.decode()

    def test_refuses_a_month_to_come(self, payroll, cast, posted):
        data = {
            "month": "2026-12",
            "employer": str(cast.subcontractor.uuid),
            "file": file_of("usual.xlsx"),
        }
        answer = posted(cast.client(cast.users.sub), self.start_url(cast), data)
        assert "还没有开始" in answer.content.decode()

    def test_refuses_another_employers_sheet(self, payroll, cast, posted):
        data = {
            "month": "2026-09",
            "employer": str(cast.contractor.uuid),
            "file": file_of("usual.xlsx"),
        }
        posted(cast.client(cast.users.sub), self.start_url(cast), data)
        assert not PaySheetUpload.everything.exists()


class TestSheetPage:
    def test_is_seen_by_those_it_concerns(self, payroll, cast):
        sheet = payroll.draft()
        for name in ("sheet", "review", "print"):
            Ladder.climb(
                cast,
                reverse(f"payroll:{name}", args=[sheet.uuid]),
                reverse(f"payroll:{name}", args=[uuid4()]),
                seen_by=["sub", "labour", "manager", "county"],
                hidden_from=["other_sub", "other_admin", "owner", "bank", "other_county"],
            )

    def test_masks_what_is_personal(self, payroll, cast):
        sheet = payroll.draft()
        page = cast.client(cast.users.labour).get(reverse("payroll:sheet", args=[sheet.uuid]))
        assert FULL_ID not in page.content.decode()
        assert "654201********0832" in page.content.decode()
        assert "伊力亚斯·伊力亚斯" not in page.content.decode()

    def test_leads_from_what_the_bank_returned_to_the_worker(self, payroll, cast):
        sheet = payroll.draft()
        line = sheet.lines.select_related("engagement").first()
        PayLine.everything.filter(pk=line.pk).update(
            status="30", failure="户名不符", failed_on=TODAY, first_failed_on=TODAY
        )
        page = cast.client(cast.users.labour).get(reverse("payroll:sheet", args=[sheet.uuid]))
        assert reverse("workers:engagement", args=[line.engagement.uuid]) in page.content.decode()

    def test_goes_from_draft_to_approval(self, payroll, cast, posted):
        payroll.attend()
        sheet = payroll.draft()
        sub, labour = cast.client(cast.users.sub), cast.client(cast.users.labour)
        step = {
            name: reverse(f"payroll:{name}", args=[sheet.uuid])
            for name in ("keep_signed", "progress", "submit", "return", "approve", "signed")
        }
        assert sub.get(step["signed"]).status_code == 404
        posted(sub, step["keep_signed"], {"file": SimpleUploadedFile("签字.pdf", SCAN)})
        posted(sub, step["progress"], {"progress": "3 号楼主体完成至 12 层"})
        posted(sub, step["submit"])
        assert labour.get(step["signed"]).status_code == 200
        assert AuditEntry.objects.filter(
            action="paysheet.show_signed", subject=sheet.subject
        ).exists()
        assert "error-summary" in posted(labour, step["return"], {"reason": ""}).content.decode()
        posted(
            labour, step["return"], {"reason": "第 8 行天数与考勤不符", "seen": seen(labour, sheet)}
        )
        page = sub.get(reverse("payroll:sheet", args=[sheet.uuid])).content.decode()
        assert "第 8 行天数与考勤不符" in page
        posted(sub, step["submit"])
        posted(labour, step["approve"], {"seen": seen(labour, sheet)})
        sheet.refresh_from_db()
        assert (sheet.status, sheet.progress) == ("approved", "3 号楼主体完成至 12 层")

    def test_tells_a_late_reviewer_what_happened(self, payroll, cast, posted):
        sheet = payroll.submitted()
        url = reverse("payroll:approve", args=[sheet.uuid])
        labour = cast.client(cast.users.labour)
        posted(labour, url, {"seen": seen(labour, sheet)})
        late = cast.client(cast.users.admin)
        url = reverse("payroll:return", args=[sheet.uuid])
        answer = late.post(url, {"reason": "天数不符"}, follow=True)
        assert "labour甲已于 2026-10-09 11:00" in answer.content.decode()

    def test_forbids_steps_that_are_not_ones_own(self, payroll, cast):
        sheet = payroll.submitted()
        for name, data in (("approve", {}), ("return", {"reason": "x"}), ("pay", {})):
            url = reverse(f"payroll:{name}", args=[sheet.uuid])
            assert cast.client(cast.users.sub).post(url, data).status_code == 403, name
            assert cast.client(cast.users.other_labour).post(url, data).status_code == 404, name
            assert cast.client(cast.users.labour).get(url).status_code == 405, name

    def test_shows_the_three_workers_whose_days_differ_first(self, payroll, cast):
        payroll.attend()
        sheet = payroll.submitted()
        url = reverse("payroll:review", args=[sheet.uuid])
        comparison = cast.client(cast.users.labour).get(url).context["comparison"]
        found = [(one.sheet_days, one.attendance_days) for one in comparison.differing]
        assert found == [(26, 24), (27, 27.5), (30, 29)]
        assert comparison.agreeing == 27
        assert comparison.attendance_days == 641.5

    def test_exports_lines_that_come_back_in(self, payroll, cast):
        sheet = payroll.draft()
        client = cast.client(cast.users.sub)
        url = reverse("payroll:export", args=[sheet.uuid])
        answer = client.post(url, {"purpose": "wage_card"})
        content = b"".join(answer.streaming_content)
        assert AuditEntry.objects.filter(action="personal.hand_out").exists()
        upload = payroll.receive(content, "导出.xlsx")
        assert (upload.accepted, upload.totals["net"]) == (30, "158208.50")
        before = list(sheet.lines.values_list("engagement", "card", "gross", "net", "days"))
        payroll.commit(upload)
        after = list(sheet.lines.values_list("engagement", "card", "gross", "net", "days"))
        assert after == before

    def test_exports_nothing_without_a_purpose(self, payroll, cast):
        sheet = payroll.draft()
        url = reverse("payroll:export", args=[sheet.uuid])
        answer = cast.client(cast.users.sub).post(url, {"purpose": "other", "reason": ""})
        assert "时请写明用途" in answer.content.decode()
        assert not AuditEntry.objects.filter(action="personal.hand_out").exists()

    @pytest.mark.parametrize("name", ["sheet", "review", "project"])
    def test_costs_as_many_queries_for_twice_the_rows(
        self, payroll, cast, name, django_assert_num_queries
    ):
        payroll.attend()
        sheet = payroll.submitted()
        arguments = [cast.project.code] if name == "project" else [sheet.uuid]
        url = reverse(f"payroll:{name}", args=arguments)
        client = cast.client(cast.users.labour)
        client.get(url)
        with CaptureQueriesContext(connection) as whole:
            client.get(url)
        PayLine.everything.filter(sheet=sheet, row__gt=20).delete()
        with django_assert_num_queries(len(whole)):
            client.get(url)


@pytest.mark.usefixtures("transactional_db")
class TestSheetPageWhileTheBankPays:
    def test_shows_a_sheet_and_its_sums_as_of_one_moment(self, payroll, cast, monkeypatch):
        sheet = payroll.approved()
        PaySheet.everything.update(status="paying")
        totals = pay_sheets.sheet_totals

        def pay() -> None:
            PayLine.everything.update(status=PayLine.Status.PAID, paid_on=NOW.date())
            PaySheet.everything.update(status="paid", paid_on=NOW.date())
            connection.close()

        def totals_after_payment(**said):
            bank = threading.Thread(target=pay)
            bank.start()
            bank.join()
            return totals(**said)

        monkeypatch.setattr(pay_sheets, "sheet_totals", totals_after_payment)
        url = reverse("payroll:sheet", args=[sheet.uuid])
        answer = cast.client(cast.users.labour).get(url)
        assert (answer.context["sheet"].status, answer.context["totals"].paid) == ("paying", 0)


class TestWorkersWages:
    @pytest.fixture
    def worker(self, payroll):
        payroll.attend()
        return payroll.draft().lines.get(row=4).engagement

    def page(self, cast, worker, user="sub") -> str:
        url = reverse("payroll:wages", args=[worker.uuid])
        return cast.client(getattr(cast.users, user)).get(url).content.decode()

    def test_are_seen_by_those_they_concern(self, cast, worker):
        Ladder.climb(
            cast,
            reverse("payroll:wages", args=[worker.uuid]),
            reverse("payroll:wages", args=[uuid4()]),
            seen_by=["sub", "labour", "county", "housing"],
            hidden_from=["other_sub", "owner", "bank", "other_county"],
        )

    def test_stand_beside_the_sheet_they_are_on(self, cast, worker):
        page = self.page(cast, worker)
        sheet = PaySheet.everything.get()
        assert reverse("payroll:sheet", args=[sheet.uuid]) in page
        for shown in ("2026年9月", "3,740.00", "3,703.50", "未发放"):
            assert shown in page
        assert FULL_ID not in page

    def test_name_a_month_that_was_worked_and_stands_on_no_sheet(self, cast, worker):
        PaySheet.everything.update(status="void")
        assert "未列入工资表" in self.page(cast, worker)

    def test_show_a_subcontractor_no_other_employers_sheet(self, cast, worker):
        PaySheet.everything.update(employer=cast.contractor)
        assert "3,703.50" not in self.page(cast, worker)

    def test_say_what_comes_when_there_are_none(self, cast):
        assert cast.roster
        engagement = Engagement.everything.filter(project=cast.project).first()
        assert "还没有工资记录" in self.page(cast, engagement)


class TestMinimumWagePages:
    def test_are_the_bureaus(self, cast):
        url = reverse("payroll:minimum_wages")
        for name in ("county", "prefecture", "province"):
            assert cast.client(getattr(cast.users, name)).get(url).status_code == 200
        for name in ("labour", "sub", "owner", "housing"):
            assert cast.client(getattr(cast.users, name)).get(url).status_code == 403
        page = cast.client(cast.users.county).get(url).content.decode()
        assert "天山区" in page
        assert "喀什市" not in page

    def test_confirm_and_add(self, cast):
        officer = cast.client(cast.users.county)
        loaded = MinimumWage.objects.get(region_id="650102")
        officer.post(reverse("payroll:minimum_wage_confirm", args=["650102", loaded.since]))
        loaded.refresh_from_db()
        assert loaded.is_confirmed
        url = reverse("payroll:minimum_wage_add", args=["650102"])
        data = {"since": "2026-11-01", "tier": 2, "monthly": "1870", "hourly": "18.7"}
        assert "error-summary" in officer.post(url, data).content.decode()
        officer.post(url, data | {"source": "新政办发〔2026〕1号"})
        assert MinimumWage.objects.filter(region_id="650102").count() == 2
        assert officer.get(reverse("payroll:minimum_wage_add", args=["653101"])).status_code == 404
