"""The launcher, over a small project: what it makes once, keeps, ends and clears away."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from wagemon import launch

LAUNCH = """
import sys
from pathlib import Path
from wagemon import launch
launch.ROOT = Path.cwd()
sys.exit(launch.main())
"""
#: Stands for Django's: notes what it was asked to do.
MANAGE = """
import os, pathlib, sys
var = pathlib.Path(os.environ["WAGEMON_VAR"])
with (var / "asked").open("a") as file:
    file.write(sys.argv[1] + "\\n")
if sys.argv[1] == "demo":
    (var / "demo.json").write_text('[{"role": "企业管理员", "user": "admin", "password": "pass"}]')
"""
PROCFILE = """
web: exec python -m http.server --bind 127.0.0.1 "$PORT"
worker: exec python -c "import time; time.sleep(600)"
"""


#: Before a test forgets the suite's own environment.
SUITE_DATABASE = os.environ["DATABASE_URL"]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """As in a shell: servers are not named, and nothing of the suite's settings is set."""
    named = launch.run_environment(Path("var"), 1).keys() - {"PATH"}
    keys = {"SECRET_KEY", "SEAL_KEYS", "INDEX_KEY", "BANK_KEY"}
    for name in named | keys | {"DATABASE_URL", "REDIS_URL"}:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def project(own_folder):
    """A project in a path with a space."""
    root = own_folder / "my project"
    (root / "requirements").mkdir(parents=True)
    (root / "requirements" / "base.txt").write_text("")
    (root / "healthz").write_text("ok")
    (root / "manage.py").write_text(MANAGE)
    (root / "Procfile").write_text(PROCFILE)
    return root


class Run:
    """One ``make run``, in a session of its own so that a signal reaches it alone."""

    def __init__(self, project: Path, port: int, **environment: str) -> None:
        self.var = project / "var"
        self.port = port
        self.log = (project / f"run-{port}.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH],
            cwd=project,
            env={
                **os.environ,
                **environment,
                "PORT": str(port),
                "PYTHONPATH": str(Path(launch.__file__).parent.parent),
            },
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_until_announced(self) -> str:
        return wait_for(lambda: "Ctrl-C" in self.said() and self.said())

    def said(self) -> str:
        return Path(self.log.name).read_text()

    def children(self) -> list[psutil.Process]:
        sessions = {pid for pid, _ in json.loads((self.var / "run.json").read_text())}
        return [one for one in psutil.process_iter() if session_of(one) in sessions]

    def pid_of(self, server: str) -> int:
        path = {"redis": "redis/server.pid", "postgres": "postgres/data/postmaster.pid"}[server]
        return int((self.var / path).read_text().split()[0])

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def session_of(process: psutil.Process) -> int:
    try:
        return os.getsid(process.pid)
    except OSError:
        return 0


def wait_for(condition, seconds: float = 30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("It did not come to pass in time.")


@pytest.fixture
def start(project):
    """Starts runs of the project; those that a failed test leaves are cleared away."""
    runs: list[Run] = []

    def start(port: int | None = None, **environment: str) -> Run:
        runs.append(Run(project, port or launch.free_port(), **environment))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.stop()
        run.log.close()
    launch.Ledger(project / "var" / "run.json").end_leftovers()


class TestRun:
    def test_starts_prepares_once_and_stops_everything(self, project, start):
        for number in (signal.SIGINT, signal.SIGTERM):
            run = start()
            said = run.wait_until_announced()
            assert f"http://127.0.0.1:{run.port}/" in said
            assert "企业管理员: admin / pass" in said
            children = wait_for(lambda run=run: len(run.children()) >= 2 and run.children())
            assert run.stop(number) == 0
            assert not any(child.is_running() for child in children)
        asked = (project / "var" / "asked").read_text().split()
        assert asked == ["migrate", "collectstatic", "demo"]

    def test_clears_away_what_a_kill_left_behind(self, start):
        killed = start()
        killed.wait_until_announced()
        left = wait_for(killed.children)
        killed.stop(signal.SIGKILL)
        assert left[0].is_running()
        run = start(killed.port)
        run.wait_until_announced()
        assert not any(child.is_running() for child in left)
        run.stop()

    def test_refuses_a_port_in_use(self, start):
        run = start()
        run.wait_until_announced()
        with pytest.raises(launch.RunRefused, match=f"端口 {run.port} 已被占用"):
            launch.insist_port_free(run.port)
        run.stop()

    def test_of_two_at_once_after_a_kill_one_says_that_the_other_runs(self, start):
        killed = start()
        killed.wait_until_announced()
        killed.stop(signal.SIGKILL)
        both = [start(), start()]
        refused = wait_for(lambda: next((r for r in both if r.process.poll() is not None), None))
        assert refused.process.returncode == 1
        assert "平台已在运行" in refused.said()
        assert "Traceback" not in refused.said()
        [other] = set(both) - {refused}
        other.wait_until_announced()
        assert other.stop() == 0


class TestKeepRunning:
    def test_starts_again_what_dies_and_waits_longer_each_time(self, project, start):
        (project / "Procfile").write_text(
            PROCFILE + 'bank: echo begun >> "$WAGEMON_VAR/begun"; exit 7\n'
        )
        run = start()
        begun = run.var / "begun"
        wait_for(lambda: begun.exists() and len(begun.read_text().split()) >= 3)
        assert "bank 已退出（7）, 1 秒后重新启动。" in run.said()
        assert "bank 已退出（7）, 2 秒后重新启动。" in run.said()
        assert run.stop() == 0

    def test_replaces_a_killed_process_and_all_that_it_started(self, project, start):
        (project / "Procfile").write_text(PROCFILE + "beat: sleep 600 & sleep 601; echo over\n")
        run = start()
        run.wait_until_announced()
        child = wait_for(lambda: [c for c in run.children() if "601" in c.cmdline()])[0]
        shell = child.parent()
        other = next(c for c in run.children() if "600" in c.cmdline())
        shell.kill()
        wait_for(lambda: not child.is_running() and not other.is_running())
        wait_for(lambda: [c for c in run.children() if "601" in c.cmdline()])
        assert run.stop() == 0

    @pytest.mark.parametrize("server", ["redis", "postgres"])
    def test_starts_a_killed_server_again(self, start, server):
        run = start()
        run.wait_until_announced()
        killed = run.pid_of(server)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: "已重新启动" in run.said())
        assert run.pid_of(server) != killed
        assert psutil.pid_exists(run.pid_of(server))
        left = run.pid_of(server)
        assert run.stop() == 0
        assert not psutil.pid_exists(left)


class TestNamedDatabase:
    @pytest.fixture
    def database(self):
        """A database of its own on the suite's server."""
        url, name = SUITE_DATABASE, f"launch_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def test_that_somebody_else_fills_is_left_alone(self, database, start):
        with psycopg.connect(database) as own:
            own.execute("CREATE TABLE wages (yuan numeric)")
        run = start(DATABASE_URL=database)
        assert run.process.wait(60) == 1
        assert "不是 make run 建立的" in run.said()
        assert not (run.var / "asked").exists()

    def test_that_is_empty_is_marked_and_known_again(self, database):
        launch.insist_own_database(database)
        launch.mark_database(database)
        with psycopg.connect(database) as own:
            own.execute("CREATE TABLE wages (yuan numeric)")
        launch.insist_own_database(database)

    def test_that_does_not_answer_is_refused_in_words(self):
        with pytest.raises(launch.RunRefused, match="连不上"):
            launch.insist_own_database("postgresql://nobody@127.0.0.1:1/none")


class TestSecrets:
    def test_are_made_once_and_readable_by_the_owner_alone(self, tmp_path):
        path = tmp_path / "secrets.env"
        launch.make_secrets(path)
        first = path.read_text()
        launch.make_secrets(path)
        assert path.read_text() == first
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


class TestLedger:
    def test_another_program_under_a_recorded_number_is_left_alone(self, tmp_path):
        ledger = launch.Ledger(tmp_path / "run.json")
        other = subprocess.Popen(["sleep", "600"], start_new_session=True)
        try:
            pid, created = launch.identity(psutil.Process(other.pid))
            ledger.path.write_text(json.dumps([[pid, created - 60]]))
            ledger.end_leftovers()
            assert not ledger.path.exists()
            assert other.poll() is None
        finally:
            other.kill()
            other.wait()

    def test_nothing_recorded_is_nothing_to_clear(self, tmp_path):
        launch.Ledger(tmp_path / "run.json").end_leftovers()


class TestPrepare:
    @pytest.fixture
    def var(self, tmp_path):
        var = tmp_path / "var"
        (var / "postgres" / "data").mkdir(parents=True)
        (var / "demo.json").write_text("[]")
        return var

    @pytest.fixture
    def asked(self, monkeypatch, tmp_path):
        commands: list[str] = []
        monkeypatch.setattr(launch, "ROOT", tmp_path)
        monkeypatch.setattr(launch, "manage", lambda *given: commands.append(given[0]))
        return commands

    def test_a_new_migration_is_applied(self, asked, var, tmp_path):
        launch.prepare(var, is_named_database=False)
        (tmp_path / "core" / "migrations").mkdir(parents=True)
        (tmp_path / "core" / "migrations" / "0001_initial.py").write_text("operations = []")
        launch.prepare(var, is_named_database=False)
        launch.prepare(var, is_named_database=False)
        assert asked == ["migrate", "collectstatic", "migrate"]

    def test_a_named_database_is_always_migrated(self, asked, var):
        launch.prepare(var, is_named_database=True)
        launch.prepare(var, is_named_database=True)
        assert asked.count("migrate") == 2
