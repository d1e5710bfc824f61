"""What the comboboxes ask: divisions and organisations that fit what is typed."""

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from core.access import SIGNED_IN, open_to
from core.choices import options_response
from core.http import ActorRequest
from identity.choices import bank_source, organisation_source, region_source


@require_safe
@open_to(SIGNED_IN)
def regions(request: ActorRequest) -> JsonResponse:
    """Divisions by name, code or pinyin; with ``counties`` only where a project can lie."""
    counties_only = bool(request.GET.get("counties"))
    return options_response(
        request, region_source(actor=request.actor, counties_only=counties_only)
    )


@require_safe
@open_to(SIGNED_IN)
def organisations(request: ActorRequest) -> JsonResponse:
    """Organisations within the reader's scope by name, code or pinyin."""
    return options_response(request, organisation_source(actor=request.actor))


@require_safe
@open_to(SIGNED_IN)
def banks(request: ActorRequest) -> JsonResponse:
    """Cooperating banks by name, code or pinyin."""
    return options_response(request, bank_source(actor=request.actor))
