"""A contractor's mixed pages from the real web server: requests a second, the load beside it.

``python -m bench traffic`` runs it alone; ``CLIENTS`` (8) people click at once for ``SECONDS``
(15).
"""

import json
import os
import random
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
REQUESTS_A_SECOND = 100.0
ROOT = Path(__file__).resolve().parent.parent


def main() -> bool:
    """Measure, print, and say whether the mark is met."""
    with traffic_database() as environment, web_server(environment) as (port, server):
        session = json.loads(_run(environment, "-m", "bench.traffic", "session"))
        _click(port, session, seconds=3)  # Templates are compiled, connections opened.
        before, started = _processor_seconds(server), time.monotonic()
        clicks = _click(port, session, seconds=SECONDS)
        taken = time.monotonic() - started
        processor = _processor_seconds(server) - before
    count = len(clicks.milliseconds)
    rate, each = count / taken, processor / count * 1000
    load = os.getloadavg()[0]
    print(f"contractor's mixed pages, {CLIENTS} at once, {os.cpu_count()} cores, load {load:.1f}")
    print(
        f"  {rate:6.1f} requests/s  median {median(clicks.milliseconds):.0f} ms"
        f"  95 % {quantiles(clicks.milliseconds, n=20)[-1]:.0f} ms"
        f"  web server {each:.1f} ms of processor a request"
    )
    return rate >= REQUESTS_A_SECOND


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
    words = shlex.split(line.replace("exec python", sys.executable, 1))
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


def _click(port: int, session: dict[str, Any], *, seconds: float) -> Clicks:
    """So many people at once, each opening one page after another on a connection kept open."""
    clicks, until = Clicks(), time.monotonic() + seconds

    def one_client(number: int) -> None:
        pages = random.Random(number)
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Cookie": session["cookie"], "Host": "localhost"}
        while time.monotonic() < until:
            url, started = pages.choice(session["urls"]), time.perf_counter()
            connection.request("GET", url, headers=headers)
            answer = connection.getresponse()
            answer.read()
            clicks.milliseconds.append((time.perf_counter() - started) * 1000)
            if answer.status != 200:
                clicks.wrong.append(f"{url} answered {answer.status}")
        connection.close()

    clients = [threading.Thread(target=one_client, args=[number]) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if clicks.wrong:
        raise RuntimeError(clicks.wrong[0])
    return clicks


def _processor_seconds(server: psutil.Process) -> float:
    times = (one.cpu_times() for one in (server, *server.children(recursive=True)))
    return sum(one.user + one.system for one in times)


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
