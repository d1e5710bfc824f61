"""The one clock, and the hands that the demo may set."""

import ast
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from core import clock

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 10, 9, 17, 30, tzinfo=UTC)  # the 10th in Shanghai


class TestNow:
    def test_is_this_moment_in_shanghai(self):
        with time_machine.travel(EVENING, tick=False):
            moment = clock.now()
        assert moment == EVENING
        assert moment.utcoffset() == timedelta(hours=8)
        assert (moment.day, moment.hour) == (10, 1)

    @pytest.mark.parametrize(
        "hands", ["2026-10-15T09:00", "2026-10-15 09:00:00+08:00", "2026-10-15T01:00:00+00:00"]
    )
    def test_is_what_the_demo_says(self, settings, hands):
        settings.WAGEMON_NOW = hands
        moment = clock.now()
        assert timezone.is_aware(moment)
        since = moment - datetime(2026, 10, 15, 9, tzinfo=SHANGHAI)
        assert timedelta(0) <= since < timedelta(hours=1)

    def test_runs_on_from_there(self, settings, monkeypatch):
        settings.WAGEMON_NOW = "2026-10-15T09:00"
        monkeypatch.setattr(clock, "_STARTED", clock.time.monotonic() - 3600)
        assert timedelta(hours=1) <= clock.now() - datetime(2026, 10, 15, 9, tzinfo=SHANGHAI)

    def test_refuses_what_is_no_time(self, settings):
        settings.WAGEMON_NOW = "十月十五日"
        with pytest.raises(ValueError):
            clock.now()


class TestToday:
    def test_is_the_day_in_shanghai(self):
        with time_machine.travel(EVENING, tick=False):
            assert clock.today() == date(2026, 10, 10)

    def test_is_the_demos_day(self, settings):
        settings.WAGEMON_NOW = "2026-09-30T23:00"
        assert clock.today() == date(2026, 9, 30)


class TestHands:
    @pytest.mark.parametrize(("demo", "hands"), [("1", "2026-10-15T09:00"), ("0", "")])
    def test_are_set_in_a_demo_only(self, demo, hands):
        environment = os.environ | {
            "DEMO": demo,
            "DEBUG": "0",
            "ALLOWED_HOSTS": "wages.example",
            "SITE_URL": "https://wages.example",
            "WAGEMON_NOW": "2026-10-15T09:00",
            "DJANGO_SETTINGS_MODULE": "wagemon.settings",
        }
        program = "from django.conf import settings; print(repr(settings.WAGEMON_NOW))"
        answer = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert ast.literal_eval(answer.stdout) == hands
