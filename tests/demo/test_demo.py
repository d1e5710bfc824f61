"""The demo district holds what it promises, and everybody in it can sign in."""

import base64
import json
import os
import stat
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp

from accounts.models import SpecialAccount
from core import audit
from core.actor import SYSTEM
from core.models import Attachment, AuditEntry
from demo import story
from demo.district import SITES, days_of
from identity.models import Organisation
from identity.roles import Role
from monitoring.catalogue import RULES
from monitoring.models import EarlyWarning
from payroll.models import PaySheet
from projects.models import Project
from wagemon import launch
from workers.models import Engagement, Person

ROOT = Path(__file__).resolve().parents[2]
KUNLUN = "昆仑大道安置房二期"


@pytest.fixture
def own_folder(settings, tmp_path):
    """A demo of the test's own: its files are gone with it, as its rows are."""
    settings.WAGEMON_NOW = "2026-11-24T10:00:00+08:00"
    settings.VAR_DIR = tmp_path
    settings.AUDIT_HEAD = tmp_path / "audit.head"
    settings.ATTACHMENTS_DIR = tmp_path / "attachments"
    settings.BANK_STORE = tmp_path / "bank.sqlite3"
    return tmp_path


def personas(folder: Path) -> list[dict[str, str]]:
    return json.loads((folder / "demo.json").read_text())


def signed_in(persona: dict[str, str]) -> Client:
    """A browser in which the persona signed in as anybody does."""
    client = Client()
    data = {"username": persona["user"], "password": persona["password"]}
    answer = client.post(reverse("identity:sign_in"), data)
    if persona["totp_secret"]:
        assert answer.url == reverse("identity:code")
        code = totp(base64.b32decode(persona["totp_secret"]))
        answer = client.post(answer.url, {"code": f"{code:06d}"})
    assert answer.url == "/", persona["user"]
    return client


@pytest.mark.django_db
def test_demo_district(own_folder, subtests, monkeypatch):
    """One telling of the story, looked at from all sides: it takes seconds."""
    told, make_district = [], story.make_district
    monkeypatch.setattr(story, "make_district", lambda now: told.append(now) or make_district(now))
    before = settings.WAGEMON_NOW
    call_command("demo", stdout=StringIO())

    with subtests.test("counts"):
        assert Project.everything.count() == len(SITES) >= 12
        assert 380 <= Person.objects.count() <= 450
        kinds = Organisation.Kind
        of_kind = {kind: Organisation.everything.filter(kind=kind).count() for kind in kinds}
        assert of_kind[kinds.CONTRACTOR] == 3
        assert of_kind[kinds.SUBCONTRACTOR] == 4
        assert of_kind[kinds.BANK] == 2
        regions = set(Project.everything.values_list("region_id", flat=True))
        assert {region[:4] for region in regions} == {"6501", "6523"}
        assert len(regions) == 4
        assert len(set(PaySheet.everything.values_list("month", flat=True))) == 3

    with subtests.test("was lived at its own times, by no clock but the story's"):
        times = [
            *AuditEntry.objects.values_list("at", flat=True),
            *Attachment.objects.values_list("created_at", flat=True),
        ]
        assert max(times) <= told[0]
        assert (max(times) - min(times)).days > 60
        assert before == settings.WAGEMON_NOW

    with subtests.test("昆仑大道 waits with an empty register"):
        project = Project.everything.get(name=KUNLUN)
        assert not Engagement.everything.filter(project=project).exists()
        assert project.wage_term(project.planned_start).pay_day == 15
        assert f"{project.start}" <= "2026-03-01"
        names = {part.organisation.name for part in project.participants.all()}
        assert names == {
            "新疆某某建设工程有限公司",
            "天山劳务有限公司",
            "新疆某某城市建设投资有限公司",
        }
        account = SpecialAccount.everything.get(project=project)
        assert account.number == "65050161625000000123"
        assert account.statements.exists()

    with subtests.test("every rule has raised a warning that stands"):
        live = EarlyWarning.everything.live()
        assert set(live.values_list("rule", flat=True)) == set(RULES)

    with subtests.test("warnings have a history"):
        handled = set(EarlyWarning.everything.values_list("handling", flat=True))
        assert handled == {"dispatched", "signed", "reported", "closed"}
        assert EarlyWarning.everything.filter(condition="cleared").exists()

    with subtests.test("the audit chain holds"):
        assert audit.verify_chain().holds

    with subtests.test("the personas are kept for their owner alone"):
        file = own_folder / "demo.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert all(
            set(one) == {"role", "user", "password", "totp_secret"} for one in personas(own_folder)
        )
        said = {one["role"].split("（")[0] for one in personas(own_folder)}
        assert said == {str(role.label) for role in Role}

    for persona in personas(own_folder):
        with subtests.test("signs in and has something to do", persona=persona["user"]):
            page = signed_in(persona).get("/").content.decode()
            assert 'class="work"' in page or persona["role"].startswith(Role.OPERATOR.label)

    with subtests.test("does not begin a second time"):
        with pytest.raises(CommandError, match="--reset") as refusal:
            call_command("demo")
        assert refusal.value.returncode == 2


class TestDemoCommand:
    def test_leaves_a_used_platform_alone(self, cast):
        with pytest.raises(CommandError, match="没有改动") as refusal:
            call_command("demo")
        assert refusal.value.returncode == 2
        assert Project.objects.visible_to(SYSTEM).count() == 2

    @pytest.mark.parametrize("reset", [False, True])
    def test_refuses_outside_the_demo(self, cast, settings, reset):
        settings.DEMO = False
        with pytest.raises(CommandError, match="DEMO=1"):
            call_command("demo", reset=reset)
        assert Project.everything.count() == 2


class TestReset:
    @pytest.fixture
    def database(self):
        """A database of its own on the suite's server."""
        url = os.environ["DATABASE_URL"]
        name = f"reset_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def test_makes_the_schema_anew_in_a_database_that_make_run_made(self, database, tmp_path):
        with psycopg.connect(database, autocommit=True) as own:
            own.execute("CREATE TABLE leftover (n integer)")
        for name in ("demo.json", "audit.head", "bank.sqlite3"):
            (tmp_path / name).write_text("old")
        environment = {
            **os.environ,
            "DATABASE_URL": database,
            "WAGEMON_VAR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "wagemon.settings",
        }
        # Without a story that takes half a minute to tell.
        code = (
            "import django; django.setup()\n"
            "from django.core.management import call_command\n"
            "from demo import story; story.make_district = lambda now: []\n"
            "call_command('demo', reset=True)"
        )
        command = [sys.executable, "-c", code]
        refused = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert "不是 make run 建立的" in refused.stderr
        with psycopg.connect(database) as own:
            own.execute("SELECT n FROM leftover")
        assert (tmp_path / "demo.json").exists()

        launch.mark_database(database)
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        with psycopg.connect(database) as own:
            tables = {row[0] for row in own.execute("SELECT tablename FROM pg_tables")}
        assert "leftover" not in tables
        assert "core_auditentry" in tables
        assert not [file for file in tmp_path.iterdir() if file.is_file()]


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_days_make_sense_on_any_day(db, site):
    """Whatever the day of the first run, sheets come before pay days and months are whole."""
    for month in range(1, 13):
        for day in (1, 2, 9, 17, 28):
            today = date(2026, month, day)
            days = days_of(site, today)
            for wages in days.months:
                assert days.funding(wages) < days.due(wages)
            assert days.months[-1] < today.replace(day=1)
