"""What the sender said about a file: which column is which, what to read, what to leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Hidden = Literal["", "read", "skip"]
Use = Literal["read", "skip"]
#: Worksheet from 0, header row as the sender sees it, column from 0.
ColumnPlace = tuple[int, int, int]


@dataclass(frozen=True)
class Choices:
    """What was chosen on the page or on the command line; what is not in here is for us to find.

    ``columns`` says what a column is, None where it is to be left out; ``sheets`` which worksheets
    (from 0) to read or to skip; ``hidden`` what to do with hidden rows, columns and worksheets.
    """

    columns: Mapping[ColumnPlace, str | None] = field(default_factory=dict)
    sheets: Mapping[int, Use] = field(default_factory=dict)
    hidden: Hidden = ""

    def merged(self, later: "Choices") -> "Choices":
        """These choices with later ones over them."""
        return Choices(
            {**self.columns, **later.columns},
            {**self.sheets, **later.sheets},
            later.hidden or self.hidden,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": [[*place, column] for place, column in self.columns.items()],
            "sheets": list(self.sheets.items()),
            "hidden": self.hidden,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Choices":
        """What `to_json` wrote."""
        return cls(
            {(sheet, top, at): column for sheet, top, at, column in content["columns"]},
            dict(content["sheets"]),
            content["hidden"],
        )
