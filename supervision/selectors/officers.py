"""What waits for officers of 人社 and of the departments in charge of an industry."""

from datetime import date

from django.urls import reverse

from core.actor import Actor
from identity import selectors as identity
from identity.models import Organisation
from identity.roles import Role
from monitoring import selectors as warnings
from monitoring.models import EarlyWarning
from payroll.selectors.minimum import counties
from supervision.selectors.work import LIMIT, Section, Work, section

Handling = EarlyWarning.Handling


def sections(*, actor: Actor, as_of: date) -> list[Section]:
    """Warnings worst first; for 人社 those to sign for, to review, and what is to be confirmed."""
    if not actor.has_role(Role.BUREAU_OFFICER):
        return [_seen(actor)]
    return [_to_sign(actor), _to_review(actor), _to_confirm(actor, as_of)]


def _to_sign(actor: Actor) -> Section:
    handling = Handling.DISPATCHED
    lines = warnings.worst(actor=actor, limit=LIMIT, handling=handling)
    items = [_warning(line, "签收", reverse("monitoring:sign", args=[line.uuid])) for line in lines]
    live = EarlyWarning.objects.visible_to(actor).live().filter(handling=handling)
    return Section(
        "待签收的预警",
        items,
        live.count(),
        "没有待签收的预警",
        "新的预警会出现在这里，最严重的在最前。",
        f"{reverse('monitoring:list')}?handling={handling}",
    )


def _to_review(actor: Actor) -> Section:
    """What was reported, and what is mended and may be closed by somebody who did not sign."""
    lines = warnings.worst(actor=actor, limit=LIMIT, handling=Handling.REPORTED)
    reported = [_warning(line, "复核") for line in lines]
    seen = EarlyWarning.objects.visible_to(actor)
    mended = seen.reviewable_by(actor).filter(
        condition=EarlyWarning.Condition.CLEARED,
        handling__in=[Handling.SIGNED, Handling.IN_HAND, Handling.REPORTED],
    )
    rows = mended.select_related("project__region", "employer").order_by("cleared_at")
    closable = [_warning(warnings.line(row, actor=actor), "销号") for row in rows[:LIMIT]]
    return Section(
        "待复核、销号",
        [*reported, *closable],
        len(reported) + len(closable),
        "没有待复核的反馈",
        "责任单位反馈、或者事实消除后会出现在这里。",
        f"{reverse('monitoring:list')}?handling={Handling.REPORTED}",
    )


def _seen(actor: Actor) -> Section:
    lines = warnings.worst(actor=actor, limit=LIMIT)
    return Section(
        "本行业的预警",
        [_warning(line, "查看") for line in lines],
        sum(warnings.counts_by_level(actor=actor).values()),
        "本行业没有预警",
        "发现问题时会出现在这里，最严重的在最前。",
        reverse("monitoring:list"),
    )


def _warning(line: warnings.WarningLine, action: str, act_at: str = "") -> Work:
    url = reverse("monitoring:warning", args=[line.uuid])
    return Work(
        title=f"{line.title} · {line.project}",
        url=url,
        note=f"{line.region} · {line.summary}",
        due=line.due_on,
        action=action,
        action_url=act_at or url,
        badge=line.badge,
        posts=bool(act_at),
    )


def _to_confirm(actor: Actor, as_of: date) -> Section:
    waiting = identity.organisations(actor=actor).filter(status=Organisation.Status.UNCONFIRMED)
    units = [_unit(unit) for unit in waiting[:LIMIT]]
    return section(
        "待核实",
        [*units, *_standards(actor, as_of)],
        "没有要核实的单位和标准",
        "企业登记了平台上没有的单位时，会出现在这里。",
        reverse("identity:organisations"),
    )


def _unit(unit: Organisation) -> Work:
    url = reverse("identity:organisation", args=[unit.uuid])
    return Work(
        title=unit.name,
        url=url,
        note=f"{unit.get_kind_display()} · {unit.uscc} · {identity.full_name(unit.region)}",
        due=None,
        action="核实单位",
        action_url=url,
    )


def _standards(actor: Actor, as_of: date) -> list[Work]:
    """The counties whose minimum wage nobody has confirmed, in one line."""
    open_ones = [
        county.region.name
        for county in counties(actor=actor, as_of=as_of)
        if not (county.current and county.current.is_confirmed)
    ]
    if not open_ones:
        return []
    url = reverse("payroll:minimum_wages")
    named = "、".join(open_ones[:4]) + (f"等 {len(open_ones)} 个县市区" if open_ones[4:] else "")
    return [
        Work(
            title="最低工资标准待核实",
            url=url,
            note=f"{named}。预警和告示牌上标注“待核实”，核实后去掉。",
            due=None,
            action="核实标准",
            action_url=url,
        )
    ]
