"""The web server: ``python -m wagemon.web``, waitress in as many processes as asked for.

waitress reads a request whole before a thread takes it up, so that who sends half a request holds
a place in a list and no thread: eight half-sent requests stopped a server that read in its threads.
Behind a proxy this costs nothing; without one the site stays reachable.
"""

import gc
import os
import shutil
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from wagemon import environment

#: Requests that are worked on at once in each process: as many as its database pool has places.
THREADS = 8
#: A connection on which nothing moves for so long is closed, be it idle or half sent.
IDLE_SECONDS = 30
#: Open connections of each process, waiting ones included.
CONNECTIONS = 2000
#: Above what uploads may be, which the pages refuse in words (core.uploadhandlers).
MAX_BODY_BYTES = 64 * 1024 * 1024
SECONDS_TO_END = 4


def main() -> int:
    host = os.environ.get("BIND") or "127.0.0.1"
    port = environment.read("PORT", environment.port, "端口号", default=8000)
    processes = environment.read("WEB_PROCESSES", environment.count, "1 到 64", default=2)
    _share_metrics()
    with socket.create_server((host, port), backlog=1024) as listener:
        return _keep_serving(listener, processes)


def _share_metrics() -> None:
    """Let prometheus_client add up the processes' numbers, beginning from nothing."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True, exist_ok=True)


def _keep_serving(listener: socket.socket, processes: int) -> int:
    """Keep so many processes on the socket until asked to end; one that dies is replaced."""
    asked = False

    def ask_to_end(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGTERM, ask_to_end)
    signal.signal(signal.SIGINT, ask_to_end)
    children: set[int] = set()
    while not asked:
        while len(children) < processes:
            # Before Django is loaded: nothing is shared but the socket.
            child = os.fork()
            if child == 0:
                os._exit(_serve_requests(listener))
            children.add(child)
        time.sleep(0.2)
        for child in list(children):
            if os.waitpid(child, os.WNOHANG)[0]:
                children.discard(child)
                time.sleep(1)
    for child in children:
        os.kill(child, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_END
    while children and time.monotonic() < deadline:
        children = {child for child in children if not os.waitpid(child, os.WNOHANG)[0]}
        time.sleep(0.05)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return 0


def _serve_requests(listener: socket.socket) -> int:
    """One process: the application behind waitress, until SIGTERM."""
    parent = os.getppid()

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit

    signal.signal(signal.SIGTERM, end)
    # Ctrl-C reaches all; the parent says when.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import waitress

        from wagemon.wsgi import application

        # What was loaded stays: the collector need not look through it again and again.
        gc.freeze()
        server = waitress.create_server(
            application,
            sockets=[listener],
            threads=THREADS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,
            max_request_body_size=MAX_BODY_BYTES,
            # The platform itself decides whom it believes (BEHIND_PROXY).
            clear_untrusted_proxy_headers=False,
            ident=None,
        )
        _end_without(parent)
        server.run()
    except SystemExit:
        return 0
    return 0


def _end_without(parent: int) -> None:
    """End with the parent, also where it was killed: nobody else would."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(SECONDS_TO_END)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
