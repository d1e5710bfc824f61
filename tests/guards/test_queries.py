"""What pages cost in queries: no more than was recorded, and the same for twice the rows.

``RECORD_QUERIES=1 pytest tests/guards/test_queries.py`` records anew what the pages cost now.
"""

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import lxml.html
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import SpecialAccount, StatementEntry, StatementImport
from bonds.models import BondDeposit
from bonds.services.determining import determine_missing
from core import months
from core.models import OfficialDocument
from identity.models import Organisation
from monitoring.models import EarlyWarning, Level
from payroll.models import PayLine, PaymentOrder, PaySheetUpload
from projects.models import Participant
from tests.cast import MONTH, NOW, TODAY
from tests.guards.access_table import FILES
from tests.guards.walk import PAGES, READERS, Walked
from tests.guards.world import World
from workers.models import AttendanceMonth, Engagement, RegisterUpload

pytestmark = pytest.mark.django_db
#: Each app's own, tests/<app>/query_baselines.json.
BASELINES = {
    label: Path(file.__file__).with_name("query_baselines.json") for label, file in FILES.items()
}
#: No page of anybody's takes more queries than this; a project's overview asks all six systems.
MOST = 21
RECORDING = bool(os.environ.get("RECORD_QUERIES"))
#: What the test's own transaction and the session add.
OWN = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


def cost(world: World, persona: str, url: str) -> int:
    """The queries of a page that was opened before."""
    assert world.ask(persona, url).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        world.ask(persona, url)
    return sum(not query["sql"].startswith(OWN) for query in queries.captured_queries)


def too_dear(name: str, found: int, recorded: dict[str, int]) -> str:
    """What is wrong with a page's cost; "" when nothing is."""
    if name not in recorded:
        return f"{name} has no baseline: record it"
    if found > recorded[name]:
        return f"{name} takes {found} queries, {recorded[name]} were recorded"
    return ""


@pytest.fixture(scope="module")
def recorded():
    """The baselines; while recording, what is found takes their place."""
    if not RECORDING:
        files = [path for path in BASELINES.values() if path.exists()]
        yield {name: cost for path in files for name, cost in json.loads(path.read_text()).items()}
        return
    found: dict[str, int] = {}
    yield found
    for label, path in BASELINES.items():
        mine = {name: cost for name, cost in found.items() if name.split(":")[0] == label}
        if mine:
            path.write_text(json.dumps(dict(sorted(mine.items())), indent=2) + "\n", "utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_costs_no_more_than_recorded(world, recorded, page: Walked):
    found = cost(world, page.persona, page.url(world))
    if RECORDING:
        recorded[page.name] = found
    assert too_dear(page.name, found, recorded) == ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_costs_nobody_more_than_the_cap(world, page: Walked):
    """Whatever a baseline allows: no page takes more than MOST from any of its readers."""
    readers = [page.persona] if page.row.public else page.row.allowed("GET")
    costs = {who: cost(world, who, page.url(world)) for who in READERS if who in readers}
    assert {who: found for who, found in costs.items() if found > MOST} == {}


class TestBaselines:
    @pytest.mark.skipif(RECORDING, reason="being recorded")
    def test_name_only_pages_that_are_there(self, recorded):
        assert set(recorded) - {page.name for page in PAGES} == set()

    def test_that_are_missing_or_exceeded_are_seen(self):
        assert too_dear("new:page", 1, {}) == "new:page has no baseline: record it"
        assert too_dear("old:page", 9, {"old:page": 8})
        assert not too_dear("old:page", 8, {"old:page": 8})


def more_projects(world: World, turn: int = 0) -> None:
    """Four more projects like the cast's, with holder, account and warning."""
    cast = world.cast
    for number in range(4 * turn, 4 * turn + 4):
        project = cast.make_project(f"XJ650102202690{number}", f"昆仑大道安置房{number}期")
        cast.take_part(project, cast.owner, Participant.Role.OWNER)
        cast.take_part(project, cast.contractor, Participant.Role.CONTRACTOR)
        SpecialAccount.everything.create(
            project=project,
            bank=cast.bank,
            number=f"65050161625000009{number:03d}",
            name=f"{project.name}农民工工资专用账户",
            opened_on=date(2026, 3, 1),
        )
        EarlyWarning.everything.create(
            rule="PAY-02",
            rule_version=1,
            title="逾期未支付",
            subject=project.subject,
            period=months.month_code(MONTH),
            project=project,
            fact_level=Level.RED,
            summary="逾期未付",
            since=TODAY,
            evaluated_on=TODAY,
            sign_by=TODAY,
            settle_by=TODAY,
        )


def more_warnings(world: World, turn: int) -> None:
    """Four more warnings on the cast's project."""
    project = world.cast.project
    for number in range(4 * turn, 4 * turn + 4):
        EarlyWarning.everything.create(
            rule="PAY-02",
            rule_version=1,
            title="逾期未支付",
            subject=project.subject,
            period=f"2025-{number + 1:02d}",
            project=project,
            fact_level=Level.RED,
            summary="逾期未付",
            since=TODAY,
            evaluated_on=TODAY,
            sign_by=TODAY,
            settle_by=TODAY,
        )


def more_units(world: World, turn: int) -> None:
    for number in range(4):
        world.cast.unit(f"新单位{turn}{number}", Organisation.Kind.SUBCONTRACTOR)


def more_users(world: World, turn: int) -> None:
    for number in range(4):
        world.cast.user(f"labour{turn}{number}", world.cast.contractor, "labour_officer")


def more_participants(world: World, turn: int) -> None:
    """Four more subcontractors on the cast's project."""
    for number in range(4):
        unit = world.cast.unit(f"参建单位{turn}{number}", Organisation.Kind.SUBCONTRACTOR)
        world.cast.take_part(world.cast.project, unit, Participant.Role.LABOUR)


def half_of(rows: Any) -> list[int]:
    keys = list(rows.values_list("pk", flat=True))
    return keys[: len(keys) // 2]


def fewer_workers(world: World, turn: int) -> None:
    """Half of the register has left."""
    rows = Engagement.everything.filter(project=world.cast.project, left_on=None)
    rows.filter(pk__in=half_of(rows)).update(left_on=date(2026, 9, 30))


def fewer_months(world: World, turn: int) -> None:
    rows = AttendanceMonth.everything.filter(project=world.cast.project)
    rows.filter(pk__in=half_of(rows)).delete()


def fewer_lines(world: World, turn: int) -> None:
    rows = PayLine.everything.filter(sheet=world.sheet)
    rows.filter(pk__in=half_of(rows)).delete()


def more_bonds(world: World, turn: int) -> None:
    """Four more projects with a bond each."""
    more_projects(world, turn)
    determine_missing(now=NOW)


def more_entries(world: World, turn: int) -> None:
    """Four more payments reported on the bond's account."""
    deposit = BondDeposit.everything.get()
    for _ in range(4):
        deposit.entries.create(
            kind="deposit", amount=10, booked_on=TODAY, reported_at=NOW, reported_by="甲"
        )


def more_movements(world: World, turn: int) -> None:
    """Four more movements of the account."""
    statement = StatementImport.everything.create(
        account=world.cast.account,
        message_id=f"ST-{turn}",
        from_date=TODAY,
        to_date=TODAY,
        opening=0,
        closing=1000,
        received_at=NOW,
    )
    for number in range(4 * turn, 4 * turn + 4):
        StatementEntry.everything.create(
            account=world.cast.account,
            statement=statement,
            bank_reference=f"N{number:06d}",
            booked_on=TODAY,
            direction=StatementEntry.Direction.CREDIT,
            amount=100 + number,
            balance=1000 + number,
            kind=StatementEntry.Kind.DEPOSIT,
            counterparty_name="新疆某某城市建设投资有限公司",
        )


def more_orders(world: World, turn: int) -> None:
    """Four more payment orders of the cast's sheet that the bank has carried out."""
    for number in range(4):
        PaymentOrder.everything.create(
            number=f"DF2026090{turn}{number}",
            sheet=world.sheet,
            account=world.cast.account,
            status=PaymentOrder.Status.SUCCEEDED,
            count=2,
            total=1000,
            ordered_by=uuid4(),
            ordered_by_name="张伟",
            created_at=NOW,
            finished_at=NOW,
        )


def more_documents(world: World, turn: int) -> None:
    """Four more documents of the authority that issued the cast's."""
    for _ in range(4):
        row = OfficialDocument.everything.order_by("-serial").first()
        row.pk, row.uuid, row.code = None, uuid4(), uuid4().hex[:16].upper()
        row.serial += 1
        row.save(force_insert=True)


def more_sheets_sent(world: World, turn: int) -> None:
    _copy_uploads(PaySheetUpload)


def more_rosters_sent(world: World, turn: int) -> None:
    _copy_uploads(RegisterUpload)


def _copy_uploads(model: Any) -> None:
    """Four more uploads like the last one."""
    for _ in range(4):
        row = model.everything.order_by("-pk").first()
        row.pk, row.uuid, row.content_hash = None, uuid4(), uuid4().hex * 2
        row.save(force_insert=True)


#: Lists, who reads them, and what makes their rows more or fewer.
LISTS: list[tuple[str, str, Callable[[World, int], None]]] = [
    ("supervision:home", "county", more_projects),
    ("supervision:home", "admin", more_projects),
    ("supervision:home", "bank", more_projects),
    ("projects:list", "county", more_projects),
    ("projects:list", "admin", more_projects),
    ("monitoring:list", "county", more_projects),
    ("monitoring:coverage", "county", more_projects),
    ("monitoring:project", "county", more_warnings),
    ("bonds:list", "county", more_bonds),
    ("bonds:list", "admin", more_bonds),
    ("bonds:deposit", "bank", more_entries),
    ("accounts:kept", "bank", more_projects),
    ("accounts:funding", "owner", more_projects),
    ("accounts:project", "admin", more_movements),
    ("accounts:kept_account", "bank", more_movements),
    ("payroll:project", "admin", fewer_months),
    ("identity:organisations", "county", more_units),
    ("identity:users", "admin", more_users),
    ("projects:people", "admin", more_participants),
    ("workers:register", "county", fewer_workers),
    ("workers:register", "sub", fewer_workers),
    ("workers:attendance", "county", fewer_months),
    ("payroll:sheet", "county", fewer_lines),
    ("payroll:sheet", "sub", fewer_lines),
    ("payroll:review", "admin", fewer_lines),
    ("core:documents", "county", more_documents),
    ("payroll:uploads", "sub", more_sheets_sent),
    ("workers:uploads", "sub", more_rosters_sent),
    ("payroll:orders", "bank", more_orders),
    ("payroll:orders", "admin", more_orders),
]
PLACE = {page.name: page for page in PAGES}


@pytest.mark.parametrize(
    ("name", "persona", "change"), LISTS, ids=[f"{name}-{who}" for name, who, _ in LISTS]
)
def test_costs_the_same_for_twice_the_rows(world, name, persona, change):
    url, costs = PLACE[name].url(world), []
    with transaction.atomic():
        for turn in (0, 1):
            change(world, turn)
            costs.append(cost(world, persona, url))
        transaction.set_rollback(True)
    assert costs[0] == costs[1]


#: Pages with a table that does not grow with what is registered, and why.
SHORT = {
    "bonds:project": "the steps of one amount, and what one bond consists of",
    "bonds:policy": "one row for each setting of a policy",
    "monitoring:rules": "one row for each rule of the catalogue",
    "monitoring:runs": "one row for each rule of the catalogue",
    "monitoring:rule": "one row for each threshold of the rule",
    "payroll:upload": "a page of the rows that stand in the upload itself",
    "workers:attendance_upload": "a page of the rows that stand in the upload itself",
    "workers:upload": "a page of the rows that stand in the upload itself",
}


def has_list(content: bytes) -> bool:
    """Whether a page shows a table of several rows."""
    return bool(lxml.html.fromstring(content).xpath("//main//tbody[count(tr) > 1]"))


class TestLists:
    def test_are_all_tried_with_twice_the_rows(self, world):
        """A page that shows several rows of something is in LISTS, or says why not in SHORT."""
        growing = {page.name for page in PAGES if has_list(page.read(world).content)}
        assert growing - {name for name, *_ in LISTS} == set(SHORT)

    def test_are_seen(self):
        row = "<tr><td>1</td></tr>"
        page = "<body><main><table><tbody>{}</tbody></table></main></body>"
        assert has_list(page.format(row * 2).encode())
        assert not has_list(page.format(row).encode())


class TestCanary:
    def test_that_asks_for_every_row_is_seen(self, world):
        """A list that reads each project's holder apart costs more for more projects."""

        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                for part in Participant.everything.all():
                    assert part.organisation.name
            return len(queries)

        before = asked()
        with transaction.atomic():
            more_projects(world)
            assert asked() > before
            transaction.set_rollback(True)

    def test_costs_something(self, world):
        assert cost(world, "county", reverse("projects:list")) > 3
