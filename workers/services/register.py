"""Entering workers on the register, and what changes while they are on it 规程二(四).

One person for one ID number, platform-wide. A name or card that another employer registered is
never overwritten: who enters the worker a second time must agree with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from core import audit, masking
from core.actor import Actor
from core.pinyin import spell
from core.sealed import blind_index
from core.touch import touch
from identity.models import Organisation
from projects.models import Project
from projects.permissions import require_employer
from workers import selectors
from workers.models import Engagement, Person, Team, Trade, WageCard
from workers.schema import born_on, is_male
from workers.selectors import CARD_INDEX, ID_INDEX, PHONE_INDEX

ENROLLED = audit.action("register.enrol", "实名登记", {"added": "新增", "changed": "更新"})
CHANGED = audit.action(
    "register.change",
    "修改用工登记",
    {"worker": "工人", "trade": "工种", "team": "班组", "contract": "合同编号"},
)
LEFT = audit.action("register.leave", "登记退场", {"worker": "工人", "on": "退场日期"})
CARD_CHANGED = audit.action(
    "register.card",
    "更换工资卡",
    {"worker": "工人", "since": "启用日期", "old": "原卡", "new": "新卡"},
)


class RegisterRefused(ValueError):
    """The register cannot take this; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class Entry:
    """One worker as a roster or the form gives it. ``trade`` is a name, "" where unknown."""

    id_number: str
    name: str
    entered_on: date
    trade: str = ""
    team: str = ""
    nation: str = ""
    phone: str = ""
    card: str = ""
    bank: str = ""
    contract_number: str = ""
    left_on: date | None = None


@dataclass(frozen=True)
class Enrolment:
    """What entering a roster did, in people."""

    added: int
    changed: int
    unchanged: int


@transaction.atomic
def enrol(
    *,
    actor: Actor,
    project: Project,
    employer: Organisation,
    entries: Sequence[Entry],
    as_of: date,
    now: datetime | None = None,
) -> Enrolment:
    """Enter workers, or bring those already on the register up to date.

    :raises Forbidden: neither the general contractor nor the employer itself.
    :raises RegisterRefused: somebody entered one of them at this very moment.
    """
    require_employer(actor, project, employer.pk)
    try:
        with transaction.atomic():
            enrolment = _Enrolling(project, employer, entries, as_of).run(actor)
    except IntegrityError as clash:
        raise RegisterRefused(
            "名册中有工人刚被别人登记，内容都还在，请重新核对后再入库。"
        ) from clash
    audit.record(
        actor,
        ENROLLED,
        f"organisation:{employer.uscc}",
        now=now,
        within=project.subject,
        detail={"added": enrolment.added, "changed": enrolment.changed},
    )
    touch(project.subject)
    return enrolment


class _Enrolling:
    """One roster on its way into the tables: a fixed number of queries, whatever its length."""

    def __init__(
        self, project: Project, employer: Organisation, entries: Sequence[Entry], as_of: date
    ):
        self.project, self.employer, self.as_of = project, employer, as_of
        self.entries = {entry.id_number: entry for entry in entries}
        self.trades = trade_finder()

    def run(self, actor: Actor) -> Enrolment:
        known = selectors.known_people(actor=actor, id_numbers=self.entries)
        people = {number: person.pk for number, person in known.items()}
        people |= self._add_people([n for n in self.entries if n not in known])
        self._fill_phones({people[n]: self.entries[n] for n, p in known.items() if not p.phone})
        self._add_cards({n: people[n] for n in self.entries if self._needs_card(known.get(n), n)})
        return self._engage(people)

    def _needs_card(self, known: "selectors.KnownPerson | None", number: str) -> bool:
        return bool(self.entries[number].card) and not (known and known.card_index)

    def _add_people(self, numbers: Sequence[str]) -> dict[str, int]:
        made = Person.objects.bulk_create([_new_person(self.entries[n]) for n in numbers])
        return {number: person.pk for number, person in zip(numbers, made, strict=True)}

    def _fill_phones(self, people: dict[int, Entry]) -> None:
        rows = [
            Person(pk=pk, **_phone_columns(entry.phone))
            for pk, entry in people.items()
            if entry.phone
        ]
        Person.objects.bulk_update(rows, ["phone", "phone_index", "phone_masked"])

    def _add_cards(self, people: dict[str, int]) -> None:
        said = ((pk, self.entries[number]) for number, pk in people.items())
        WageCard.objects.bulk_create(
            new_card(pk, entry.card, entry.bank, min(entry.entered_on, self.as_of))
            for pk, entry in said
        )

    def _engage(self, people: dict[str, int]) -> Enrolment:
        registered = self._registered(people.values())
        teams = self._teams()
        new, changed = [], []
        for number, pk in people.items():
            entry = self.entries[number]
            wanted = self._columns(entry, teams)
            row = _meant(registered.get(pk, []), entry)
            if row is None:
                new.append(self._new(pk, wanted))
            elif _apply(row, wanted):
                changed.append(row)
        Engagement.everything.bulk_create(new)
        Engagement.everything.bulk_update(
            changed, ["trade", "team", "contract_number", "entered_on", "left_on"]
        )
        return Enrolment(len(new), len(changed), len(people) - len(new) - len(changed))

    def _registered(self, people: Collection[int]) -> dict[int, list[Engagement]]:
        """Each person's times with this employer here, the present one first."""
        rows = Engagement.everything.filter(
            project=self.project, employer=self.employer, person_id__in=people
        ).order_by(F("left_on").desc(nulls_first=True))
        found: dict[int, list[Engagement]] = {}
        for row in rows:
            found.setdefault(row.person_id, []).append(row)
        return found

    def _new(self, person: int, columns: dict[str, Any]) -> Engagement:
        return Engagement(project=self.project, employer=self.employer, person_id=person, **columns)

    def _columns(self, entry: Entry, teams: dict[str, Team]) -> dict[str, Any]:
        """What the entry says of the engagement; what it leaves open stays as it was."""
        said = {
            "trade_id": self.trades(entry.trade),
            "team_id": teams[entry.team].pk if entry.team else None,
            "contract_number": entry.contract_number,
            "entered_on": entry.entered_on,
            "left_on": entry.left_on,
        }
        return {name: value for name, value in said.items() if value not in (None, "")}

    def _teams(self) -> dict[str, Team]:
        names = {entry.team for entry in self.entries.values() if entry.team}
        Team.everything.bulk_create(
            [Team(project=self.project, employer=self.employer, name=name) for name in names],
            ignore_conflicts=True,
        )
        rows = Team.everything.filter(project=self.project, employer=self.employer, name__in=names)
        return {team.name: team for team in rows}


def _meant(times: Sequence[Engagement], entry: Entry) -> Engagement | None:
    """Which of a worker's times the entry is about: the one that began that day, else the present.

    So a roster that names those who left changes nothing when it comes a second time.
    """
    same = next((time for time in times if time.entered_on == entry.entered_on), None)
    present = next((time for time in times if time.left_on is None), None)
    return same or present


def _apply(row: Engagement, wanted: dict[str, Any]) -> bool:
    differs = {n: v for n, v in wanted.items() if getattr(row, n) != v}
    for name, value in differs.items():
        setattr(row, name, value)
    return bool(differs)


def _new_person(entry: Entry) -> Person:
    number = entry.id_number
    return Person(
        name=entry.name,
        pinyin=spell(entry.name),
        id_number=number,
        id_index=blind_index(number, ID_INDEX),
        id_masked=masking.mask_id(number),
        gender=Person.Gender.MALE if is_male(number) else Person.Gender.FEMALE,
        born_on=born_on(number),
        nation=entry.nation,
        **_phone_columns(entry.phone),
    )


def _phone_columns(phone: str) -> dict[str, Any]:
    return {
        "phone": phone,
        "phone_index": blind_index(phone, PHONE_INDEX) if phone else None,
        "phone_masked": masking.mask_phone(phone) if phone else "",
    }


def new_card(person: int, number: str, bank: str, since: date) -> WageCard:
    """A card in use from a day on, unsaved."""
    return WageCard(
        person_id=person,
        number=number,
        number_index=blind_index(number, CARD_INDEX),
        last_four=number[-4:],
        bank_name=bank,
        valid_from=since,
    )


class trade_finder:
    """Trade name → code; names as sites write them find the standard's."""

    def __init__(self) -> None:
        self.codes = {name: code for code, name in Trade.objects.values_list("code", "name")}

    def __call__(self, name: str) -> str | None:
        """The code, or None where the standard knows no such trade."""
        name = name.strip()
        return self.codes.get(name) or self.codes.get(name + "工")


@transaction.atomic
def change_card(
    *, actor: Actor, uuid: UUID | str, number: str, bank: str, since: date, as_of: date
) -> None:
    """Give a worker another wage card from a day on; the old one stays on record.

    :raises Engagement.DoesNotExist: out of scope.
    :raises Forbidden: neither contractor nor employer.
    :raises RegisterRefused: the card is another worker's, or starts before the old one or later
        than today.
    """
    engagement = _kept(actor, uuid)
    person = Person.objects.select_for_update().get(pk=engagement.person_id)
    old = WageCard.objects.filter(person=person, valid_to__isnull=True).first()
    _refuse_card(old, number, since, as_of)
    if old:
        WageCard.objects.filter(pk=old.pk).update(valid_to=since)
    try:
        with transaction.atomic():
            new_card(person.pk, number, bank, since).save()
    except IntegrityError as clash:
        raise RegisterRefused("这张卡已登记在另一名工人名下，一张卡只能登记给一个人。") from clash
    _record(
        actor,
        CARD_CHANGED,
        engagement,
        since=since,
        old=f"尾号 {old.last_four}" if old else "",
        new=masking.mask_card(number),
    )


def _refuse_card(old: WageCard | None, number: str, since: date, as_of: date) -> None:
    if since > as_of:
        raise RegisterRefused("启用日期不能晚于今天，请在新卡启用后办理。")
    if old is None:
        return
    if bytes(old.number_index) == blind_index(number, CARD_INDEX):
        raise RegisterRefused("这就是该工人正在使用的工资卡，无需更换。")
    if since < old.valid_from:
        raise RegisterRefused(f"启用日期不能早于现用卡的启用日期 {old.valid_from:%Y-%m-%d}。")


@transaction.atomic
def leave(*, actor: Actor, uuid: UUID | str, on: date, as_of: date) -> None:
    """Record that a worker left the project.

    :raises Engagement.DoesNotExist: out of scope.
    :raises Forbidden: neither contractor nor employer.
    :raises RegisterRefused: left already, before entry, or later than today.
    """
    engagement = _kept(actor, uuid)
    if on > as_of:
        raise RegisterRefused("退场日期不能晚于今天，请在退场当天或之后办理。")
    if on < engagement.entered_on:
        raise RegisterRefused(f"退场日期不能早于进场日期 {engagement.entered_on:%Y-%m-%d}。")
    rows = Engagement.everything.filter(pk=engagement.pk, left_on__isnull=True)
    if rows.update(left_on=on) != 1:
        raise RegisterRefused("这名工人已经登记退场，请刷新页面。")
    _record(actor, LEFT, engagement, on=on)


@transaction.atomic
def complete(
    *, actor: Actor, uuid: UUID | str, trade: str, team: str, contract_number: str, phone: str
) -> None:
    """Fill in or correct what a registration says of trade, team, contract and phone.

    ``trade`` is a code of the national standard; an empty ``phone`` leaves the stored one alone.

    :raises Engagement.DoesNotExist: out of scope.
    :raises Forbidden: neither contractor nor employer.
    """
    engagement = _kept(actor, uuid)
    engagement.trade_id = trade or None
    engagement.team = _team(engagement, team)
    engagement.contract_number = contract_number
    engagement.save(update_fields=["trade", "team", "contract_number"])
    if phone:
        Person.objects.filter(pk=engagement.person_id).update(**_phone_columns(phone))
    _record(actor, CHANGED, engagement, trade=trade, team=team, contract=contract_number)


def _kept(actor: Actor, uuid: UUID | str) -> Engagement:
    """A registration that the actor sees and keeps."""
    engagement = selectors.engagement(actor=actor, uuid=uuid)
    require_employer(actor, engagement.project, engagement.employer_id)
    return engagement


def _team(engagement: Engagement, name: str) -> Team | None:
    if not name:
        return None
    team, _ = Team.everything.get_or_create(
        project=engagement.project, employer=engagement.employer, name=name
    )
    return team


def _record(actor: Actor, action: str, engagement: Engagement, **detail: Any) -> None:
    subject = f"engagement:{engagement.uuid}"
    detail = {"worker": masking.mask_name(engagement.person.name), **detail}
    audit.record(actor, action, subject, within=engagement.project.subject, detail=detail)
    touch(engagement.project.subject)
