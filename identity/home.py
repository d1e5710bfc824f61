"""What organisations lay on the home pages of officers."""

from datetime import date

from django.urls import reverse

from core.actor import Actor
from core.home import LINE_LIMIT, WorkLine, WorkSection
from identity import selectors
from identity.models import Organisation


def unconfirmed_organisations(*, actor: Actor, as_of: date) -> WorkSection:
    """The organisations that enterprises entered and nobody has confirmed."""
    unconfirmed = Organisation.Status.UNCONFIRMED
    waiting = selectors.organisations(actor=actor).filter(status=unconfirmed).order_by("name")
    lines = []
    for unit in waiting[:LINE_LIMIT]:
        url = reverse("identity:organisation", args=[unit.uuid])
        kind, place = unit.get_kind_display(), selectors.full_name(unit.region)
        lines.append(
            WorkLine(
                title=unit.name,
                url=url,
                note=f"{kind} · {unit.uscc} · {place}",
                action="核实单位",
                action_url=url,
            )
        )
    return WorkSection(
        "待核实的单位",
        lines,
        waiting.count() if len(lines) == LINE_LIMIT else len(lines),
        "没有要核实的单位",
        "企业登记了平台上没有的单位时，会出现在这里。",
        f"{reverse('identity:organisations')}?status={unconfirmed}",
    )
