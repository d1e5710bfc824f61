"""Running a child that opens a sender's file, and saying in Chinese what became of it."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.tabular import wire
from core.tabular.child import REFUSED
from core.tabular.errors import Unreadable

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Limits:
    """How much one file may cost: wall and CPU `seconds`, bytes of memory, of the file, of what it
    unpacks to and of what is handed back, rows and columns of a sheet."""

    seconds: int = 20
    memory: int = 1 << 30
    max_bytes: int = 20 << 20
    max_unpacked: int = 200 << 20
    max_answer: int = 64 << 20
    rows: int = 120_000
    columns: int = 200


LIMITS = Limits()


def require_size(size: int, limits: Limits = LIMITS) -> None:
    """Asked before a byte of a file is read.

    :raises Unreadable: it has more bytes than a file may have.
    """
    if size > limits.max_bytes:
        raise Unreadable(
            "too_large",
            f"文件有 {size / (1 << 20):.1f} MB，最大 {limits.max_bytes >> 20} MB。"
            "请删除图片和多余的工作表，或按班组拆成几份再上传。",
        )


def run_child(module: str, content: bytes, options: dict[str, Any], limits: Limits) -> bytes:
    """The answer of `core.tabular.child.<module>` to `content`.

    :raises Unreadable: where it refused the file, ran out of its limits or crashed.
    """
    require_size(len(content), limits)
    job = wire.dumps({**asdict(limits), **options}).encode("utf-8", "replace") + b"\n"
    try:
        done = subprocess.run(  # noqa: S603 - our own module under our own interpreter
            [sys.executable, "-P", "-m", f"core.tabular.child.{module}"],
            input=job + content,
            capture_output=True,
            timeout=limits.seconds,
            cwd=ROOT,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow(limits) from None
    return _answer(done, limits)


def _environment() -> dict[str, str]:
    """What Python needs to start, and none of the secrets of this process."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def _answer(done: "subprocess.CompletedProcess[bytes]", limits: Limits) -> bytes:
    if done.returncode == 0:
        return done.stdout
    if done.returncode == -signal.SIGXCPU or done.returncode == -signal.SIGKILL:
        raise _too_slow(limits)
    if done.returncode == REFUSED:
        refusal = json.loads(done.stdout)
        raise Unreadable(refusal["code"], refusal["message"] or _too_large())
    if done.returncode == -signal.SIGABRT:
        raise Unreadable("too_large", _too_large())
    if b"No module named" in done.stderr or b"ImportError" in done.stderr:
        # Our own fault, not the sender's: the environment lacks a library.
        raise RuntimeError(done.stderr.decode(errors="replace"))
    raise Unreadable(
        "damaged",
        "表格文件已损坏或结构异常，无法读取。请用 WPS 或 Excel 打开原表，另存为 xlsx 后重新上传。",
    )


def _too_large() -> str:
    return "表格太大，读取时内存不够。请删除多余的行、列和工作表，或按班组拆成几份再上传。"


def _too_slow(limits: Limits) -> Unreadable:
    return Unreadable(
        "too_slow",
        f"读取表格超过 {limits.seconds} 秒，已经停止。请删除多余的格式和工作表，"
        "另存为 xlsx 后重新上传。",
    )
