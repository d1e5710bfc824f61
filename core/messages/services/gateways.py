"""The ways out: an SMS company's interface, a mail server, and the demo's inbox.

A gateway is handed a reference with each text. Handed in again, because nobody knows whether the
first time arrived, it must not send twice: ours say the reference in the request (SMS) and as the
Message-ID (mail). Where nothing is connected there is no gateway, and the record says 未接入.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Protocol
from uuid import UUID

import httpx
from cryptography.hazmat.primitives import hashes, hmac
from django.conf import settings
from django.core.mail import EmailMessage

from core.masking import mask_phone
from core.messages.models import Channel, SandboxMail

TIMEOUT = httpx.Timeout(10, connect=3)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as it leaves: to whom, under which reference, in which words."""

    reference: UUID
    recipient: UUID
    to: str
    subject: str
    text: str
    at: datetime


class GatewayDown(Exception):
    """Nobody knows whether it arrived: it is tried again, under the same reference."""


class GatewayRefused(Exception):
    """It was not taken and never will be; the reason in Chinese."""


class Gateway(Protocol):
    """A way out of the platform."""

    is_sandbox: bool

    def send(self, parcel: Parcel) -> None:
        """Hand the parcel over.

        :raises GatewayDown: no answer that can be relied on.
        :raises GatewayRefused: not taken, for good.
        """


class SmsGateway:
    """The SMS company's interface, or what stands before it (docs/messages.md)."""

    is_sandbox = False

    def send(self, parcel: Parcel) -> None:
        content = {"id": str(parcel.reference), "to": parcel.to, "text": parcel.text}
        body = json.dumps(content, ensure_ascii=False).encode()
        signer = hmac.HMAC(bytes.fromhex(settings.SMS_KEY), hashes.SM3())
        signer.update(body)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(parcel.reference),
            "Signature": signer.finalize().hex(),
        }
        try:
            answer = httpx.post(settings.SMS_URL, content=body, headers=headers, timeout=TIMEOUT)
        except httpx.HTTPError as error:
            raise GatewayDown from error
        # 409: it has this reference already.
        if answer.is_success or answer.status_code == httpx.codes.CONFLICT:
            return
        if answer.is_client_error and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            raise GatewayRefused(f"短信通道没有接受（{answer.status_code}）")
        raise GatewayDown


class MailGateway:
    """The mail server of the settings."""

    is_sandbox = False

    def send(self, parcel: Parcel) -> None:
        host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        mail = EmailMessage(
            parcel.subject,
            parcel.text,
            to=[parcel.to],
            headers={"Message-ID": f"<{parcel.reference}@{host}>"},
        )
        try:
            mail.send()
        except SMTPRecipientsRefused as error:
            raise GatewayRefused("邮件服务器不接受这个邮箱") from error
        except (SMTPException, OSError) as error:
            raise GatewayDown from error


class SandboxGateway:
    """The demo's telephone and mailbox: takes each reference once."""

    is_sandbox = True

    def __init__(self, channel: str) -> None:
        self.channel = channel

    def send(self, parcel: Parcel) -> None:
        SandboxMail.everything.get_or_create(
            reference=parcel.reference,
            defaults={
                "recipient": parcel.recipient,
                "channel": self.channel,
                "address": mask_address(self.channel, parcel.to),
                "subject": parcel.subject,
                "text": parcel.text,
                "at": parcel.at,
            },
        )


def mask_address(channel: str, address: str) -> str:
    """A number or a mailbox as records show it: 138****1234, w***@example.cn."""
    if channel == Channel.SMS:
        return mask_phone(address)
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}"


def is_connected(channel: str) -> bool:
    """Whether a real gateway is named in the settings."""
    return bool(settings.SMS_URL if channel == Channel.SMS else settings.EMAIL_HOST)


def gateway_of(channel: str) -> Gateway | None:
    """The way out by this channel; the demo has an inbox of its own where none is connected."""
    if is_connected(channel):
        return SmsGateway() if channel == Channel.SMS else MailGateway()
    return SandboxGateway(channel) if settings.DEMO else None
