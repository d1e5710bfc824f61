"""The minimum wages of an officer's counties."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.http import ActorRequest, found, redirect
from identity.roles import Role
from payroll.forms import MinimumWageForm
from payroll.selectors import minimum
from payroll.services import minimum as keeping


@require_safe
def standards(request: ActorRequest) -> HttpResponse:
    """County by county: the standard in force and whether it is confirmed."""
    request.actor.require_role(Role.BUREAU_OFFICER)
    counties = minimum.counties(actor=request.actor, as_of=clock.today())
    return render(request, "payroll/minimum_wages.html", {"counties": counties})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: ActorRequest, region: str) -> HttpResponse:
    """Enter a county's standard from a day on."""
    request.actor.require_role(Role.BUREAU_OFFICER)
    county = found(lambda: minimum.county(actor=request.actor, code=region, as_of=clock.today()))
    form = MinimumWageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keeping.add(actor=request.actor, region=region, values=form.cleaned_data, now=clock.now())
        messages.success(request, f"{county.region.name}的最低工资标准已保存。")
        return redirect(request, reverse("payroll:minimum_wages"))
    return render(request, "payroll/minimum_wage_form.html", {"county": county, "form": form})


@require_POST
def confirm(request: ActorRequest, region: str, since: date) -> HttpResponse:
    """Confirm a standard that was loaded as 待核实."""
    try:
        found(
            lambda: keeping.confirm(
                actor=request.actor, region=region, since=since, now=clock.now()
            )
        )
    except keeping.StandardRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已核实。")
    return redirect(request, reverse("payroll:minimum_wages"))
