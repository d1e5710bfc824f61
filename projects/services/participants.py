"""Who takes part in a project, from entry to exit."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.scope import look_up_anew
from identity import selectors as identity
from identity import services as identity_services
from identity.models import Organisation
from projects import permissions, selectors
from projects.models import Participant, Project
from projects.services.common import record
from projects.transitions import KINDS_OF_PART

ENTER = audit.action("participant.enter", "增加参建单位")
LEAVE = audit.action("participant.leave", "参建单位退场")


@dataclass(frozen=True, slots=True)
class UnitByCode:
    """A unit as somebody else names it: by its 统一社会信用代码, and its name if it is unknown."""

    uscc: str
    name: str


@transaction.atomic
def add_participant(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    unit: UnitByCode,
    role: str,
    entered_on: date,
    contact: str = "",
    phone: str = "",
) -> Participant:
    """Add an organisation by its code; an unknown one is made 待核实.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not of the general contractor.
    :raises Refused: the code belongs to another kind of unit, or it takes part already.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require(actor, project, "people")
    organisation = find_unit(actor, unit, role, project.region_id, "uscc", now)
    if organisation.pk == project.contractor_id:
        raise Refused("participant.contractor_itself", "uscc")
    participant = take_part(project, organisation, role, entered_on, contact, phone)
    detail = {"单位": organisation.name, "类型": participant.get_role_display()}
    record(actor, ENTER, project, now, f"participant:{participant.uuid}", detail)
    return participant


def find_unit(
    actor: Actor, unit: UnitByCode, role: str, region: str, field: str, now: datetime
) -> Organisation:
    """The organisation of a code, made 待核实 where nobody knows it; ``field`` holds the code."""
    kinds = KINDS_OF_PART[role]
    if not unit.name and identity.unit_by_uscc(unit.uscc, actor=actor) is None:
        raise Refused("participant.name_missing", field.replace("uscc", "name"))
    organisation = identity_services.unconfirmed_organisation(
        actor=actor, uscc=unit.uscc, name=unit.name, kind=kinds[0], region=region, now=now
    )
    if organisation.kind not in kinds:
        raise Refused(
            "participant.wrong_kind",
            field,
            kind=organisation.get_kind_display(),
            part=Participant.Role(role).label,
        )
    if organisation.status == Organisation.Status.DISABLED:
        raise Refused("participant.disabled", field)
    return organisation


def take_part(
    project: Project,
    organisation: Organisation,
    role: str,
    day: date,
    contact: str = "",
    phone: str = "",
) -> Participant:
    participant = Participant(
        project=project,
        organisation=organisation,
        role=role,
        entered_on=day,
        contact=contact,
        phone=phone,
    )
    try:
        with transaction.atomic():
            participant.save(force_insert=True)
    except IntegrityError:
        raise Refused("participant.taken", "role") from None
    look_up_anew()
    return participant


@transaction.atomic
def end_participation(*, actor: Actor, now: datetime, code: str, uuid: UUID, on: date) -> str:
    """The organisation has left the site; what hangs on it remains. Its name.

    :raises Project.DoesNotExist: out of scope.
    :raises Participant.DoesNotExist: none of the project.
    :raises Forbidden: not of the general contractor.
    :raises Refused: it is the contractor itself, has left already, or the day cannot be.
    """
    project = selectors.by_code(actor=actor, code=code)
    permissions.require(actor, project, "people")
    participant = selectors.participant(project, uuid, actor=actor)
    if participant.role == Participant.Role.CONTRACTOR:
        raise Refused("participant.contractor_stays")
    if on > timezone.localdate(now):
        raise Refused("day.to_come", "on")
    if on < participant.entered_on:
        raise Refused("participant.before_entry", "on", entry=participant.entered_on)
    rows = Participant.everything.filter(pk=participant.pk, left_on=None)
    if rows.update(left_on=on) != 1:
        raise Refused("participant.left_already")
    name = participant.organisation.name
    detail = {"单位": name, "日期": f"{on}"}
    record(actor, LEAVE, project, now, f"participant:{participant.uuid}", detail)
    return name
