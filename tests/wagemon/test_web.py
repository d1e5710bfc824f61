"""The web server stays reachable whatever is half sent to it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, closing
from pathlib import Path

import psutil
import pytest

from wagemon import launch, web

ROOT = Path(__file__).resolve().parents[2]
HEAD = b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
#: Requests that never end: in the middle of a line, of the headers, of a body, of a chunk.
HALVES = [
    b"GET /sig",
    HEAD,
    HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\nuser",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n400\r\nuser",
]


@pytest.fixture
def server(tmp_path):
    """The server as the Procfile starts it."""
    port = launch.free_port()
    environment = {**os.environ, "PORT": str(port), "WEB_PROCESSES": "2"}
    environment |= {"WAGEMON_VAR": str(tmp_path), "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "m")}
    (tmp_path / "static").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "wagemon.web"], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        wait_until(lambda: status(port) == 200)
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def status(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def wait_until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class TestServer:
    def test_answers_beside_many_half_sent_requests(self, server):
        port = server[1]
        with ExitStack() as open_ones:
            # More than all processes have threads.
            for number in range(8 * web.THREADS):
                line = socket.create_connection(("127.0.0.1", port))
                open_ones.enter_context(closing(line))
                line.sendall(HALVES[number % len(HALVES)])
            time.sleep(1)
            assert {status(port) for _ in range(8)} == {200}

    def test_replaces_a_process_that_is_killed(self, server):
        process, port = server
        before = {child.pid for child in psutil.Process(process.pid).children()}
        assert len(before) == 2
        os.kill(min(before), signal.SIGKILL)
        wait_until(lambda: {child.pid for child in psutil.Process(process.pid).children()} - before)
        wait_until(lambda: status(port) == 200)

    def test_leaves_nothing_behind_when_it_is_killed_itself(self, tmp_path):
        port = launch.free_port()
        environment = {**os.environ, "PORT": str(port), "WAGEMON_VAR": str(tmp_path)}
        (tmp_path / "static").mkdir()
        process = subprocess.Popen(
            [sys.executable, "-m", "wagemon.web"], cwd=ROOT, env=environment, start_new_session=True
        )
        wait_until(lambda: status(port) == 200)
        children = psutil.Process(process.pid).children()
        process.kill()
        process.wait()
        wait_until(lambda: not any(child.is_running() for child in children), 20)

    def test_does_not_say_what_it_runs_on(self, server):
        with urllib.request.urlopen(f"http://127.0.0.1:{server[1]}/healthz", timeout=10) as answer:
            assert "Server" not in answer.headers
