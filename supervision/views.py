"""Home by role, and the overview of a project."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.access import SIGNED_IN, open_to
from core.calendar import is_working_day
from core.http import ActorRequest, found
from projects.access import PROJECT_SEEN
from projects.selectors import project_header
from supervision.selectors import home as sections
from supervision.selectors.overview import LATEST_MONTHS, overview


@require_safe
@open_to(SIGNED_IN)
def home(request: ActorRequest) -> HttpResponse:
    """Today's work, then figures, then charts: what the apps declare for the actor's roles."""
    actor, today = request.actor, clock.today()
    context = {
        "home": sections.home(actor=actor, as_of=today),
        "today": today,
        "note": _day_in_words(today),
    }
    return render(request, "supervision/home.html", context)


def _day_in_words(today: date) -> str:
    weekday = "一二三四五六日"[today.weekday()]
    kind = "工作日" if is_working_day(today) else "休息日"
    return f"{today.year}年{today.month}月{today.day}日 星期{weekday} · {kind}"


@require_safe
@open_to(PROJECT_SEEN)
def project(request: ActorRequest, code: str) -> HttpResponse:
    """A project at a glance: its six systems, what comes next, warnings, wages, key facts."""
    actor, today = request.actor, clock.today()
    header = found(lambda: project_header(actor=actor, code=code))
    shown = overview(actor=actor, project=header.project, as_of=today)
    context = {
        "project": header,
        "shown": shown,
        "months": LATEST_MONTHS.page_in_memory(shown.months, params=request.GET),
        "particulars": header.project,
        "today": today,
    }
    return render(request, "supervision/project.html", context)
