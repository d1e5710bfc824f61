"""A form that is sent twice does its work once: a double click, a repeated answer, two tabs.

Every address that takes a POST is sent the same body twice by somebody who may do it. The second
time changes no row, or it is one of those that are meant to be done again, which say why. All
tables are compared, those of apps to come too, but for the books that note every request.
"""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import reverse

from tests.guards.access_table import TABLE
from tests.guards.rows import EVERYBODY, Row
from tests.guards.world import World

pytestmark = pytest.mark.django_db

#: What notes requests, marks and pictures of them, and decides nothing.
BOOKS = {
    "core.AuditEntry",
    "core.ChangeCursor",
    "core.Touch",
    "identity.SignIn",
    "identity.UserSession",
}
#: Cells are sealed anew each time, so that the same rows lie there in other bytes.
_SEALED_ANEW = "the same rows, sealed anew"
#: Addresses at which the same words again change rows, and why that is right.
AGAIN = {
    "identity:invite": "the newest link counts, the one before it is dead",
    "identity:invite_colleague": "the newest link counts, the one before it is dead",
    "identity:renew": "the newest temporary password counts: only the last answer was read",
    "notices:details": "who wrote the same words last, and when",
    "payroll:upload_cell": _SEALED_ANEW,
    "payroll:upload_commit": "refused both times here; what stands in the way is sealed anew",
    "payroll:upload_mapping": _SEALED_ANEW,
    "workers:upload_cell": _SEALED_ANEW,
    "workers:upload_mapping": _SEALED_ANEW,
}


def posts() -> Iterator[str]:
    """The addresses that take a POST from somebody who is signed in."""
    for name, row in TABLE.items():
        if "POST" in row.methods and not row.public:
            yield name


def state_of_rows() -> dict[str, str]:
    """Table → digest of all that stands in it."""
    tables = {
        model._meta.label: connection.ops.quote_name(model._meta.db_table)
        for model in apps.get_models()
        if model._meta.managed and model._meta.label not in BOOKS
    }
    parts = [
        f"SELECT '{label}', md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), ''))"
        f" FROM {table} AS r"
        for label, table in tables.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def changed_by(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The tables in which something differs."""
    return {label for label, digest in after.items() if before[label] != digest}


def sent_twice(world: World, name: str, row: Row) -> tuple[list[int], set[str], set[str]]:
    """Both answers' statuses, and what each of them changed; all of it is undone."""
    persona = min(row.allowed("POST") & EVERYBODY)
    url = reverse(name, kwargs=world.arguments(row.at)) + row.query
    client = world.clients[persona]
    cookies = client.cookies.copy()
    statuses, states = [], []
    with transaction.atomic():
        states.append(state_of_rows())
        for _ in range(2):
            statuses.append(client.post(url, row.data()).status_code)
            states.append(state_of_rows())
        transaction.set_rollback(True)
    client.cookies = cookies
    return statuses, changed_by(states[0], states[1]), changed_by(states[1], states[2])


@pytest.mark.parametrize("name", list(posts()))
def test_does_its_work_once(world, name):
    statuses, _, again = sent_twice(world, name, TABLE[name])
    assert max(statuses) < 500
    assert bool(again) == (name in AGAIN), (statuses, again)


def test_sees_what_a_second_time_changes(world):
    """The comparison is no blind one: a list of companies' invitations grows by one row more."""
    statuses, first, again = sent_twice(world, "identity:invite", TABLE["identity:invite"])
    assert (statuses, first, again) == ([200, 200], {"identity.Invitation"}, first)
