"""People at browsers, and what every page that they see is held to.

Nothing in the console, no failed request, no axe violation, nothing wider than the screen. With
``SCREENSHOTS=folder`` each looked-at page is kept at both sizes.
"""

import base64
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from django_otp.oath import totp
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect

ROOT = Path(__file__).resolve().parent.parent.parent
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
#: What a slow machine shared with others may take for one answer, in milliseconds.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
_OF_THE_SUITE = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SEAL_KEYS", "INDEX_KEY", "BANK_KEY"),
    *("DEMO", "DEBUG"),
)
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
#: What passes is neither worked out nor sent over.
_VIOLATIONS = """async (contrast) => (await axe.run({
    resultTypes: ["violations"], rules: {"color-contrast": {enabled: contrast}},
})).violations"""


def environment_outside() -> dict[str, str]:
    """What a platform of its own is started with: nothing of the suite's servers and keys."""
    return {name: value for name, value in os.environ.items() if name not in _OF_THE_SUITE}


@dataclass
class Site:
    """A running platform, its sandbox bank, and who can sign in to it."""

    url: str
    bank_url: str
    var: Path
    personas: dict[str, dict[str, str]] = field(default_factory=dict)
    #: The last period of a secret of which a code was given: each counts once.
    periods: dict[str, int] = field(default_factory=dict)

    def one_time_code(self, secret: str) -> str:
        """What the authenticator shows, or will next where that one was given before."""
        self.periods[secret] = period = max(_period(), self.periods.get(secret, 0) + 1)
        # One period ahead is accepted, for clocks that differ.
        time.sleep(max(0, (period - 1) * 30 - time.time()))
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        return f"{totp(key, drift=period - _period()):06d}"

    def expire_sessions(self, username: str) -> None:
        """Let eight hours pass for the sessions of somebody."""
        self._run(
            "from identity.models import UserSession; from django.utils import timezone;"
            f"UserSession.objects.filter(user__username={username!r})"
            ".update(expire_date=timezone.now())"
        )

    def age_codes(self, username: str) -> None:
        """Let five minutes pass since somebody gave a one-time code."""
        self._run(
            "from identity.models import UserSession\n"
            "from identity.sessions import SessionStore\n"
            f"for row in UserSession.objects.filter(user__username={username!r}):\n"
            "    session = SessionStore(row.session_key)\n"
            "    session['code_given_at'] -= 301\n"
            "    session.save()\n"
        )

    def _run(self, code: str) -> None:
        """On the platform's own command line, as its operator would."""
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
            cwd=ROOT,
            env={**environment_outside(), "WAGEMON_VAR": str(self.var)},
            check=True,
            timeout=120,
        )


def _period() -> int:
    return int(time.time()) // 30


class Visitor:
    """Somebody at a browser. Whatever goes wrong on the way is kept and fails the journey."""

    def __init__(self, browser: Browser, site: Site, size: dict[str, int]) -> None:
        self.site = site
        is_phone = size is PHONE
        self.context = browser.new_context(
            viewport=size,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
            is_mobile=is_phone,
            has_touch=is_phone,
        )
        self.context.set_default_timeout(PATIENCE)
        self.faults: list[str] = []
        self.totp_secret = ""
        self.page: Page = self.context.new_page()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        # A field's check that was under way when its form was sent is dropped: no fault.
        is_dropped = message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
        if message.type in ("error", "warning") and not is_dropped:
            self.faults.append(f"console on {self.page.url}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status} for {response.url}")

    def sign_in(self, username: str) -> None:
        """Through the sign-in page, with the one-time code where one is asked for."""
        self.go("/signin/")
        self.give_password(username)
        self.page.wait_for_selector("form[action='/signout/']", state="attached")

    def give_password(self, username: str) -> None:
        """On a sign-in page that one was led to."""
        persona = self.site.personas[username]
        self.page.fill("#id_username", persona["user"])
        self.page.fill("#id_password", persona["password"])
        self.press("登录")
        self.totp_secret = persona["totp_secret"]
        if self.totp_secret:
            self.page.fill("[name=code]", self.one_time_code())
            self.press("登录")

    def one_time_code(self) -> str:
        """What this person's authenticator shows."""
        return self.site.one_time_code(self.totp_secret)

    def confirm_with_code(self) -> None:
        """Give a one-time code again, as is asked for before money moves; nervously."""
        self.sees("办理前请再输入一次动态口令")
        self.page.fill("[name=one_time_code]", self.one_time_code())
        self.page.locator("main").get_by_role("button", name="确认办理").dblclick()

    def go(self, path: str) -> None:
        """Open an address of the platform."""
        self.page.goto(self.site.url + path)

    def press(self, label: str, within: str = "main") -> None:
        """Click the button that reads so."""
        self.page.locator(within).get_by_role("button", name=label, exact=True).click()

    def follow(self, label: str, within: str = "main") -> None:
        """Click the first link that reads so."""
        self.page.locator(within).get_by_role("link", name=label, exact=True).first.click()

    def choose(self, label: str, typed: str, option: str) -> None:
        """Find a long choice by typing, and take one of what is offered."""
        box = self.page.locator("main").get_by_role("combobox", name=label)
        box.fill(typed)
        self.page.get_by_role("option", name=option).first.click()
        expect(box).to_have_value(re.compile(option))

    def sees(self, *texts: str) -> None:
        """Wait until each of these stands on the page."""
        for text in texts:
            self.page.locator("main").get_by_text(text).first.wait_for()

    def reloads_until(self, text: str, within: str = "main") -> None:
        """Open the page again and again, as somebody who waits would, until this stands there."""
        place = self.page.locator(within).get_by_text(text).first
        for _ in range(60):
            if place.is_visible():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"{text} never came up on {self.page.url}")

    @contextmanager
    def expects(self, status: int) -> Iterator[None]:
        """Inside, the platform refuses with this status: it must, and it is no fault."""
        before = len(self.faults)
        yield
        refused = [fault for fault in self.faults[before:] if str(status) in fault]
        assert refused, f"nothing was answered with {status}"
        self.faults[before:] = [fault for fault in self.faults[before:] if fault not in refused]

    def look(self, name: str) -> None:
        """Hold the page to axe at both sizes, and keep its picture where one is wanted."""
        before = self.page.viewport_size
        for label, size in (("desk", DESK), ("phone", PHONE)):
            self.page.set_viewport_size(size)
            self._run_axe(name, label)
            self._insist_nothing_overflows(name, label)
            if folder := os.environ.get("SCREENSHOTS"):
                path = Path(folder) / f"{name}-{label}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                self.page.screenshot(path=str(path), full_page=True)
        self.page.set_viewport_size(before or DESK)

    def _run_axe(self, name: str, label: str) -> None:
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(_AXE)
        # Colours are the same at both sizes, and are what takes axe longest.
        violations: list[dict[str, Any]] = self.page.evaluate(_VIOLATIONS, label == "desk")
        for violation in violations:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            self.faults.append(f"axe on {name} ({label}): {violation['id']} {nodes}")

    def _insist_nothing_overflows(self, name: str, label: str) -> None:
        wider = self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wider > 0:
            self.faults.append(f"{name} ({label}) is {wider} px wider than the screen")

    def answer(self) -> None:
        """Answer for everything that went wrong since the last time."""
        faults, self.faults = self.faults, []
        assert not faults, "\n".join(faults)


class People:
    """The personas, each signed in once at a browser of their own."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.site = browser, site
        self._known: dict[str, Visitor] = {}

    def __call__(self, username: str, size: dict[str, int] = DESK) -> Visitor:
        """This persona; the first call signs in, at a screen of this size."""
        if username not in self._known:
            visitor = self._known[username] = Visitor(self.browser, self.site, size)
            visitor.sign_in(username)
        return self._known[username]

    def anybody(self, size: dict[str, int]) -> Visitor:
        """Somebody without an account."""
        return self._known.setdefault(f"anybody {size}", Visitor(self.browser, self.site, size))

    def answer(self) -> None:
        """All of them answer for what went wrong."""
        faults = [fault for one in self._known.values() for fault in one.faults]
        for one in self._known.values():
            one.faults = []
        assert not faults, "\n".join(faults)

    def leave(self) -> None:
        """Close the browsers."""
        for one in self._known.values():
            one.context.close()
