"""How the table of who gets what at which address is written (tests/<app>/access.py).

Everybody here stands towards one project, 昆仑大道安置房二期: ``INSIDE`` has a part in it,
``OUTSIDE`` has the same roles elsewhere, so that all of it is foreign to them. For every address:

``sees``  whose scope holds the object; for the others it is not there (404)
``may``   who of them may do it (the others 403); left out: all who see it
``at``    the object, as the ``places`` of an app's file makes it
``data``  what is sent with a POST that would be taken; where a form has faults the answer is the
          page again, to whoever sees the page
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.cast import SAMPLES
from tests.payroll.conftest import SCAN

CONTRACTOR = {"admin", "manager", "labour"}
SITE = CONTRACTOR | {"sub"}
BUREAU = {"county", "prefecture", "province"}
GOVERNMENT = BUREAU | {"housing"}
INSIDE = SITE | {"owner", "bank"} | GOVERNMENT
OTHER_OFFICERS = {"other_county", "water"}
OUTSIDE = {"other_admin", "other_labour", "other_sub", "other_bank", "operator"} | OTHER_OFFICERS
EVERYBODY = INSIDE | OUTSIDE

#: Everybody at a firm that employs workers, here or elsewhere.
EMPLOYERS = SITE | {"other_admin", "other_labour", "other_sub"}
ALL_OFFICERS = GOVERNMENT | OTHER_OFFICERS
ALL_BUREAUS = BUREAU | {"other_county"}
#: The bank sees accounts, never projects; a subcontractor no accounts.
PROJECT = INSIDE - {"bank"}
ABOUT_WORKERS = SITE | GOVERNMENT
ACCOUNT = CONTRACTOR | {"owner"} | GOVERNMENT
#: Who may see numbers in full, for a stated purpose.
IN_FULL = SITE | BUREAU
MANAGERS = {"admin", "manager"}
REVIEWERS = {"admin", "labour"}

Data = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One address. ``ok`` are the answers to a GET that went well, ``done`` to a POST."""

    sees: set[str]
    may: set[str] | None = None
    at: str = ""
    methods: tuple[str, ...] = ("GET",)
    data: Data = dict
    posts: set[str] | None = None
    ok: tuple[int, ...] = (200,)
    done: tuple[int, ...] = (200, 302)
    public: bool = False
    #: Appended to the address.
    query: str = ""
    #: Made at length: of those who may, one is asked.
    costly: bool = False

    def allowed(self, method: str) -> set[str]:
        """Who may do it by this method."""
        chosen = self.posts if method == "POST" and self.posts is not None else self.may
        return self.sees if chosen is None else chosen & self.sees

    def expected(self, persona: str, method: str) -> tuple[int, ...]:
        """The answers that are right for somebody who is signed in."""
        if method not in self.methods:
            return (405,)
        if persona not in self.sees:
            return (404,)
        if persona not in self.allowed(method):
            return (403,)
        return self.ok if method == "GET" else self.done


def page(sees: set[str], may: set[str] | None = None, **more: Any) -> Row:
    """Something to look at."""
    return Row(sees, may, **more)


def form(sees: set[str], may: set[str] | None = None, **more: Any) -> Row:
    """A page with a form of its own."""
    return Row(sees, may, methods=("GET", "POST"), **more)


def step(sees: set[str], may: set[str] | None = None, **more: Any) -> Row:
    """Something to do."""
    return Row(sees, may, methods=("POST",), **more)


def public(**more: Any) -> Row:
    """Open without sign-in."""
    return Row(EVERYBODY, public=True, ok=(200, 302), **more)


def photo() -> io.BytesIO:
    """A picture as a telephone takes it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "#808080").save(out, "JPEG")
    out.seek(0)
    return out


def sheet_file(name: str = "usual.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (SAMPLES / name).read_bytes())


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("签字.pdf", SCAN)


def sent(**data: Any) -> Data:
    return lambda: data


PURPOSE = sent(purpose="inspection", reason="")


def import_pages(name: str, at: str, cell: str, keepers: set[str]) -> dict[str, Row]:
    """The pages of an upload (core.import_views): all about workers see it, its keepers mend it."""
    ends = ("mapping", "changes", "month", "marked", "original", "commit", "discard", "retry")
    keeping = {
        end: step(
            ABOUT_WORKERS, keepers, at=at, costly=end in ("mapping", "month", "marked", "commit")
        )
        for end in ends
    }
    line = f"{cell} line"
    return {
        name: page(ABOUT_WORKERS, at=at),
        f"{name}_progress": page(ABOUT_WORKERS, at=at, ok=(302,)),
        f"{name}_cell": form(ABOUT_WORKERS, keepers, at=cell, data=sent(value="瓦工班")),
        f"{name}_row": page(ABOUT_WORKERS, keepers, at=line),
        **{f"{name}_{end}": row for end, row in keeping.items()},
    }
