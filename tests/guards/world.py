"""One wage month with something of everything on it, for guards that walk all pages."""

import io
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from core import attachments, jobs
from core.models import Attachment
from identity import services as identity
from monitoring import services as monitoring
from monitoring.models import EarlyWarning, WarningEvent
from notices import services as notices
from payroll.models import MinimumWage
from tests.cast import MONTH, NOW, SAMPLES, TODAY, Cast
from tests.payroll.conftest import SCAN, Payroll
from workers.imports import ATTENDANCE_IMPORT, ROSTER_IMPORT, place_of
from workers.models import Engagement

ANONYMOUS = "anonymous"
UNKNOWN = "00000000-0000-4000-8000-00000000dead"


def photo() -> io.BytesIO:
    """A picture as a telephone takes it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "#808080").save(out, "JPEG")
    out.seek(0)
    return out


@dataclass
class World:
    """The cast with a month's work done; ``places`` hold the arguments of addresses."""

    cast: Cast
    places: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        personas = [*vars(self.cast.users), ANONYMOUS]
        self.clients = {persona: self._client(persona) for persona in personas}
        self.payroll = Payroll(self.cast)
        self.actors = {name: self.cast.actor(user) for name, user in vars(self.cast.users).items()}
        self._people()
        self._sheets()
        self._account()
        self._board()
        self._warnings()
        self._organisations()

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
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer

    def arguments(self, place: str, *, unknown: bool = False) -> dict[str, Any]:
        """The arguments of addresses in a place; unknown: of one that is not there."""
        known = self.places[place]
        return {name: _other(name, value) for name, value in known.items()} if unknown else known

    def _people(self) -> None:
        assert self.cast.roster
        self.payroll.attend()
        worker = Engagement.everything.filter(project=self.cast.project).order_by("pk").first()
        self.places |= {
            "": {},
            "project": {"code": self.cast.project.code},
            "worker": {"uuid": worker.uuid},
            "roster upload": {"uuid": self._register_upload(ROSTER_IMPORT, "roster.xlsx").uuid},
            "attendance upload": {
                "uuid": self._register_upload(ATTENDANCE_IMPORT, "attendance.xlsx", MONTH).uuid
            },
        }

    def _register_upload(self, kind: Any, name: str, month: date | None = None) -> Any:
        place = place_of(kind, self.cast.project, self.cast.subcontractor, month)
        file = io.BytesIO((SAMPLES / name).read_bytes())
        return kind.read_now(file, name=name, actor=self.actors["sub"], place=place)

    def _sheets(self) -> None:
        self.sheet = self.payroll.submitted()
        upload = self.payroll.sample("faults.xlsx")
        standard = MinimumWage.objects.filter(region="650102").first()
        self.places |= {
            "sheet": {"uuid": self.sheet.uuid},
            "sheet upload": {"uuid": upload.uuid},
            "sheet job": {"uuid": jobs.start("read", actor=self.actors["sub"]).uuid},
            "county": {"region": "650102"},
            "standard": {"region": "650102", "since": standard.since},
        }

    def _account(self) -> None:
        account = self.cast.account
        account.agreement = self._paper("三方协议.pdf")
        account.save()
        self.places["account"] = {"uuid": account.uuid}

    def _paper(self, name: str) -> Attachment:
        return attachments.keep(
            io.BytesIO(SCAN + name.encode()),
            actor=self.actors["admin"],
            name=name,
            kinds=attachments.PAPERS,
        )

    def _board(self) -> None:
        board = notices.make_board(actor=self.actors["admin"], code=self.cast.project.code, now=NOW)
        posting = notices.record_posting(
            actor=self.actors["admin"],
            board_code=board.code,
            photo=photo(),
            name="大门.jpg",
            place="工地大门",
            posted_on=TODAY,
            now=NOW,
        )
        self.places |= {"board": {"code": board.code}, "photo": {"uuid": posting.uuid}}

    def _warnings(self) -> None:
        monitoring.run_rules(as_of=date(2026, 10, 30), now=NOW)
        warning = EarlyWarning.everything.filter(project=self.cast.project).first()
        steps = {"uuid": warning.uuid, "now": NOW}
        monitoring.sign(actor=self.actors["county_second"], **steps)
        monitoring.report(
            actor=self.actors["admin"],
            note="已补发。",
            attachment=self._paper("凭证.pdf"),
            **steps,
        )
        # The facts are gone meanwhile, so that it can be closed.
        EarlyWarning.everything.filter(pk=warning.pk).update(
            condition=EarlyWarning.Condition.CLEARED, cleared_at=NOW
        )
        event = warning.events.get(kind=WarningEvent.Kind.REPORTED)
        self.places |= {
            "warning": {"uuid": warning.uuid},
            "warning paper": {"uuid": warning.uuid, "event": event.pk},
            "rule": {"code": warning.rule},
        }

    def _organisations(self) -> None:
        cast = self.cast
        part = cast.project.participants.get(organisation=cast.subcontractor)
        token = identity.invite(
            actor=self.actors["county"], now=NOW, organisation=cast.contractor, name="赵新"
        )
        self.places |= {
            "unit": {"uuid": cast.subcontractor.uuid},
            "colleague": {"uuid": cast.users.labour.uuid},
            "invitation": {"token": token},
            "participant": {"code": cast.project.code, "uuid": part.uuid},
            "grant": {"code": cast.project.code, "user": cast.users.manager.uuid},
            "status": {"code": cast.project.code, "action": "suspend"},
            "cell": {**self.places["sheet upload"], "row": 4, "column": "team"},
            "roster cell": {**self.places["roster upload"], "row": 3, "column": "team"},
            "attendance cell": {**self.places["attendance upload"], "row": 4, "column": "team"},
        }


def _other(name: str, value: Any) -> Any:
    """An argument of the same shape that leads nowhere."""
    if name in {"uuid", "user"}:
        return UNKNOWN
    if isinstance(value, int):
        return 99999999
    if isinstance(value, date):
        return date(1999, 1, 1)
    return "XJ0000000000000" if name == "code" else "nowhere"
