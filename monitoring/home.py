"""What warnings lay on the home pages of officers."""

from datetime import date

from django.urls import reverse

from core.actor import Actor
from core.home import LINE_LIMIT, WorkLine, WorkSection
from identity.roles import Role
from monitoring import selectors
from monitoring.models import EarlyWarning
from monitoring.selectors import WarningLine

#: What a signature means; the warning's own page (templates/monitoring/warning.html) says the same.
_SIGNING = "签收记在您名下，责任单位随即看到处置期限；签收人不能再复核销号，签收不能撤销。"


def warnings_to_sign(*, actor: Actor, as_of: date) -> WorkSection:
    """The warnings that the bureau has to sign for, the worst first."""
    handling = EarlyWarning.Handling.DISPATCHED
    worst, total = selectors.to_sign(actor=actor, as_of=as_of, limit=LINE_LIMIT)
    signed_at = [reverse("monitoring:act", args=[one.uuid, "sign"]) for one in worst]
    return WorkSection(
        "待签收的预警",
        [_warning_line(one, "签收", url) for one, url in zip(worst, signed_at, strict=True)],
        total,
        "没有待签收的预警",
        "新的预警会出现在这里，最严重的在最前。",
        f"{reverse('monitoring:list')}?handling={handling}",
    )


def warnings_to_review(*, actor: Actor, as_of: date) -> WorkSection:
    """What was reported, and what is mended and may be closed by somebody who did not sign."""
    worst, total = selectors.to_review(actor=actor, limit=LINE_LIMIT)
    cleared = EarlyWarning.Condition.CLEARED
    return WorkSection(
        "待复核、销号",
        [_warning_line(one, "销号" if one.condition == cleared else "复核") for one in worst],
        total,
        "没有待复核的反馈",
        "责任单位反馈、或者事实消除后会出现在这里。",
        f"{reverse('monitoring:list')}?condition={selectors.TO_REVIEW}",
    )


def warnings_of_industry(*, actor: Actor, as_of: date) -> WorkSection | None:
    """The worst warnings, for departments that look on; the bureaus have work with them."""
    if actor.has_role(Role.BUREAU_OFFICER):
        return None
    return WorkSection(
        "本行业的预警",
        [_warning_line(one, "查看") for one in selectors.worst(actor=actor, limit=LINE_LIMIT)],
        sum(selectors.counts_by_level(actor=actor).values()),
        "本行业没有预警",
        "发现问题时会出现在这里，最严重的在最前。",
        reverse("monitoring:list"),
    )


def _warning_line(warning: WarningLine, action: str, posts_to: str = "") -> WorkLine:
    url = reverse("monitoring:warning", args=[warning.uuid])
    return WorkLine(
        title=f"{warning.title} · {warning.project}",
        url=url,
        note=f"{warning.region} · {warning.summary}",
        due=warning.due_on,
        action=action,
        action_url=posts_to or url,
        badge=warning.badge,
        confirm=_SIGNING if posts_to else "",
    )
