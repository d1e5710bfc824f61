"""A pytest plugin: the suite's own PostgreSQL, Redis and environment, before settings are read.

The servers run in a process of their own that watches a pipe: when the run ends, even by a kill,
the pipe closes and they stop. Under xdist the controller starts them and the workers inherit the
addresses; each worker has its own data folder and its own Redis database, as it has its own
PostgreSQL one.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import pytest

#: A demo's environment, so that WAGEMON_NOW and plain HTTP work; the keys open nothing.
ENVIRONMENT = {
    "DEBUG": "0",
    "DEMO": "1",
    "SECRET_KEY": "tests-only-" + "0" * 50,
    "SEAL_KEYS": "1:000102030405060708090a0b0c0d0e0f",
    "INDEX_KEY": "00" * 32,
    "BANK_KEY": "11" * 32,
}
_keeper: subprocess.Popen[str] | None = None


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """A wrapper, because pytest-django reads the settings in this same hook."""
    os.environ.update(ENVIRONMENT)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        start_servers()
    number = int(worker.removeprefix("gw") or 0) + 1 if worker else 0
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].split("?")[0] + f"?db={number}"
    os.environ["WAGEMON_VAR"] = str(Path(os.environ["WAGEMON_TEST_FOLDER"], worker or "main"))
    # The folder of collected static files, which WhiteNoise expects to be there.
    Path(os.environ["WAGEMON_VAR"], "static").mkdir(parents=True, exist_ok=True)
    yield


def start_servers() -> None:
    """Servers and data folder of this run; named ones, where the caller's environment has them."""
    global _keeper
    os.environ["WAGEMON_TEST_FOLDER"] = tempfile.mkdtemp(prefix="wagemon-tests-")
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    _keeper = subprocess.Popen(  # noqa: S603
        [
            *[sys.executable, "-m", "wagemon.embedded", "sh", "-c"],
            'echo "$DATABASE_URL"; echo "$REDIS_URL"; cat; rm -rf "$WAGEMON_TEST_FOLDER"',
        ],
        cwd=Path(__file__).resolve().parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ[name] = cast(IO[str], _keeper.stdout).readline().strip()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if find_chromium() is None:
        terminalreporter.section("未找到 Chromium: 浏览器用例没有运行", sep="=", yellow=True)


def pytest_unconfigure() -> None:
    if _keeper is not None:
        _keeper.communicate()
    elif "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["WAGEMON_TEST_FOLDER"], ignore_errors=True)


def find_chromium() -> str | None:
    """The browser that journeys drive: ``CHROMIUM``, or one of the system's."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)
