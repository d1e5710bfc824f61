"""``make run``: everything the demo needs, on this machine alone, until Ctrl-C."""

import hashlib
import json
import multiprocessing
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
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil
from django.core.exceptions import ImproperlyConfigured
from honcho.environ import parse_procfile
from honcho.manager import Manager

from wagemon import embedded, environment, private

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_END = 5
HOST = "127.0.0.1"
#: What honcho makes of Ctrl-C and SIGTERM, which are how a run is meant to end.
ASKED_TO_STOP = (128 + signal.SIGINT, 128 + signal.SIGTERM)


class Refused(Exception):
    """The run cannot begin; the message says what stands in the way."""


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    var = Path(os.environ.get("WAGEMON_VAR") or ROOT / "var").resolve()
    try:
        return run(var, port=environment.read("PORT", environment.port, "端口号", default=8000))
    except (Refused, private.ServerFailed, ImproperlyConfigured) as refused:
        say(str(refused))
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def run(var: Path, port: int) -> int:
    """Set up what is missing, then keep the Procfile's processes until the first of them ends."""
    var.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(var / "run.json")
    ledger.clear_away()
    insist_free(port)
    named = bool(os.environ.get("DATABASE_URL"))
    make_secrets(var / "secrets.env")
    os.environ.update(told(var, port))
    os.environ.update(embedded.urls(var).as_environment())
    prepare(var, named_database=named)
    manager = Manager()
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        manager.add_process(name, command, cwd=str(ROOT), env=dict(os.environ))
    ledger.write([])
    threading.Thread(target=accompany, args=(ledger, var, port), daemon=True).start()
    manager.loop()
    ledger.path.unlink(missing_ok=True)
    return 0 if manager.returncode in ASKED_TO_STOP else int(manager.returncode or 0)


def told(var: Path, port: int) -> dict[str, str]:
    """What every process of the run is told; the secrets they read for themselves."""
    return {
        "DEMO": "1",
        "DEBUG": "0",
        "WAGEMON_VAR": str(var),
        "PORT": str(port),
        "SITE_URL": f"http://{HOST}:{port}",
        "BANK_URL": f"http://{HOST}:{free_port()}",
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


def prepare(var: Path, *, named_database: bool) -> None:
    """Schema, static files and demo district, each only when it is not there as it should be."""
    lock = ROOT / "requirements" / "base.txt"
    schema = fingerprint([lock, *ROOT.glob("*/migrations/*.py")])
    # A named database may have been emptied behind our back; ours carries the mark inside.
    stamp = var / "migrated" if named_database else var / "postgres" / "data" / "migrated"
    if named_database or not stamped(stamp, schema):
        say("正在准备数据库……")
        manage("migrate", "--verbosity=0")
        stamp.write_text(schema)
    homes = [ROOT, *(app.parent for app in ROOT.glob("*/apps.py"))]
    static = fingerprint([lock, *(file for home in homes for file in home.glob("static/**/*"))])
    if not stamped(var / "static" / "collected", static):
        manage("collectstatic", "--noinput", "--verbosity=0")
        (var / "static").mkdir(exist_ok=True)
        (var / "static" / "collected").write_text(static)
    if not (var / "demo.json").exists():
        say("正在生成演示数据……")
        manage("demo")


def fingerprint(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    return stamp.exists() and stamp.read_text() == value


def manage(*arguments: str) -> None:
    """:raises Refused: it failed; what it said stands above."""
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=False)  # noqa: S603
    if done.returncode:
        raise Refused(f"manage.py {arguments[0]} 未成功, 原因见上。改正后再次 make run 即可继续。")


def insist_free(port: int) -> None:
    """:raises Refused: somebody listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise Refused(
                f"端口 {port} 已被占用: 请先停止占用它的程序, 或用 PORT=8001 make run 换一个端口。"
            ) from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Ledger:
    """The processes of the run, on file, so that the next one can end what a kill left behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, children: Iterable[psutil.Process]) -> None:
        record = {
            "launcher": identity(psutil.Process()),
            "children": [identity(p) for p in children],
        }
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(record))
        fresh.rename(self.path)

    def clear_away(self) -> None:
        """:raises Refused: that run still has its launcher."""
        if not self.path.exists():
            return
        record = json.loads(self.path.read_text())
        if alive(record["launcher"]):
            raise Refused("平台已在运行: 请先在它的终端按 Ctrl-C。")
        left = [process for known in record["children"] if (process := alive(known))]
        end_all(left)
        self.path.unlink()


def identity(process: psutil.Process) -> list[float]:
    """A number alone may be another program's by now; with the moment of its start it cannot."""
    return [process.pid, process.create_time()]


def alive(known: list[float]) -> psutil.Process | None:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(int(known[0]))
        if process.create_time() == known[1] and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def end_all(processes: list[psutil.Process]) -> None:
    """Ask them and what they started to end; insist after a while."""
    family = set(processes)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            family.update(process.children(recursive=True))
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(family, SECONDS_TO_END)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def descendants() -> list[psutil.Process]:
    """The Procfile's processes and all they started; the servers end in their own way."""
    found: list[psutil.Process] = []
    for keeper in multiprocessing.active_children():
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(keeper.pid)
            found += [process, *process.children(recursive=True)]
    return found


def accompany(ledger: Ledger, var: Path, port: int) -> None:
    """Beside the run: keep the ledger true, and say when the first page can be opened."""
    said = False
    while True:
        time.sleep(5 if said else 0.2)
        with suppress(psutil.NoSuchProcess):
            ledger.write(descendants())
        if not said and answers(port):
            announce(var, port)
            said = True


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5).close()
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def announce(var: Path, port: int) -> None:
    lines = [f"平台已启动: http://{HOST}:{port}/", "演示账号 (用户名 / 密码):"]
    lines += [
        f"  {persona['role']}: {persona['user']} / {persona['password']}"
        for persona in json.loads((var / "demo.json").read_text())
    ]
    lines += [f"  全部账号及动态口令密钥见 {var / 'demo.json'}", "按 Ctrl-C 停止。"]
    say("\n".join(lines))


def say(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
