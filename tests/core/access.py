"""Who gets what at the addresses of core (tests/guards/rows.py says how it is read)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core import jobs, official
from core.messages.models import Delivery, Message, MessagePreference
from core.messages.services import Recipient, mailbox_token, send_message
from core.models import ProofOfService
from tests.cast import NOW, TODAY
from tests.guards.rows import (
    EVERYBODY,
    PROJECT,
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
    "core:documents": page(EVERYBODY),
    "core:export_documents": page(EVERYBODY),
    "core:document": page(PROJECT, at="document"),
    "core:document_pdf": page(PROJECT, at="document"),
    "core:document_proof": page(PROJECT, at="document proof"),
    "core:serve_document": step(
        PROJECT,
        {"county"},
        at="document",
        data=sent(
            **{
                "serve-manner": "direct",
                "serve-served_on": f"{TODAY}",
                "serve-recipient": "李专管",
            }
        ),
    ),
    "core:revoke_document": step(
        PROJECT, {"county"}, at="document", data=sent(**{"revoke-reason": "主送单位有误"})
    ),
    "core:check_code": public(),
    "core:check": public(at="document code"),
    "core:live": public(),
    "core:ready": replace(public(), ok=(200, 503)),
    "core:metrics": public(),
}
#: Answers that are files or pieces of pages.
NO_PAGES = {
    "core:document_pdf",
    "core:document_proof",
    "core:export_documents",
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
    county = world.actors["county"]
    document = official.issue_document(
        "rectification",
        actor=county,
        now=NOW,
        issuer=official.Issuer(county.organisation or 0, "天山区人社局"),
        addressee=world.cast.contractor.name,
        title="责令限期改正指令书",
        paragraphs=["请按期支付工资。"],
        subject=world.cast.project.subject,
        within=world.cast.project.subject,
    )
    proof = official.record_service(
        actor=county,
        uuid=document.uuid,
        now=NOW,
        manner=ProofOfService.Manner.DIRECT,
        served_on=TODAY,
        recipient="李专管",
        refused=True,
        note="拒收。",
        paper=world.paper("回证.pdf"),
    )
    return {
        "sheet job": {"uuid": jobs.start_job("read", actor=actor, now=NOW).uuid},
        "message": {"uuid": message.uuid},
        "mailbox": {"token": mailbox_token(chosen)},
        "delivery": {"uuid": message.uuid, "channel": "sms"},
        "document": {"uuid": document.uuid},
        "document proof": {"uuid": document.uuid, "proof": proof.pk},
        "document code": {"code": document.code},
    }
