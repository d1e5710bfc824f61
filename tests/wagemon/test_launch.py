"""The launcher, over a small project: what it makes once, keeps, ends and clears away."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
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


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """As in a shell: servers are not named, and nothing of the suite's settings is set."""
    named = launch.told(Path("var"), 1).keys() - {"PATH"}
    for name in named | {"DATABASE_URL", "REDIS_URL"}:
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

    def __init__(self, project: Path, port: int) -> None:
        self.var = project / "var"
        self.port = port
        self.log = (project / "run.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH],
            cwd=project,
            env={
                **os.environ,
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
        record = json.loads((self.var / "run.json").read_text())
        return [process for known in record["children"] if (process := launch.alive(known))]

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


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

    def start(port: int | None = None) -> Run:
        runs.append(Run(project, port or launch.free_port()))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.stop()
        run.log.close()
    launch.Ledger(project / "var" / "run.json").clear_away()


class TestRun:
    def test_starts_prepares_once_and_stops_everything(self, project, start):
        for number in (signal.SIGINT, signal.SIGTERM):
            run = start()
            said = run.wait_until_announced()
            assert f"http://127.0.0.1:{run.port}/" in said
            assert "企业管理员: admin / pass" in said
            children = run.children()
            assert len(children) >= 2
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

    def test_refuses_a_second_run_and_a_port_in_use(self, start):
        run = start()
        run.wait_until_announced()
        with pytest.raises(launch.Refused, match="已在运行"):
            launch.Ledger(run.var / "run.json").clear_away()
        with pytest.raises(launch.Refused, match=f"端口 {run.port} 已被占用"):
            launch.insist_free(run.port)
        run.stop()

    def test_ends_with_the_first_process_that_ends(self, project, start):
        (project / "Procfile").write_text("worker: exec sleep 600\nbank: exit 7\n")
        run = start()
        assert run.process.wait(60) == 7


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
        pid, created = launch.identity(psutil.Process())
        record = {"launcher": [pid, created - 60], "children": [[pid, created - 60]]}
        ledger.path.write_text(json.dumps(record))
        ledger.clear_away()
        assert not ledger.path.exists()

    def test_nothing_recorded_is_nothing_to_clear(self, tmp_path):
        launch.Ledger(tmp_path / "run.json").clear_away()


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
        launch.prepare(var, named_database=False)
        (tmp_path / "core" / "migrations").mkdir(parents=True)
        (tmp_path / "core" / "migrations" / "0001_initial.py").write_text("operations = []")
        launch.prepare(var, named_database=False)
        launch.prepare(var, named_database=False)
        assert asked == ["migrate", "collectstatic", "migrate"]

    def test_a_named_database_is_always_migrated(self, asked, var):
        launch.prepare(var, named_database=True)
        launch.prepare(var, named_database=True)
        assert asked.count("migrate") == 2
