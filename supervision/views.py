"""Home by role, and the overview of a project."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from core import charts, clock
from core.calendar import is_working_day
from core.charts import Series, Share
from core.http import ActorRequest, found
from identity.roles import GOVERNMENT, Role
from projects.selectors import project_header
from supervision.selectors import figures, machine, money, officers, site
from supervision.selectors.figures import WageMonth
from supervision.selectors.overview import overview

LEVELS = ("红色", "橙色", "黄色", "蓝色")


@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Today's work, then figures, then charts; what they are depends on the role."""
    actor, today = request.actor, clock.today()
    if actor.has_role(Role.OPERATOR):
        state = machine.machine(actor=actor, now=clock.now())
        return render(request, "supervision/machine.html", {"machine": state})
    if actor.has_role(*GOVERNMENT):
        context = _officers_home(request)
    elif actor.has_role(Role.OWNER_CLERK):
        context = {
            "sections": money.owners_sections(actor=actor, as_of=today),
            "figures": money.owners_figures(actor=actor, as_of=today),
        }
    elif actor.has_role(Role.BANK_CLERK):
        context = {
            "sections": money.banks_sections(actor=actor, as_of=today),
            "figures": money.banks_figures(actor=actor, as_of=today),
        }
    else:
        context = _site_home(request)
    context |= {"today": today, "note": _day_in_words(today)}
    return render(request, "supervision/home.html", context)


def _day_in_words(today: date) -> str:
    weekday = "一二三四五六日"[today.weekday()]
    kind = "工作日" if is_working_day(today) else "休息日"
    return f"{today.year}年{today.month}月{today.day}日 星期{weekday} · {kind}"


def _site_home(request: ActorRequest) -> dict[str, Any]:
    actor, today = request.actor, clock.today()
    months = figures.wage_months(actor=actor, as_of=today)
    return {
        "sections": site.sections(actor=actor, as_of=today),
        "figures": figures.site_figures(actor=actor, as_of=today, months=months),
        "charts": [_wages(months), _levels(figures.live_levels(actor=actor))],
    }


def _officers_home(request: ActorRequest) -> dict[str, Any]:
    actor, today = request.actor, clock.today()
    months = figures.wage_months(actor=actor, as_of=today)
    return {
        "sections": officers.sections(actor=actor, as_of=today),
        "figures": figures.officers_figures(actor=actor, as_of=today, months=months),
        "systems": figures.system_figures(actor=actor),
        "charts": [
            _wages(months),
            *_places(figures.warnings_by_place(actor=actor)),
            _levels(figures.live_levels(actor=actor)),
        ],
    }


def _wages(months: Sequence[WageMonth]) -> SafeString:
    """Due against paid, in 万元."""
    return charts.bars(
        "应付与已付工资",
        [f"{one.month.month}月" for one in months],
        [
            Series("应付", [round(one.due / 10_000, 2) for one in months]),
            Series("已付", [round(one.paid / 10_000, 2) for one in months]),
        ],
        unit="万元",
        across="工资月份",
    )


def _levels(counts: Sequence[int]) -> SafeString:
    """Live warnings by level."""
    parts = zip(LEVELS, counts, ("red", "orange", "yellow", "blue"), strict=True)
    return charts.shares("未解除预警按等级", [Share(*part) for part in parts], unit="条")


def _places(places: Sequence[tuple[str, int]]) -> list[SafeString]:
    """Live warnings by division, where there is more than one."""
    if len(places) < 2:
        return []
    counts = Series("预警", [count for _, count in places])
    names = [name for name, _ in places]
    return [charts.bars("未解除预警按地区", names, [counts], unit="条", across="地区")]


@require_safe
def project(request: ActorRequest, code: str) -> HttpResponse:
    """A project at a glance: its six systems, what comes next, warnings, wages, key facts."""
    actor, today = request.actor, clock.today()
    header = found(lambda: project_header(actor=actor, code=code))
    shown = overview(actor=actor, project=header.project, as_of=today)
    context = {"project": header, "shown": shown, "particulars": header.project, "today": today}
    return render(request, "supervision/project.html", context)
