"""The register as pages and rules read it: personal data masked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, When

from core import audit, masking
from core.actor import Actor
from core.listing import ListColumn, ListTable
from core.models import AuditEntry
from core.months import clamp_day
from core.prepared import Given, PreparedQuery
from core.scope import once_a_request
from core.sealed import blind_index
from identity.limits import Limit
from identity.roles import Role
from projects.models import Project
from projects.permissions import is_employer_on
from workers.models import AttendanceMonth, Engagement, Person, Trade, WageCard
from workers.selectors.known_people import ID_INDEX


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A line of the register as it is shown: personal data masked."""

    uuid: UUID
    name: str
    id_number: str
    trade: str
    team: str
    employer: str
    entered_on: date
    left_on: date | None
    contract_number: str
    card: str
    phone: str
    missing: tuple[str, ...]


def _lacking_when(condition: Any) -> Case:
    return Case(When(condition, then=1), default=0, output_field=IntegerField())


#: How many of the particulars of :func:`missing_fields` are missing.
_GAPS = (
    _lacking_when(Q(contract_number="", contract__isnull=True))
    + _lacking_when(Q(trade__isnull=True))
    + _lacking_when(~Exists(WageCard.objects.filter(person=OuterRef("person_id"), valid_to=None)))
    + _lacking_when(Q(person__phone_masked=""))
)
REGISTER_LIST = ListTable(
    columns=(
        ListColumn("name", "姓名", sort="person__pinyin", slot="main"),
        ListColumn("number", "身份证号码"),
        ListColumn("trade", "工种", sort="trade_id", slot="aside"),
        ListColumn("team", "班组", sort="team__name"),
        ListColumn("employer", "用人单位", sort="employer__pinyin"),
        ListColumn("entered", "进场", sort="entered_on", kind="date", falling=True),
        ListColumn("left", "退场", sort="left_on", kind="date", falling=True),
        ListColumn("card", "工资卡"),
        ListColumn("phone", "联系方式"),
        ListColumn("missing", "要件", sort=_GAPS, slot="state", falling=True),
    ),
    # The newest entry first.
    default=("-entered_on",),
    default_sort="-entered",
)


def register_rows(*, actor: Actor, project: Project) -> QuerySet[Engagement]:
    """What the actor sees of a project's register, as rows of :data:`REGISTER_LIST`."""
    rows = Engagement.objects.visible_to(actor).filter(project=project)
    parts = rows.select_related("person", "trade", "team", "employer")
    return parts.prefetch_related("person__cards")


def find_registration(*, actor: Actor, project: Project, id_number: str) -> UUID:
    """The registration of the worker with this ID number: the present one, else the last.

    :raises Engagement.DoesNotExist: not on the part of the register that the actor sees.
    """
    rows = Engagement.objects.visible_to(actor).filter(
        project=project, person__id_index=blind_index(id_number, ID_INDEX)
    )
    row = rows.order_by(F("left_on").desc(nulls_first=True), "-entered_on").first()
    if row is None:
        raise Engagement.DoesNotExist
    return row.uuid


@dataclass(frozen=True, slots=True)
class FullLine:
    """A line of the register with nothing masked: it leaves only through core.disclosure."""

    name: str
    gender: str
    nation: str
    id_number: str
    trade: str
    team: str
    employer: str
    entered_on: date
    left_on: date | None
    contract_number: str
    card: str
    bank: str
    phone: str


def full_line(engagement: Engagement) -> FullLine:
    """The registration with nothing masked."""
    person, card = engagement.person, active_card(engagement.person)
    return FullLine(
        name=person.name,
        gender=person.get_gender_display(),
        nation=person.nation,
        id_number=str(person.id_number),
        trade=engagement.trade.name if engagement.trade else "",
        team=engagement.team.name if engagement.team else "",
        employer=engagement.employer.name,
        entered_on=engagement.entered_on,
        left_on=engagement.left_on,
        contract_number=engagement.contract_number,
        card=str(card.number) if card else "",
        bank=card.bank_name if card else "",
        phone=str(person.phone),
    )


def active_card(person: Person) -> WageCard | None:
    """The card in use, from the prefetched ones."""
    return next((card for card in person.cards.all() if card.valid_to is None), None)


def register_row(engagement: Engagement) -> RegisterRow:
    """The engagement as the register shows it."""
    person = engagement.person
    card = active_card(person)
    return RegisterRow(
        uuid=engagement.uuid,
        name=masking.mask_name(person.name),
        id_number=person.id_masked,
        trade=engagement.trade.name if engagement.trade else "",
        team=engagement.team.name if engagement.team else "",
        employer=engagement.employer.name,
        entered_on=engagement.entered_on,
        left_on=engagement.left_on,
        contract_number=engagement.contract_number,
        card=f"尾号 {card.last_four}" if card else "",
        phone=person.phone_masked,
        missing=missing_fields(engagement, has_card=card is not None),
    )


def missing_fields(engagement: Engagement, *, has_card: bool) -> tuple[str, ...]:
    """What 规程二(四) names and this registration lacks."""
    lacking = {
        "劳动合同": not (engagement.contract_number or engagement.contract_id),
        "工种": engagement.trade_id is None,
        "工资卡银行账号": not has_card,
        "联系方式": not engagement.person.phone_masked,
    }
    return tuple(label for label, lacks in lacking.items() if lacks)


def engagement(*, actor: Actor, uuid: UUID | str) -> Engagement:
    """One registration that the actor may see.

    :raises Engagement.DoesNotExist: none, or out of scope.
    """
    rows = Engagement.objects.visible_to(actor).prefetch_related("person__cards")
    parts = ("project", "person", "trade", "team", "employer")
    return rows.select_related(*parts).get(uuid=uuid)


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card that a worker uses or used."""

    card: str
    bank: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker's page: the registration as the register shows it, and what hangs on it."""

    row: RegisterRow
    gender: str
    born_on: date
    nation: str
    cards: list[CardLine]


def worker(engagement: Engagement) -> Worker:
    """A registration of :func:`engagement` as its page shows it."""
    person = engagement.person
    cards = sorted(person.cards.all(), key=lambda card: card.pk, reverse=True)
    return Worker(
        row=register_row(engagement),
        gender=person.get_gender_display(),
        born_on=person.born_on,
        nation=person.nation,
        cards=[
            CardLine(f"尾号 {card.last_four}", card.bank_name, card.valid_from, card.valid_to)
            for card in cards
        ],
    )


def happenings(*, engagement: Engagement) -> QuerySet[AuditEntry]:
    """What was done about a registration, the newest first."""
    return audit.audit_entries(subject=f"engagement:{engagement.uuid}")


def sees_in_full(*, actor: Actor, project: Project, employer: int | None = None) -> bool:
    """Whether the actor may see numbers in full: who keeps the register, and 人社 officers."""
    return is_employer_on(actor, project, employer) or actor.has_role(Role.BUREAU_OFFICER)


def employer_choices(*, actor: Actor, project: Project) -> list[tuple[str, str]]:
    """The employers on the register, for its filter."""
    rows = Engagement.objects.visible_to(actor).filter(project=project)
    names = rows.order_by("employer__name").values_list("employer__uscc", "employer__name")
    return list(names.distinct())


def trade_choices(*, actor: Actor, project: Project) -> list[tuple[str, str]]:
    """The trades on the register, for its filter."""
    rows = Engagement.objects.visible_to(actor).filter(project=project, trade__isnull=False)
    return list(rows.order_by("trade_id").values_list("trade_id", "trade__name").distinct())


def trades() -> QuerySet[Trade]:
    """The trades of the national data standard, for choices."""
    return Trade.objects.all()


@dataclass(frozen=True, slots=True)
class IncompleteRegistration:
    """An engagement that lacks something 规程二(四) names; for WRK-02."""

    uuid: UUID
    project_id: int
    project: str
    employer_id: int
    employer: str
    employer_uscc: str
    entered_on: date
    due_on: date
    name: str
    missing: tuple[str, ...]


def incomplete_registrations(
    *,
    actor: Actor,
    as_of: date,
    projects: Collection[int] | None = None,
    grace: Limit,
    coming: bool = False,
) -> list[IncompleteRegistration]:
    """On the register on ``as_of`` and still lacking something ``grace`` days after entry.

    With ``coming`` those within their days too. ``due_on`` is the day from which something missing
    counts. One query; the names are masked.
    """
    key = ("incomplete", actor, as_of, projects and tuple(projects), grace, coming)
    return once_a_request(key, lambda: _read_incomplete(actor, as_of, projects, grace, coming))


def _read_incomplete(
    actor: Actor, as_of: date, projects: Collection[int] | None, grace: Limit, coming: bool
) -> list[IncompleteRegistration]:
    entered_by = as_of if coming else as_of - timedelta(days=int(grace.least))
    shape = Engagement.scope.rows(actor), as_of, entered_by, projects is None
    rows = _INCOMPLETE.rows(*shape, projects=list(projects or ()))
    found = [
        IncompleteRegistration(
            uuid=row.uuid,
            project_id=row.project_id,
            project=row.project.code,
            employer_id=row.employer_id,
            employer=row.employer.name,
            employer_uscc=row.employer.uscc,
            entered_on=row.entered_on,
            due_on=grace.after(row.entered_on, row.project.region_id),
            name=masking.mask_name(row.person.name),
            missing=missing_fields(row, has_card=row.has_card),
        )
        for row in rows
    ]
    return found if coming else [row for row in found if row.due_on <= as_of]


def _lacking(scope: Q, as_of: date, entered_by: date, everywhere: bool) -> QuerySet[Any]:
    card = WageCard.objects.filter(person=OuterRef("person_id"), valid_to__isnull=True)
    rows = (
        Engagement.everything.filter(scope, entered_on__lte=entered_by)
        .on(as_of)
        .annotate(has_card=Exists(card))
        .filter(
            Q(contract_number="", contract__isnull=True)
            | Q(trade__isnull=True)
            | Q(has_card=False)
            | Q(person__phone_masked="")
        )
        .select_related("person", "project", "employer")
    )
    return rows if everywhere else rows.filter(project_id__one_of=Given("projects"))


_INCOMPLETE = PreparedQuery(_lacking)


@dataclass(frozen=True, slots=True)
class RegisterGap:
    """A project under construction that lacks people, or a month's attendance of those it has."""

    project: Project
    nobody_registered: bool
    no_attendance: bool


def register_gaps(*, actor: Actor, month: date, projects: Collection[int]) -> list[RegisterGap]:
    """Which of these projects have nobody on the register yet, or people who were there in a month
    and no attendance of it; one query."""
    scopes = Project.scope.rows(actor), Engagement.scope.rows(actor)
    rows = _REGISTER_GAPS.rows(*scopes, month, projects=list(projects))
    return [RegisterGap(row, row.nobody, row.unrecorded) for row in rows]


def _register_gaps(scope: Q, scope_of_people: Q, month: date) -> QuerySet[Any]:
    of_project = Engagement.everything.filter(project=OuterRef("pk"))
    recorded = AttendanceMonth.everything.filter(project=OuterRef("pk"), month=month)
    there = Engagement.everything.filter(scope_of_people).during(month, clamp_day(month, 31))
    return (
        Project.everything.filter(scope, pk__one_of=Given("projects"))
        .judged()
        .annotate(
            nobody=~Exists(of_project),
            unrecorded=Exists(there.filter(project=OuterRef("pk"))) & ~Exists(recorded),
        )
        .filter(Q(nobody=True) | Q(unrecorded=True))
        .order_by("code")
    )


_REGISTER_GAPS = PreparedQuery(_register_gaps)


def people_on_register(*, actor: Actor, as_of: date, projects: Collection[int]) -> dict[int, int]:
    """How many people are on the register of each of these projects that has any."""

    def look_up() -> dict[int, int]:
        there = Engagement.objects.visible_to(actor).on(as_of).filter(project__in=projects)
        return dict(
            there.order_by()
            .values_list("project_id")
            .annotate(people=Count("person", distinct=True))
        )

    return once_a_request(("people", actor, as_of, tuple(projects)), look_up)
