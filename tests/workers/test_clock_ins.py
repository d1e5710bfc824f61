"""What attendance devices export, kept and counted."""

import json
import threading
from datetime import date, datetime, time, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.actor import SYSTEM
from core.models import AuditEntry, Touch
from core.tabular.reading import read_rows
from projects.models import Project
from tests.cast import MONTH, NOW, SAMPLES, SHANGHAI
from tests.core.tabular.files import csv, xlsx
from tests.refusals import refused
from workers.imports import ATTENDANCE_IMPORT, place_of
from workers.models import AttendanceMonth, ClockIn, Engagement, RegisterUpload
from workers.services import attendance
from workers.services.attendance import Passage
from workers.services.partitions import make_partitions
from workers.tables import mark_of
from workers.tables.clockins import MomentField, attendance_day

HEADER = ("姓名", "身份证号码", "班组", "打卡时间", "设备", "方向", "体温")


@pytest.fixture(autouse=True)
def ninth_of_october(settings):
    settings.WAGEMON_NOW = NOW.isoformat()


def clocked(worker, at, device="东门 1 号闸机"):
    return (worker.name, worker.id_number, worker.team, at, device, "进", "36.4")


def place(cast, month=MONTH):
    return place_of(ATTENDANCE_IMPORT, cast.project, cast.subcontractor, month)


def read(cast, *rows, header=HEADER, file=xlsx):
    """A file's reading as the preview has it."""
    assert cast.roster
    return ATTENDANCE_IMPORT.read_file(file(header, *rows), "打卡记录", place(cast))


def upload(cast, *rows, header=HEADER, actor=SYSTEM):
    content = BytesIO(xlsx(header, *rows))
    return ATTENDANCE_IMPORT.read_now(
        content, name="打卡.xlsx", actor=actor, place=place(cast), now=NOW
    )


def commit(cast, *rows, header=HEADER):
    assert cast.roster
    staged = upload(cast, *rows, header=header)
    return ATTENDANCE_IMPORT.commit(staged, actor=SYSTEM, now=NOW)


def said(reading):
    return [(issue.row, issue.column, issue.code, issue.severity) for issue in reading.issues]


def understood(reading):
    return reading.layout, reading.issues, reading.totals["days"]


def marks(worker) -> str:
    return AttendanceMonth.everything.get(engagement__person__name=worker.name).marks


def moments() -> list[str]:
    rows = ClockIn.everything.order_by("at").values_list("at", flat=True)
    return [f"{at.astimezone(SHANGHAI):%d %H:%M:%S}" for at in rows]


class TestMark:
    DAY = datetime(2026, 9, 3, 8)

    @pytest.mark.parametrize(
        ("stayed", "mark"),
        [
            (timedelta(), "1"),
            (timedelta(minutes=4, seconds=59), "1"),
            (timedelta(minutes=5), "5"),
            (timedelta(hours=3, minutes=59, seconds=59), "5"),
            (timedelta(hours=4), "1"),
            (timedelta(hours=11), "1"),
        ],
    )
    def test_is_half_below_four_hours_and_whole_for_one_passage(self, stayed, mark):
        assert mark_of(self.DAY, self.DAY + stayed) == mark

    @pytest.mark.parametrize(("clock", "day"), [("04:59:59", 2), ("05:00:00", 3), ("23:59:59", 3)])
    def test_counts_the_night_for_the_day_that_it_began_on(self, clock, day):
        assert attendance_day(datetime.fromisoformat(f"2026-09-03 {clock}")) == date(2026, 9, day)


class TestMoment:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-09-03 07:52:11",
            "2026/9/3 7:52:11",
            "2026年9月3日 7时52分11秒",
            "2026-09-03T07:52:11.000",
            "20260903075211",
            20260903075211.0,
            "２０２６-09-03　07：52：11",
            datetime(2026, 9, 3, 7, 52, 10, 999_999),
        ],
    )
    def test_is_understood_however_written(self, text):
        assert MomentField().clean(text) == datetime(2026, 9, 3, 7, 52, 11)

    @pytest.mark.parametrize("text", ["07:52", "7:52:00", time(7, 52)])
    def test_may_be_the_time_of_day_alone(self, text):
        assert MomentField().clean(text) == time(7, 52)

    @pytest.mark.parametrize("text", ["", "—", "未打卡", "缺卡"])
    def test_is_blank_where_nobody_clocked_in(self, text):
        assert MomentField(required=False).clean(text) is None

    @pytest.mark.parametrize(
        "text",
        ["2026-09-03", "2026-09-31 08:00", "24:10", "07:52 18:03", date(2026, 9, 3), 46268.3],
    )
    def test_is_not_guessed(self, text):
        with pytest.raises(Exception, match=r"请写成|没有这个时间"):
            MomentField().clean(text)


class TestLayouts:
    """The three that devices export, and the grid beside them."""

    def test_one_clock_in_a_row(self, cast):
        one, two = cast.roster[:2]
        reading = read(
            cast,
            clocked(one, "2026-09-03 07:52:11"),
            clocked(one, datetime(2026, 9, 3, 18, 3, 40)),
            clocked(two, "2026/9/3 8:00"),
            clocked(two, "2026/9/3 11:59"),
        )
        assert (reading.layout, reading.issues, reading.totals) == (
            "clock_ins",
            [],
            {"days": "1.50"},
        )

    def test_day_and_time_in_two_columns(self, cast):
        one = cast.roster[0]
        header = ("工号", "姓名", "身份证号", "打卡日期", "打卡时间", "通道")
        rows = [(7, one.name, one.id_number, "2026/9/3", at, "东门") for at in ("07:52", "18:03")]
        reading = read(cast, *rows, header=header)
        assert (reading.layout, reading.issues, reading.totals) == (
            "clock_ins",
            [],
            {"days": "1.00"},
        )

    def test_first_and_last_of_a_day_in_a_row(self, cast):
        one = cast.roster[0]
        header = ("姓名", "身份证号码", "日期", "上班打卡", "下班打卡")
        reading = read(
            cast,
            (one.name, one.id_number, date(2026, 9, 3), time(7, 52, 11), time(18, 3)),
            (one.name, one.id_number, "2026-09-04", "08:00", "11:00"),
            (one.name, one.id_number, "2026-09-05", "未打卡", ""),
            header=header,
        )
        assert understood(reading) == ("clock_days", [], "1.50")

    def test_text_of_an_older_program(self, cast):
        one = cast.roster[0]
        rows = [clocked(one, f"2026-09-03 {at}") for at in ("07:52:11", "18:03:40")]
        reading = read(cast, *rows, file=lambda *rows: csv(*rows, encoding="gb18030"))
        assert (reading.layout, reading.issues, reading.totals) == (
            "clock_ins",
            [],
            {"days": "1.00"},
        )

    def test_a_months_grid(self, cast):
        assert cast.roster
        content = (SAMPLES / "attendance.xlsx").read_bytes()
        reading = ATTENDANCE_IMPORT.read_file(content, "考勤.xlsx", place(cast))
        assert (reading.layout, len(reading.rows), reading.issues) == ("", 30, [])

    def test_a_grid_after_clock_ins_of_the_same_sender(self, cast):
        commit(cast, clocked(cast.roster[0], "2026-09-03 07:52:11"))
        content = (SAMPLES / "attendance.xlsx").read_bytes()
        reading = ATTENDANCE_IMPORT.read_file(content, "考勤.xlsx", place(cast))
        assert reading.layout == ""

    def test_a_heading_that_is_not_known_is_named(self, cast):
        one = cast.roster[0]
        header = ("姓名", "身份证号码", "过闸时刻")
        reading = read(cast, (one.name, one.id_number, "2026-09-03 07:52"), header=header)
        assert said(reading) == [(1, "time", "missing_column", "error")]
        assert "打卡时间" in reading.issues[0].message


class TestChecks:
    def test_name_the_row_and_hand_it_back(self, cast):
        one, two = cast.roster[:2]
        stranger = ("110101199003074530", "王小明")
        reading = read(
            cast,
            clocked(one, "2026-09-03 07:52:11"),
            clocked(one, "2026-09-03 18:03:40"),
            (stranger[1], stranger[0], "", "2026-09-03 08:00:00", "", "", ""),
            ("别人", two.id_number, "", "2026-09-03 08:00:00", "", "", ""),
            (two.name, int(two.id_number[:17]) * 10.0, "", "2026-09-03 08:00:00", "", "", ""),
            clocked(two, "2026-08-03 08:00:00"),
            clocked(two, "2026-09-03"),
            clocked(two, "08:00"),
        )
        assert [one for one in said(reading) if one[3] == "error"] == [
            (4, "id", "not_on_register", "error"),
            (5, "name", "name_differs", "error"),
            (6, "id", "digits_lost", "error"),
            (7, "time", "other_month", "error"),
            (8, "time", "format", "error"),
            (9, "time", "no_day", "error"),
        ]
        assert [line.number for line in reading.good_lines] == [2, 3]

    def test_count_the_nights_for_the_day_before(self, cast):
        one = cast.roster[0]
        reading = read(
            cast,
            clocked(one, "2026-09-01 04:59:59"),
            clocked(one, "2026-09-30 20:00:00"),
            clocked(one, "2026-10-01 04:59:59"),
            clocked(one, "2026-10-01 05:00:00"),
        )
        assert said(reading) == [
            (2, "time", "night_before", "warning"),
            (5, "time", "other_month", "error"),
        ]
        assert reading.totals == {"days": "1.00"}

    def test_point_to_a_lone_clock_in_and_count_it_whole(self, cast):
        one = cast.roster[0]
        reading = read(
            cast, clocked(one, "2026-09-03 07:52:11"), clocked(one, "2026-09-03 07:52:14")
        )
        assert said(reading) == [(2, "time", "lone", "warning")]
        assert reading.totals == {"days": "1.00"}

    def test_count_once_what_is_exported_twice(self, cast):
        one = cast.roster[0]
        rows = [clocked(one, f"2026-09-03 {at}") for at in ("07:52:11", "18:03:40", "07:52:11")]
        reading = read(cast, *rows)
        assert said(reading) == [(4, "time", "repeated", "warning")]
        commit(cast, *rows)
        assert moments() == ["03 07:52:11", "03 18:03:40"]

    def test_refuse_a_date_time_on_another_days_row(self, cast):
        one = cast.roster[0]
        header = ("姓名", "身份证号码", "日期", "上班打卡", "下班打卡")
        night = (one.name, one.id_number, "2026-09-03", "2026-09-03 20:00", "2026-09-04 06:00")
        wrong = (one.name, one.id_number, "2026-09-05", "2062-09-05 08:00", "18:00")
        reading = read(cast, night, wrong, header=header)
        assert said(reading) == [(3, "on", "other_day", "error")]


class TestCommit:
    def test_keeps_every_clock_in_and_marks_the_days(self, cast):
        one, two = cast.roster[:2]
        outcome = commit(
            cast,
            clocked(one, "2026-09-03 07:52:11"),
            clocked(one, "2026-09-03 18:03:40"),
            clocked(two, "2026-09-04 08:00:00"),
            clocked(two, "2026-09-04 11:00:00"),
        )
        assert outcome.accepted == 4
        assert outcome.reference == "2026年9月打卡 4 次，考勤 2 人"
        assert moments() == ["03 07:52:11", "03 18:03:40", "04 08:00:00", "04 11:00:00"]
        assert marks(one) == "  1".ljust(31)
        assert marks(two) == "   5".ljust(31)
        entry = AuditEntry.objects.get(action=attendance.CLOCKED)
        assert entry.detail == {"month": "2026-09", "workers": 2, "clock_ins": 4}
        assert Touch.objects.filter(subject=cast.project.subject).exists()

    def test_adds_up_what_two_devices_saw(self, cast):
        one = cast.roster[0]
        commit(cast, clocked(one, "2026-09-03 08:00:00"), clocked(one, "2026-09-03 10:00:00"))
        assert marks(one)[2] == "5"
        commit(cast, clocked(one, "2026-09-03 12:00:00", "西门"))
        assert marks(one)[2] == "1"
        assert set(ClockIn.everything.values_list("device", flat=True)) == {"东门 1 号闸机", "西门"}

    def test_leaves_days_without_clock_ins_as_they_were(self, cast):
        one = cast.roster[0]
        engagement = Engagement.everything.get(person__name=one.name)
        attendance.record_month(
            actor=SYSTEM,
            now=NOW,
            code=cast.project.code,
            employer=cast.subcontractor.uuid,
            month=MONTH,
            marks={engagement.pk: "10-5".ljust(31)},
        )
        commit(cast, clocked(one, "2026-09-02 08:00:00"), clocked(one, "2026-09-02 18:00:00"))
        row = AttendanceMonth.everything.get()
        assert (row.marks, str(row.days)) == ("11-5".ljust(31), "2.5")

    def test_changes_nothing_with_what_is_known(self, cast):
        one = cast.roster[0]
        rows = [clocked(one, f"2026-09-03 {at}") for at in ("07:52:11", "18:03:40")]
        commit(cast, *rows)
        known = list(ClockIn.everything.values_list("pk", flat=True))
        commit(cast, clocked(one, "2026-09-03 12:00:00"), *rows)
        assert set(known) < set(ClockIn.everything.values_list("pk", flat=True))
        assert (ClockIn.everything.count(), marks(one)) == (3, "  1".ljust(31))

    def test_takes_a_night_shift_as_its_row_says(self, cast):
        one = cast.roster[0]
        header = ("姓名", "身份证号码", "日期", "上班打卡", "下班打卡")
        commit(cast, (one.name, one.id_number, "2026-09-30", "20:00", "06:30"), header=header)
        (last,) = ClockIn.everything.filter(at__date=date(2026, 10, 1))
        assert last.day == date(2026, 9, 30)
        assert marks(one) == " " * 29 + "1 "

    def test_costs_the_same_for_forty_rows_as_for_twenty(self, cast):
        rows = [clocked(w, f"2026-09-03 {at}:00") for w in cast.roster for at in ("08:00", "18:00")]
        commit(cast, rows[0])  # makes the month's table and learns the sender's columns
        counts = []
        for some in (rows[:20], rows[20:60]):
            staged = upload(cast, *some)
            with CaptureQueriesContext(connection) as queries:
                ATTENDANCE_IMPORT.commit(staged, actor=SYSTEM, now=NOW)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_takes_a_table_in_which_nobody_clocked_in(self, cast):
        one = cast.roster[0]
        header = ("姓名", "身份证号码", "日期", "上班打卡", "下班打卡")
        outcome = commit(cast, (one.name, one.id_number, "2026-09-03", "", ""), header=header)
        assert outcome.reference == "2026年9月打卡 0 次，考勤 0 人"
        assert not AttendanceMonth.everything.exists()

    def test_is_for_whoever_keeps_the_employers_people(self, cast):
        passage = Passage(1, NOW, NOW.date())
        whose = {"now": NOW, "code": cast.project.code, "employer": cast.subcontractor.uuid}
        whose |= {"month": MONTH, "passages": [passage]}
        for name in ("owner", "county"):
            with refused("project.employers_work"):
                attendance.record_clock_ins(actor=cast.actor(getattr(cast.users, name)), **whose)
        with pytest.raises(Project.DoesNotExist):
            attendance.record_clock_ins(actor=cast.actor(cast.users.other_sub), **whose)


class TestClockIn:
    @pytest.fixture
    def clock_in(self, cast):
        commit(cast, clocked(cast.roster[0], "2026-09-03 07:52:11"))
        return ClockIn.everything.get()

    def test_is_never_changed(self, clock_in):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            ClockIn.everything.update(device="")

    def test_is_never_deleted(self, clock_in):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            ClockIn.everything.all().delete()

    def test_lies_in_its_months_table(self, clock_in):
        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM workers_clockin")
            assert cursor.fetchall() == [("workers_clockin_2026_09",)]

    @pytest.mark.parametrize(
        ("name", "seen"),
        [("sub", 1), ("labour", 1), ("county", 1), ("other_sub", 0), ("owner", 0), ("water", 0)],
    )
    def test_is_seen_by_whom_the_worker_concerns(self, cast, clock_in, name, seen):
        actor = cast.actor(getattr(cast.users, name))
        assert ClockIn.objects.visible_to(actor).count() == seen

    def test_is_not_seen_by_another_subcontractor_of_the_project(self, cast, clock_in):
        cast.take_part(cast.project, cast.other_subcontractor, "006")
        actor = cast.actor(cast.users.other_sub)
        assert not ClockIn.objects.visible_to(actor).exists()


@pytest.mark.usefixtures("transactional_db")
class TestPartitions:
    def test_are_made_once_by_two_at_once(self):
        at_once, faults = threading.Barrier(2, timeout=20), []

        def make():
            try:
                with transaction.atomic():
                    at_once.wait()
                    make_partitions([date(2031, 5, 1), date(2031, 6, 1)])
            except DatabaseError as fault:
                faults.append(fault)
            finally:
                connection.close()

        threads = [threading.Thread(target=make) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        assert faults == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('workers_clockin_2031_06') IS NOT NULL")
            assert cursor.fetchone() == (True,)


class TestCommand:
    def test_reports_rows_and_days(self, cast, capsys, tmp_path):
        one = cast.roster[0]
        file = tmp_path / "闸机.csv"
        times = ("07:52:11", "12:01:30", "13:30:02", "18:03:40")
        rows = [clocked(one, f"2026-09-{day:02} {at}") for day in (3, 4) for at in times]
        file.write_bytes(csv(HEADER, *rows, clocked(one, "2026-08-31 18:00"), encoding="gb18030"))
        place = ("--project", cast.project.code, "--month", "2026-09")
        call_command("attendance_import", str(file), *place, "--commit", "--json")
        report = json.loads(capsys.readouterr().out)
        assert (report["rows"], report["accepted"], report["totals"]) == (9, 8, {"days": "2.00"})
        assert [(i["row"], i["code"]) for i in report["issues"]] == [(10, "other_month")]
        assert (report["committed"], report["result"]) == (True, "2026年9月打卡 8 次，考勤 1 人")

    def test_exits_1_where_no_row_is_good(self, cast, capsys, tmp_path):
        file = tmp_path / "闸机.csv"
        file.write_bytes(csv(HEADER, clocked(cast.roster[0], "2026-08-31 18:00")))
        with pytest.raises(SystemExit) as exit_:
            call_command(
                *("attendance_import", str(file), "--project", cast.project.code),
                *("--month", "2026-09", "--json"),
            )
        assert exit_.value.code == 1


class TestPages:
    def test_take_clock_ins_from_file_to_marks(self, cast, monkeypatch):
        monkeypatch.setattr("core.jobs.enqueue", lambda *args: None)
        one = cast.roster[0]
        client = cast.client(cast.users.sub)
        rows = (clocked(one, "2026-09-03 07:52:11"), clocked(one, "2026-09-03 1803"))
        answer = client.post(
            reverse("workers:attendance_import", args=[cast.project.code]),
            {
                "file": SimpleUploadedFile("闸机.xlsx", xlsx(HEADER, *rows)),
                "employer": str(cast.subcontractor.uuid),
                "month": "2026-09",
            },
        )
        staged = RegisterUpload.everything.get()
        ATTENDANCE_IMPORT.read(staged)
        page = answer["Location"]
        shown = client.get(page, {"show": "rows"}).content.decode()
        assert "打卡时间" in shown
        assert "东门 1 号闸机" in shown
        assert one.id_number not in shown
        assert "打卡时间" in client.get(f"{page}cells/3/time/").content.decode()

        client.post(f"{page}cells/3/time/", {"value": "2026-09-03 18:03"})
        staged.refresh_from_db()
        assert (staged.accepted, staged.issues, staged.totals) == (2, [], {"days": "1.00"})
        mapping = client.post(f"{page}mapping/", {"column-6": ""})
        assert mapping.status_code == 302
        assert client.post(f"{page}commit/").status_code == 302
        assert marks(one) == "  1".ljust(31)

    def test_know_no_cell_of_another_layout(self, cast):
        assert cast.roster
        staged = upload(cast, clocked(cast.roster[0], "2026-09-03 07:52:11"))
        url = reverse("workers:attendance_upload", args=[staged.uuid])
        client = cast.client(cast.users.sub)
        assert client.get(f"{url}cells/2/day1/").status_code == 404
        assert client.get(f"{url}cells/9/time/").status_code == 404

    def test_mark_the_senders_own_file(self, cast):
        staged = upload(cast, clocked(cast.roster[0], "2026-09-03 07:52:11"))
        copy = ATTENDANCE_IMPORT.marked_copy(staged, actor=SYSTEM, now=NOW)
        again = read_rows(copy, "a.xlsx", *ATTENDANCE_IMPORT.tables)
        assert again.rows[0]["time"] == datetime(2026, 9, 3, 7, 52, 11)
