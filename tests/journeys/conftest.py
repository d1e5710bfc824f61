"""A platform of its own, started as ``make run`` starts it, and the people who use it."""

import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
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
    """Journeys need a browser, and say so where there is none."""
    for item in items:
        if Path(item.path).is_relative_to(ROOT / "tests" / "journeys"):
            item.add_marker(pytest.mark.journey)
            if find_chromium() is None:
                item.add_marker(pytest.mark.skip(reason="未找到 Chromium"))


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """``make run``'s launcher on free ports, its clock set, under a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="wagemon journey ") as folder:
        port, var, log = _free_port(), Path(folder) / "var", Path(folder) / "log"
        environment = environment_outside()
        environment |= {"WAGEMON_VAR": str(var), "PORT": str(port), "WAGEMON_NOW": CLOCK}
        with log.open("w") as output:
            launcher = subprocess.Popen(
                [sys.executable, "-m", "wagemon.launch"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            bank_url = _await_ready(url, launcher, log)
            rows = json.loads((var / "demo.json").read_text(encoding="utf-8"))
            yield Site(url, bank_url, var, {row["user"]: row for row in rows})
        finally:
            launcher.send_signal(signal.SIGTERM)
            launcher.wait(60)


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


@pytest.fixture(scope="session")
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
