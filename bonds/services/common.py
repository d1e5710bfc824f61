"""What services of bonds share: who may, how a bond moves, how papers are kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.utils import timezone

from bonds.models import Bond, BondEvent
from bonds.selectors.bonds import is_officer_of
from bonds.selectors.holdings import holdings
from bonds.transitions import SOURCES, Due, in_working_days
from core import attachments, audit
from core.actor import Actor, Forbidden
from core.errors import Overtaken, Refused
from core.models import Attachment
from core.touch import touch
from core.transition import try_transition
from projects import permissions
from projects import selectors as projects
from projects.models import Project

Status = Bond.Status
MOVED = audit.action(
    "bond.moved", "保证金状态变更", {"from": "原状态", "to": "新状态", "note": "说明"}
)


@dataclass(frozen=True, slots=True)
class Paper:
    """An uploaded file under the name that its sender gave it."""

    file: IO[bytes]
    name: str


def require_officer(actor: Actor, project: Project) -> None:
    """:raises Forbidden: not an officer of 人社 whose area holds the project."""
    if not is_officer_of(project, actor=actor):
        raise Forbidden("bond.officers_work")


def contractors_project(actor: Actor, code: str) -> Project:
    """The project, where the actor keeps its bond for the general contractor.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not the contractor's 企业管理员.
    """
    project = projects.by_code(actor=actor, code=code)
    permissions.require(actor, project, "bond")
    return project


def officers_project(actor: Actor, code: str) -> Project:
    """The project, where the actor supervises bonds.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not an officer of 人社.
    """
    project = projects.by_code(actor=actor, code=code)
    require_officer(actor, project)
    return project


def locked_bond(pk: int) -> Bond:
    """The bond, locked: everything about it moves under this lock."""
    rows = Bond.everything.select_for_update(of=("self",))
    return rows.select_related("project", "policy").get(pk=pk)


def live_bond(project: Project) -> Bond:
    """The project's live bond, locked.

    :raises Refused: none was determined yet.
    """
    bond = Bond.everything.live().filter(project=project).first()
    if bond is None:
        raise Refused("bond.none_yet")
    return locked_bond(bond.pk)


def seen_bond(actor: Actor, uuid: UUID) -> Bond:
    """The bond of this UUID in the actor's scope, locked.

    :raises Bond.DoesNotExist: out of scope.
    """
    return locked_bond(Bond.objects.visible_to(actor).get(uuid=uuid).pk)


def move_bond(
    bond: Bond,
    to: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    due: Due | None = None,
    from_states: Collection[str] | None = None,
    **columns: Any,
) -> None:
    """Move a bond, with its next deadline, and write the step down.

    The caller holds the bond's row. Without ``due`` nothing waits in the new state.

    :raises Overtaken: it is in none of the states from which that is reached.
    """
    before = bond.status
    columns |= due_columns(due)
    if not try_transition(bond, to, from_states=from_states or SOURCES[to], **columns):
        raise bond_moved(bond)
    write_step(bond, actor=actor, now=now, before=before, note=note)


def due_columns(due: Due | None) -> dict[str, Any]:
    """The columns that hold a bond's next deadline."""
    if due is None:
        return {"due_what": "", "due_on": None, "due_why": ""}
    return {"due_what": due.what, "due_on": due.on, "due_why": due.why[:200]}


def set_due(bond: Bond, due: Due | None) -> None:
    """Set a bond's next deadline without moving it."""
    for name, value in due_columns(due).items():
        setattr(bond, name, value)
    bond.save(update_fields=["due_what", "due_on", "due_why"])


def write_step(
    bond: Bond, *, actor: Actor, now: datetime, before: str = "", note: str = ""
) -> None:
    """Write down the step that led to the state that the bond is in.

    ``now`` was read when the request came in: a step never counts as taken before the one that it
    follows.
    """
    last = BondEvent.everything.filter(bond=bond).order_by("-at").first()
    BondEvent.everything.create(
        bond=bond,
        at=max(now, last.at) if last else now,
        actor_id=actor.id,
        actor_name=actor.name,
        from_status=before,
        to_status=bond.status,
        note=note[:500],
    )
    labels = dict(Bond.Status.choices)
    detail = {"from": labels.get(before, ""), "to": labels[bond.status], "note": note}
    record_act(bond.project, actor, MOVED, bond.subject, now, detail)


def record_act(
    project: Project, actor: Actor, action: str, subject: str, now: datetime, detail: dict[str, Any]
) -> None:
    """The entry in the audit chain, and the mark for the rules."""
    audit.record(actor, action, subject, now=now, within=project.subject, detail=detail)
    touch(project.subject)


def bond_moved(bond: Bond) -> Overtaken:
    """What to say to whoever came too late: the bond as it stands now, and by whose hand."""
    current = Bond.everything.get(pk=bond.pk)
    last = BondEvent.everything.filter(bond=bond).order_by("-at", "-pk").first()
    return Overtaken(
        "bond.moved",
        by=last.actor_name if last else "系统",
        at=f"{timezone.localtime(last.at if last else current.created_at):%Y-%m-%d %H:%M}",
        status=current.get_status_display(),
    )


def follow_holdings(
    bond: Bond, *, actor: Actor, now: datetime, cause: str, event: str, days: int | None
) -> None:
    """Let a bond's state follow what is stored for it, after either side has changed.

    待存储 and 待补足 end once all is there; what is stored and falls short becomes 待补足, with so
    many working days from today to make it good. Where a use or a refund is under way, that goes
    on first.
    """
    today = timezone.localdate(now)
    held = holdings(bond, today).total
    if held >= bond.required:
        if bond.status == Status.PENDING:
            move_bond(bond, Status.HELD, actor=actor, now=now, note=event)
        elif bond.status == Status.SHORT:
            move_bond(bond, Status.RESTORED, actor=actor, now=now, note=event, short_cause="")
        elif bond.status == Status.IN_USE:
            move_bond(bond, Status.HELD, actor=actor, now=now, note=event)
        return
    if bond.status in (*Bond.STORED, Status.IN_USE):
        due = in_working_days(Bond.Due.TOP_UP, event, today, days or 0)
        move_bond(bond, Status.SHORT, actor=actor, now=now, note=event, due=due, short_cause=cause)


def keep_paper(
    paper: Paper,
    *,
    actor: Actor,
    field: str,
    now: datetime,
    kinds: Sequence[str] = attachments.PAPERS,
) -> Attachment:
    """Keep an uploaded paper, sealed: it carries signatures and phones of people.

    :raises Refused: no PDF or picture, empty, too large.
    """
    return attachments.store_attachment(
        paper.file, actor=actor, name=paper.name, kinds=kinds, sealed=True, field=field, now=now
    )


def stated(text: str, missing: Refused, most: int = 300) -> str:
    """A reason in one line.

    :raises Refused: there is none: ``missing``.
    """
    words = " ".join(text.split())[:most]
    if not words:
        raise missing
    return words


def days_of(value: int | None, setting: str) -> int:
    """A number of days that the policy sets.

    :raises Refused: it sets none.
    """
    if value is None:
        raise Refused("bond.days_unset", setting=setting)
    return value
