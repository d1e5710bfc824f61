"""催办: the message to whoever has to act.

Until a channel of messages is connected none is sent, and the page says so.
"""

from datetime import datetime

from core.actor import Actor
from monitoring.models import EarlyWarning

NO_CHANNEL = "平台消息渠道未接入，没有发出消息，请以电话等方式联系"


def send_reminder(*, warning: EarlyWarning, actor: Actor, note: str, now: datetime) -> str:
    """Remind the organisation that has to act; what became of the message, in words."""
    return NO_CHANNEL
