"""Making a project's board, and putting on record that it hangs on site 规程二(六)."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import IO

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import attachments, audit, filekinds
from core.actor import Actor
from core.errors import Refused
from core.touch import touch
from notices import selectors
from notices.models import NoticeBoard, NoticeDetails, Posting
from notices.photos import LARGE, copy
from projects import permissions
from projects import selectors as projects
from projects.models import Project

MADE = audit.action("notice.make", "生成维权信息告示牌", {"version": "版本", "digest": audit.CODE})
POSTED = audit.action(
    "notice.post",
    "上传告示牌张贴照片",
    {"version": "版本", "place": "位置", "posted_on": "日期"},
)
DETAILED = audit.action("notice.details", "填写维权信息")

#: Without what is taken for something else when read aloud or typed off a wall: 0 O, 1 I L, U V.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
_CODE_LENGTH = 14
MAX_PHOTO_BYTES = 15 * 1024 * 1024


@transaction.atomic
def make_board(*, actor: Actor, code: str, now: datetime) -> NoticeBoard:
    """The board that says what holds now: a new version, or the last one if it still holds.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not the general contractor's people.
    :raises Refused: nobody is the general contractor, who answers for the board.
    """
    project = _locked_project(actor, code)
    content = selectors.content_today(project=project, as_of=timezone.localdate(now))
    if not content.contractor.name:
        raise Refused("notice.no_contractor")
    last = NoticeBoard.everything.filter(project=project).order_by("-version").first()
    digest = content.digest()
    if last and last.digest == digest:
        return last
    board_code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    version = last.version + 1 if last else 1
    content = replace(content, board_code=board_code, version=version, url=address(board_code))
    board = NoticeBoard.everything.create(
        code=board_code,
        project=project,
        version=version,
        content=content.as_dict(),
        digest=digest,
        made_at=now,
        made_by=actor.name,
    )
    _record_act(actor, now, MADE, board, version=version, digest=digest)
    return board


def address(board_code: str) -> str:
    """What the QR code on a board opens."""
    return settings.SITE_URL.rstrip("/") + reverse("notices:public", args=[board_code])


@transaction.atomic
def record_posting(
    *,
    actor: Actor,
    board_code: str,
    photo: IO[bytes],
    name: str,
    place: str,
    posted_on: date,
    now: datetime,
) -> Posting:
    """Put on record that a board was put up; the same photo twice changes nothing.

    :raises NoticeBoard.DoesNotExist: out of scope.
    :raises Forbidden: not the general contractor's people.
    :raises Refused: posted in the future, or before the board was made.
    :raises Refused: no photo, a broken one, or too large.
    """
    board = selectors.board_by_code(actor=actor, code=board_code)
    permissions.require(actor, board.project, "notice")
    if posted_on > timezone.localdate(now):
        raise Refused("day.to_come", "posted_on")
    made_on = timezone.localdate(board.made_at)
    if posted_on < made_on:
        raise Refused("notice.before_made", "posted_on", made=made_on)
    # Whoever sends the same photo twice at once waits here, and then finds it kept.
    NoticeBoard.everything.select_for_update().get(pk=board.pk)
    # What looks like a picture must open; what does not is refused where it is kept.
    data = photo.read(MAX_PHOTO_BYTES + 1)
    photo.seek(0)
    if len(data) <= MAX_PHOTO_BYTES and filekinds.sniff_kind(data) in attachments.IMAGES:
        copy(data, LARGE)
    kept = attachments.store_attachment(
        photo,
        actor=actor,
        name=name,
        kinds=attachments.IMAGES,
        max_bytes=MAX_PHOTO_BYTES,
        now=now,
    )
    posting, is_new = Posting.everything.get_or_create(
        board=board,
        photo=kept,
        defaults={
            "place": place,
            "posted_on": posted_on,
            "recorded_at": now,
            "recorded_by": actor.name,
        },
    )
    if is_new:
        _record_act(
            actor, now, POSTED, board, version=board.version, place=place, posted_on=posted_on
        )
    return posting


@transaction.atomic
def keep_details(*, actor: Actor, code: str, values: Mapping[str, str], now: datetime) -> None:
    """Keep what the contractor enters for the board.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not the general contractor's people.
    """
    project = _locked_project(actor, code)
    NoticeDetails.everything.update_or_create(
        project=project, defaults={**values, "updated_at": now, "updated_by": actor.name}
    )
    labels = {c.name: str(c.verbose_name) for c in NoticeDetails._meta.concrete_fields}
    detail = {labels[name]: value for name, value in values.items()}
    audit.record(actor, DETAILED, project.subject, now=now, within=project.subject, detail=detail)
    touch(project.subject)


def _locked_project(actor: Actor, code: str) -> Project:
    """The project, locked: two who make a board at once make one."""
    project = projects.by_code(actor=actor, code=code)
    permissions.require(actor, project, "notice")
    Project.everything.select_for_update(of=("self",)).get(pk=project.pk)
    return project


def _record_act(
    actor: Actor, now: datetime, action: str, board: NoticeBoard, **detail: object
) -> None:
    subject, project = f"board:{board.code}", board.project.subject
    audit.record(actor, action, subject, now=now, within=project, detail=detail)
    touch(project)
