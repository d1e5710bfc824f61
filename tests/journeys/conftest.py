"""A platform of its own, started as ``make run`` starts it, and the people who use it."""

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.steps import Month
from tests.journeys.visitor import ROOT, People, Site, environment_outside
from wagemon.testing import find_chromium

#: The Friday after the holidays: September's wages are due on the 15th.
CLOCK = "2026-10-09T10:00:00"
#: How long the first start may take on a slow machine, in seconds.
PATIENCE = 300
#: What ``make run`` does before it starts its processes, and no more.
PREPARE = """
from wagemon import launch
launch.keep_running = lambda *_: None
raise SystemExit(launch.main())
"""
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys need a browser, say so where there is none, and go as they are written.

    Each step begins where the one before it ended: the order is random for all other tests.
    """
    journeys = [one for one in items if one.path.is_relative_to(ROOT / "tests" / "journeys")]
    for item in journeys:
        item.add_marker(pytest.mark.journey)
        if find_chromium() is None:
            item.add_marker(pytest.mark.skip(reason="未找到 Chromium"))
    items.sort(key=lambda one: (one.path, one.reportinfo()[1]) if one in journeys else (ROOT, 0))


@pytest.fixture(scope="session")
def prepared() -> Path:
    """The data of a platform with its demo, not started: made once, by the first process."""
    folder = Path(os.environ["WAGEMON_TEST_FOLDER"])
    with (folder / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "prepared").exists():
            made = subprocess.run(
                [sys.executable, "-c", PREPARE],
                cwd=ROOT,
                env=_environment(folder / "fresh", _free_port()),
                capture_output=True,
                text=True,
            )
            if made.returncode:
                pytest.fail(f"No platform was prepared:\n{made.stdout}{made.stderr[-3000:]}")
            (folder / "fresh").rename(folder / "prepared")
    return folder / "prepared"


@pytest.fixture(scope="module")
def site(prepared: Path) -> Iterator[Site]:
    """A platform for one file of journeys, under a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="wagemon journey ") as folder:
        var = Path(folder) / "var"
        # Unlike Python's copy, this keeps whose the files are.
        subprocess.run(["cp", "-a", prepared, var], check=True)
        with _running(var) as (url, bank_url):
            rows = json.loads((var / "demo.json").read_text(encoding="utf-8"))
            yield Site(url, bank_url, var, {row["user"]: row for row in rows})


@contextmanager
def _running(var: Path) -> Iterator[tuple[str, str]]:
    """``make run``'s launcher on free ports, its clock set; its address and the bank's."""
    port, log = _free_port(), var.with_suffix(".log")
    with log.open("w") as output:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "wagemon.launch"],
            cwd=ROOT,
            env=_environment(var, port),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        yield url, _await_ready(url, launcher, log)
    finally:
        launcher.send_signal(signal.SIGTERM)
        launcher.wait(60)


def _environment(var: Path, port: int) -> dict[str, str]:
    ours = {"WAGEMON_VAR": str(var), "PORT": str(port), "WAGEMON_NOW": CLOCK}
    return environment_outside() | ours


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(url: str, launcher: subprocess.Popen[bytes], log: Path) -> str:
    """Wait for the platform and for the bank, which says where it is; the bank's address."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and launcher.poll() is None:
        said = re.search(r"沙箱银行: (http://\S+?)/", log.read_text(encoding="utf-8"))
        if said and _is_ready(url):
            return said[1]
        time.sleep(0.3)
    pytest.fail(f"The platform did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def everybody(browser: Browser, site: Site) -> Iterator[People]:
    """The personas; whoever was signed in stays so from one step to the next."""
    people = People(browser, site)
    yield people
    people.leave()


@pytest.fixture
def people(everybody: People) -> Iterator[People]:
    """The personas for one step, at whose end they answer for what went wrong."""
    yield everybody
    everybody.answer()


@pytest.fixture(scope="module")
def month() -> Month:
    """What the steps of the wage month know of each other."""
    return Month()


@pytest.fixture
def in_order(request: pytest.FixtureRequest, month: Month) -> Iterator[None]:
    """After a step that failed there is nothing to go on from."""
    if month.broken_at:
        pytest.skip(f"{month.broken_at} failed")
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        month.broken_at = request.node.name
