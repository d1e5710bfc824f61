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
from supervision.selectors.work import LIMIT, WorkLine, WorkSection

Handling = EarlyWarning.Handling


def sections(*, actor: Actor, as_of: date) -> list[WorkSection]:
    """Warnings worst first; for 人社 those to sign for, to review, and what is to be confirmed."""
    if not actor.has_role(Role.BUREAU_OFFICER):
        return [_seen(actor)]
    return [_to_sign(actor), _to_review(actor), _to_confirm(actor, as_of)]


def _to_sign(actor: Actor) -> WorkSection:
    handling = Handling.DISPATCHED
    lines = warnings.worst(actor=actor, limit=LIMIT, handling=handling)
    items = [_warning(line, "签收", reverse("monitoring:sign", args=[line.uuid])) for line in lines]
    return WorkSection(
        "待签收的预警",
        items,
        sum(warnings.counts_by_level(actor=actor, handling=handling).values()),
        "没有待签收的预警",
        "新的预警会出现在这里，最严重的在最前。",
        f"{reverse('monitoring:list')}?handling={handling}",
    )


def _to_review(actor: Actor) -> WorkSection:
    """What was reported, and what is mended and may be closed by somebody who did not sign."""
    lines, total = warnings.to_review(actor=actor, limit=LIMIT)
    cleared = EarlyWarning.Condition.CLEARED
    return WorkSection(
        "待复核、销号",
        [_warning(line, "销号" if line.condition == cleared else "复核") for line in lines],
        total,
        "没有待复核的反馈",
        "责任单位反馈、或者事实消除后会出现在这里。",
        f"{reverse('monitoring:list')}?condition={warnings.TO_REVIEW}",
    )


def _seen(actor: Actor) -> WorkSection:
    lines = warnings.worst(actor=actor, limit=LIMIT)
    return WorkSection(
        "本行业的预警",
        [_warning(line, "查看") for line in lines],
        sum(warnings.counts_by_level(actor=actor).values()),
        "本行业没有预警",
        "发现问题时会出现在这里，最严重的在最前。",
        reverse("monitoring:list"),
    )


def _warning(line: warnings.WarningLine, action: str, act_at: str = "") -> WorkLine:
    url = reverse("monitoring:warning", args=[line.uuid])
    return WorkLine(
        title=f"{line.title} · {line.project}",
        url=url,
        note=f"{line.region} · {line.summary}",
        due=line.due_on,
        action=action,
        action_url=act_at or url,
        badge=line.badge,
        posts=bool(act_at),
    )


def _to_confirm(actor: Actor, as_of: date) -> WorkSection:
    unconfirmed = Organisation.Status.UNCONFIRMED
    waiting = identity.organisations(actor=actor).filter(status=unconfirmed).order_by("name")
    units = [_unit(unit) for unit in waiting[:LIMIT]]
    standards = _standards(actor, as_of)
    return WorkSection(
        "待核实",
        [*standards, *units],
        len(standards) + (waiting.count() if len(units) == LIMIT else len(units)),
        "没有要核实的单位和标准",
        "企业登记了平台上没有的单位时，会出现在这里。",
        f"{reverse('identity:organisations')}?status={unconfirmed}",
    )


def _unit(unit: Organisation) -> WorkLine:
    url = reverse("identity:organisation", args=[unit.uuid])
    return WorkLine(
        title=unit.name,
        url=url,
        note=f"{unit.get_kind_display()} · {unit.uscc} · {identity.full_name(unit.region)}",
        due=None,
        action="核实单位",
        action_url=url,
    )


def _standards(actor: Actor, as_of: date) -> list[WorkLine]:
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
        WorkLine(
            title="最低工资标准待核实",
            url=url,
            note=f"{named}。预警和告示牌上标注“待核实”，核实后去掉。",
            due=None,
            action="核实标准",
            action_url=url,
        )
    ]
