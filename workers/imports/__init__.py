"""Rosters and attendance on their way into the register."""

from workers.imports.attendance import ATTENDANCE_IMPORT
from workers.imports.common import place_of
from workers.imports.roster import ROSTER_IMPORT

__all__ = ["ATTENDANCE_IMPORT", "ROSTER_IMPORT", "place_of"]
