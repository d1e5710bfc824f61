"""``make run``: everything the demo needs, on this machine alone, until Ctrl-C."""

import fcntl
import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

import environ
import psutil
import psycopg
from django.core.exceptions import ImproperlyConfigured
from honcho.environ import parse_procfile

from wagemon import embedded, environment, private

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SECONDS_TO_END = 5
#: How often the processes and the servers are looked after.
LOOK_SECONDS = 0.5
#: A process that dies is started again after a wait that doubles while it keeps dying.
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
#: One that has run for this long is taken to be well again.
WELL_AFTER = 60.0
#: Marks a database that a run has made; a demo writes into no other.
MARK = "made_by_make_run"


class RunRefused(Exception):
    """The run cannot begin; the message says what stands in the way."""


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    var = Path(os.environ.get("WAGEMON_VAR") or ROOT / "var").resolve()
    try:
        return run(var, port=environment.read("PORT", environment.port, "端口号", default=8000))
    except (RunRefused, private.ServerFailed, ImproperlyConfigured) as refused:
        write_out(str(refused))
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def run(var: Path, port: int) -> int:
    """Set up what is missing, then keep servers and the Procfile's processes until told to end."""
    var.mkdir(parents=True, exist_ok=True)
    with only_run(var / "run.lock"):
        ledger = Ledger(var / "run.json")
        ledger.end_leftovers()
        insist_port_free(port)
        make_secrets(var / "secrets.env")
        environ.Env.read_env(var / "secrets.env")
        named_database = os.environ.get("DATABASE_URL", "")
        if named_database:
            insist_own_database(named_database)
        os.environ.update(run_environment(var, port))
        servers, urls = embedded.hold_unnamed(var)
        os.environ.update(urls.as_environment())
        prepare(var, is_named_database=bool(named_database))
        mark_database(urls.database)
        programs = [
            Program(name, command)
            for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items()
        ]
        threading.Thread(target=announce_when_ready, args=(var, port), daemon=True).start()
        keep_running(programs, servers, ledger)
    return 0


@contextmanager
def only_run(path: Path) -> Iterator[None]:
    """Hold the run's lock, which the kernel lets go of after a kill as well.

    :raises RunRefused: another run holds it.
    """
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunRefused(
                "平台已在运行: 请先在它的终端按 Ctrl-C, 或用 WAGEMON_VAR 换一个数据目录。"
            ) from None
        yield


def run_environment(var: Path, port: int) -> dict[str, str]:
    """What every process of the run is given besides the demo's keys."""
    return {
        "DEMO": "1",
        "DEBUG": "0",
        "WAGEMON_VAR": str(var),
        "PORT": str(port),
        "SITE_URL": f"http://{HOST}:{port}",
        "BANK_URL": f"http://{HOST}:{free_port()}",
        "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONUNBUFFERED": "1",
    }


def make_secrets(path: Path) -> None:
    """The demo's keys, made once: what they sealed could not be opened with others."""
    if path.exists():
        return
    keys = {
        "DEMO": "1",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SEAL_KEYS": f"1:{secrets.token_hex(16)}",
        "INDEX_KEY": secrets.token_hex(32),
        "BANK_KEY": secrets.token_hex(32),
    }
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in keys.items())
    fresh.rename(path)


# The database


def insist_own_database(url: str) -> None:
    """A demo is written into a database that is empty or that a run has made.

    :raises RunRefused: somebody else's, or it does not answer.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            [is_marked] = one_row(
                connection, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)", MARK
            )
            [is_used] = one_row(
                connection,
                "SELECT EXISTS (SELECT FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', %s))",
                MARK,
            )
    except psycopg.OperationalError:
        raise RunRefused("DATABASE_URL 指向的数据库连不上: 请核对地址、用户和密码。") from None
    if is_used and not is_marked:
        raise RunRefused(
            "DATABASE_URL 指向的数据库里已有数据, 不是 make run 建立的, 没有改动。\n"
            "演示环境请用空数据库, 或不设 DATABASE_URL; 正式环境的启动见 README “正式部署”。"
        )


def one_row(connection: psycopg.Connection, query: str, *values: str) -> tuple[bool, ...]:
    return cast(tuple[bool, ...], connection.execute(query, values).fetchone())


def mark_database(url: str) -> None:
    """A schema of its own: ``demo --reset`` makes the tables' schema anew."""
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {MARK}")


def prepare(var: Path, *, is_named_database: bool) -> None:
    """Schema, static files and demo district, each only when it is not there as it should be."""
    lock = ROOT / "requirements" / "base.txt"
    schema = fingerprint([lock, *ROOT.glob("*/migrations/*.py")])
    # A named database may have been emptied behind our back; ours carries the mark inside.
    stamp = var / "migrated" if is_named_database else var / "postgres" / "data" / "migrated"
    if is_named_database or not is_stamped(stamp, schema):
        write_out("正在准备数据库……")
        manage("migrate", "--verbosity=0")
        stamp.write_text(schema)
    homes = [ROOT, *(app.parent for app in ROOT.glob("*/apps.py"))]
    static = fingerprint([lock, *(file for home in homes for file in home.glob("static/**/*"))])
    if not is_stamped(var / "static" / "collected", static):
        manage("collectstatic", "--noinput", "--verbosity=0")
        (var / "static").mkdir(exist_ok=True)
        (var / "static" / "collected").write_text(static)
    if not (var / "demo.json").exists():
        write_out("正在生成演示数据……")
        manage("demo")


def fingerprint(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_stamped(stamp: Path, value: str) -> bool:
    return stamp.exists() and stamp.read_text() == value


def manage(*arguments: str) -> None:
    """:raises RunRefused: it failed; what it said stands above."""
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=False)  # noqa: S603
    if done.returncode:
        raise RunRefused(
            f"manage.py {arguments[0]} 未成功, 原因见上。改正后再次 make run 即可继续。"
        )


def insist_port_free(port: int) -> None:
    """:raises RunRefused: somebody listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise RunRefused(
                f"端口 {port} 已被占用: 请先停止占用它的程序, 或用 PORT=8001 make run 换一个端口。"
            ) from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


# The processes


class Program:
    """A line of the Procfile: started, watched, and started again when it dies."""

    def __init__(self, name: str, command: str) -> None:
        self.name, self.command = name, command
        self.process: subprocess.Popen[str] | None = None
        self._started_at = self._start_at = 0.0
        self._wait = FIRST_WAIT

    def look_after(self) -> bool:
        """Start what is due; whether something changed."""
        now = time.monotonic()
        if self.process is not None:
            if self.process.poll() is None:
                return False
            # What it started must not live on beside its successor.
            end_all([self.process.pid])
            if now - self._started_at > WELL_AFTER:
                self._wait = FIRST_WAIT
            self._start_at, self._wait = now + self._wait, min(self._wait * 2, LONGEST_WAIT)
            wait = self._start_at - now
            write_out(f"{self.name} 已退出（{self.process.returncode}）, {wait:.0f} 秒后重新启动。")
            self.process = None
            return True
        if now < self._start_at:
            return False
        self._started_at = now
        self.process = subprocess.Popen(  # noqa: S602 - the Procfile's own line
            self.command,
            shell=True,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A session of its own: Ctrl-C reaches the launcher, which ends them in order.
            start_new_session=True,
        )
        pipe = cast(IO[str], self.process.stdout)
        threading.Thread(target=self._pass_on, args=(pipe,), daemon=True).start()
        return True

    def _pass_on(self, pipe: IO[str]) -> None:
        with pipe:
            for line in pipe:
                with suppress(ValueError):
                    sys.stdout.write(f"{self.name:<6} | {line}")
                    sys.stdout.flush()


def keep_running(programs: list[Program], servers: list[embedded.Server], ledger: "Ledger") -> None:
    """Start what has died, servers first, until SIGINT or SIGTERM; then end it all."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    try:
        while not asked.wait(LOOK_SECONDS):
            for server in servers:
                with suppress(private.ServerFailed):
                    # PostgreSQL refuses until the last of a killed one's backends is gone.
                    if server.revive():
                        write_out(f"{type(server).__name__} 已停止, 已重新启动。")
            changed = [program.look_after() for program in programs]
            if any(changed):
                ledger.write(running(programs))
    finally:
        end_all(running(programs))
        ledger.path.unlink(missing_ok=True)


def running(programs: list[Program]) -> list[int]:
    """The sessions of the programs, each named by its first process."""
    return [program.process.pid for program in programs if program.process is not None]


class Ledger:
    """The sessions of the run, on file, so that the next one can end what a kill left behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, sessions: Iterable[int]) -> None:
        record = []
        for pid in sessions:
            with suppress(psutil.NoSuchProcess):
                record.append(identity(psutil.Process(pid)))
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(record))
        fresh.rename(self.path)

    def end_leftovers(self) -> None:
        """End what the sessions of the last run still hold."""
        with suppress(FileNotFoundError, ValueError):
            record = json.loads(self.path.read_text())
            end_all([int(pid) for pid, created in record if is_same(int(pid), created)])
        self.path.unlink(missing_ok=True)


def identity(process: psutil.Process) -> list[float]:
    """A number alone may be another program's by now; with the moment of its start it cannot."""
    return [process.pid, process.create_time()]


def is_same(pid: int, created: float) -> bool:
    """Whether the process still runs, or is gone and has left its number to nobody."""
    try:
        return psutil.Process(pid).create_time() == created
    except psutil.NoSuchProcess:
        return True


def end_all(sessions: Iterable[int]) -> None:
    """Ask everything in these sessions to end; insist after a while."""
    sessions = set(sessions)
    found = []
    for process in psutil.process_iter():
        with suppress(OSError):
            if process.pid != os.getpid() and os.getsid(process.pid) in sessions:
                found.append(process)
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(found, SECONDS_TO_END)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, SECONDS_TO_END)


# What the terminal shows


def announce_when_ready(var: Path, port: int) -> None:
    """Say when the first page can be opened, and who can sign in."""
    while not answers(port):
        time.sleep(0.2)
    lines = [f"平台已启动: http://{HOST}:{port}/", "演示账号 (用户名 / 密码):"]
    lines += [
        f"  {persona['role']}: {persona['user']} / {persona['password']}"
        for persona in json.loads((var / "demo.json").read_text())
    ]
    lines += [f"  全部账号及动态口令密钥见 {var / 'demo.json'}", "按 Ctrl-C 停止。"]
    write_out("\n".join(lines))


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5).close()
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def write_out(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
