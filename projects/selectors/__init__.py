"""What pages and other apps read about projects."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse

from core.actor import Actor, Forbidden
from core.hook_kinds import SearchHit, Subject
from core.hooks import declared
from core.listing import ListColumn, ListTable, in_order, replace_table
from core.masking import mask_phone
from core.prepared import Given, PreparedQuery
from core.scope import ScopedQuerySet, once_a_request
from identity import selectors as identity
from identity.models import Organisation
from identity.roles import Role
from projects import permissions
from projects.hook_kinds import ColumnCell, ProjectColumn, ProjectTab
from projects.models import (
    Participant,
    Project,
    ProjectOfficer,
    WageTerms,
    terms_of_project,
)
from projects.transitions import TRANSITIONS, Transition

#: How statuses are coloured.
TONES = {
    Project.Status.PREPARING: "plain",
    Project.Status.UNDER_CONSTRUCTION: "good",
    Project.Status.SUSPENDED: "warn",
    Project.Status.COMPLETED: "plain",
}


# One project ------------------------------------------------------------------------------------


def by_code(*, actor: Actor, code: str) -> Project:
    """The project with its place and industry.

    :raises Project.DoesNotExist: none, or out of scope.
    """
    return projects(actor=actor).get(code=code)


def projects(*, actor: Actor) -> ScopedQuerySet:
    """The projects an actor sees, as rows to filter and page."""
    return Project.objects.visible_to(actor).select_related("region__parent", "industry")


@dataclass(frozen=True, slots=True)
class ProjectHeader:
    """What stands on top of every page of a project; ``project`` is the row itself."""

    project: Project
    code: str
    name: str
    status: str
    tone: str
    region: str
    industry: str
    contractor: str
    owner: str
    tabs: Sequence[ProjectTab]


def _scoped_project(scope: Q) -> QuerySet[Any]:
    rows = Project.everything.filter(scope, code=Given("code"))
    rows = rows.annotate(told_terms=terms_of_project())
    return rows.select_related("region__parent", "industry")


def _project_parts() -> QuerySet[Participant]:
    return Participant.everything.filter(project=Given("project")).select_related("organisation")


#: The project by its ``code``, for each scope; and everybody's part in a ``project``.
_PROJECT, _PARTS = PreparedQuery(_scoped_project), PreparedQuery(_project_parts)


def project_header(*, actor: Actor, code: str) -> ProjectHeader:
    """The head of the project's pages, in two queries a request beside the actor's scope.

    :raises Project.DoesNotExist: none, or out of scope.
    """
    return once_a_request(
        ("project header", actor, code), lambda: _project_header(actor=actor, code=code)
    )


def _project_header(*, actor: Actor, code: str) -> ProjectHeader:
    found = _PROJECT.rows(Project.scope.rows(actor), code=code)
    if not found:
        raise Project.DoesNotExist
    (project,) = found
    project.parts = _PARTS.rows(project=project.pk)
    project.terms = WageTerms.remembered(project.pk, project.told_terms)
    return ProjectHeader(
        project=project,
        code=project.code,
        name=project.name,
        status=project.get_status_display(),
        tone=TONES[Project.Status(project.status)],
        region=identity.full_name(project.region),
        industry=project.industry.name,
        contractor=_holder(project, Participant.Role.CONTRACTOR),
        owner=_holder(project, Participant.Role.OWNER),
        tabs=permissions.tabs_of(actor, project),
    )


def _holder(project: Project, role: str) -> str:
    held = (
        part.organisation.name for part in project.parts if part.role == role and part.is_current
    )
    return next(held, "")


def may_register(*, actor: Actor) -> bool:
    """Whether the actor is a general contractor's 企业管理员, for all of its projects."""
    whole = any(
        grant.role == Role.ENTERPRISE_ADMIN and grant.project is None for grant in actor.grants
    )
    contractor = Organisation.Kind.CONTRACTOR
    return whole and identity.own_organisation(actor=actor).kind == contractor


def registering_contractor(*, actor: Actor) -> Organisation:
    """The general contractor in whose name the actor registers projects.

    :raises Forbidden: the actor is none's 企业管理员.
    """
    if not may_register(actor=actor):
        raise Forbidden("project.registers_elsewhere")
    return identity.own_organisation(actor=actor)


def project_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """The projects of these codes as records name them."""
    rows = Project.objects.visible_to(actor).filter(code__in=codes)
    return {
        code: Subject(name, reverse("supervision:project", args=[code]))
        for code, name in rows.values_list("code", "name")
    }


# Lists ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project as listed."""

    code: str
    name: str
    status: str
    tone: str
    region: str
    industry: str
    contractor: str
    owner: str
    contract_amount: Decimal
    planned_start: date
    planned_end: date
    updated_at: datetime
    #: Those of the columns that other apps declare, in their order.
    cells: Sequence[ColumnCell] = ()


LIST = ListTable(
    columns=(
        ListColumn("name", "项目", sort="name", slot="main"),
        ListColumn("status", "状态", sort=in_order("status", Project.Status.values), slot="state"),
        ListColumn("region", "所在地", sort="region_id", slot="aside"),
        ListColumn("industry", "行业", sort="industry__order"),
        ListColumn("contractor", "总承包单位", sort="contractor_name"),
        ListColumn("owner", "建设单位", sort="owner_name"),
        ListColumn(
            "amount",
            "合同额（元）",
            sort="contract_amount",
            kind="money",
            slot="figure",
            falling=True,
            total=Sum("contract_amount"),
        ),
        ListColumn("start", "计划工期", sort="planned_start", kind="date"),
    ),
    # The newest first.
    default=("-registered_at",),
)


def search_projects(*, actor: Actor, text: str, limit: int) -> list[SearchHit]:
    """The actor's projects by name or code, the newest first."""
    rows = projects(actor=actor).filter(Q(name__icontains=text) | Q(code__iexact=text))
    return [
        SearchHit(
            row.name,
            f"{row.code} · {identity.full_name(row.region)} · {row.get_status_display()}",
            reverse("supervision:project", args=[row.code]),
        )
        for row in rows.order_by("-registered_at", "-pk")[:limit]
    ]


def listed(*, actor: Actor) -> ScopedQuerySet:
    """The actor's projects with the names of contractor and owner, as rows of :data:`LIST`."""
    return projects(actor=actor).annotate(
        contractor_name=_holder_name(Participant.Role.CONTRACTOR),
        owner_name=_holder_name(Participant.Role.OWNER),
    )


def _holder_name(role: str) -> Subquery:
    held = Participant.everything.filter(project=OuterRef("pk"), role=role, left_on=None)
    return Subquery(held.values("organisation__name")[:1])


def columns_of(*, actor: Actor) -> list[ProjectColumn]:
    """The columns that other apps add to the list for the actor's roles."""
    return [
        column
        for column in declared(ProjectColumn)
        if column.roles is None or actor.has_role(*column.roles)
    ]


def list_table(*, actor: Actor) -> ListTable:
    """The list of projects with the columns that other apps add to it."""
    added = (
        ListColumn(
            column.key,
            column.label,
            sort=column.sort(actor=actor) if column.sort else "",
            kind=column.kind,
            slot=column.slot,
            falling=column.falling,
        )
        for column in columns_of(actor=actor)
    )
    return replace_table(LIST, (*LIST.columns, *added))


def lines(rows: Sequence[Any], *, actor: Actor, as_of: date) -> list[ProjectLine]:
    """Projects of :func:`listed` with the cells of every column; each column asks once."""
    found = [
        column.selector(actor=actor, as_of=as_of, projects=[row.pk for row in rows])
        for column in columns_of(actor=actor)
    ]
    nothing = ColumnCell("—")
    return [replace(line(row), cells=[c.get(row.pk, nothing) for c in found]) for row in rows]


def line(project: Any) -> ProjectLine:
    """A project of :func:`listed`."""
    return ProjectLine(
        code=project.code,
        name=project.name,
        status=project.get_status_display(),
        tone=TONES[Project.Status(project.status)],
        region=identity.full_name(project.region),
        industry=project.industry.name,
        contractor=project.contractor_name or "",
        owner=project.owner_name or "",
        contract_amount=project.contract_amount,
        planned_start=project.planned_start,
        planned_end=project.planned_end,
        updated_at=project.updated_at,
    )


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many of the actor's projects stand in a status."""

    status: str
    label: str
    number: int


def status_counts(*, actor: Actor) -> list[StatusCount]:
    """The actor's projects by status; every status is named."""
    rows = Project.objects.visible_to(actor).order_by().values_list("status")
    counted = dict(rows.annotate(number=Count("pk")))
    return [
        StatusCount(value, str(label), counted.get(value, 0))
        for value, label in Project.Status.choices
    ]


def transitions(project: Project, *, actor: Actor) -> list[Transition]:
    """The changes of status that the actor can make now."""
    if not permissions.can(actor, project, "status"):
        return []
    return [one for one in TRANSITIONS.values() if project.status in one.sources]


# People of a project ----------------------------------------------------------------------------


def partners(*, actor: Actor) -> QuerySet[Organisation]:
    """The units that take or took part in a project within the actor's scope."""
    parts = Participant.objects.visible_to(actor)
    return Organisation.everything.filter(pk__in=parts.values("organisation"))


def projects_with(uscc: str, *, actor: Actor) -> QuerySet[Any]:
    """The ids of the actor's projects in which a unit takes part, in whatever part."""
    parts = Participant.objects.visible_to(actor)
    return parts.filter(organisation__uscc=uscc, left_on=None).values("project")


PARTICIPANT_LIST = ListTable(
    columns=(
        ListColumn("name", "单位", sort="pinyin", slot="main"),
        ListColumn("role", "参建类型", sort="role", slot="state"),
        ListColumn("contact", "联系人", sort="contact"),
        ListColumn("phone", "联系电话"),
        ListColumn("entered", "进场", sort="entered_on", kind="date", slot="aside"),
        ListColumn("left", "退场", sort="left_on", kind="date"),
        ListColumn("act", "办理"),
    ),
    # The present first.
    default=(),
)


@dataclass(frozen=True, slots=True)
class ParticipantLine:
    """An organisation's part as listed."""

    uuid: UUID
    role: str
    name: str
    pinyin: str
    uscc: str
    status: str
    unconfirmed: bool
    contact: str
    phone: str
    entered_on: date
    left_on: date | None
    can_leave: bool

    @property
    def dialog(self) -> str:
        """What its part of the page is called."""
        return f"leave-{self.uuid}"


def participants(project: Project, *, actor: Actor) -> list[ParticipantLine]:
    """Who takes part, the present first."""
    rows = Participant.objects.visible_to(actor).filter(project=project)
    rows = rows.select_related("organisation").order_by(F("left_on").asc(nulls_first=True), "-role")
    return [_participant_line(row) for row in rows]


def _participant_line(row: Participant) -> ParticipantLine:
    organisation = row.organisation
    return ParticipantLine(
        uuid=row.uuid,
        role=row.get_role_display(),
        name=organisation.name,
        pinyin=organisation.pinyin,
        uscc=organisation.uscc,
        status=organisation.get_status_display(),
        unconfirmed=organisation.status == organisation.Status.UNCONFIRMED,
        contact=row.contact,
        phone=mask_phone(row.phone),
        entered_on=row.entered_on,
        left_on=row.left_on,
        can_leave=row.is_current and row.role != Participant.Role.CONTRACTOR,
    )


def participant(project: Project, uuid: UUID, *, actor: Actor) -> Participant:
    """:raises Participant.DoesNotExist: none, or out of scope."""
    rows = Participant.objects.visible_to(actor).select_related("organisation")
    return rows.get(project=project, uuid=uuid)


def employers(project: Project, *, actor: Actor) -> list[Organisation]:
    """The organisations whose people the actor may keep on the project: its own, or all of them
    for the general contractor, whose own come last: most rosters and sheets are subcontractors'."""
    rows = Organisation.everything.filter(pk__in=project.employer_ids).order_by("name")
    kept = [row for row in rows if permissions.is_employer_on(actor, project, row.pk)]
    return sorted(kept, key=lambda row: row.pk == project.contractor_id)


def kept_employer(*, actor: Actor, code: str, employer: UUID) -> tuple[Project, Organisation]:
    """A project, and the employer on it whose people the actor keeps.

    :raises Project.DoesNotExist: out of scope.
    :raises Organisation.DoesNotExist: employs nobody on the project.
    :raises Forbidden: the actor does not keep this employer's people.
    """
    project = by_code(actor=actor, code=code)
    employers_here = Organisation.everything.filter(pk__in=project.employer_ids)
    organisation = employers_here.get(uuid=employer)
    permissions.require_employer(actor, project, organisation.pk)
    return project, organisation


OFFICER_LIST = ListTable(
    columns=(
        ListColumn("name", "姓名", sort="name", slot="main"),
        ListColumn("role", "职务", sort="role", slot="state"),
        ListColumn("phone", "电话", slot="figure"),
        ListColumn("user", "平台用户", sort="user"),
        ListColumn("since", "任职", sort="since", kind="date"),
        ListColumn("until", "离任", sort="until", kind="date", slot="aside"),
    ),
    # The present first.
    default=(),
    name="officers",
)


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """Who answers for the project."""

    role: str
    name: str
    phone: str
    user: str
    since: date
    until: date | None


def officers(project: Project, *, actor: Actor) -> list[OfficerLine]:
    """The project's officers, the present first, each office's history after it."""
    rows = ProjectOfficer.objects.visible_to(actor).filter(project=project).select_related("user")
    rows = rows.order_by(F("until").desc(nulls_first=True), "role")
    return [
        OfficerLine(
            role=row.get_role_display(),
            name=row.name,
            phone=mask_phone(row.phone),
            user=row.user.username if row.user else "",
            since=row.since,
            until=row.until,
        )
        for row in rows
    ]


def officer(project: Project, role: str, *, actor: Actor) -> ProjectOfficer | None:
    """The present holder of an office, with the full telephone number that the notice board
    shows by law 条例34."""
    rows = ProjectOfficer.objects.visible_to(actor).filter(project=project, role=role, until=None)
    return rows.first()


COLLEAGUE_LIST = ListTable(
    columns=(
        ListColumn("name", "姓名", sort="name", slot="main"),
        ListColumn("username", "用户名", sort="username", slot="aside"),
        ListColumn("role", "岗位", sort="role", slot="state"),
        ListColumn("act", "办理"),
    ),
    default=(),
    name="colleagues",
)


@dataclass(frozen=True, slots=True)
class ColleagueLine:
    """A user of the actor's organisation who was let act on the project."""

    uuid: UUID
    name: str
    username: str
    role: str


def colleagues_on(project: Project, *, actor: Actor) -> list[ColleagueLine]:
    """The actor's own colleagues whose work is limited to chosen projects, this one among them."""
    grants = identity.grants_on_project(project.uuid, actor=actor)
    return [
        ColleagueLine(
            grant.user.uuid, grant.user.name, grant.user.username, grant.get_role_display()
        )
        for grant in grants
    ]
