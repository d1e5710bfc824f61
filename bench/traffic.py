"""A contractor's mixed pages from the real web server: requests a second, and what they cost.

``make bench ONLY=traffic`` runs it alone; ``CLIENTS`` (8) people click at once for ``SECONDS``
(15). Beside the rate, which is true on an idle machine only, stands the processor time of a request
in the web server, in PostgreSQL and in the clicking itself, and the rate that it allows: all cores
busy with nothing else. Then each page alone, so many ``TIMES`` (20) in a row.
"""

import json
import os
import random
import re
import shlex
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil

CLIENTS = int(os.environ.get("CLIENTS", "8"))
SECONDS = float(os.environ.get("SECONDS", "15"))
TIMES = int(os.environ.get("TIMES", "20"))
REQUESTS_A_SECOND = 100.0
ROOT = Path(__file__).resolve().parent.parent


def main() -> bool:
    """Measure, print, and say whether the mark is met."""
    with traffic_database() as environment, web_server(environment) as (port, server):
        session = json.loads(_run(environment, "-m", "bench.traffic", "session"))
        database = database_server()
        _click(port, session, seconds=3)  # Templates are compiled, connections opened.
        before, started = _spent(server, database), time.monotonic()
        clicks = _click(port, session, seconds=SECONDS)
        taken = time.monotonic() - started
        count = len(clicks.milliseconds)
        each = [one / count for one in _since(before, server, database)]
        pages = [
            (url, *_page_cost(port, session, url, server, database)) for url in session["urls"]
        ]
    rate, cores = count / taken, os.cpu_count() or 1
    load = os.getloadavg()[0]
    print(f"contractor's mixed pages, {CLIENTS} at once, {cores} cores, load {load:.1f}")
    print(
        f"  {rate:6.1f} requests/s  median {median(clicks.milliseconds):.0f} ms"
        f"  95 % {quantiles(clicks.milliseconds, n=20)[-1]:.0f} ms"
    )
    web, postgres, client = each
    print(
        f"  {cores * 1000 / sum(each):6.1f} requests/s that the processor time of a request allows:"
        f" web server {web:.1f} ms, PostgreSQL {postgres:.1f} ms, client {client:.1f} ms"
    )
    for url, web, postgres in pages:
        print(f"    web {web:5.1f} ms  PostgreSQL {postgres:4.1f} ms  {_kind(url)}")
    return rate >= REQUESTS_A_SECOND


def _kind(url: str) -> str:
    """A page's address without what names the one object that was asked for."""
    return re.sub(r"/(XJ\d+|[0-9a-f-]{36})/", "/…/", url)


def database_server() -> psutil.Process:
    """PostgreSQL's first process, of which the others are children."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0]).parent()


def _spent(server: psutil.Process, database: psutil.Process) -> tuple[float, float, float]:
    """Milliseconds of processor so far: web server, PostgreSQL, this process."""
    here = time.process_time() * 1000
    return _processor_milliseconds(server), _processor_milliseconds(database), here


def _since(
    before: tuple[float, float, float], server: psutil.Process, database: psutil.Process
) -> list[float]:
    return [now - then for then, now in zip(before, _spent(server, database), strict=True)]


def _page_cost(
    port: int,
    session: dict[str, Any],
    url: str,
    server: psutil.Process,
    database: psutil.Process,
) -> tuple[float, float]:
    """One page asked for by one client: milliseconds of the web server and of PostgreSQL."""
    with closing(Visitor(port, session["cookie"])) as visitor:
        before = _spent(server, database)
        for _ in range(TIMES):
            visitor.get(url)
        web, postgres, _ = _since(before, server, database)
    return web / TIMES, postgres / TIMES


@contextmanager
def traffic_database() -> Iterator[dict[str, str]]:
    """A database with the demo district in it; yields the environment that names it."""
    from django.db import connection

    name = "wagemon_bench_traffic"
    parts = urlsplit(os.environ["DATABASE_URL"])
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}")),
        "DJANGO_SETTINGS_MODULE": "wagemon.settings",
    }
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        for command in (["migrate"], ["demo"], ["collectstatic", "--noinput"]):
            _run(environment, "manage.py", *command)
        yield environment
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def web_server(environment: dict[str, str]) -> Iterator[tuple[int, psutil.Process]]:
    """The web line of the Procfile, at a free port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    line = next(line.removeprefix("web:") for line in lines if line.startswith("web:"))
    words = shlex.split(line.replace("exec python", shlex.quote(sys.executable), 1))
    here = environment | {"PORT": str(port)}
    with subprocess.Popen(words, cwd=ROOT, env=here) as server:
        try:
            for _ in range(600):
                with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as asked:
                    try:
                        asked.request("GET", "/healthz")
                        if asked.getresponse().status == 200:
                            break
                    except OSError:
                        time.sleep(0.1)
            else:
                raise RuntimeError("The web server does not answer.")
            yield port, psutil.Process(server.pid)
        finally:
            server.terminate()


@dataclass
class Clicks:
    """What the clients saw."""

    milliseconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Visitor:
    """A signed-in browser on one connection.

    It reads an answer by its Content-Length and looks at nothing else: http.client parses each
    answer's headers as e-mail, on the cores that the web server is measured on.
    """

    def __init__(self, port: int, cookie: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._answers = self._socket.makefile("rb")
        self._headers = f"Host: localhost\r\nCookie: {cookie}\r\n\r\n"

    def get(self, url: str) -> None:
        """Ask for a page and read it whole.

        :raises RuntimeError: the answer is no page.
        """
        self._socket.sendall(f"GET {url} HTTP/1.1\r\n{self._headers}".encode())
        status = self._answers.readline()
        length = 0
        while (line := self._answers.readline()) not in (b"\r\n", b""):
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        self._answers.read(length)
        if b" 200 " not in status:
            raise RuntimeError(f"{url} answered {status.decode().strip()}")

    def close(self) -> None:
        self._answers.close()
        self._socket.close()


def _click(port: int, session: dict[str, Any], *, seconds: float) -> Clicks:
    """Several clients, each asking for one of the pages after another."""
    clicks, until = Clicks(), time.monotonic() + seconds

    def one_client(number: int) -> None:
        pages = random.Random(number)
        try:
            with closing(Visitor(port, session["cookie"])) as visitor:
                while time.monotonic() < until:
                    url, started = pages.choice(session["urls"]), time.perf_counter()
                    visitor.get(url)
                    clicks.milliseconds.append((time.perf_counter() - started) * 1000)
        except (OSError, RuntimeError) as error:
            clicks.wrong.append(str(error))

    clients = [threading.Thread(target=one_client, args=[number]) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if clicks.wrong:
        raise RuntimeError(clicks.wrong[0])
    return clicks


def _processor_milliseconds(first: psutil.Process) -> float:
    """Of a server's processes, those that have ended included."""
    own = first.cpu_times()
    ended = own.children_user + own.children_system
    living = [one.cpu_times() for one in first.children(recursive=True)]
    return (ended + sum(one.user + one.system for one in (own, *living))) * 1000


def _run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def print_session() -> None:
    """A signed-in contractor's cookie and the pages that they open, as JSON."""
    import django

    django.setup()
    from django.urls import reverse

    from bench.pages import largest_project, readers, signed_in
    from monitoring.models import EarlyWarning
    from payroll.models import PaySheet

    _, contractor = readers()
    project = largest_project()
    sheet = PaySheet.everything.filter(project=project).order_by("-headcount")[0]
    warning = EarlyWarning.objects.visible_to(contractor.actor).live()[0]
    client = signed_in(contractor)
    lists = ("supervision:home", "projects:list", "monitoring:list")
    tabs = (
        *("supervision:project", "projects:people", "accounts:project", "workers:register"),
        *("workers:attendance", "payroll:project", "notices:project", "projects:timeline"),
    )
    urls = [
        *(reverse(name) for name in lists),
        *(reverse(name, args=[project.code]) for name in tabs),
        reverse("payroll:sheet", args=[sheet.uuid]),
        reverse("monitoring:warning", args=[warning.uuid]),
    ]
    cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    print(json.dumps({"cookie": cookie, "urls": urls}))


if __name__ == "__main__":
    print_session()
