"""A roster of a hundred thousand workers from file to register, beside a bare COPY of its rows."""

import resource
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.db import connection
from openpyxl import Workbook

from bench.site import NOW, build, identity_of, saved_book
from core.actor import SYSTEM
from core.import_preview import Preview
from workers.imports import ROSTER_IMPORT, place_of
from workers.models import Engagement
from workers.tables import ROSTER

WORKERS = 100_000
PREVIEW_SECONDS, TIMES_COPY, MEGABYTES = 25.0, 3.0, 600
HEADINGS = (
    *("序号", "姓名", "性别", "民族", "身份证号码", "工种", "班组", "进场日期", "劳动合同编号"),
    *("银行卡号", "开户银行", "联系电话"),
)


def main() -> bool:
    """Measure, print, and say whether the marks are met."""
    site = build(1)
    content = roster_of(WORKERS)
    before = _megabytes()
    place = place_of(ROSTER_IMPORT, site.project, site.employer)

    def preview() -> Any:
        upload = ROSTER_IMPORT.read_now(
            BytesIO(content), name="花名册.xlsx", actor=SYSTEM, place=place, now=NOW
        )
        page = Preview(ROSTER_IMPORT.staged(upload), ROSTER, {"show": "rows"})
        assert (page.rows, upload.accepted) == (WORKERS, WORKERS), upload.issues[:3]
        return upload

    upload, to_preview = _timed(preview)
    _, to_commit = _timed(lambda: ROSTER_IMPORT.commit(upload, actor=SYSTEM, now=NOW))
    assert Engagement.everything.filter(project=site.project).count() >= WORKERS
    _, to_copy = _timed(copy_again)
    times, most = to_commit / to_copy, _megabytes()
    print(f"roster of {WORKERS} rows, {len(content) / (1 << 20):.1f} MB")
    print(f"  preview {to_preview:6.2f} s  commit {to_commit:6.2f} s")
    print(f"  bare COPY of what the commit wrote {to_copy:6.2f} s, commit {times:.1f} times that")
    print(f"  memory {most} MB ({before} MB before)")
    return to_preview < PREVIEW_SECONDS and times < TIMES_COPY and most < MEGABYTES


def roster_of(workers: int) -> bytes:
    """The roster as an office keeps it, under its title."""
    book = Workbook(write_only=True)
    page = book.create_sheet("花名册")
    page.append(["农民工实名制花名册"])
    page.append(HEADINGS)
    for number in range(10_000, 10_000 + workers):
        identity, card = identity_of(number)
        gender = "男" if int(identity[16]) % 2 else "女"
        team = f"{number // 100 + 1}班"
        page.append(
            [
                *(number, f"张{chr(0x4E00 + number % 20_000)}", gender, "汉族", identity),
                *("钢筋工", team, "2026-03-02", f"HT-{number:06d}", card, "中国建设银行"),
                f"138{number:08d}",
            ]
        )
    return saved_book(book)


def copy_again() -> None:
    """Write the rows of the register once more, into bare tables, as fast as the database takes
    them."""
    with connection.cursor() as cursor:
        for table in ("workers_person", "workers_wagecard", "workers_engagement"):
            cursor.execute(f"CREATE TEMP TABLE bare_{table} (LIKE {table})")
            with cursor.copy(f"COPY {table} TO STDOUT") as out:
                rows = b"".join(bytes(part) for part in out)
            with cursor.copy(f"COPY bare_{table} FROM STDIN") as into:
                into.write(rows)


def _megabytes() -> int:
    """The most that this process and its children have held."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, children) >> 10


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start
