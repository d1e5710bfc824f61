"""What rosters and attendance hold, as forms and imports share it 规程二(四)."""

from workers.tables.attendance import (
    ATTENDANCE,
    DAY_NAMES,
    AttendanceContext,
    days_of,
    marks_of,
)
from workers.tables.clockins import (
    CLOCK_DAYS,
    CLOCK_INS,
    clock_ins_within,
    is_clocked,
    mark_of,
)
from workers.tables.columns import KnownPerson, RegisteredWorker
from workers.tables.roster import NAMED_FIELDS, ROSTER, RosterContext, born_on, is_male

__all__ = [
    "ATTENDANCE",
    "CLOCK_DAYS",
    "CLOCK_INS",
    "DAY_NAMES",
    "NAMED_FIELDS",
    "ROSTER",
    "AttendanceContext",
    "KnownPerson",
    "RegisteredWorker",
    "RosterContext",
    "born_on",
    "clock_ins_within",
    "days_of",
    "is_clocked",
    "is_male",
    "mark_of",
    "marks_of",
]
