"""Who gets what at which address: the written table that the live addresses are held to.

Everybody here stands towards one project, 昆仑大道安置房二期: ``INSIDE`` has a part in it,
``OUTSIDE`` has the same roles elsewhere, so that all of it is foreign to them. For every address:

``sees``  whose scope holds the object; for the others it is not there (404)
``may``   who of them may do it (the others 403); left out: all who see it
``at``    the object, as tests/guards/world.py has it
``data``  what is sent with a POST that would be taken; where a form has faults the answer is the
          page again, to whoever sees the page
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import SAMPLES, uscc_of
from tests.guards.world import photo
from tests.payroll.conftest import SCAN

CONTRACTOR = {"admin", "manager", "labour"}
SITE = CONTRACTOR | {"sub"}
BUREAU = {"county", "prefecture", "province"}
GOVERNMENT = BUREAU | {"housing"}
INSIDE = SITE | {"owner", "bank"} | GOVERNMENT
OTHER_OFFICERS = {"other_county", "water"}
OUTSIDE = {"other_admin", "other_labour", "other_sub", "other_bank", "operator"} | OTHER_OFFICERS
EVERYBODY = INSIDE | OUTSIDE

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


def sheet_file(name: str = "usual.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (SAMPLES / name).read_bytes())


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("签字.pdf", SCAN)


def sent(**data: Any) -> Data:
    return lambda: data


PURPOSE = sent(purpose="inspection", reason="")


def import_pages(name: str, at: str, cell: str, keepers: set[str]) -> dict[str, Row]:
    """The pages of an upload (core.import_views): all about workers see it, its keepers mend it."""
    keeping = {
        end: step(ABOUT_WORKERS, keepers, at=at, costly=end in ("mapping", "marked", "commit"))
        for end in ("mapping", "marked", "commit", "discard", "retry")
    }
    return {
        name: page(ABOUT_WORKERS, at=at),
        f"{name}_progress": page(ABOUT_WORKERS, at=at, ok=(302,)),
        f"{name}_cell": form(ABOUT_WORKERS, keepers, at=cell, data=sent(value="瓦工班")),
        **{f"{name}_{end}": row for end, row in keeping.items()},
    }


#: What the operator configures; everybody else is sent home.
ADMIN = replace(page(EVERYBODY), ok=(200, 302))

TABLE: dict[str, Row] = {
    # core
    "core:job": page({"sub"}, at="sheet job"),
    # What each finds is cut to its scope (tests/core/test_search.py).
    "core:search": page(EVERYBODY, query="?q=昆仑"),
    "core:live": public(),
    "core:ready": replace(public(), ok=(200, 503)),
    # identity
    "identity:sign_in": public(methods=("GET", "POST")),
    "identity:code": public(methods=("GET", "POST")),
    "identity:sign_out": step(EVERYBODY),
    "identity:password": form(EVERYBODY),
    "identity:invitation": public(methods=("GET", "POST"), at="invitation"),
    "identity:organisations": page(EVERYBODY, ALL_OFFICERS),
    "identity:export_organisations": page(EVERYBODY, ALL_OFFICERS),
    "identity:new_organisation": form(EVERYBODY, ALL_BUREAUS),
    "identity:check_organisation": step(EVERYBODY, ALL_BUREAUS, query="?field=name"),
    "identity:organisation": page({"sub", "water"} | GOVERNMENT, at="unit"),
    **{
        f"identity:{name}": step(
            {"sub", "water"} | GOVERNMENT, BUREAU, at="unit", data=sent(name="天山劳务有限公司")
        )
        for name in ("confirm", "invite", "disable_organisation", "enable_organisation")
    },
    "identity:regions": form(EVERYBODY, ALL_OFFICERS),
    "identity:users": page(EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS),
    "identity:new_user": form(EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS),
    "identity:check_user": step(
        EVERYBODY, {"admin", "other_admin"} | ALL_BUREAUS, query="?field=name"
    ),
    "identity:user": page(CONTRACTOR | GOVERNMENT | {"water"}, {"admin"}, at="colleague"),
    **{
        f"identity:{name}": step(CONTRACTOR | GOVERNMENT | {"water"}, {"admin"}, at="colleague")
        for name in ("disable_user", "enable_user", "reset_password")
    },
    # projects
    "projects:list": page(EVERYBODY),
    "projects:export": page(EVERYBODY),
    "projects:new": form(EVERYBODY, {"admin", "other_admin"}),
    "projects:check": step(EVERYBODY, {"admin", "other_admin"}, query="?field=name"),
    "projects:edit": form(PROJECT, MANAGERS, at="project"),
    "projects:check_edit": step(PROJECT, MANAGERS, at="project", query="?field=name"),
    "projects:people": page(PROJECT, at="project"),
    "projects:add_participant": step(
        PROJECT,
        MANAGERS,
        at="project",
        data=sent(role="006", uscc=uscc_of(77), name="天池劳务有限公司", entered_on="2026-10-01"),
    ),
    "projects:check_participant": step(PROJECT, MANAGERS, at="project", query="?field=uscc"),
    "projects:end_participation": step(
        PROJECT, MANAGERS, at="participant", data=sent(on="2026-10-08", reason="合同履行完毕")
    ),
    "projects:appoint": step(
        PROJECT,
        MANAGERS,
        at="project",
        data=sent(role="leader", name="钱负责", phone="13900000001", since="2026-10-01"),
    ),
    "projects:grant": step(PROJECT, {"admin"}, at="project"),
    "projects:withdraw": step(PROJECT, {"admin"}, at="grant"),
    "projects:change_status": form(PROJECT, MANAGERS, at="status"),
    "projects:timeline": page(PROJECT, at="project"),
    # accounts
    "accounts:project": page(PROJECT, ACCOUNT, at="project"),
    "accounts:register": form(PROJECT, {"admin"}, at="project"),
    "accounts:check": step(PROJECT, {"admin"}, at="project", query="?field=number"),
    "accounts:papers": form(PROJECT, {"admin"}, at="project"),
    "accounts:funding_term": form(PROJECT, {"admin"}, at="project"),
    "accounts:kept": page(EVERYBODY, {"bank", "other_bank"}),
    "accounts:kept_account": page(ACCOUNT | {"bank"}, at="account"),
    "accounts:status": step(
        ACCOUNT | {"bank"},
        {"bank"},
        at="account",
        data=sent(from_status="active", to_status="frozen", reason="法院裁定"),
    ),
    "accounts:agreement": page(ACCOUNT | {"bank"}, at="account"),
    "accounts:funding": page(EVERYBODY, {"owner"}),
    # workers
    "workers:register": page(PROJECT, ABOUT_WORKERS, at="project"),
    "workers:find": step(
        PROJECT, ABOUT_WORKERS, at="project", data=sent(number="654201197302110832")
    ),
    "workers:export": page(PROJECT, ABOUT_WORKERS, at="project"),
    "workers:export_in_full": step(PROJECT, IN_FULL, at="project", data=PURPOSE),
    "workers:roster_import": form(PROJECT, SITE, at="project"),
    "workers:roster_template": page(EVERYBODY, costly=True),
    "workers:attendance": page(PROJECT, ABOUT_WORKERS, at="project"),
    "workers:attendance_import": form(PROJECT, SITE, at="project"),
    **import_pages("workers:upload", "roster upload", "roster cell", SITE),
    **import_pages("workers:attendance_upload", "attendance upload", "attendance cell", SITE),
    "workers:engagement": page(ABOUT_WORKERS, at="worker"),
    "workers:reveal": step(ABOUT_WORKERS, IN_FULL, at="worker", data=PURPOSE),
    "workers:complete": step(ABOUT_WORKERS, SITE, at="worker", data=sent(team="瓦工班")),
    "workers:change_card": step(
        ABOUT_WORKERS,
        SITE,
        at="worker",
        data=sent(number="6217000010001234569", bank="中国建设银行", since="2026-10-09"),
    ),
    "workers:leave": step(ABOUT_WORKERS, SITE, at="worker", data=sent(on="2026-10-09")),
    # payroll
    "payroll:project": page(PROJECT, ABOUT_WORKERS, at="project"),
    "payroll:start": form(PROJECT, SITE, at="project"),
    **import_pages("payroll:upload", "sheet upload", "cell", SITE),
    "payroll:sheet": page(ABOUT_WORKERS, at="sheet"),
    "payroll:review": page(ABOUT_WORKERS, at="sheet"),
    "payroll:print": page(ABOUT_WORKERS, at="sheet", costly=True),
    "payroll:export": step(ABOUT_WORKERS, IN_FULL, at="sheet", data=PURPOSE),
    "payroll:signed": page(ABOUT_WORKERS, at="sheet"),
    "payroll:keep_signed": step(ABOUT_WORKERS, SITE, at="sheet", data=lambda: {"file": scan()}),
    "payroll:progress": step(ABOUT_WORKERS, SITE, at="sheet", data=sent(progress="封顶")),
    "payroll:submit": step(ABOUT_WORKERS, SITE, at="sheet"),
    "payroll:return": step(ABOUT_WORKERS, REVIEWERS, at="sheet", data=sent(reason="不符")),
    "payroll:approve": step(ABOUT_WORKERS, REVIEWERS, at="sheet"),
    "payroll:void": step(ABOUT_WORKERS, REVIEWERS, at="sheet", data=sent(reason="重做")),
    "payroll:pay": step(ABOUT_WORKERS, REVIEWERS, at="sheet"),
    "payroll:wages": page(ABOUT_WORKERS, at="worker"),
    "payroll:minimum_wages": page(EVERYBODY, ALL_BUREAUS),
    "payroll:minimum_wage_add": form(EVERYBODY - {"other_county"}, BUREAU, at="county"),
    "payroll:minimum_wage_confirm": step(EVERYBODY - {"other_county"}, BUREAU, at="standard"),
    # notices
    "notices:project": page(PROJECT, at="project"),
    "notices:make": step(PROJECT, CONTRACTOR, at="project"),
    "notices:details": form(PROJECT, CONTRACTOR, at="project"),
    "notices:download": page(PROJECT, at="board", costly=True),
    "notices:post": step(
        PROJECT,
        CONTRACTOR,
        at="board",
        data=lambda: {
            "photo": SimpleUploadedFile("大门.jpg", photo().read()),
            "place": "大门",
            "posted_on": "2026-10-09",
        },
    ),
    "notices:photo": page(PROJECT, at="photo"),
    "notices:thumbnail": page(PROJECT, at="photo"),
    "notices:large_photo": page(PROJECT, at="photo"),
    "notices:public": public(at="board"),
    # monitoring
    "monitoring:list": page(EVERYBODY),
    "monitoring:export": page(EVERYBODY),
    "monitoring:project": page(PROJECT, at="project"),
    "monitoring:warning": page(ABOUT_WORKERS, at="warning"),
    "monitoring:sign": step(ABOUT_WORKERS, BUREAU, at="warning"),
    "monitoring:report": step(
        ABOUT_WORKERS, SITE, at="warning", data=sent(**{"report-note": "已补发"})
    ),
    "monitoring:send_back": step(
        ABOUT_WORKERS, BUREAU, at="warning", data=sent(**{"return-note": "不实"})
    ),
    "monitoring:close": step(
        ABOUT_WORKERS, BUREAU, at="warning", data=sent(**{"close-note": "属实"})
    ),
    "monitoring:paper": page(ABOUT_WORKERS, at="warning paper"),
    "monitoring:rules": page(EVERYBODY),
    "monitoring:rule": form(EVERYBODY, at="rule"),
    # supervision
    "supervision:home": page(EVERYBODY),
    "supervision:project": page(PROJECT, at="project"),
}
