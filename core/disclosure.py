"""Seeing personal data in full: with a stated purpose, on the record, under a watermark."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import models, transaction

from core import audit
from core.actor import Actor
from core.errors import Refused

_TOLD = {"what": "内容", "purpose": "用途"}
REVEAL = audit.action("personal.reveal", "查看完整信息", _TOLD)
HAND_OUT = audit.action("personal.hand_out", "导出含完整信息的文件", _TOLD)

Value = TypeVar("Value")


class Purpose(models.TextChoices):
    """Why somebody needs to see a full number."""

    IDENTITY = "identity", "核对身份"
    WAGE_CARD = "wage_card", "核对工资卡"
    COMPLAINT = "complaint", "处理投诉"
    INSPECTION = "inspection", "执法检查"
    OTHER = "other", "其他"


@transaction.atomic
def reveal_value(
    actor: Actor,
    *,
    now: datetime,
    subject: str,
    what: str,
    purpose: str,
    getter: Callable[[], Value],
    reason: str = "",
    within: str = "",
) -> Value:
    """A full value, after its viewing was put on record.

    ``subject`` is "person:uuid"; ``what`` names the field in Chinese ("身份证号码"). The caller
    has made sure that the actor may see the subject.

    :raises Refused: nothing is shown.
    """
    return _on_record(actor, REVEAL, now, subject, what, purpose, getter, reason, within)


@transaction.atomic
def hand_out(
    actor: Actor,
    *,
    now: datetime,
    subject: str,
    what: str,
    purpose: str,
    getter: Callable[[], Value],
    reason: str = "",
    within: str = "",
) -> Value:
    """A file that holds full values, after its handing out was put on record; see reveal."""
    return _on_record(actor, HAND_OUT, now, subject, what, purpose, getter, reason, within)


def _on_record(
    actor: Actor,
    action: str,
    now: datetime,
    subject: str,
    what: str,
    purpose: str,
    getter: Callable[[], Value],
    reason: str,
    within: str,
) -> Value:
    detail = {"what": what, "purpose": stated_purpose(purpose, reason)}
    audit.record(actor, action, subject, now=now, within=within, detail=detail)
    return getter()


def stated_purpose(purpose: str, reason: str = "") -> str:
    """The purpose in words.

    :raises Refused: none, or 其他 without a reason.
    """
    reason = " ".join(reason.split())[:200]
    if purpose not in Purpose.values:
        raise Refused("purpose.missing", "purpose")
    if purpose == Purpose.OTHER and not reason:
        raise Refused("purpose.unexplained", "reason")
    label = str(Purpose(purpose).label)
    return f"{label}：{reason}" if reason else label


def watermark_text(actor: Actor, organisation: str, at: datetime) -> str:
    """What a page or export that holds full values carries: who looked, from where, when."""
    return " ".join(part for part in (actor.name, organisation, f"{at:%Y-%m-%d %H:%M}") if part)
