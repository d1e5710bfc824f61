"""Settings that stand on a whole and well-formed environment, or not at all."""

import os
import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from wagemon import embedded, environment

SETTINGS = str(Path(environment.__file__).with_name("settings.py"))
PRODUCTION = {
    "DEBUG": "0",
    "DEMO": "0",
    "SECRET_KEY": "tests-only-b7Qm2xV9tLr4Zs8Kd1Wn6Hy3Pf5Jc0Ga-0123456",
    "ALLOWED_HOSTS": "wages.example",
    "SITE_URL": "https://wages.example",
    "BANK_URL": "https://bank.example",
}
HIDDEN = "do-not-show"


@pytest.fixture(autouse=True)
def production(monkeypatch):
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)


def settings():
    return runpy.run_path(SETTINGS)


class TestSettings:
    def test_stand_on_a_whole_environment(self):
        read = settings()
        assert read["ALLOWED_HOSTS"] == ["wages.example"]
        assert read["SESSION_COOKIE_SECURE"] is True
        assert read["BEHIND_PROXY"] is False

    @pytest.mark.parametrize(
        "name",
        [
            *("SECRET_KEY", "SEAL_KEYS", "INDEX_KEY", "ALLOWED_HOSTS", "SITE_URL", "BANK_KEY"),
            *("DATABASE_URL", "REDIS_URL"),
        ],
    )
    @pytest.mark.parametrize("emptied", [True, False])
    def test_name_what_is_missing(self, monkeypatch, name, emptied):
        if emptied:
            monkeypatch.setenv(name, " ")
        else:
            monkeypatch.delenv(name)
        with pytest.raises(ImproperlyConfigured, match=f"没有设置环境变量 {name}。写法："):
            settings()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DEBUG", HIDDEN),
            ("DEMO", HIDDEN),
            ("BEHIND_PROXY", HIDDEN),
            ("SECRET_KEY", HIDDEN),
            ("ALLOWED_HOSTS", "*"),
            ("ALLOWED_HOSTS", f"https://{HIDDEN}"),
            ("SITE_URL", HIDDEN),
            ("SITE_URL", "http://wages.example"),
            ("CSRF_TRUSTED_ORIGINS", HIDDEN),
            ("DATABASE_URL", HIDDEN),
            ("DATABASE_URL", f"mysql://u:{HIDDEN}@db.example/wages"),
            ("DATABASE_URL", f"postgresql://u:{HIDDEN}@db.example:port/wages"),
            ("REDIS_URL", f"http://:{HIDDEN}@cache.example"),
            ("BANK_URL", HIDDEN),
            ("BANK_RESULTS_EVERY", HIDDEN),
            ("BANK_STATEMENTS_EVERY", "0"),
        ],
    )
    def test_name_what_is_malformed_and_show_nothing_of_it(self, monkeypatch, name, value):
        monkeypatch.setenv(name, value)
        with pytest.raises(ImproperlyConfigured, match=f"环境变量 {name} 的值不对") as refusal:
            settings()
        assert HIDDEN not in str(refusal.value)
        assert refusal.value.__suppress_context__

    @pytest.mark.parametrize("named", ["DATABASE_URL", "SECRET_KEY", "DEMO"])
    def test_never_take_the_demos_secrets_where_anything_is_named(
        self, monkeypatch, tmp_path, named
    ):
        (tmp_path / "secrets.env").write_text("DEMO=1\nBEHIND_PROXY=1\n")
        monkeypatch.setenv("WAGEMON_VAR", str(tmp_path))
        for name in {"DATABASE_URL", "SECRET_KEY", "DEMO", "BEHIND_PROXY"} - {named}:
            monkeypatch.delenv(name, raising=False)
        embedded.load_secrets(tmp_path)
        assert "BEHIND_PROXY" not in os.environ

    def test_take_the_demos_secrets_for_a_bare_command(self, monkeypatch, tmp_path):
        (tmp_path / "secrets.env").write_text("DEMO=1\n")
        for name in ("DATABASE_URL", "SECRET_KEY", "DEMO"):
            monkeypatch.delenv(name, raising=False)
        embedded.load_secrets(tmp_path)
        assert os.environ["DEMO"] == "1"

    def test_ask_of_a_demo_no_more_than_its_keys(self, monkeypatch):
        monkeypatch.setenv("DEMO", "1")
        for name in ("ALLOWED_HOSTS", "SITE_URL", "BANK_URL", "BANK_KEY"):
            monkeypatch.delenv(name)
        assert settings()["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost"]

    def test_refuse_a_demos_clock_that_is_no_time(self, monkeypatch):
        monkeypatch.setenv("DEMO", "1")
        monkeypatch.setenv("WAGEMON_NOW", "十月十五日")
        with pytest.raises(ImproperlyConfigured, match="WAGEMON_NOW"):
            settings()


class TestPort:
    @pytest.mark.parametrize("text", ["0", "65536", "八千", "-1"])
    def test_refuses_what_nobody_listens_on(self, text):
        with pytest.raises(ValueError):
            environment.port(text)
