"""The list of an organisation's imports, the same for every kind of table: what became of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from django.db.models import QuerySet, Sum
from django.urls import reverse

from core.actor import Actor
from core.export import Column, workbook
from core.filters import FindFilter, ListFilter, OneOf
from core.listing import ListColumn, ListTable, in_order
from core.months import month_label
from core.uploads import UploadState

TONES = {
    UploadState.READING: "wait",
    UploadState.PREVIEW: "warn",
    UploadState.COMMITTED: "good",
    UploadState.REFUSED: "bad",
    UploadState.VOID: "plain",
}
#: What waits for somebody comes first.
_ORDER = (
    UploadState.PREVIEW,
    UploadState.READING,
    UploadState.REFUSED,
    UploadState.COMMITTED,
    UploadState.VOID,
)
UPLOAD_LIST = ListTable(
    columns=(
        ListColumn("file", "文件", sort="original__name", slot="main"),
        ListColumn("project", "工程项目", sort="project__name"),
        ListColumn("employer", "用人单位", sort="employer__pinyin"),
        ListColumn("month", "月份", sort="month", kind="date", slot="aside", falling=True),
        ListColumn("state", "状态", sort=in_order("state", _ORDER), slot="state"),
        ListColumn("rows", "行数", sort="row_count", kind="number", total=Sum("row_count")),
        ListColumn(
            "accepted",
            "可入库行数",
            sort="accepted",
            kind="number",
            slot="figure",
            total=Sum("accepted"),
        ),
        ListColumn("account", "身份证号"),
        ListColumn("uploader", "上传人", sort="uploader"),
        ListColumn("created", "上传时间", sort="created_at", kind="date", falling=True),
        ListColumn("files", "下载"),
    ),
    default=("-created_at",),
    default_sort="-created",
)


class UploadFilter(ListFilter):
    """The imports of one kind of table."""

    q = FindFilter(label="项目或文件名称", contains=("project__name", "original__name"), exactly=())
    state = OneOf(label="状态", choices=UploadState.choices)

    def __init__(self, params: Any, rows: QuerySet[Any], *, actor: Actor) -> None:
        super().__init__(params, rows, actor=actor)


@dataclass(frozen=True, slots=True)
class UploadLine:
    """An import as listed. ``account`` says how many of the ID numbers in the file have a place;
    ``name`` is its pages' address name."""

    uuid: Any
    name: str
    file: str
    project: str
    employer: str
    month: date | None
    state: str
    tone: str
    rows: int
    accepted: int
    account: str
    uploader: str
    created_at: datetime
    is_read: bool

    @property
    def url(self) -> str:
        return reverse(self.name, args=[self.uuid])

    @property
    def original_url(self) -> str:
        return reverse(f"{self.name}_original", args=[self.uuid])

    @property
    def marked_url(self) -> str:
        return reverse(f"{self.name}_marked", args=[self.uuid])


def upload_line(upload: Any, name: str) -> UploadLine:
    """One import as listed: a staged upload that has a project, an employer and a month."""
    found, placed = (upload.account.get(key, 0) for key in ("ids_in_file", "ids_accounted"))
    return UploadLine(
        uuid=upload.uuid,
        name=name,
        file=upload.original.name,
        project=upload.project.name,
        employer=upload.employer.name,
        month=upload.month,
        state=upload.get_state_display(),
        tone=TONES[UploadState(upload.state)],
        rows=upload.row_count,
        accepted=upload.accepted,
        account=f"{found} 个，{placed} 个有着落" if upload.account else "—",
        uploader=upload.uploader,
        created_at=upload.created_at,
        is_read=bool(upload.account),
    )


#: The list as a workbook.
EXPORTED = (
    Column("文件", lambda line: line.file, 30),
    Column("工程项目", lambda line: line.project, 30),
    Column("用人单位", lambda line: line.employer, 26),
    Column("月份", lambda line: month_label(line.month) if line.month else "", 12),
    Column("状态", lambda line: line.state, 10),
    Column("行数", lambda line: line.rows, 8),
    Column("可入库行数", lambda line: line.accepted, 12),
    Column("身份证号", lambda line: line.account, 22),
    Column("上传人", lambda line: line.uploader, 14),
    Column("上传时间", lambda line: line.created_at, 18),
)


def upload_workbook(
    rows: QuerySet[Any], params: Mapping[str, Any], line: Callable[[Any], UploadLine]
) -> IO[bytes]:
    """The list as filtered, in its order, all pages of it, with its sums."""
    sums = UPLOAD_LIST.sums_of(rows)
    return workbook(
        map(line, UPLOAD_LIST.ordered(rows, params)),
        EXPORTED,
        sheet="导入记录",
        totals={"行数": sums["rows"], "可入库行数": sums["accepted"]},
    )
