"""What screens, rules and other apps read of the register."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from core import masking, months
from core.actor import Actor
from core.http import Page, keyset_page
from core.sealed import blind_index
from identity.models import Organisation
from projects.models import Project
from workers.models import (
    AttendanceMonth,
    Engagement,
    Person,
    RegisterUpload,
    Trade,
    WageCard,
)

#: What the blind indexes of the register are made for; the same words seal and search.
ID_INDEX, CARD_INDEX, PHONE_INDEX = "id", "card", "phone"


@dataclass(frozen=True, slots=True)
class RollEntry:
    """Somebody on a project's register, as checks of sheets need them; nothing is masked."""

    engagement_id: int
    person_id: int
    name: str
    entered_on: date
    left_on: date | None
    card_id: int | None
    card_index: bytes | None


def roll(
    *,
    actor: Actor,
    project: Project,
    employer: Organisation,
    id_numbers: Iterable[str],
    month: date,
) -> dict[str, RollEntry]:
    """Those of the ID numbers that are on the register with the employer in the month.

    Two queries whatever the number.
    """
    numbers = {blind_index(number, ID_INDEX): number for number in set(id_numbers)}
    engagements = (
        Engagement.objects.visible_to(actor)
        .during(month, months.clamp_day(month, 31))
        .filter(project=project, employer=employer, person__id_index__in=list(numbers))
        .order_by("entered_on", "pk")
        .values_list("pk", "person_id", "person__name", "entered_on", "left_on", "person__id_index")
    )
    rows = list(engagements)
    cards = _active_cards({row[1] for row in rows})
    found = {}
    for pk, person, name, entered, left, index in rows:
        card = cards.get(person, (None, None))
        found[numbers[bytes(index)]] = RollEntry(pk, person, name, entered, left, *card)
    return found


def _active_cards(people: Collection[int]) -> dict[int, tuple[int, bytes]]:
    cards = WageCard.objects.filter(person_id__in=people, valid_to__isnull=True)
    return {
        person: (pk, bytes(index))
        for person, pk, index in cards.values_list("person_id", "pk", "number_index")
    }


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person that the register knows, as an import compares: the caller shows none of it."""

    pk: int
    name: str
    phone: str
    card_index: bytes | None


def known_people(*, actor: Actor, id_numbers: Iterable[str]) -> dict[str, KnownPerson]:
    """Which of these ID numbers the register knows, platform-wide 一人一卡、全区通用.

    ``actor`` is whoever imports; what is found is compared, never shown.
    """
    numbers = {blind_index(number, ID_INDEX): number for number in set(id_numbers)}
    people = list(Person.objects.filter(id_index__in=list(numbers)))
    cards = _active_cards({person.pk for person in people})
    return {
        numbers[bytes(person.id_index)]: KnownPerson(
            person.pk, person.name, person.phone, cards.get(person.pk, (None, None))[1]
        )
        for person in people
    }


def card_holders(*, actor: Actor, numbers: Iterable[str]) -> dict[str, int]:
    """Card number → the person who has it in use; for comparison, never shown."""
    indexes = {blind_index(number, CARD_INDEX): number for number in set(numbers)}
    cards = WageCard.objects.filter(number_index__in=list(indexes), valid_to__isnull=True)
    return {
        indexes[bytes(index)]: person
        for index, person in cards.values_list("number_index", "person_id")
    }


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


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What the register page's address asks for."""

    text: str = ""
    trade: str = ""
    employer: str = ""
    presence: str = "on"

    def apply(self, rows: QuerySet[Engagement], as_of: date) -> QuerySet[Engagement]:
        if self.text:
            text = self.text.strip()
            words = Q(person__name__icontains=text) | Q(person__pinyin__contains=text.lower())
            rows = rows.filter(words | Q(person__id_index=blind_index(text.upper(), ID_INDEX)))
        if self.trade:
            rows = rows.filter(trade_id=self.trade)
        if self.employer:
            rows = rows.filter(employer__uscc=self.employer)
        if self.presence == "on":
            return rows.filter(Q(left_on__isnull=True) | Q(left_on__gte=as_of))
        return rows.filter(left_on__lt=as_of) if self.presence == "left" else rows


def register_page(
    *,
    actor: Actor,
    project: Project,
    wanted: RegisterFilter,
    as_of: date,
    params: dict[str, Any],
) -> Page[RegisterRow]:
    """One page of a project's register, newest entry first."""
    rows = wanted.apply(Engagement.objects.visible_to(actor).filter(project=project), as_of)
    page = keyset_page(_shown(rows), keys=("-entered_on", "id"), params=params)
    return page.of(register_row)


def _shown(rows: QuerySet[Engagement]) -> QuerySet[Engagement]:
    return rows.select_related("person", "trade", "team", "employer").prefetch_related(
        "person__cards"
    )


def register_row(engagement: Engagement) -> RegisterRow:
    """The engagement as the register shows it."""
    person = engagement.person
    card = next((c for c in person.cards.all() if c.valid_to is None), None)
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
    return _shown(Engagement.objects.visible_to(actor)).select_related("project").get(uuid=uuid)


def upload(*, actor: Actor, uuid: UUID | str) -> RegisterUpload:
    """One roster or attendance upload that the actor may see.

    :raises RegisterUpload.DoesNotExist: none, or out of scope.
    """
    rows = RegisterUpload.objects.visible_to(actor)
    return rows.select_related("project", "employer", "original", "job").get(uuid=uuid)


def uploads(*, actor: Actor, project: Project, kind: str) -> list[RegisterUpload]:
    """The newest uploads of a kind for a project."""
    rows = RegisterUpload.objects.visible_to(actor).filter(project=project, kind=kind)
    return list(rows.select_related("employer", "original").defer("reading").order_by("-pk")[:10])


def trades(*, actor: Actor) -> QuerySet[Trade]:
    """The trades of the national data standard, for choices."""
    return Trade.objects.all()


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One worker's month as the grid shows it."""

    engagement: UUID
    name: str
    trade: str
    team: str
    employer: str
    marks: tuple[str, ...]
    days: Decimal


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    """A project's month: one page of rows, and the sum over all of them in days."""

    month: date
    page: Page[AttendanceRow]
    total: Decimal


def attendance_sheet(
    *, actor: Actor, project: Project, month: date, params: dict[str, Any]
) -> AttendanceSheet:
    """The attendance grid of a month."""
    rows = AttendanceMonth.objects.visible_to(actor).filter(project=project, month=month)
    shown = rows.select_related(
        "engagement__person", "engagement__trade", "engagement__team", "employer"
    )
    page = keyset_page(shown, keys=("employer_id", "id"), params=params)
    total = rows.aggregate(days=Sum("days"))["days"] or Decimal(0)
    last = months.days_in(month)
    return AttendanceSheet(month, page.of(lambda row: _attendance_row(row, last)), total)


def _attendance_row(row: AttendanceMonth, last: int) -> AttendanceRow:
    engagement = row.engagement
    return AttendanceRow(
        engagement=engagement.uuid,
        name=masking.mask_name(engagement.person.name),
        trade=engagement.trade.name if engagement.trade else "",
        team=engagement.team.name if engagement.team else "",
        employer=row.employer.name,
        marks=tuple(row.marks[:last]),
        days=row.days,
    )


def attendance_days(
    *, actor: Actor, engagement_ids: Collection[int], month: date
) -> dict[int, Decimal]:
    """Engagement → days of attendance in the month, where there is a record."""
    rows = AttendanceMonth.objects.visible_to(actor).filter(
        engagement_id__in=engagement_ids, month=month
    )
    return dict(rows.values_list("engagement_id", "days"))


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
    name: str
    missing: tuple[str, ...]


def incomplete_registrations(
    *, actor: Actor, entered_by: date, as_of: date, projects: Collection[int] | None = None
) -> list[IncompleteRegistration]:
    """On the register on ``as_of``, entered on or before ``entered_by``, something missing.

    One query; the names are masked.
    """
    card = WageCard.objects.filter(person=OuterRef("person_id"), valid_to__isnull=True)
    rows = (
        Engagement.objects.visible_to(actor)
        .on(as_of)
        .filter(entered_on__lte=entered_by)
        .annotate(has_card=Exists(card))
        .filter(
            Q(contract_number="", contract__isnull=True)
            | Q(trade__isnull=True)
            | Q(has_card=False)
            | Q(person__phone_masked="")
        )
        .select_related("person", "project", "employer")
    )
    if projects is not None:
        rows = rows.filter(project_id__in=projects)
    return [
        IncompleteRegistration(
            uuid=row.uuid,
            project_id=row.project_id,
            project=row.project.code,
            employer_id=row.employer_id,
            employer=row.employer.name,
            employer_uscc=row.employer.uscc,
            entered_on=row.entered_on,
            name=masking.mask_name(row.person.name),
            missing=missing_fields(row, has_card=row.has_card),
        )
        for row in rows
    ]
