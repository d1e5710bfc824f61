"""What organisations, users and their messages lay on home pages."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from core.actor import Actor
from core.home import LINE_LIMIT, WorkLine, WorkSection
from core.messages import selectors as messages
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


def unreached_users(*, actor: Actor, as_of: date) -> WorkSection | None:
    """The users whom the actor looks after and whose last text message did not arrive."""
    unreached = selectors.unreached_users(actor=actor)
    if not unreached:
        return None
    lines = [
        WorkLine(
            title=one.name,
            url=reverse("identity:user", args=[one.uuid]),
            note=f"短信没有送达：{one.reason}",
            action="核对手机号码",
            action_url=reverse("identity:user", args=[one.uuid]),
        )
        for one in unreached[:LINE_LIMIT]
    ]
    return WorkSection("短信收不到的用户", lines, len(unreached), "", "")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What left the platform in the last days, by channel and end."""

    lines: list[messages.DeliveryLine]


def delivery_report(*, actor: Actor, as_of: date) -> DeliveryReport:
    """How text messages and mails arrive, for the operator: numbers, nobody is named."""
    return DeliveryReport(messages.delivery_report(as_of=as_of))
