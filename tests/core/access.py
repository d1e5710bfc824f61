"""Who gets what at the addresses of core (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core import jobs
from core.messages.models import Delivery, Message, MessagePreference
from core.messages.services import Recipient, mailbox_token, send_message
from tests.cast import NOW
from tests.guards.rows import (
    EVERYBODY,
    Row,
    form,
    page,
    public,
    sent,
    step,
)

if TYPE_CHECKING:
    from tests.guards.world import World

CHOICE = {
    "sms": "on",
    "mail": "on",
    "email": "",
    "quiet_from": "22:00",
    "quiet_to": "08:30",
    "digest_at": "10:30",
}
TABLE: dict[str, Row] = {
    "core:job": page({"sub"}, at="sheet job"),
    # What each finds is cut to its scope (tests/core/test_search.py).
    "core:search": page(EVERYBODY, query="?q=昆仑"),
    "core:messages": page(EVERYBODY),
    "core:message": page({"sub"}, at="message"),
    "core:read_message": step({"sub"}, at="message"),
    "core:read_messages": step(EVERYBODY),
    "core:message_settings": form(EVERYBODY, data=sent(**CHOICE)),
    "core:message_sandbox": page(EVERYBODY),
    "core:mailbox": form({"sub"}, at="mailbox"),
    "core:send_again": step({"sub"}, at="delivery"),
    "core:live": public(),
    "core:ready": replace(public(), ok=(200, 503)),
    "core:metrics": public(),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "core:job",
    "core:live",
    "core:metrics",
    "core:ready",
}


def places(world: World) -> dict[str, Any]:
    actor = world.actors["sub"]
    send_message(
        recipients=[
            Recipient(one.id, one.organisation, "您在本项目办理") for one in world.actors.values()
        ],
        event="warning.opened",
        key="a red one",
        title="昆仑大道安置房二期：红色预警 1 条",
        urgency=Message.Urgency.AT_ONCE,
        now=NOW,
    )
    chosen = MessagePreference.everything.create(person=actor.id, email="wang@example.cn")
    Delivery.everything.update(state=Delivery.State.FAILED, error="没有登记手机号码")
    message = Message.everything.get(recipient=actor.id)
    return {
        "sheet job": {"uuid": jobs.start_job("read", actor=actor, now=NOW).uuid},
        "message": {"uuid": message.uuid},
        "mailbox": {"token": mailbox_token(chosen)},
        "delivery": {"uuid": message.uuid, "channel": "sms"},
    }
