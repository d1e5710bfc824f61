"""The servers under a data folder: real ones, started, shared, killed and left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from wagemon import embedded, private

#: Holds both servers until its standard input closes.
HOLDER = """
import sys
from pathlib import Path
from wagemon import embedded
urls = embedded.server_urls(Path(sys.argv[1]), durable=False)
print(urls.database, flush=True)
sys.stdin.read()
"""
TEMPORARY = [sys.executable, "-m", "wagemon.embedded"]


@pytest.fixture(autouse=True)
def no_named_servers(monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


@pytest.fixture
def var(own_folder):
    """A data folder with a space in its path; nothing runs on it afterwards."""
    folder = own_folder / "工资 数据"
    yield folder
    for server in servers(folder):
        if server.home.exists():
            server.stop()


def servers(var: Path) -> list[embedded.Server]:
    return [
        embedded.Postgres(var / "postgres", durable=False),
        embedded.Redis(var / "redis", durable=False),
    ]


def running(server: embedded.Server) -> psutil.Process:
    process = server.process()
    assert process is not None
    return process


def hold(var: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(var)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(embedded.__file__).parent.parent,
    )


def held(holder: subprocess.Popen[str]) -> str:
    assert holder.stdout is not None
    return holder.stdout.readline().strip()


def leave(holder: subprocess.Popen[str]) -> None:
    holder.communicate(timeout=60)


#: Is asked to end at the moment when its command lives and Popen has not returned it yet.
ASKED_EARLY = """
import os, signal, subprocess, sys
from wagemon import embedded
class Early(subprocess.Popen):
    def __init__(self, command, **options):
        super().__init__(command, **options)
        if command[0] == "sleep":
            os.kill(os.getpid(), signal.SIGTERM)
subprocess.Popen = Early
sys.exit(embedded.main(["sleep", "600"]))
"""


class TestUrls:
    def test_answer_in_a_path_with_a_space(self, var):
        postgres, cache = servers(var)
        with psycopg.connect(postgres.hold()) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            assert connection.execute("SELECT '昆仑'").fetchone() == ("昆仑",)
        assert redis.from_url(cache.hold()).ping()
        postgres.release()
        cache.release()
        assert not postgres.answers()
        assert not cache.answers()

    def test_named_servers_are_taken_as_they_are(self, monkeypatch, var):
        monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/wages")
        monkeypatch.setenv("REDIS_URL", "redis://cache.example:6379/0")
        urls = embedded.server_urls(var)
        assert urls.database == "postgresql://db.example/wages"
        assert urls.broker == urls.redis == "redis://cache.example:6379/0"
        assert not var.exists()

    def test_the_broker_speaks_of_the_same_socket_and_database(self):
        urls = embedded.Urls("", "unix:///run/user/1000/wagemon/redis?db=3")
        assert urls.broker == "redis+socket:///run/user/1000/wagemon/redis?virtual_host=3"


class TestSharing:
    def test_two_starters_at_once_get_the_same_servers(self, var):
        holders = [hold(var), hold(var)]
        addresses = {held(holder) for holder in holders}
        assert len(addresses) == 1
        for holder in holders:
            leave(holder)
            assert holder.returncode == 0

    def test_the_last_one_out_stops_them(self, var):
        first, second = hold(var), hold(var)
        held(first)
        held(second)
        leave(first)
        assert all(server.answers() for server in servers(var))
        leave(second)
        assert not any(server.process() for server in servers(var))

    def test_keeps_what_was_written(self, var):
        postgres = servers(var)[0]
        with psycopg.connect(postgres.hold()) as connection:
            connection.execute("CREATE TABLE kept ()")
        postgres.release()
        with psycopg.connect(postgres.hold()) as connection:
            connection.execute("SELECT * FROM kept")
        postgres.release()


class TestAfterAKill:
    def test_of_the_starter_the_next_one_joins_and_then_stops_them(self, var):
        killed = hold(var)
        held(killed)
        before = [server.process() for server in servers(var)]
        killed.kill()
        killed.communicate()
        following = hold(var)
        held(following)
        assert [server.process() for server in servers(var)] == before
        leave(following)
        assert not any(server.process() for server in servers(var))

    def test_of_the_servers_they_start_again(self, var):
        for server in servers(var):
            server.hold()
            running(server).kill()
            server.release()
            assert server.hold()
            assert server.answers()
            server.release()

    def test_a_stale_number_that_is_another_programs_now_is_left_alone(self, var):
        for server in servers(var):
            server.hold()
            server.release()
            (server.home / server.pid_file).write_text(f"{os.getpid()}\n")
            assert server.process() is None
            server.hold()
            assert running(server).pid != os.getpid()
            server.release()

    def test_servers_whose_socket_is_gone_are_replaced(self, var):
        for server in servers(var):
            server.hold()
            lost = running(server)
            for file in server.socket_folder.iterdir():
                file.unlink()
            again = type(server)(server.home, durable=False)
            again.hold()
            assert not lost.is_running() or lost.status() == psutil.STATUS_ZOMBIE
            assert again.answers()
            server.release()
            again.release()


class TestPrivacy:
    def test_nobody_else_can_enter_the_folders(self, var):
        for server in servers(var):
            server.hold()
            for folder in (server.home, server.socket_folder):
                assert folder.stat().st_mode & 0o077 == 0
            server.release()

    def test_refuses_a_socket_folder_that_somebody_else_made(self, var, monkeypatch, tmp_path):
        monkeypatch.setenv("XDG_RUNTIME_DIR", "")
        home = var / "redis"
        private.make_private(home)
        folder = private.choose_socket_folder(home)
        folder.rmdir()
        folder.symlink_to(tmp_path)
        with pytest.raises(private.ServerFailed, match="不是本系统创建的目录"):
            private.choose_socket_folder(home)
        folder.unlink()


class TestTemporary:
    def test_a_command_has_servers_of_its_own_and_its_exit_status(self):
        code = "import os, sys; print(os.environ['DATABASE_URL']); sys.exit(3)"
        done = subprocess.run(
            [*TEMPORARY, sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=Path(embedded.__file__).parent.parent,
        )
        assert done.returncode == 3
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(done.stdout.strip())

    def test_they_stop_when_it_is_asked_to_end(self):
        keeper = subprocess.Popen(
            [*TEMPORARY, "sh", "-c", "echo $DATABASE_URL; exec sleep 60"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(embedded.__file__).parent.parent,
        )
        address = held(keeper)
        keeper.send_signal(signal.SIGTERM)
        keeper.communicate(timeout=60)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(address)

    def test_takes_its_command_along_however_early_it_is_asked(self):
        done = subprocess.run(
            [sys.executable, "-c", ASKED_EARLY],
            capture_output=True,
            timeout=60,
            cwd=Path(embedded.__file__).parent.parent,
        )
        assert done.returncode == 128 + signal.SIGTERM
