"""People and cards as sheets are compared with them: in full, never shown."""

from collections.abc import Collection, Iterable
from datetime import date

from core import months
from core.actor import Actor
from core.sealed import blind_index
from identity.models import Organisation
from projects.models import Project
from workers.models import Engagement, Person, WageCard
from workers.tables.columns import CARD_INDEX, ID_INDEX, PHONE_INDEX, KnownPerson, RegisteredWorker

__all__ = ["CARD_INDEX", "ID_INDEX", "PHONE_INDEX", "KnownPerson", "RegisteredWorker"]


def workers_in_month(
    *,
    actor: Actor,
    project: Project,
    employer: Organisation,
    id_numbers: Iterable[str],
    month: date,
) -> dict[str, RegisteredWorker]:
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
        found[numbers[bytes(index)]] = RegisteredWorker(pk, person, name, entered, left, *card)
    return found


def _active_cards(people: Collection[int]) -> dict[int, tuple[int, bytes]]:
    cards = WageCard.objects.filter(person_id__in=people, valid_to__isnull=True)
    return {
        person: (pk, bytes(index))
        for person, pk, index in cards.values_list("person_id", "pk", "number_index")
    }


def known_people(*, id_numbers: Iterable[str]) -> dict[str, KnownPerson]:
    """Which of these ID numbers the register knows, platform-wide 一人一卡、全区通用.

    What is found is compared with what a sender wrote, never shown.
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


def card_holders(*, numbers: Iterable[str]) -> dict[str, int]:
    """Card number → the person who has it in use; for comparison, never shown."""
    indexes = {blind_index(number, CARD_INDEX): number for number in set(numbers)}
    cards = WageCard.objects.filter(number_index__in=list(indexes), valid_to__isnull=True)
    return {
        indexes[bytes(index)]: person
        for index, person in cards.values_list("number_index", "person_id")
    }
