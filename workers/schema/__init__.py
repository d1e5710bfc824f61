"""What rosters and attendance hold, as forms and imports share it 规程二(四)."""

from workers.schema.attendance import ATTENDANCE, DAY_NAMES, days_of, marks_of
from workers.schema.clockins import (
    CLOCK_DAYS,
    CLOCK_INS,
    clock_ins_within,
    clocked_in_month,
    day_is_said,
    is_clocked,
    mark_of,
    not_clocked_twice,
    rolled_up,
)
from workers.schema.people import nobody_twice
from workers.schema.roster import (
    NAMED_FIELDS,
    ROSTER,
    born_on,
    is_male,
    named_fields_filled,
    no_card_twice,
    row_is_consistent,
)

__all__ = [
    "ATTENDANCE",
    "CLOCK_DAYS",
    "CLOCK_INS",
    "DAY_NAMES",
    "NAMED_FIELDS",
    "ROSTER",
    "born_on",
    "clock_ins_within",
    "clocked_in_month",
    "day_is_said",
    "days_of",
    "is_clocked",
    "is_male",
    "mark_of",
    "marks_of",
    "named_fields_filled",
    "no_card_twice",
    "nobody_twice",
    "not_clocked_twice",
    "rolled_up",
    "row_is_consistent",
]
