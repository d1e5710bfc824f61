"""One wage month with something of everything on it, for guards that walk all pages."""

import io
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from core import attachments
from core.models import Attachment
from payroll.models import PaySheet
from tests.cast import NOW, Cast
from tests.guards.access_table import FILES
from tests.payroll.conftest import SCAN, Payroll

ANONYMOUS = "anonymous"
UNKNOWN = "00000000-0000-4000-8000-00000000dead"


@dataclass
class World:
    """The cast with a month's work done; ``places`` hold the arguments of addresses."""

    cast: Cast
    places: dict[str, dict[str, Any]] = field(default_factory=lambda: {"": {}})
    sheet: PaySheet = field(init=False)

    def __post_init__(self) -> None:
        personas = [*vars(self.cast.users), ANONYMOUS]
        self.clients = {persona: self._client(persona) for persona in personas}
        self.payroll = Payroll(self.cast)
        self.actors = {name: self.cast.actor(user) for name, user in vars(self.cast.users).items()}
        for file in FILES.values():
            if hasattr(file, "places"):
                self.places |= file.places(self)

    def _client(self, persona: str) -> Client:
        if persona == ANONYMOUS:
            client = Client()
        else:
            client = self.cast.client(getattr(self.cast.users, persona))
        client.raise_request_exception = False
        return client

    def ask(
        self, persona: str, url: str, data: dict[str, Any] | None = None, **headers: str
    ) -> HttpResponse:
        """The answer to a GET, or with ``data`` to a POST; what it did is undone."""
        client = self.clients[persona]
        cookies = client.cookies.copy()
        with transaction.atomic():
            if data is None:
                answer = client.get(url, headers=headers)
            else:
                answer = client.post(url, data, headers=headers)
            if answer.streaming:
                # Read to its end, which closes the file behind it; once only.
                answer.body = answer.getvalue()
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer

    def arguments(self, place: str, *, unknown: bool = False) -> dict[str, Any]:
        """The arguments of addresses in a place; unknown: of one that is not there."""
        known = self.places[place]
        return {name: _other(name, value) for name, value in known.items()} if unknown else known

    def paper(self, name: str) -> Attachment:
        """A scan that somebody keeps."""
        return attachments.store_attachment(
            io.BytesIO(SCAN + name.encode()),
            actor=self.actors["admin"],
            name=name,
            kinds=attachments.PAPERS,
            now=NOW,
        )


def _other(name: str, value: Any) -> Any:
    """An argument of the same shape that leads nowhere."""
    if name in {"uuid", "user"} or isinstance(value, UUID):
        return UNKNOWN
    if isinstance(value, int):
        return 99999999
    if isinstance(value, date):
        return date(1999, 1, 1)
    return "XJ0000000000000" if name == "code" else "nowhere"
