"""A platform of its own, started as ``make run`` starts it, and browsers that look at it.

Every page that a journey opens is held to the same: nothing in the console, no failed request, no
axe violation. With ``SCREENSHOTS=folder`` each looked-at page is kept at both sizes.
"""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django_otp.oath import totp
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from wagemon.testing import find_chromium

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "tests" / "data" / "samples"
#: The Friday after the holidays: September's wages are due on the 15th.
CLOCK = "2026-10-09T10:00:00"
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
#: What the servers of the suite are told and a platform of its own must not be.
_OF_THE_SUITE = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SEAL_KEYS", "INDEX_KEY", "BANK_KEY")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys share one platform: one process runs them all, and says why where it cannot."""
    for item in items:
        if Path(item.path).is_relative_to(ROOT / "tests" / "journeys"):
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.xdist_group("journeys"))
            if find_chromium() is None:
                item.add_marker(pytest.mark.skip(reason="未找到 Chromium"))


@dataclass
class Site:
    """A running platform and who can sign in to it."""

    url: str
    var: Path
    personas: dict[str, dict[str, str]] = field(default_factory=dict)

    def user(self, name: str) -> dict[str, str]:
        """A persona by user name."""
        return self.personas[name]


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """``make run``'s launcher on free ports, its clock set, under a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="wagemon journey ") as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        var = Path(folder) / "var"
        environment = {k: v for k, v in os.environ.items() if k not in _OF_THE_SUITE}
        environment |= {"WAGEMON_VAR": str(var), "PORT": str(port), "WAGEMON_NOW": CLOCK}
        log = (Path(folder) / "log").open("w+")
        launcher = subprocess.Popen(
            [sys.executable, "-m", "wagemon.launch"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _await_ready(url, launcher, Path(log.name))
            rows = json.loads((var / "demo.json").read_text(encoding="utf-8"))
            yield Site(url, var, {row["user"]: row for row in rows})
        finally:
            launcher.send_signal(signal.SIGTERM)
            launcher.wait(60)
            log.close()


def _await_ready(url: str, launcher: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until and launcher.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"The platform did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=_ARGUMENTS)
        yield chromium
        chromium.close()


class Visitor:
    """Somebody at a browser. Whatever goes wrong on the way is kept and fails the journey."""

    def __init__(self, browser: Browser, site: Site, size: dict[str, int]) -> None:
        self.site = site
        self.context = browser.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True
        )
        self.context.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console on {self.page.url}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status} for {response.url}")

    def sign_in(self, username: str) -> None:
        """Through the sign-in page, with the one-time code where one is asked for."""
        persona = self.site.user(username)
        self.go("/signin/")
        self.page.fill("#id_username", persona["user"])
        self.page.fill("#id_password", persona["password"])
        self.page.click("main button:has-text('登录')")
        if persona.get("totp_secret"):
            key = base64.b32decode(
                persona["totp_secret"] + "=" * (-len(persona["totp_secret"]) % 8)
            )
            self.page.fill("[name=code]", f"{totp(key):06d}")
            self.page.click("main button:has-text('登录')")
        self.page.wait_for_selector("form[action*='signout'], [data-menu], nav")

    def sign_out(self) -> None:
        """Forget who was here."""
        self.context.clear_cookies()

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def look(self, name: str) -> None:
        """Hold the page to axe at both sizes, and keep its picture where one is wanted."""
        folder = os.environ.get("SCREENSHOTS")
        before = self.page.viewport_size
        for label, size in (("desk", DESK), ("phone", PHONE)):
            self.page.set_viewport_size(size)
            self._run_axe(name, label)
            self._insist_nothing_overflows(name, label)
            if folder:
                path = Path(folder) / f"{name}-{label}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                self.page.screenshot(path=str(path), full_page=True)
        self.page.set_viewport_size(before or DESK)

    def _run_axe(self, name: str, label: str) -> None:
        self.page.evaluate(_AXE)
        found: dict[str, Any] = self.page.evaluate("() => axe.run(document)")
        for violation in found["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            self.faults.append(f"axe on {name} ({label}): {violation['id']} {nodes}")

    def _insist_nothing_overflows(self, name: str, label: str) -> None:
        wider = self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wider > 0:
            self.faults.append(f"{name} ({label}) is {wider} px wider than the screen")

    def leave(self) -> None:
        """Close the browser and answer for everything that went wrong."""
        self.context.close()
        assert not self.faults, "\n".join(self.faults)


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[Visitor]:
    """One person at an office desk."""
    someone = Visitor(browser, site, DESK)
    yield someone
    someone.leave()


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Visitor]:
    """One person with a phone."""
    someone = Visitor(browser, site, PHONE)
    yield someone
    someone.leave()
