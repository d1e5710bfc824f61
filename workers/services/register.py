"""Entering workers on the register, and what changes while they are on it 规程二(四).

One person for one ID number, platform-wide. A name or card that another employer registered is
never overwritten: who enters the worker a second time must agree with it. Each service loads what
it changes in the actor's scope.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from core import audit, masking
from core.actor import Actor
from core.errors import Refused
from core.pinyin import pinyin_of
from core.sealed import blind_index
from core.touch import touch
from identity.models import Organisation
from projects import selectors as projects
from projects.models import Project
from projects.permissions import require_employer
from workers import selectors
from workers.models import Engagement, Person, Team, Trade, WageCard
from workers.selectors import CARD_INDEX, ID_INDEX, PHONE_INDEX
from workers.tables import born_on, is_male

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


@dataclass(frozen=True)
class RosterEntry:
    """One worker as a roster gives it. ``trade`` is a name, "" where unknown."""

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
def enrol_workers(
    *, actor: Actor, now: datetime, code: str, employer: UUID, entries: Sequence[RosterEntry]
) -> Enrolment:
    """Enter an employer's workers on a project's register, or bring those on it up to date.

    A fixed number of queries, whatever the roster's length.

    :raises Project.DoesNotExist: out of scope.
    :raises Organisation.DoesNotExist: employs nobody on the project.
    :raises Forbidden: neither the general contractor nor the employer itself.
    :raises Refused: somebody entered one of them at this very moment.
    """
    project, organisation = projects.kept_employer(actor=actor, code=code, employer=employer)
    by_number = {entry.id_number: entry for entry in entries}
    try:
        with transaction.atomic():
            people = _register_people(by_number, timezone.localdate(now))
            enrolment = _register_engagements(project, organisation, by_number, people)
    except IntegrityError as clash:
        raise Refused("register.clash") from clash
    audit.record(
        actor,
        ENROLLED,
        f"organisation:{organisation.uscc}",
        now=now,
        within=project.subject,
        detail={"added": enrolment.added, "changed": enrolment.changed},
    )
    touch(project.subject)
    return enrolment


def _register_people(entries: Mapping[str, RosterEntry], today: date) -> dict[str, int]:
    """ID number → person, new ones made; phones and cards filled in where none is registered."""
    known = selectors.known_people(id_numbers=entries)
    numbers = [number for number in entries if number not in known]
    made = Person.objects.bulk_create([_new_person(entries[number]) for number in numbers])
    people = {number: person.pk for number, person in known.items()}
    people |= {number: person.pk for number, person in zip(numbers, made, strict=True)}
    without_phone = [
        Person(pk=person.pk, **_phone_columns(entries[number].phone))
        for number, person in known.items()
        if entries[number].phone and not person.phone
    ]
    Person.objects.bulk_update(without_phone, ["phone", "phone_index", "phone_masked"])
    WageCard.objects.bulk_create(
        new_card(people[number], entry.card, entry.bank, min(entry.entered_on, today))
        for number, entry in entries.items()
        if entry.card and not (number in known and known[number].card_index)
    )
    return people


def _register_engagements(
    project: Project,
    employer: Organisation,
    entries: Mapping[str, RosterEntry],
    people: Mapping[str, int],
) -> Enrolment:
    rows = Engagement.everything.filter(
        project=project, employer=employer, person_id__in=people.values()
    )
    times: dict[int, list[Engagement]] = {}
    for row in rows.order_by(F("left_on").desc(nulls_first=True)):
        times.setdefault(row.person_id, []).append(row)
    teams = _teams_by_name(
        project, employer, {entry.team for entry in entries.values() if entry.team}
    )
    find_trade = trade_finder()
    new, changed = [], []
    for number, person in people.items():
        entry = entries[number]
        columns = {
            "trade_id": find_trade(entry.trade),
            "team_id": teams[entry.team].pk if entry.team else None,
            "contract_number": entry.contract_number,
            "entered_on": entry.entered_on,
            "left_on": entry.left_on,
        }
        # What the entry leaves open stays as it was.
        columns = {name: value for name, value in columns.items() if value not in (None, "")}
        meant = _meant_engagement(times.get(person, []), entry)
        if meant is None:
            new.append(Engagement(project=project, employer=employer, person_id=person, **columns))
        elif any(getattr(meant, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(meant, name, value)
            changed.append(meant)
    Engagement.everything.bulk_create(new)
    Engagement.everything.bulk_update(
        changed, ["trade", "team", "contract_number", "entered_on", "left_on"]
    )
    return Enrolment(len(new), len(changed), len(people) - len(new) - len(changed))


def _teams_by_name(project: Project, employer: Organisation, names: set[str]) -> dict[str, Team]:
    Team.everything.bulk_create(
        [Team(project=project, employer=employer, name=name) for name in names],
        ignore_conflicts=True,
    )
    rows = Team.everything.filter(project=project, employer=employer, name__in=names)
    return {team.name: team for team in rows}


def _meant_engagement(times: Sequence[Engagement], entry: RosterEntry) -> Engagement | None:
    """Which of a worker's times the entry is about: the one that began that day, else the present.

    So a roster that names those who left changes nothing when it comes a second time.
    """
    same = next((time for time in times if time.entered_on == entry.entered_on), None)
    present = next((time for time in times if time.left_on is None), None)
    return same or present


def _new_person(entry: RosterEntry) -> Person:
    number = entry.id_number
    return Person(
        name=entry.name,
        pinyin=pinyin_of(entry.name),
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


#: Trades as sites write them, where no 工 at the end alone makes them the standard's.
SITE_NAMES = {
    "瓦工": "砌筑工",
    "泥瓦工": "砌筑工",
    "泥工": "砌筑工",
    "砖工": "砌筑工",
    "电工": "建筑电工",
    "水电工": "建筑电工",
    "焊工": "电焊工",
    "架工": "架子工",
    "外架工": "架子工",
    "钢筋": "钢筋工",
    "砼工": "混凝土工",
    "木模工": "模板工",
    "支模工": "模板工",
    "粉刷工": "抹灰工",
    "油工": "油漆工",
    "腻子工": "油漆工",
    "贴砖工": "镶贴工",
    "瓷砖工": "镶贴工",
    "管工": "管道工",
    "水暖工": "水暖工",
    "放线工": "测量放线工",
    "测量工": "测量放线工",
    "信号工": "起重信号工",
    "普工": "其他",
    "小工": "其他",
    "壮工": "其他",
    "力工": "其他",
    "杂工": "其他",
    "辅工": "其他",
}


class trade_finder:
    """Trade name → code; names as sites write them find the standard's."""

    def __init__(self) -> None:
        self.codes = {name: code for code, name in Trade.objects.values_list("code", "name")}

    def __call__(self, name: str) -> str | None:
        """The code, or None where the standard knows no such trade."""
        name = name.strip()
        name = SITE_NAMES.get(name, name)
        return self.codes.get(name) or self.codes.get(name + "工")


@transaction.atomic
def change_card(
    *, actor: Actor, now: datetime, uuid: UUID, number: str, bank: str, since: date
) -> None:
    """Give a worker another wage card from a day on; the old one stays on record.

    :raises Engagement.DoesNotExist: out of scope.
    :raises Forbidden: neither contractor nor employer.
    :raises Refused: the card is another worker's, or starts before the old one or later than
        today.
    """
    engagement = _kept_engagement(actor, uuid)
    person = Person.objects.select_for_update().get(pk=engagement.person_id)
    old = WageCard.objects.filter(person=person, valid_to__isnull=True).first()
    if since > timezone.localdate(now):
        raise Refused("card.not_in_use_yet", "since")
    if old and bytes(old.number_index) == blind_index(number, CARD_INDEX):
        raise Refused("card.same", "number")
    if old and since < old.valid_from:
        raise Refused("card.before_present", "since", since=old.valid_from)
    if old:
        WageCard.objects.filter(pk=old.pk).update(valid_to=since)
    try:
        with transaction.atomic():
            new_card(person.pk, number, bank, since).save()
    except IntegrityError as clash:
        raise Refused("card.taken", "number") from clash
    _record_act(
        actor,
        CARD_CHANGED,
        engagement,
        now,
        since=since,
        old=f"尾号 {old.last_four}" if old else "",
        new=masking.mask_card(number),
    )


@transaction.atomic
def record_exit(*, actor: Actor, now: datetime, uuid: UUID, on: date) -> None:
    """Record that a worker left the project 退场.

    :raises Engagement.DoesNotExist: out of scope.
    :raises Forbidden: neither contractor nor employer.
    :raises Refused: left already, before entry, or later than today.
    """
    engagement = _kept_engagement(actor, uuid)
    if on > timezone.localdate(now):
        raise Refused("exit.to_come", "on")
    if on < engagement.entered_on:
        raise Refused("exit.before_entry", "on", entry=engagement.entered_on)
    rows = Engagement.everything.filter(pk=engagement.pk, left_on__isnull=True)
    if rows.update(left_on=on) != 1:
        raise Refused("exit.recorded")
    _record_act(actor, LEFT, engagement, now, on=on)


@transaction.atomic
def complete_registration(
    *,
    actor: Actor,
    now: datetime,
    uuid: UUID,
    trade: str,
    team: str,
    contract_number: str,
    phone: str,
) -> None:
    """Fill in or correct what a registration says of trade, team, contract and phone.

    ``trade`` is a code of the national standard; an empty ``phone`` leaves the stored one alone.

    :raises Engagement.DoesNotExist: out of scope.
    :raises Forbidden: neither contractor nor employer.
    """
    engagement = _kept_engagement(actor, uuid)
    teams = _teams_by_name(engagement.project, engagement.employer, {team} if team else set())
    engagement.trade_id = trade or None
    engagement.team = teams.get(team)
    engagement.contract_number = contract_number
    engagement.save(update_fields=["trade", "team", "contract_number"])
    if phone:
        Person.objects.filter(pk=engagement.person_id).update(**_phone_columns(phone))
    _record_act(actor, CHANGED, engagement, now, trade=trade, team=team, contract=contract_number)


def _kept_engagement(actor: Actor, uuid: UUID) -> Engagement:
    """A registration that the actor sees and keeps."""
    engagement = selectors.engagement(actor=actor, uuid=uuid)
    require_employer(actor, engagement.project, engagement.employer_id)
    return engagement


def _record_act(
    actor: Actor, action: str, engagement: Engagement, now: datetime, **detail: Any
) -> None:
    subject = f"engagement:{engagement.uuid}"
    detail = {"worker": masking.mask_name(engagement.person.name), **detail}
    audit.record(actor, action, subject, now=now, within=engagement.project.subject, detail=detail)
    touch(engagement.project.subject)
