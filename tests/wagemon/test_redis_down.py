"""Redis is killed under a running site and comes back empty: no page fails, no work is lost."""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from honcho.environ import parse_procfile

from identity.signing_in import CODE_GIVEN_AT
from payroll.models import PaymentOrder
from sandbox_bank import ledger
from sandbox_bank.store import create
from tests.cast import NOW
from tests.payroll.test_payments import make_sheet
from wagemon import embedded, launch

#: On a machine shared with others, in seconds.
PATIENCE = 240


class RunningSite:
    """The Procfile's processes as ``make run`` keeps them, on the suite's database.

    Nobody starts its Redis again but the test.
    """

    def __init__(self, var: Path) -> None:
        self.redis = embedded.Redis(var / "redis")
        self.port = launch.free_port()
        procfile = parse_procfile((launch.ROOT / "Procfile").read_text())
        self.programs = [launch.Program(*line) for line in procfile.processes.items()]
        server = urlsplit(os.environ["DATABASE_URL"])
        database = server._replace(path=f"/{connection.settings_dict['NAME']}")
        os.environ.update(
            {
                **launch.run_environment(var, self.port),
                "DATABASE_URL": database.geturl(),
                "REDIS_URL": self.redis.hold(),
                "WAGEMON_NOW": NOW.replace(tzinfo=None).isoformat(),
                "WEB_PROCESSES": "1",
            }
        )

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Look after the processes until this holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            for program in self.programs:
                program.look_after()
            time.sleep(launch.LOOK_SECONDS)

    def is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz", trust_env=False, timeout=30).status_code == 200
        return False

    @property
    def url(self) -> str:
        return f"http://{launch.HOST}:{self.port}"

    def kill_redis(self) -> None:
        """With all that it held."""
        process = self.redis.process()
        assert process is not None
        process.kill()
        process.wait(30)
        shutil.rmtree(self.redis.home / "appendonlydir")

    def end(self) -> None:
        launch.end_all(launch.running(self.programs))
        self.redis.release()


@pytest.fixture
def site(transactional_db, cast, own_folder):
    with patch.dict(os.environ):
        (own_folder / "var").mkdir()
        site = RunningSite(own_folder / "var")
        launch.manage("collectstatic", "--noinput", "--verbosity=0")
        yield site
        site.end()


def test_a_payment_is_answered_as_done_and_made_when_redis_is_back(site, cast, own_folder):
    sheet = make_sheet(cast)
    books_file = own_folder / "var" / "bank.sqlite3"
    create(books_file)
    with ledger.open_ledger(books_file, NOW) as books:
        books.open_account(cast.account.number, cast.account.name, "建设单位", Decimal("20000.00"))
    site.wait_for(site.is_ready)
    session = cast.client(cast.users.labour).session
    # By the site's clock, which runs on from NOW.
    session[CODE_GIVEN_AT] = NOW.timestamp()
    session.save()

    site.kill_redis()
    token = "t" * 32
    cookies = {settings.SESSION_COOKIE_NAME: session.session_key, settings.CSRF_COOKIE_NAME: token}
    with httpx.Client(base_url=site.url, cookies=cookies, trust_env=False, timeout=60) as http:
        answer = http.post(
            reverse("payroll:pay", args=[sheet.uuid]),
            data={"csrfmiddlewaretoken": token},
            headers={"Referer": f"{site.url}/"},
            follow_redirects=True,
        )
    assert answer.status_code == 200
    assert "代发指令已生成" in answer.text
    order = PaymentOrder.everything.get(sheet=sheet)
    assert order.status == PaymentOrder.Status.PENDING

    assert site.redis.revive()
    site.wait_for(
        lambda: not PaymentOrder.everything.filter(pk=order.pk, status__in=PaymentOrder.OPEN)
    )
    sheet.refresh_from_db()
    assert sheet.status == sheet.Status.PAID
    site.wait_for(site.is_ready)
