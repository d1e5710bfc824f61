"""催办: the message to whoever has to act on a warning."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from core.actor import Actor
from core.messages.services import Urgency, send_message
from monitoring.models import EarlyWarning, Level
from monitoring.receivers import Receivers
from monitoring.telling import place_of

NOBODY = "没有能收到消息的责任人，请以电话等方式联系"


def send_reminder(*, warning: EarlyWarning, actor: Actor, note: str, now: datetime) -> str:
    """Remind those whose answer is awaited; to how many a message went, in words.

    One message a day to each, which leaves the platform at once: who clicks twice, or two officers
    on one day, send no second one.
    """
    awaited = Receivers([warning]).responsible(warning)
    recipients = {one.user: one for one in awaited if one.user != actor.id}
    if not recipients:
        return NOBODY
    send_message(
        recipients=recipients.values(),
        event="warning.reminded",
        key=f"warning-reminder:{warning.uuid}:{timezone.localdate(now)}",
        title=f"{place_of(warning)}：催办“{warning.title}”预警",
        body=note or warning.summary,
        url=reverse("monitoring:warning", args=[warning.uuid]),
        badge=Level(warning.level).badge,
        urgency=Urgency.AT_ONCE,
        now=now,
    )
    return f"平台已通知 {len(recipients)} 名责任人"
