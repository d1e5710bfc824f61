"""The way from a sender's file into the register, with a table and a register of this test."""

import io
import json
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from uuid import uuid4
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from core import attachments, clock, imports, jobs, uploads
from core.actor import Actor
from core.errors import Refused
from core.imports import SheetImport
from core.imports_command import ImportCommand, WrongUse
from core.models import Attachment, AuditEntry, Job
from core.scope import Scope
from core.tabular.choices import Choices
from core.tabular.tables import Table, each_line
from core.uploads import StagedUpload, UploadState
from tests.core.tabular.files import csv, xlsx
from tests.core.tabular.tables import CARD, ID, NAME, TEAM, once_only
from tests.refusals import refused

CLERK = Actor(uuid4(), "张经办", organisation=7)
NOW = datetime(2026, 10, 9, 11, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADER = ("姓名", "身份证号码", "班组", "银行卡号")
ZHANG = ("张小明", "654201197302110832", "木工班", "6221881399869879730")
WANG = ("王大力", "654201198001010015", "钢筋班", "6217000010001234569")
#: One digit of the ID number is wrong.
WRONG = ("王大力", "654201198001010011", "钢筋班", "6217000010001234569")


with isolate_apps("core") as registry:
    registry.register_model("core", Attachment)
    registry.register_model("core", Job)

    class Consignment(StagedUpload):
        """A list of people on its way, of this test alone."""

        place = models.CharField(max_length=20)

        scope = Scope()

        class Meta(StagedUpload.Meta):
            app_label = "core"


@dataclass
class Register:
    """What a list of people is checked against: the names it refuses, and why it takes none."""

    barred: set[str] = field(default_factory=set)
    refusal: str = ""


#: The register of these tests, empty at the start of each.
REGISTER = Register()


def not_barred(line, context):
    if line["name"] in context.barred:
        yield line.fault("name", "barred", "登记册不收此人。")


def write(upload, lines, *, actor, now):
    AuditEntry.objects.create(
        at=now, actor=actor.id, actor_name=actor.name, action="written", subject="people:all"
    )
    if REGISTER.refusal:
        raise Refused(REGISTER.refusal)
    return "people:" + "、".join(line["name"] for line in lines)


PEOPLE = SheetImport(
    kind="people",
    label="导入名单",
    model=Consignment,
    task="core.tasks.read_people",
    tables=(Table((NAME, ID, TEAM, CARD), checks=(once_only, each_line(not_barred))),),
    place=lambda upload: f"place:{upload.place}",
    project=lambda upload: f"place:{upload.place}",
    load=lambda upload, table, rows: REGISTER,
    write=write,
)


@pytest.fixture(autouse=True)
def register():
    """The register, empty."""
    REGISTER.barred, REGISTER.refusal = set(), ""
    return REGISTER


@pytest.fixture
def table(db, settings, tmp_path):
    settings.ATTACHMENTS_DIR = tmp_path
    with connection.schema_editor() as editor:
        editor.create_model(Consignment)


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    messages: list[tuple] = []
    monkeypatch.setattr(jobs, "_send_message", lambda name, args: messages.append((name, args)))
    return messages


@pytest.fixture
def people(table) -> SheetImport:
    return PEOPLE


@pytest.fixture
def whole(table) -> SheetImport:
    return replace(PEOPLE, whole=True)


@cache
def file_of(*rows) -> bytes:
    """The same rows are the same bytes, though a workbook says when it was saved."""
    return xlsx(*rows)


def receive(kind, *rows, header=HEADER, place="工地", actor=CLERK):
    file = io.BytesIO(file_of(header, *rows))
    return kind.receive(
        file, name="名单.xlsx", actor=actor, place=Consignment(place=place), now=NOW
    )


def staged(kind, *rows, **options):
    """An upload that was received and read."""
    upload = receive(kind, *rows, **options)
    if upload.state == UploadState.READING:
        kind.read(upload)
    return upload


def stored(upload) -> Consignment:
    return Consignment.everything.get(pk=upload.pk)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


class TestReceive:
    def test_keeps_the_file_and_queues_its_reading(
        self, people, sent, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            upload = receive(people, ZHANG)

        assert (stored(upload).state, stored(upload).place) == (UploadState.READING, "工地")
        assert stored(upload).job.state == Job.State.QUEUED
        assert sent == [(people.task, (str(upload.job.uuid), str(upload.uuid)))]
        assert upload.original.sealed
        assert actions() == [imports.RECEIVED]

    def test_changes_nothing_with_the_same_file_again(
        self, people, sent, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            first, again = receive(people, ZHANG), receive(people, ZHANG)

        assert first == again
        assert (Consignment.everything.count(), len(sent), actions()) == (1, 1, [imports.RECEIVED])

    def test_takes_the_same_file_for_another_place(self, people):
        assert receive(people, ZHANG) != receive(people, ZHANG, place="另一处")

    def test_takes_the_same_file_after_it_was_set_aside(self, people):
        first = staged(people, ZHANG)
        people.discard(first, actor=CLERK, now=NOW)
        assert receive(people, ZHANG) != first

    def test_refuses_what_is_no_table(self, people):
        with pytest.raises(Refused):
            people.receive(
                io.BytesIO(b"%PDF-1.7\n"),
                name="a.pdf",
                actor=CLERK,
                place=Consignment(place="工地"),
                now=NOW,
            )
        assert not Consignment.everything.exists()


class TestRead:
    def test_stages_what_the_file_holds(self, people):
        upload = stored(staged(people, ZHANG, WRONG))

        assert (upload.state, upload.row_count, upload.accepted) == (UploadState.PREVIEW, 2, 1)
        assert (upload.header_row, [m["column"] for m in upload.mapping]) == (
            1,
            ["name", "id", "team", "card"],
        )
        assert [(i["row"], i["column"], i["code"]) for i in upload.errors] == [
            (3, "id", "check_digit")
        ]

    def test_lets_no_full_number_into_the_clear(self, people):
        upload = staged(people, ZHANG, WRONG)
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(d)::text FROM core_consignment d")
            row = cursor.fetchone()[0]
        told = row + json.dumps(list(AuditEntry.objects.values_list("detail", flat=True)))

        assert people.staged(upload).rows[0]["id"] == ZHANG[1]
        assert not any(number in told for number in (ZHANG[1], WRONG[1], ZHANG[3], WRONG[3]))

    def test_refuses_an_unreadable_file_and_keeps_it(self, people):
        data = csv(("甲", "乙"), ("一", "二"))
        place = Consignment(place="工地")
        upload = people.read_now(io.BytesIO(data), name="a.csv", actor=CLERK, place=place, now=NOW)

        assert stored(upload).state == UploadState.REFUSED
        assert "没有找到表头" in upload.reason
        assert attachments.content_of(upload.original) == data

    def test_tells_how_far_it_is(self, people):
        told = []
        people.read(receive(people, ZHANG), lambda *step: told.append(step[:2]))
        assert told == [(0, 3), (2, 3), (3, 3)]

    def test_leaves_alone_what_was_set_aside_meanwhile(self, people):
        upload = receive(people, ZHANG)
        people.discard(stored(upload), actor=CLERK, now=NOW)
        with refused("upload.changed"):
            people.read(upload)
        assert stored(upload).state == UploadState.VOID

    def test_is_done_by_the_job(self, people):
        upload = receive(people, ZHANG)
        imports.read_job(people, upload.job.uuid, upload.uuid, moment=clock.now)

        assert stored(upload).state == UploadState.PREVIEW
        assert stored(upload).job.state == Job.State.DONE


class TestReadAgain:
    def test_queues_a_reading_that_broke_off(
        self, people, sent, django_capture_on_commit_callbacks
    ):
        upload = receive(people, ZHANG)
        Job.objects.update(state=Job.State.FAILED)
        with django_capture_on_commit_callbacks(execute=True):
            assert people.read_again(stored(upload), now=NOW)
        assert [name for name, _ in sent] == [people.task]

    def test_does_nothing_with_one_that_is_under_way(self, people):
        assert not people.read_again(receive(people, ZHANG), now=NOW)


class TestMend:
    def test_puts_a_cell_right(self, people):
        upload = staged(people, ZHANG, WRONG)
        people.mend(upload, row=3, column="id", text=WANG[1], actor=CLERK, now=NOW)

        assert (stored(upload).errors, stored(upload).accepted) == ([], 2)
        assert people.staged(stored(upload)).rows[1]["id"] == WANG[1]

    def test_checks_the_whole_table_anew(self, people):
        upload = staged(people, ZHANG, WANG)
        people.mend(upload, row=3, column="id", text=ZHANG[1], actor=CLERK, now=NOW)
        assert [issue["code"] for issue in stored(upload).errors] == ["duplicate"]

    def test_is_on_record_with_the_value_masked(self, people):
        upload = staged(people, WRONG)
        people.mend(upload, row=2, column="id", text=WANG[1], actor=CLERK, now=NOW)

        entry = AuditEntry.objects.get(action=imports.MENDED)
        assert (entry.within, entry.detail["row"], entry.detail["column"]) == (
            "place:工地",
            2,
            "id",
        )
        assert WANG[1] not in json.dumps(entry.detail)

    @pytest.mark.parametrize(("row", "column"), [(99, "id"), (2, "shoe_size")])
    def test_knows_no_cell_that_is_not_there(self, people, row, column):
        upload = staged(people, ZHANG)
        with pytest.raises(KeyError):
            people.mend(upload, row=row, column=column, text="1", actor=CLERK, now=NOW)

    def test_comes_too_late_after_the_commit(self, people):
        upload = staged(people, ZHANG)
        people.commit(upload, actor=CLERK, now=NOW)
        with refused("upload.changed", match="刷新"):
            people.mend(upload, row=2, column="team", text="瓦工班", actor=CLERK, now=NOW)


class TestUndo:
    def test_takes_the_last_change_back(self, people):
        upload = staged(people, ZHANG, WRONG)
        people.mend(upload, row=3, column="name", text="王力", actor=CLERK, now=NOW)
        reading = people.undo(upload, actor=CLERK, now=NOW)
        assert reading.edits == {}
        assert AuditEntry.objects.filter(action="import.undo").exists()

    def test_refuses_where_nothing_was_changed(self, people):
        upload = staged(people, ZHANG)
        with refused("upload.nothing_to_undo"):
            people.undo(upload, actor=CLERK, now=NOW)


class TestRemap:
    ODD = ("姓名", "身份证号码", "干活的队伍", "银行卡号")

    def test_takes_the_columns_as_the_sender_says(self, people):
        upload = staged(people, ZHANG, header=self.ODD)
        assert people.staged(upload).rows[0]["team"] is None
        people.remap(upload, choices=Choices({(0, 1, 2): "team"}), actor=CLERK)
        assert people.staged(stored(upload)).rows[0]["team"] == "木工班"

    def test_leaves_a_column_out(self, people):
        upload = staged(people, ZHANG)
        people.remap(upload, choices=Choices({(0, 1, 2): None}), actor=CLERK)
        assert people.staged(stored(upload)).rows[0]["team"] is None

    def test_keeps_what_was_mended(self, people):
        upload = staged(people, WRONG, header=self.ODD)
        people.mend(upload, row=2, column="id", text=WANG[1], actor=CLERK, now=NOW)
        people.remap(stored(upload), choices=Choices({(0, 1, 2): "team"}), actor=CLERK)

        row = people.staged(stored(upload)).rows[0]
        assert (row["id"], row["team"]) == (WANG[1], "钢筋班")

    def test_comes_too_late_after_the_commit(self, people):
        upload = staged(people, ZHANG)
        people.commit(upload, actor=CLERK, now=NOW)
        with refused("upload.changed"):
            people.remap(upload, choices=Choices({(0, 1, 2): None}), actor=CLERK)


class TestCommit:
    def test_writes_the_good_rows(self, people):
        upload = staged(people, ZHANG, WRONG)
        outcome = people.commit(upload, actor=CLERK, now=NOW)

        assert (outcome.reference, outcome.accepted) == ("people:张小明", 1)
        assert (stored(upload).state, stored(upload).result) == (
            UploadState.COMMITTED,
            "people:张小明",
        )
        assert actions() == [imports.RECEIVED, "written", imports.COMMITTED]

    def test_takes_a_whole_table_or_none_of_it(self, whole):
        upload = staged(whole, ZHANG, WRONG)
        assert stored(upload).accepted == 0
        with refused("upload.faulty_rows", match="1 行有错误"):
            whole.commit(upload, actor=CLERK, now=NOW)
        whole.mend(upload, row=3, column="id", text=WANG[1], actor=CLERK, now=NOW)
        assert whole.commit(upload, actor=CLERK, now=NOW).accepted == 2

    def test_checks_against_the_register_as_it_is_by_now(self, people):
        upload = staged(people, ZHANG, WANG)
        REGISTER.barred.add("王大力")

        assert people.commit(upload, actor=CLERK, now=NOW).reference == "people:张小明"
        assert [issue["code"] for issue in stored(upload).errors] == ["barred"]

    def test_shows_the_fault_that_has_turned_up_since(self, whole):
        upload = staged(whole, ZHANG)
        REGISTER.barred.add("张小明")
        with refused("upload.faulty_rows", match="1 行有错误"):
            whole.commit(upload, actor=CLERK, now=NOW)
        assert [issue["code"] for issue in stored(upload).errors] == ["barred"]
        assert stored(upload).accepted == 0

    def test_refuses_a_table_without_a_good_row(self, people):
        upload = staged(people, WRONG)
        with refused("upload.no_good_row"):
            people.commit(upload, actor=CLERK, now=NOW)
        assert stored(upload).state == UploadState.PREVIEW

    def test_undoes_all_where_the_register_refuses(self, people):
        REGISTER.refusal = "state.changed"
        upload = staged(people, ZHANG)
        with refused("state.changed"):
            people.commit(upload, actor=CLERK, now=NOW)
        assert stored(upload).state == UploadState.PREVIEW
        assert actions() == [imports.RECEIVED]

    def test_happens_once(self, people):
        upload = staged(people, ZHANG)
        people.commit(upload, actor=CLERK, now=NOW)
        with refused("upload.changed"):
            people.commit(upload, actor=CLERK, now=NOW)
        assert actions().count("written") == 1

    def test_refuses_a_file_that_is_still_being_read(self, people):
        with refused("upload.changed"):
            people.commit(receive(people, ZHANG), actor=CLERK, now=NOW)

    def test_remembers_the_senders_columns(self, people):
        upload = staged(people, ZHANG, header=TestRemap.ODD)
        people.remap(upload, choices=Choices({(0, 1, 2): "team"}), actor=CLERK)
        people.commit(upload, actor=CLERK, now=NOW)

        next_one = staged(people, WANG, header=TestRemap.ODD)
        assert people.staged(next_one).rows[0]["team"] == "钢筋班"
        stranger = Actor(uuid4(), "李经办", organisation=8)
        other = staged(people, WANG, header=TestRemap.ODD, place="另一处", actor=stranger)
        assert people.staged(other).rows[0]["team"] is None

    def test_lets_the_same_file_be_and_answers_with_what_it_made(self, people):
        upload = staged(people, ZHANG)
        people.commit(upload, actor=CLERK, now=NOW)
        again = staged(people, ZHANG)
        assert (again, again.result) == (upload, "people:张小明")


@pytest.fixture
def committed_table(transactional_db, settings, tmp_path):
    """The table where several connections see it."""
    settings.ATTACHMENTS_DIR = tmp_path
    with connection.schema_editor() as editor:
        editor.create_model(Consignment)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Consignment)


class TestTwoAtOnce:
    def test_only_one_commits(self, committed_table, monkeypatch):
        monkeypatch.setattr(jobs, "_send_message", lambda name, args: None)
        people = PEOPLE
        upload = staged(people, ZHANG)
        inside, go_on, outcomes = threading.Event(), threading.Event(), []

        def write_slowly(*args, **options):
            inside.set()
            go_on.wait(10)
            return write(*args, **options)

        slow = replace(people, write=write_slowly)

        def commit(kind):
            try:
                outcomes.append(kind.commit(stored(upload), actor=CLERK, now=NOW).reference)
            except Refused:
                outcomes.append("too late")
            finally:
                connection.close()

        threads = [threading.Thread(target=commit, args=(kind,)) for kind in (slow, people)]
        threads[0].start()
        assert inside.wait(10)
        threads[1].start()
        go_on.set()
        for thread in threads:
            thread.join(20)

        assert sorted(outcomes) == sorted(["people:张小明", "too late"])
        assert actions().count("written") == 1


class TestDiscard:
    @pytest.mark.parametrize("read", [True, False])
    def test_sets_the_upload_aside_and_keeps_the_file(self, people, read):
        upload = staged(people, ZHANG) if read else receive(people, ZHANG)
        people.discard(upload, actor=CLERK, now=NOW)

        assert stored(upload).state == UploadState.VOID
        assert attachments.content_of(upload.original)
        assert actions() == [imports.RECEIVED, imports.DISCARDED]

    def test_comes_too_late_after_the_commit(self, people):
        upload = staged(people, ZHANG)
        people.commit(upload, actor=CLERK, now=NOW)
        with refused("upload.changed"), transaction.atomic():
            people.discard(upload, actor=CLERK, now=NOW)
        assert stored(upload).state == UploadState.COMMITTED
        assert imports.DISCARDED not in actions()


class TestCell:
    def test_shows_a_sealed_value_in_full_and_puts_that_on_record(self, people):
        upload = staged(people, WRONG)
        assert people.cell(upload, row=2, column="id", actor=CLERK, now=NOW) == (
            "身份证号码",
            WRONG[1],
        )

        entry = AuditEntry.objects.get(action=imports.SHOWN)
        assert (entry.actor, entry.detail) == (
            CLERK.id,
            {"kind": "people", "row": 2, "column": "id"},
        )

    def test_makes_no_entry_for_what_everybody_sees(self, people):
        upload = staged(people, ZHANG)
        assert people.cell(upload, row=2, column="team", actor=CLERK, now=NOW) == ("班组", "木工班")
        assert actions() == [imports.RECEIVED]


class TestMarkedCopy:
    def test_marks_the_faults_in_the_senders_own_table(self, people):
        upload = staged(people, ZHANG, WRONG)
        book = openpyxl.load_workbook(io.BytesIO(people.marked_copy(upload, actor=CLERK, now=NOW)))

        assert book.sheetnames[0] == "问题清单"
        cell = book["工资表"]["B3"]
        assert cell.value == WRONG[1]
        assert WRONG[1] not in cell.comment.text
        assert book["工资表"]["B2"].comment is None

    def test_is_on_record(self, people):
        upload = staged(people, WRONG)
        people.marked_copy(upload, actor=CLERK, now=NOW)

        entry = AuditEntry.objects.get(action=imports.HANDED_OUT)
        assert (entry.actor, entry.subject, entry.detail["file"]) == (
            CLERK.id,
            f"upload:{upload.uuid}",
            "名单.xlsx",
        )


class PeopleCommand(ImportCommand):
    def place(self, options):
        if options["project"] != "XJ1":
            raise WrongUse("没有这个项目。")
        return Consignment(place=options["project"])


@pytest.fixture
def command(people, tmp_path, capsys):
    """Runs the command on a table of these rows: exit status and report.

    The same rows are the same file: a workbook written anew carries another time.
    """
    written: dict[str, bytes] = {}

    def run(*rows, arguments=(), project="XJ1"):
        path = tmp_path / "名单.xlsx"
        path.write_bytes(written.setdefault(repr(rows), xlsx(HEADER, *rows)))
        command, status = PeopleCommand(), 0
        command.kind = people
        try:
            call_command(command, str(path), "--project", project, "--json", *arguments)
        except SystemExit as exit_:
            status = exit_.code
        return status, json.loads(capsys.readouterr().out)

    return run


class TestCommand:
    def test_previews_and_stages_nothing(self, command):
        status, report = command(ZHANG, WRONG)
        assert (status, report["rows"], report["accepted"]) == (0, 2, 1)
        assert (report["committed"], report["result"]) == (False, None)
        assert not Consignment.everything.exists()

    def test_commits_when_told(self, command):
        status, report = command(ZHANG, arguments=["--commit"])
        assert (status, report["committed"], report["result"]) == (0, True, "people:张小明")

    def test_answers_the_same_the_second_time(self, command):
        assert command(ZHANG, arguments=["--commit"]) == command(ZHANG, arguments=["--commit"])
        assert actions().count("written") == 1

    @pytest.mark.parametrize("arguments", [(), ("--commit",)])
    def test_exits_1_where_nothing_is_accepted(self, command, arguments):
        status, report = command(WRONG, arguments=arguments)
        assert (status, report["accepted"], report["committed"]) == (1, 0, False)
        assert {issue["code"] for issue in report["issues"]} == {"check_digit"}

    def test_exits_1_where_the_register_refuses(self, command, people):
        REGISTER.refusal = "state.changed"
        status, report = command(ZHANG, arguments=["--commit"])
        assert (status, report["committed"]) == (1, False)
        assert [issue["message"] for issue in report["issues"]] == [str(Refused("state.changed"))]

    def test_exits_2_without_a_file(self, table):
        with pytest.raises(WrongUse, match="找不到文件") as refusal:
            call_command(PeopleCommand(), "/nowhere.xlsx", "--project", "XJ1")
        assert refusal.value.returncode == 2

    def test_exits_2_for_an_unknown_place(self, command):
        with pytest.raises(WrongUse, match="没有这个项目"):
            command(ZHANG, project="XJ2")


class TestStaging:
    def test_refuses_to_move_what_somebody_else_moved(self, people):
        upload = staged(people, ZHANG)
        people.discard(stored(upload), actor=CLERK, now=NOW)
        with refused("upload.changed"):
            uploads.move_upload(upload, to=UploadState.COMMITTED, from_=imports.OPEN)
