"""Whose the embedded servers are: their account and the folders that only it may enter."""

import hashlib
import os
import pwd
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

#: A socket's path ends at 107 bytes on Linux and 103 elsewhere; Redis cuts a longer one silently.
LONGEST_SOCKET = 100


class ServerFailed(RuntimeError):
    """An embedded server cannot be started; the message says why and what to do."""


def run_as(home: Path) -> dict[str, Any]:
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
        make_passable(folder)
    elif folder.stat().st_uid != os.geteuid():
        raise ServerFailed(
            f"{folder} 属于另一个用户: 请用该用户运行, 或设置 WAGEMON_VAR 换一个目录。"
        )
    folder.chmod(0o700)


def make_passable(target: Path) -> None:
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
