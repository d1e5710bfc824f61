"""The log: whole in what it says of the platform, silent about people."""

import io
import json
import logging
import logging.config
from types import SimpleNamespace

import pytest
import structlog
from celery import current_app
from celery.beat import Scheduler
from django.db import IntegrityError, connection
from django.urls import reverse
from kombu.exceptions import OperationalError

from core import jobs
from core.middleware import REQUEST_ID
from identity.services.refused_access import note_refused_access
from tests.cast import NOW
from wagemon import logs

ID_NUMBER, CARD, PHONE = "650102199001011234", "6217001234567890123", "13812345678"
NAME, SECRET = "买买提江·热合曼", "不可外传的口令"
PERSONAL = (ID_NUMBER, CARD, PHONE, NAME, SECRET, "%E4%B9%B0")


@pytest.fixture
def lines(settings):
    """What production writes, as text; the suite's own logging is put back afterwards."""
    written = io.StringIO()
    apps = ["core", "identity", "payroll"]
    set_up = logs.configuration(apps, as_json=True)
    set_up["handlers"]["console"]["stream"] = written
    logging.config.dictConfig(set_up)
    yield written
    logging.config.dictConfig(settings.LOGGING)


def read(lines: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


class TestPersonalData:
    def test_of_searches_forms_and_faults_stays_out(self, cast, lines, monkeypatch):
        client = cast.client(cast.users.county)
        client.raise_request_exception = False
        client.get("/search/", {"q": ID_NUMBER})
        client.get(f"/projects/{NAME}/?name={NAME}&card={CARD}")
        client.post(reverse("identity:sign_in"), {"username": PHONE, "password": SECRET})

        def fail(*args, **options):
            raise ValueError(f"{NAME} {ID_NUMBER}")

        monkeypatch.setattr("core.views.jobs.of_actor", fail)
        answer = client.get(reverse("core:job", args=["6a6f6273-0000-4000-8000-000000000000"]))
        assert answer.status_code == 500
        text = lines.getvalue()
        assert "ValueError" in text
        assert [planted for planted in PERSONAL if planted in text] == []

    def test_that_a_database_quotes_stays_out(self, db, lines):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE people (name text UNIQUE)")
            cursor.execute("INSERT INTO people VALUES (%s)", [NAME])
            try:
                cursor.execute("SAVEPOINT before")
                cursor.execute("INSERT INTO people VALUES (%s)", [NAME])
            except IntegrityError:
                logging.getLogger("payroll").exception("A row was refused")
                cursor.execute("ROLLBACK TO before")
        [line] = read(lines)
        assert NAME not in lines.getvalue()
        assert {"sqlstate": "23505", "constraint": "people_name_key"}.items() <= line["fault"][
            1
        ].items()

    def test_of_one_fault_raised_anew_at_each_level_is_one_entry(self, lines):
        def raise_anew(before: ValueError | None) -> None:
            raise ValueError(NAME) from before

        fault: ValueError | None = None
        for _ in range(5):
            try:
                raise_anew(fault)
            except ValueError as anew:
                fault = anew
        logging.getLogger("core").error("Rendering failed", exc_info=fault)
        [line] = read(lines)
        assert [cause["type"] for cause in line["fault"]] == ["builtins.ValueError"]

    def test_in_the_stack_that_the_beat_quotes_stays_out(self, lines, monkeypatch):
        """While Redis is down the beat says so for each task that is due: one short line."""

        def fail(*args, **options):
            raise OperationalError(NAME)

        scheduler = Scheduler(app=current_app)
        monkeypatch.setattr(scheduler, "apply_async", fail)
        scheduler.apply_entry(SimpleNamespace(name="orders", task="payroll.tasks.poll_orders"))
        [line] = read(lines)
        assert (line["event"], line["level"]) == ("beat could not send", "error")
        assert line["fault"] == "kombu.exceptions.OperationalError"
        assert len(lines.getvalue()) < 300

    def test_of_a_failed_task_stays_out(self, lines):
        context = {"name": "payroll.tasks.send_order", "id": "1", "exc": NAME, "traceback": NAME}
        text = "Task %(name)s[%(id)s] raised unexpected: %(exc)s"
        logging.getLogger("celery.app.trace").error(text, context)
        [line] = read(lines)
        assert (line["event"], line["task"]) == ("task failed", "payroll.tasks.send_order")
        assert NAME not in lines.getvalue()


class TestRequestLine:
    def test_names_route_status_and_who_by_number(self, cast, lines):
        client = cast.client(cast.users.county)
        answer = client.get(reverse("supervision:project", args=[cast.project.code]) + "?x=1")
        line = read(lines)[-1]
        assert line["event"] == "request"
        assert line["route"] == answer.resolver_match.route
        assert cast.project.code not in lines.getvalue()
        assert (line["status"], line["user"]) == (answer.status_code, str(cast.users.county.uuid))
        assert line["request_id"] == answer[REQUEST_ID]
        assert line["time"].endswith("+08:00")

    def test_leaves_nobody_to_the_next_request(self, cast, client, lines):
        cast.client(cast.users.county).get("/")
        client.get("/healthz")
        assert "user" not in read(lines)[-1]


class TestRefusedAccess:
    def test_is_a_line_with_who_where_and_how_and_not_what(self, cast, lines):
        route = "users/<uuid:uuid>/"
        with structlog.contextvars.bound_contextvars(user="somebody else"):
            note_refused_access(user=cast.users.county.uuid, route=route, status=404, now=NOW)
        [line] = read(lines)
        assert (line["event"], line["logger"]) == ("access refused", "identity.security")
        assert (line["user"], line["route"]) == (str(cast.users.county.uuid), route)
        assert (line["status"], line["level"]) == (404, "warning")

    def test_comes_from_reaching_across_scope(self, cast, lines):
        cast.client(cast.users.other_admin).get(f"/users/{cast.users.labour.uuid}/")
        [line] = [line for line in read(lines) if line["event"] == "access refused"]
        assert line["user"] == str(cast.users.other_admin.uuid)
        assert str(cast.users.labour.uuid) not in lines.getvalue()


class TestRequestId:
    @pytest.mark.parametrize(
        ("behind_proxy", "given", "taken"),
        [
            (True, "proxy-12345678", True),
            (True, "no\\nnumber", False),
            (True, "x" * 65, False),
            (False, "proxy-12345678", False),
        ],
    )
    def test_is_the_trusted_proxys(self, client, settings, behind_proxy, given, taken):
        settings.BEHIND_PROXY = behind_proxy
        answer = client.get("/healthz", headers={REQUEST_ID: given})
        assert (answer[REQUEST_ID] == given) is taken
        assert len(answer[REQUEST_ID]) >= 8

    def test_goes_along_with_the_tasks(self, lines):
        headers: dict[str, str] = {}
        with structlog.contextvars.bound_contextvars(request_id="r-12345678"):
            jobs._put_request_id(headers=headers)

        class Task:
            name, request = "core.tasks.prune_changes", headers

        jobs._take_request_id(task=Task)
        logging.getLogger("core").warning("at work")
        jobs._forget_request()
        logging.getLogger("core").warning("idle")
        first, second = read(lines)
        assert (first["request_id"], first["task"]) == ("r-12345678", Task.name)
        assert "request_id" not in second


class TestLevels:
    def test_let_every_app_of_ours_speak_without_a_list(self, settings):
        for app in ("core", "workers", "supervision", "demo"):
            assert settings.LOGGING["loggers"][app] == {"level": "INFO"}

    def test_keep_the_demos_terminal_readable(self):
        loggers = logs.configuration(["core"], as_json=False)["loggers"]
        assert loggers["core.requests"] == {"level": "WARNING"}

    def test_write_a_fault_into_a_readable_line_too(self, settings, capsys):
        written = io.StringIO()
        set_up = logs.configuration(["core"], as_json=False)
        set_up["handlers"]["console"]["stream"] = written
        logging.config.dictConfig(set_up)
        try:
            raise ValueError(NAME)
        except ValueError:
            logging.getLogger("core").exception("It failed")
        logging.config.dictConfig(settings.LOGGING)
        assert "It failed" in written.getvalue()
        assert "ValueError" in written.getvalue()
        assert NAME not in written.getvalue()
        assert "Logging error" not in capsys.readouterr().err
