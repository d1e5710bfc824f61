"""Pages and rules at the size of a province: the demo district, many times over.

Every table that hangs on a project is multiplied inside the database: each copy's rows get keys
far from the others' and point to each other as the originals do.
"""

import os
import time
from collections.abc import Iterable
from datetime import date
from itertools import chain

from django.apps import apps
from django.db import connection, models

from bench.pages import Measured, demo_district, largest_project, measure, readers
from core import clock
from identity.models import Organisation, Region, User
from monitoring.engine import evaluate
from monitoring.models import RuleRun, RuleSetting
from monitoring.services import rules_in_order
from payroll.models import MinimumWage, PayLine
from projects.models import Project
from supervision.models import DailyStanding
from supervision.services import judge
from workers.models import Engagement, Trade

#: The demo's fifteen projects times this; 666 make 10,000.
COPIES = int(os.environ.get("COPIES", "40"))
#: Keys of a copy lie this far from those of the next.
_STRIDE = 1_000_000
_APPS = (*("projects", "accounts", "workers", "payroll", "notices", "monitoring", "supervision"),)
_DICTIONARIES = {Trade, MinimumWage, RuleRun, RuleSetting, DailyStanding}
_KEY = f"(id + g * {_STRIDE})"
_SHA = "sha256({column} || int8send(g))"
#: What is unique by more than its key, as an expression over a row and ``g``, its copy's number.
_UNIQUE = {
    "Organisation.uscc": f"lpad({_KEY}::text, 18, 'X')",
    "Person.id_index": _SHA.format(column="id_index"),
    "WageCard.number_index": _SHA.format(column="number_index"),
    "SpecialAccount.number": f"lpad({_KEY}::text, 20, '0')",
    **dict.fromkeys(("EarlyWarning.subject", "Coverage.subject"), "subject || '+' || g"),
    **dict.fromkeys(
        (
            *("Project.code", "PaySheet.number", "PaymentOrder.number"),
            *("PaymentItem.end_to_end_id", "NoticeBoard.code"),
        ),
        f"'XJ' || {_KEY}",
    ),
}


def main() -> bool:
    """Measure and print; there is no mark, for what matters is how it grows."""
    with demo_district():
        officer, contractor = readers()
        project = {"code": largest_project().code}
        multiply(COPIES)
        print(f"province: {_size()}")
        for one in chain(
            _rules(clock.today()), _standing(clock.today()), _pages(officer, contractor, project)
        ):
            print(one)
    return True


def multiply(copies: int) -> None:
    """Add so many copies of everything that hangs on projects, spread over all counties."""
    with connection.cursor() as cursor:
        # Copies point to copies, all of which exist at the end: no key is worth checking.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in _multiplied():
            cursor.execute(_copying(model), [copies])
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE")


def _multiplied() -> list[type[models.Model]]:
    ours = chain.from_iterable(apps.get_app_config(app).get_models() for app in _APPS)
    return [Organisation, *(model for model in ours if model not in _DICTIONARIES)]


def _copying(model: type[models.Model]) -> str:
    columns = {
        field.column: _value(field) for field in model._meta.concrete_fields if not field.generated
    }
    names = ", ".join(f'"{name}"' for name in columns)
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())}"
        f" FROM {table}, generate_series(1, %s::bigint) AS g"
    )


def _value(field: models.Field) -> str:
    """What a copy's row holds in a column."""
    column = f'"{field.column}"'
    place = f"{field.model.__name__}.{field.name}"
    if place in _UNIQUE:
        return _UNIQUE[place]
    if field.primary_key or field.related_model in _multiplied():
        return f"{column} + g * {_STRIDE}"
    if place == "Project.region":
        return f"(ARRAY[{_counties()}])[1 + ((id + g) %% {_counties().count(',') + 1})::int]"
    return "gen_random_uuid()" if isinstance(field, models.UUIDField) and field.unique else column


def _counties() -> str:
    rows = Region.objects.filter(kind=Region.Kind.COUNTY).values_list("code", flat=True)
    return ", ".join(f"'{code}'" for code in rows)


def _size() -> str:
    counted = {
        "projects": Project.everything.count(),
        "workers": Engagement.everything.count(),
        "pay lines": PayLine.everything.count(),
    }
    return ", ".join(f"{count:,} {what}" for what, count in counted.items())


def _rules(as_of: date) -> Iterable[str]:
    """A night's sweep: each rule over the whole province, and over one project that was touched."""
    touched = [Project.everything.order_by("pk").values_list("pk", flat=True)[0]]
    for rule in rules_in_order():
        everywhere = evaluate(rule, as_of=as_of, now=clock.now())
        one = evaluate(rule, as_of=as_of, now=clock.now(), projects=touched)
        yield (
            f"  {rule.code:<22} sweep {everywhere.milliseconds:6d} ms"
            f"  {everywhere.found:6d} found  one project {one.milliseconds:4d} ms"
        )


def _standing(as_of: date) -> Iterable[str]:
    """The night's record of how every project stands."""
    started = time.monotonic()
    judge(as_of=as_of)
    yield f"  six systems            judge {(time.monotonic() - started) * 1000:6.0f} ms"


def _pages(officer: User, contractor: User, project: dict[str, str]) -> Iterable[Measured]:
    for name, arguments in (
        *((name, {}) for name in ("supervision:home", "projects:list", "monitoring:list")),
        *((name, project) for name in ("supervision:project", "workers:register")),
        *((name, project) for name in ("workers:attendance", "payroll:project")),
    ):
        for reader in (officer, contractor):
            yield measure(name, reader, arguments, times=3)
