"""README's steps to production, followed: from an empty database to an officer's sign-in."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from wagemon import embedded, launch

ROOT = Path(__file__).resolve().parents[2]
NAME, PASSWORD = "热依汗·买买提", "Kunlun-2026-tong"
#: What the suite's own environment says and this platform must be told for itself.
_OF_THE_SUITE = {"SECRET_KEY", "SEAL_KEYS", "INDEX_KEY", "BANK_KEY", "DATABASE_URL", "REDIS_URL"}


def commands_of_readme() -> list[str]:
    """The lines that README has one type, in its order."""
    section = (ROOT / "README.md").read_text("utf-8").split("## 正式部署")[1]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def of_readme(beginning: str) -> list[str]:
    """One of these lines as this machine runs it."""
    [line] = [line for line in commands_of_readme() if line.startswith(beginning)]
    return line.replace(".venv/bin/python", f'"{sys.executable}"')


class Platform:
    """A platform on servers of its own, begun as README says."""

    def __init__(self, folder: Path, urls: embedded.Urls) -> None:
        self.port = launch.free_port()
        keys = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SEAL_KEYS": f"1:{secrets.token_hex(16)}",
            "INDEX_KEY": secrets.token_hex(32),
        }
        self.environment = {k: v for k, v in os.environ.items() if k not in _OF_THE_SUITE}
        self.environment |= {
            **keys,
            **urls.as_environment(),
            "DEBUG": "0",
            "DEMO": "0",
            "ALLOWED_HOSTS": "wages.example,127.0.0.1",
            "SITE_URL": "https://wages.example",
            "BEHIND_PROXY": "1",
            "WAGEMON_VAR": str(folder / "var"),
            "PORT": str(self.port),
            "WEB_PROCESSES": "1",
        }
        (folder / "var").mkdir()

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, shell=True, cwd=ROOT, env=self.environment, text=True, capture_output=True
        )

    def start(self, command: str, log: Path) -> subprocess.Popen:
        with log.open("w") as out:
            return subprocess.Popen(
                f"exec {command}",
                shell=True,
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def browser(self) -> httpx.Client:
        """Somebody before the proxy, which says that the request came by TLS."""
        browser = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={
                "Host": "wages.example",
                "Referer": "https://wages.example/",
                "X-Forwarded-Proto": "https",
            },
            trust_env=False,
            timeout=30,
        )
        browser.event_hooks["request"] = [partial(_send_secure_cookies, browser)]
        return browser


def _send_secure_cookies(browser: httpx.Client, request: httpx.Request) -> None:
    """A client sends none of them without TLS; the proxy before this platform ends it."""
    cookies = [f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar]
    request.headers["Cookie"] = "; ".join(cookies)


def wait_until(condition, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def is_ready(browser: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return browser.get("/readyz").status_code == 200
    return False


def token_of(page: str) -> str:
    return re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]


@pytest.fixture
def platform():
    with tempfile.TemporaryDirectory(prefix="wagemon-own-") as folder, embedded.temporary() as urls:
        yield Platform(Path(folder), urls)


def test_the_steps_of_readme_lead_to_a_platform_that_works(platform, tmp_path):
    for step in ("manage.py check", "manage.py migrate", "manage.py collectstatic"):
        done = platform.run(of_readme(f".venv/bin/python {step}"))
        assert done.returncode == 0, done.stderr[-2000:]

    first = of_readme(".venv/bin/python manage.py first_officer")
    first = first.replace("--user 姓名", f"--user {NAME}")
    first = first.replace("本单位统一社会信用代码", "11650000010166809G")
    begun = platform.run(first)
    assert begun.returncode == 0, begun.stderr[-2000:]
    assert begun.stdout.startswith("https://wages.example/")
    path = urlsplit(begun.stdout.strip()).path
    assert platform.run(first).returncode == 1
    demo = platform.run(f'"{sys.executable}" manage.py demo --reset')
    assert demo.returncode == 2
    assert "DEMO=1" in demo.stderr

    with ExitStack() as running:
        for number, line in enumerate(
            (
                ".venv/bin/python -m wagemon.web",
                ".venv/bin/python -m celery --app wagemon worker",
                ".venv/bin/python -m celery --app wagemon beat",
            )
        ):
            process = platform.start(of_readme(line), tmp_path / f"{number}.log")
            running.callback(process.wait, 30)
            running.callback(process.send_signal, signal.SIGTERM)
        with platform.browser() as browser:
            wait_until(lambda: is_ready(browser))
            page = browser.get(path)
            assert (page.status_code, NAME in page.text) == (200, True)
            form = {"name": NAME, "username": "renshe.first", "password": PASSWORD}
            form |= {"again": PASSWORD, "csrfmiddlewaretoken": token_of(page.text)}
            assert browser.post(path, data=form).status_code == 302
            form = {"username": "renshe.first", "password": PASSWORD}
            form["csrfmiddlewaretoken"] = token_of(browser.get("/signin/").text)
            assert browser.post("/signin/", data=form).status_code == 302
            assert browser.get("/metrics").status_code == 404

    lines = (tmp_path / "0.log").read_text().splitlines()
    assert lines
    assert all(json.loads(line)["time"] for line in lines if line.startswith("{"))
    assert NAME not in "".join(lines)
    assert "renshe.first" not in "".join(lines)


def test_the_template_names_every_variable_that_is_needed():
    names = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "wagemon.env").read_text(), re.M))
    table = (ROOT / "README.md").read_text("utf-8").split("拒绝启动")[1].split("按需设置")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.M)) <= names
