"""Who gets what at the addresses of monitoring (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from monitoring import acts
from monitoring import services as monitoring
from monitoring.models import EarlyWarning, WarningEvent
from tests.cast import NOW
from tests.guards.rows import (
    ABOUT_WORKERS,
    ALL_OFFICERS,
    EVERYBODY,
    PROJECT,
    Row,
    form,
    page,
    sent,
    step,
)

if TYPE_CHECKING:
    from tests.guards.world import World

TABLE: dict[str, Row] = {
    "monitoring:list": page(EVERYBODY),
    "monitoring:export": page(EVERYBODY),
    "monitoring:project": page(PROJECT, at="project"),
    "monitoring:warning": page(ABOUT_WORKERS, at="warning"),
    "monitoring:act": step(
        ABOUT_WORKERS, {"county"}, at="warning act", data=sent(**{"close-note": "属实"})
    ),
    "monitoring:paper": page(ABOUT_WORKERS, at="warning paper"),
    "monitoring:rules": page(EVERYBODY),
    "monitoring:runs": page(EVERYBODY, ALL_OFFICERS | {"operator"}),
    "monitoring:coverage": page(EVERYBODY, ALL_OFFICERS),
    "monitoring:coverage_export": page(EVERYBODY, ALL_OFFICERS),
    "monitoring:rule_runs": page(EVERYBODY, ALL_OFFICERS | {"operator"}, at="rule"),
    "monitoring:rule": form(EVERYBODY, at="rule"),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "monitoring:coverage_export",
    "monitoring:export",
    "monitoring:paper",
}


def places(world: World) -> dict[str, Any]:
    day = date(2026, 10, 30)
    monitoring.run_rules(as_of=day, now=NOW + timedelta(days=30))
    warning = EarlyWarning.everything.filter(project=world.cast.project).first()
    steps = {"uuid": warning.uuid, "now": NOW}
    acts.sign(actor=world.actors["county_second"], **steps)
    acts.report(
        actor=world.actors["admin"], note="已补发。", attachment=world.paper("凭证.pdf"), **steps
    )
    # The facts are gone meanwhile, so that it can be closed.
    EarlyWarning.everything.filter(pk=warning.pk).update(
        condition=EarlyWarning.Condition.CLEARED, cleared_at=NOW
    )
    event = warning.events.get(kind=WarningEvent.Kind.REPORTED)
    return {
        "warning": {"uuid": warning.uuid},
        "warning act": {"uuid": warning.uuid, "act": "close"},
        "warning paper": {"uuid": warning.uuid, "event": event.pk},
        "rule": {"code": warning.rule},
    }
