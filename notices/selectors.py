"""What screens and rules read of notice boards."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q

from accounts import selectors as accounts
from bonds.selectors.bonds import board_words
from core.actor import SYSTEM, Actor
from core.masking import mask_account
from core.months import first_day
from core.scope import once_a_request
from identity import selectors as identity
from identity.limits import Limit
from identity.models import Organisation
from notices.content import BoardContent, MinimumWage, Party
from notices.items import Difference, differences
from notices.models import NoticeBoard, NoticeDetails, Posting
from payroll.selectors import minimum
from projects.hook_kinds import SystemFinding, SystemState
from projects.models import Participant, Project, ProjectOfficer

# What a board would say -------------------------------------------------------------------------


def content_today(*, project: Project, as_of: date) -> BoardContent:
    """What a board made on a day would say, gathered from the registers 条例34.

    The same for everybody who sees the project: all of it is public by law. Code, version and
    address of the copy are left empty.
    """
    details = NoticeDetails.everything.filter(project=project).first() or NoticeDetails()
    present = Participant.everything.filter(project=project, left_on=None)
    parts = list(present.select_related("organisation").order_by("pk"))
    officers = {
        row.role: Party(row.name, phone=str(row.phone))
        for row in ProjectOfficer.everything.filter(project=project, until=None)
    }
    account = accounts.account_of(project, actor=SYSTEM)
    term = project.wage_term(first_day(as_of))
    return BoardContent(
        board_code="",
        version=0,
        made_on=as_of,
        url="",
        project_code=project.code,
        project_name=project.name,
        address=identity.full_name(project.region) + project.address,
        contract_amount=project.contract_amount,
        starts_on=project.start,
        ends_on=project.actual_end or project.planned_end,
        owner=_first_party(parts, Participant.Role.OWNER),
        contractor=_first_party(parts, Participant.Role.CONTRACTOR),
        project_department=Party(details.department, phone=details.department_phone),
        project_manager=officers.get(ProjectOfficer.Role.MANAGER, Party("")),
        labour_officer=officers.get(ProjectOfficer.Role.LABOUR, Party("")),
        subcontractors=tuple(_parties_of(parts, Participant.SUBCONTRACTORS)),
        industry_department=_office_of(
            project,
            Organisation.Kind.DEPARTMENT,
            details.industry_department,
            details.industry_phone,
        ),
        inspectorate=_office_of(
            project, Organisation.Kind.BUREAU, details.inspectorate, details.inspectorate_phone
        ),
        pay_day=term.pay_day,
        pay_month_offset=term.pay_month_offset,
        minimum_wage=_minimum_wage(project, as_of),
        wage_bank=account.bank.name if account else "",
        wage_account=mask_account(account.number) if account else "",
        bond_status=board_words(project=project.pk, as_of=as_of) or details.bond_status,
        arbitration=details.arbitration,
        legal_aid=details.legal_aid,
    )


def _parties_of(parts: list[Participant], roles: Collection[str]) -> list[Party]:
    return [
        Party(part.organisation.name, part.contact, part.phone)
        for part in parts
        if part.role in roles
    ]


def _first_party(parts: list[Participant], role: str) -> Party:
    return next(iter(_parties_of(parts, [role])), Party(""))


def _office_of(project: Project, kind: str, name: str, phone: str) -> Party:
    """The nearest office in charge, from the project's county upwards; where the platform knows
    none, or not its telephone, what the contractor entered."""
    county = project.region_id
    upwards = [county, f"{county[:4]}00", f"{county[:2]}0000"]
    rows = Organisation.everything.filter(
        kind=kind, status=Organisation.Status.CONFIRMED, region_id__in=upwards
    )
    if kind == Organisation.Kind.DEPARTMENT:
        rows = rows.filter(industry_id=project.industry_id)
    # 650102 comes before 650100 before 650000.
    office = rows.order_by("-region_id", "-phone", "pk").first()
    if office is None:
        return Party(name, phone=phone)
    return Party(office.name, phone=office.phone or phone)


def _minimum_wage(project: Project, as_of: date) -> MinimumWage | None:
    county = minimum.county(actor=SYSTEM, code=project.region_id, as_of=as_of)
    wage = county.current
    if wage is None:
        return None
    return MinimumWage(
        county=county.region.name,
        monthly=wage.monthly,
        hourly=wage.hourly,
        effective_from=wage.since,
        unconfirmed=not wage.is_confirmed,
    )


# Boards -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostingLine:
    """A posting as listed."""

    uuid: UUID
    place: str
    posted_on: date
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the board and where it was put up."""

    code: str
    number: int
    made_at: datetime
    made_by: str
    postings: list[PostingLine]


@dataclass(frozen=True, slots=True)
class BoardState:
    """How a board stands today: what it says, and what of that no longer holds."""

    content: BoardContent
    changes: list[Difference]

    @property
    def is_current(self) -> bool:
        return not self.changes


def board_by_code(*, actor: Actor, code: str) -> NoticeBoard:
    """One version of a board.

    :raises NoticeBoard.DoesNotExist: none, or out of scope.
    """
    rows = NoticeBoard.objects.visible_to(actor)
    return rows.select_related("project__region__parent").get(code=code)


def public_board(code: str) -> NoticeBoard:
    """The board that a QR code names: public to whoever stands before it.

    :raises NoticeBoard.DoesNotExist: there is none of this code.
    """
    rows = NoticeBoard.everything.select_related("project__region__parent")
    return rows.get(code=code)


def latest_board(*, actor: Actor, project: Project) -> NoticeBoard | None:
    """The newest version of a project's board."""
    rows = NoticeBoard.objects.visible_to(actor).filter(project=project)
    return rows.select_related("project__region__parent").order_by("-version").first()


def content_of(board: NoticeBoard) -> BoardContent:
    """What a board says."""
    return BoardContent.from_dict(board.content)


def board_state(board: NoticeBoard, *, as_of: date) -> BoardState:
    """What the board says, compared with what one made today would say."""
    content = content_of(board)
    today = content_today(project=board.project, as_of=as_of)
    return BoardState(content, differences(content, today))


def board_versions(*, actor: Actor, project: Project) -> list[Version]:
    """The newest versions with their postings; two queries."""
    postings = Prefetch("postings", Posting.everything.all())
    rows = NoticeBoard.objects.visible_to(actor).filter(project=project)
    return [_version_of(row) for row in rows.prefetch_related(postings).order_by("-version")[:20]]


def _version_of(row: NoticeBoard) -> Version:
    lines = [
        PostingLine(
            one.uuid,
            one.place,
            one.posted_on,
            one.recorded_at,
            one.recorded_by,
        )
        for one in row.postings.all()
    ]
    return Version(row.code, row.version, row.made_at, row.made_by, lines)


def posting_by_uuid(*, actor: Actor, uuid: UUID) -> Posting:
    """One posting with its photo.

    :raises Posting.DoesNotExist: none, or out of scope.
    """
    return Posting.objects.visible_to(actor).select_related("photo", "board").get(uuid=uuid)


def notice_details(*, actor: Actor, project: Project) -> NoticeDetails | None:
    """What the contractor entered for the board."""
    return NoticeDetails.objects.visible_to(actor).filter(project=project).first()


def projects_without_posting(
    *, actor: Actor, as_of: date, projects: Collection[int] | None = None, after: Limit
) -> list[Project]:
    """Projects ``after`` days from their start of which no posting with photo is on record NTC-01.

    Before the start nothing is missing.
    """
    return [
        row
        for row in _with_posting(actor, as_of, projects)
        if not row.is_posted
        and row.start <= as_of
        and (as_of - row.start).days >= after(row.region_id)
    ]


def _with_posting(actor: Actor, as_of: date, projects: Collection[int] | None) -> Iterable[Any]:
    """These projects with ``is_posted``; of all projects only those that are not, once begun."""
    posted = Posting.everything.filter(board__project=OuterRef("pk"), posted_on__lte=as_of)
    rows = Project.objects.visible_to(actor).annotate(is_posted=Exists(posted))
    if projects is None:
        begun = Q(actual_start__lte=as_of) | Q(actual_start=None, planned_start__lte=as_of)
        return rows.filter(begun, is_posted=False)
    key = ("with posting", actor, as_of, tuple(projects))
    return once_a_request(key, lambda: list(rows.filter(pk__in=projects)))


def board_systems(
    *, actor: Actor, as_of: date, projects: Collection[int], after: Limit
) -> dict[int, SystemFinding]:
    """告示牌: a photo of it on site; its absence says nothing before ``after`` days of works."""
    late = projects_without_posting(actor=actor, as_of=as_of, projects=projects, after=after)
    posted = [row.pk for row in _with_posting(actor, as_of, projects) if row.is_posted]
    waiting = SystemFinding(SystemState.UNKNOWN, "尚未开工，还没有张贴。")
    hanging = SystemFinding(SystemState.CARRIED_OUT, "告示牌已在现场张贴。")
    missing = SystemFinding(SystemState.NOT_CARRIED_OUT, "已经开工，还没有张贴照片。")
    return {
        **dict.fromkeys(projects, waiting),
        **dict.fromkeys(posted, hanging),
        **dict.fromkeys((project.pk for project in late), missing),
    }
