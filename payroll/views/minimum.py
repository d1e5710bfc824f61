"""The minimum wages of an officer's counties."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.access import HasRole, open_to
from core.filters import FindBox
from core.http import ActorRequest, found, perform
from identity.roles import Role
from payroll.access import COUNTY_KEPT
from payroll.forms import MinimumWageForm
from payroll.selectors import minimum as selectors
from payroll.services import minimum as services


@require_safe
@open_to(HasRole(Role.BUREAU_OFFICER))
def standards(request: ActorRequest) -> HttpResponse:
    """County by county: the standard in force and whether it is confirmed."""
    find = FindBox(request.GET, label="名称、代码或拼音")
    counties = find.among(
        selectors.counties(actor=request.actor, as_of=clock.today()),
        lambda one: (one.region.name, one.region.code),
    )
    page = selectors.COUNTY_LIST.page_in_memory(counties, params=request.GET)
    return render(request, "payroll/minimum_wages.html", {"page": page, "find": find})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(COUNTY_KEPT)
def add(request: ActorRequest, region: str) -> HttpResponse:
    """Enter a county's standard from a day on."""
    county = found(lambda: selectors.county(actor=request.actor, code=region, as_of=clock.today()))
    form = MinimumWageForm(request.POST if request.method == "POST" else None)
    return perform(
        request,
        form,
        lambda: services.add_standard(
            actor=request.actor, region=region, values=form.cleaned_data, now=clock.now()
        ),
        f"{county.region.name}的最低工资标准已保存。",
        to=reverse("payroll:minimum_wages"),
        page=lambda: render(
            request, "payroll/minimum_wage_form.html", {"county": county, "form": form}
        ),
    )


@require_POST
@open_to(COUNTY_KEPT)
def confirm(request: ActorRequest, region: str, since: date) -> HttpResponse:
    """Confirm a standard that was loaded as 待核实."""
    return perform(
        request,
        None,
        lambda: services.confirm_standard(
            actor=request.actor, region=region, since=since, now=clock.now()
        ),
        "已核实。",
        to=reverse("payroll:minimum_wages"),
    )
