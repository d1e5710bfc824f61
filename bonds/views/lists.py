"""Lists of bonds: the queue, a contractor in an area, what is to be cleared, what is published."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bonds import exports
from bonds.access import AREA_SEEN
from bonds.forms import BondFilter
from bonds.selectors import bonds
from core import clock
from core.access import PUBLIC, HasRole, open_to
from core.export import xlsx_response
from core.http import ActorRequest, found
from identity.hook_kinds import limit_of
from identity.roles import GOVERNMENT, Role
from identity.selectors import region as region_of

READERS = HasRole(*GOVERNMENT, Role.ENTERPRISE_ADMIN)
_OFFICERS = HasRole(*GOVERNMENT)


def is_officer(request: ActorRequest) -> bool:
    """Whether the reader supervises."""
    return request.actor.has_role(*GOVERNMENT)


@require_safe
@open_to(READERS)
def listed(request: ActorRequest) -> HttpResponse:
    """The bonds that the actor sees, the next deadline first."""
    rows = bonds.bonds(actor=request.actor, as_of=clock.today())
    asked = BondFilter(request.GET, rows, actor=request.actor)
    page = bonds.BOND_LIST.page(asked.qs, params=request.GET).of(bonds.bond_line)
    within = int(limit_of("BND-03", "notice", as_of=clock.today())())
    context = {
        "page": page,
        "filter": asked,
        "is_officer": is_officer(request),
        "totals": bonds.bond_totals(actor=request.actor, as_of=clock.today(), within=within),
        "within": f"{within} 天内到期",
    }
    return render(request, "bonds/list.html", context)


@require_safe
@open_to(READERS)
def export(request: ActorRequest) -> HttpResponseBase:
    """The list as a workbook, exactly what is shown."""
    rows = bonds.bonds(actor=request.actor, as_of=clock.today())
    asked = BondFilter(request.GET, rows, actor=request.actor)
    book = exports.bond_list(bonds.BOND_LIST.ordered(asked.qs, request.GET))
    return xlsx_response(book, f"工资保证金-{clock.today():%Y%m%d}.xlsx")


@require_safe
@open_to(_OFFICERS)
def clearing(request: ActorRequest) -> HttpResponse:
    """The half-yearly clearing list: completed works whose bond is still held."""
    rows = bonds.clearing_rows(actor=request.actor, as_of=clock.today())
    asked = BondFilter(request.GET, rows, actor=request.actor)
    page = bonds.BOND_LIST.page(asked.qs, params=request.GET).of(bonds.bond_line)
    return render(request, "bonds/clearing.html", {"page": page, "filter": asked})


@require_safe
@open_to(AREA_SEEN)
def area(request: ActorRequest, uuid: UUID, area: str) -> HttpResponse:
    """A contractor in an area: what is required, stored, expiring and owed."""
    today = clock.today()
    within = int(limit_of("BND-03", "notice", as_of=today)())
    shown = bonds.area_standing(
        actor=request.actor, contractor=uuid, area=area, as_of=today, within=within
    )
    context = {
        "shown": shown,
        "page": bonds.BOND_LIST.page(shown.rows, params=request.GET).of(bonds.bond_line),
        "region": found(lambda: region_of(area, actor=request.actor)),
        "within_words": f"{within} 天内到期",
        "credit": bonds.credit_of(uuid, actor=request.actor),
    }
    return render(request, "bonds/area.html", context)


@require_safe
@open_to(PUBLIC)
def published(request: ActorRequest) -> HttpResponse:
    """Who has stored for which project, and whose refund is in publicity: open to everybody."""
    today = clock.today()
    page = bonds.PUBLISHED_LIST.page(bonds.published_rows(as_of=today), params=request.GET)
    context = {"page": page, "refunds": bonds.publicised_refunds(as_of=today), "today": today}
    return render(request, "bonds/published.html", context)
