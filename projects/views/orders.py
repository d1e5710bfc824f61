"""责令限期改正: the list, and one order with what came of it."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core import attachments, clock
from core.access import SIGNED_IN, InScope, open_to
from core.export import xlsx_response
from core.hook_kinds import subject_of
from core.http import ActorRequest, found, perform
from identity.roles import Role
from projects import exports, services
from projects.forms import OrderFilter, SettleForm
from projects.selectors import rectification as selectors

#: The officers of 人社 who see the order.
ORDER_CHECKED = InScope(
    selectors.rectification_order, lambda actor, order: actor.require_role(Role.BUREAU_OFFICER)
)


@require_safe
@open_to(SIGNED_IN)
def index(request: ActorRequest) -> HttpResponse:
    """The orders that the actor sees, the earliest due first."""
    shown = OrderFilter(request.GET, actor=request.actor)
    page = selectors.ORDER_LIST.page(shown.qs, params=request.GET).of(selectors.order_line)
    context = {"page": page, "filter": shown, "today": clock.today()}
    return render(request, "projects/orders.html", context)


@require_safe
@open_to(SIGNED_IN)
def export(request: ActorRequest) -> HttpResponseBase:
    """Exactly what the list shows, as a workbook."""
    shown = OrderFilter(request.GET, actor=request.actor)
    rows = selectors.ORDER_LIST.ordered(shown.qs, request.GET)
    return xlsx_response(exports.order_list(rows), f"责令改正-{clock.today()}.xlsx")


@require_safe
@open_to(SIGNED_IN)
def order(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """One order: what, until when and how that was counted, and what came of it."""
    return _order_page(request, uuid)


def _order_page(request: ActorRequest, uuid: UUID, form: forms.Form | None = None) -> HttpResponse:
    shown = found(lambda: selectors.rectification_order(actor=request.actor, uuid=uuid))
    line = selectors.order_line(shown)
    context = {
        "order": shown,
        "line": line,
        "arithmetic": shown.reckoned.explain(),
        "about": subject_of(shown.subject, actor=request.actor),
        "may_settle": line.is_open and request.actor.has_role(Role.BUREAU_OFFICER),
        "form": form or SettleForm(),
        "today": clock.today(),
    }
    return render(request, "projects/order.html", context)


@require_POST
@open_to(ORDER_CHECKED)
def settle(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """核查: obeyed or not."""
    form = SettleForm(request.POST, request.FILES)

    def act() -> None:
        given: dict[str, Any] = dict(form.cleaned_data)
        if paper := given.pop("paper"):
            given["paper"] = attachments.store_attachment(
                paper,
                actor=request.actor,
                name=paper.name,
                kinds=attachments.PAPERS,
                sealed=True,
                field="paper",
                now=clock.now(),
            )
        services.settle_rectification(actor=request.actor, uuid=uuid, now=clock.now(), **given)

    return perform(
        request,
        form,
        act,
        "已记录核查结果。",
        to=reverse("projects:order", args=[uuid]),
        page=lambda: _order_page(request, uuid, form),
    )
