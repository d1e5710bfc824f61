"""The database server is new enough, and is found again after it was restarted."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from core.database import insist_version
from wagemon import embedded

ROOT = Path(__file__).resolve().parents[2]
#: Uses the pool as pages do, and waits for a line on its standard input between two uses.
ASK_TWICE = """
import sys, threading, django
django.setup()
from django.db import connection
from core import health

def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.close()

def ask_in_threads():
    faults = []
    def attempt():
        try:
            ask()
        except Exception as fault:
            faults.append(repr(fault))
    threads = [threading.Thread(target=attempt) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return faults

ask_in_threads()
print("asked", flush=True)
sys.stdin.readline()
print(health._check_answers(health._check_database), ask_in_threads(), flush=True)
"""


class TestVersion:
    @pytest.mark.parametrize("version", [140_022, 130_000])
    def test_refuses_an_older_server_in_words(self, version):
        with pytest.raises(ImproperlyConfigured, match="需要 PostgreSQL 15"):
            insist_version(SimpleNamespace(pg_version=version))

    def test_is_asked_of_every_new_connection(self, db, monkeypatch):
        monkeypatch.setattr("core.database.OLDEST", 999)
        other = connection.copy()
        with pytest.raises(ImproperlyConfigured):
            other.ensure_connection()
        other.close()


class TestRestart:
    def test_gives_nobody_an_error(self):
        with tempfile.TemporaryDirectory(prefix="wagemon-own-") as folder:
            postgres = embedded.Postgres(Path(folder, "postgres"), durable=False)
            environment = {
                **os.environ,
                "DATABASE_URL": postgres.hold(),
                "DJANGO_SETTINGS_MODULE": "wagemon.settings",
            }
            asking = subprocess.Popen(
                [sys.executable, "-c", ASK_TWICE],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert asking.stdout.readline() == "asked\n"
            # As a crash ends it; then it is back in its place.
            process = postgres.process()
            process.send_signal(signal.SIGQUIT)
            process.wait(30)
            assert postgres.revive()
            said, _ = asking.communicate("\n", timeout=60)
            postgres.release()
        assert said == "True []\n"


class TestCreatesuperuser:
    def test_is_refused_with_the_right_way(self):
        with pytest.raises(CommandError, match="first_officer") as refusal:
            call_command("createsuperuser")
        assert refusal.value.returncode == 2
