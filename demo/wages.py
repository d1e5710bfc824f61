"""Attendance and pay of the invented workers, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from core.months import days_in
from demo.people import InventedPerson
from payroll.tables import Amounts
from workers.tables import days_of

#: Team, trade and what it earns a day in 元, from … to.
CREWS = (
    ("钢筋班", "钢筋工", 280, 340),
    ("木工班", "木工", 270, 330),
    ("混凝土班", "混凝土工", 250, 300),
    ("砌筑班", "砌筑工", 260, 310),
    ("架子班", "架子工", 260, 320),
    ("水电班", "管道工", 240, 300),
)
#: A day's wage that falls below every county's minimum.
TOO_LOW = 55


@dataclass(slots=True)
class SiteWorker:
    """A worker on a site: who, in which crew, for how much a day."""

    person: InventedPerson
    team: str
    trade: str
    rate: int
    engagement: int = 0
    card: int = 0


def hire(people: Sequence[InventedPerson], random: Random) -> list[SiteWorker]:
    """Spread people over the crews."""
    workers = []
    for number, person in enumerate(people):
        team, trade, least, most = CREWS[number * len(CREWS) // len(people)]
        workers.append(SiteWorker(person, team, trade, random.randrange(least, most, 10)))
    return workers


def month_marks(month: date, until: date, random: Random) -> str:
    """A month's 31 marks up to a day: a rest day in ten, seldom half a day or none."""
    rest = random.randrange(10)
    marks = ""
    for day in range(1, days_in(month) + 1):
        if month.replace(day=day) > until:
            break
        marks += "-" if day % 10 == rest else random.choices("150", (94, 3, 3))[0]
    return marks.ljust(31)


def line_amounts(worker: SiteWorker, marks: str, random: Random) -> Amounts:
    """A line's amounts for a month's marks."""
    days = days_of(marks).quantize(Decimal("0.1"))
    rate = Decimal(worker.rate).quantize(Decimal("0.01"))
    overtime = Decimal(random.choice((0, 0, 0, 120, 180, 240)))
    gross = (rate * days + overtime).quantize(Decimal("0.01"))
    advance = min(Decimal(random.choice((0, 0, 0, 0, 500, 1000))), gross)
    deduction = Decimal(random.choice((0, 0, 0, 60, 150))) if gross - advance > 500 else Decimal(0)
    net = gross - advance - deduction
    return Amounts(days, rate, overtime, gross, advance, deduction, net)
