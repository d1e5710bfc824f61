"""How long the server takes for lists and a project's pages, on the demo district."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from statistics import median
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity.models import Grant, User
from identity.roles import SECOND_FACTOR, Role
from monitoring.models import EarlyWarning
from payroll.models import PaySheet
from projects.models import Project

MILLISECONDS = 100.0
TIMES = 15
#: No hashed files are collected here; what a page names them makes no difference to its time.
_PLAIN_STORAGE = settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}


@dataclass(frozen=True)
class Measured:
    """One page for one reader: the median in milliseconds, and its queries."""

    name: str
    reader: str
    milliseconds: float
    queries: int

    def __str__(self) -> str:
        page = f"  {self.name:<22} {self.reader:<17}"
        return f"{page} {self.milliseconds:6.1f} ms {self.queries:3d} queries"


@contextmanager
def demo_district() -> Iterator[None]:
    """The demo district for the time of a measurement, of which nothing stays behind."""
    with override_settings(STORAGES=_PLAIN_STORAGE), transaction.atomic():
        call_command("demo", stdout=StringIO())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield
        transaction.set_rollback(True)
    # The audit entries whose head it keeps are gone.
    settings.AUDIT_HEAD.unlink()


def main() -> bool:
    """Measure, print, and say whether every page keeps to the mark. Nothing stays behind."""
    with demo_district():
        measured = list(_measured())
    print("pages of the demo district")
    for one in measured:
        print(one)
    return all(one.milliseconds < MILLISECONDS for one in measured)


def _measured() -> Iterator[Measured]:
    project = largest_project()
    sheet = PaySheet.everything.filter(project=project).order_by("-headcount").first()
    of_project = {"code": project.code}
    officer, contractor = readers()
    places: list[tuple[str, dict[str, Any], list[User]]] = [
        ("supervision:home", {}, [officer, contractor]),
        ("projects:list", {}, [officer, contractor]),
        ("monitoring:list", {}, [officer, contractor]),
        ("identity:organisations", {}, [officer]),
        *(
            (name, of_project, [officer, contractor])
            for name in (
                *("supervision:project", "projects:people", "accounts:project"),
                *("workers:register", "workers:attendance", "payroll:project"),
                *("notices:project", "monitoring:project", "projects:timeline"),
            )
        ),
    ]
    if sheet:
        places.append(("payroll:sheet", {"uuid": sheet.uuid}, [officer, contractor]))
    if warning := EarlyWarning.objects.visible_to(officer.actor).live().first():
        places.append(("monitoring:warning", {"uuid": warning.uuid}, [officer]))
    for name, arguments, by in places:
        for reader in by:
            yield measure(name, reader, arguments)


def measure(
    name: str, reader: User, arguments: dict[str, Any] | None = None, times: int = TIMES
) -> Measured:
    """The page of this name as one reader gets it, so many times."""
    url, client = reverse(name, kwargs=arguments), signed_in(reader)
    with CaptureQueriesContext(connection) as captured:
        _timed(client, url)
    queries = len(captured)
    taken = [_timed(client, url) for _ in range(times)]
    return Measured(name, reader.grants.first().role, median(taken) * 1000, queries)


def _timed(client: Client, url: str) -> float:
    start = time.perf_counter()
    answer = client.get(url)
    taken = time.perf_counter() - start
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}")
    return taken


def readers() -> tuple[User, User]:
    """An officer and somebody of a contractor, of those whom the largest project concerns."""
    project = largest_project()
    return _officer(project), _of_contractor(project)


def largest_project() -> Project:
    """The project with the most workers."""
    rows = Project.everything.annotate(workers=Count("engagements"))
    return rows.order_by("-workers", "code")[0]


def _officer(project: Project) -> User:
    """The officer whose reach over the project is widest: scope costs most there."""
    grants = Grant.objects.filter(role=Role.BUREAU_OFFICER, region__code__in=_upwards(project))
    return grants.order_by("region__code")[0].user


def _upwards(project: Project) -> list[str]:
    county = project.region_id
    return [f"{county[:2]}0000", f"{county[:4]}00", county]


def _of_contractor(project: Project) -> User:
    grants = Grant.objects.filter(role=Role.ENTERPRISE_ADMIN, organisation_id=project.contractor_id)
    return grants[0].user


def signed_in(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="identity.backends.UserBackend")
    if user.grants.filter(role__in=SECOND_FACTOR).exists():
        device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=True)
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client
