"""Who gets what at the addresses of payroll (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payroll.models import MinimumWage
from tests.guards.rows import (
    ABOUT_WORKERS,
    ALL_BUREAUS,
    BUREAU,
    EMPLOYERS,
    EVERYBODY,
    IN_FULL,
    PROJECT,
    PURPOSE,
    REVIEWERS,
    SITE,
    Row,
    form,
    import_pages,
    page,
    scan,
    sent,
    step,
)

if TYPE_CHECKING:
    from tests.guards.world import World

TABLE: dict[str, Row] = {
    "payroll:project": page(PROJECT, ABOUT_WORKERS, at="project"),
    "payroll:export_months": page(PROJECT, ABOUT_WORKERS, at="project"),
    "payroll:start": form(PROJECT, SITE, at="project"),
    "payroll:uploads": page(EVERYBODY, EMPLOYERS),
    "payroll:export_uploads": page(EVERYBODY, EMPLOYERS),
    **import_pages("payroll:upload", "sheet upload", "cell", SITE),
    "payroll:sheet": page(ABOUT_WORKERS, at="sheet"),
    "payroll:review": page(ABOUT_WORKERS, at="sheet"),
    "payroll:print": page(ABOUT_WORKERS, at="sheet", costly=True),
    "payroll:export": step(ABOUT_WORKERS, IN_FULL, at="sheet", data=PURPOSE),
    "payroll:signed": page(ABOUT_WORKERS, at="sheet"),
    "payroll:keep_signed": step(ABOUT_WORKERS, SITE, at="sheet", data=lambda: {"file": scan()}),
    "payroll:progress": step(ABOUT_WORKERS, SITE, at="sheet", data=sent(progress="封顶")),
    "payroll:submit": step(ABOUT_WORKERS, SITE, at="sheet"),
    "payroll:return": step(ABOUT_WORKERS, REVIEWERS, at="sheet", data=sent(reason="不符")),
    "payroll:approve": step(ABOUT_WORKERS, REVIEWERS, at="sheet"),
    "payroll:void": step(ABOUT_WORKERS, REVIEWERS, at="sheet", data=sent(reason="重做")),
    "payroll:pay": step(ABOUT_WORKERS, REVIEWERS, at="sheet"),
    "payroll:wages": page(ABOUT_WORKERS, at="worker"),
    "payroll:orders": page(
        EVERYBODY, SITE | {"bank", "other_bank", "other_admin", "other_labour", "other_sub"}
    ),
    "payroll:export_orders": page(
        EVERYBODY, SITE | {"bank", "other_bank", "other_admin", "other_labour", "other_sub"}
    ),
    "payroll:minimum_wages": page(EVERYBODY, ALL_BUREAUS),
    "payroll:minimum_wage_add": form(EVERYBODY - {"other_county"}, BUREAU, at="county"),
    "payroll:minimum_wage_confirm": step(EVERYBODY - {"other_county"}, BUREAU, at="standard"),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "payroll:export_uploads",
    "payroll:export_months",
    "payroll:export_orders",
    "payroll:print",
    "payroll:signed",
}


def places(world: World) -> dict[str, Any]:
    world.sheet = world.payroll.submitted()
    upload = {"uuid": world.payroll.sample("faults.xlsx").uuid}
    standard = MinimumWage.objects.filter(region="650102").first()
    return {
        "sheet": {"uuid": world.sheet.uuid},
        "sheet upload": upload,
        "cell": upload | {"row": 4, "column": "team"},
        "cell line": upload | {"row": 4},
        "county": {"region": "650102"},
        "standard": {"region": "650102", "since": standard.since},
    }
