"""One way from a sender's file into the register, for every kind of table.

receive → read (a job: locate, map, clean, resolve, check, stage) → preview, cells mended, columns
corrected → commit. Nothing uploaded is lost and nothing is written before the commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import IO, Any, Generic, Protocol, TypeVar, cast
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from core import attachments, audit, jobs, uploads
from core.actor import Actor
from core.errors import Overtaken, Refused
from core.fields import as_text
from core.jobs import Progress
from core.months import first_day, month_code, month_label
from core.tabular.changing import change_rows, undo_change
from core.tabular.choices import Choices
from core.tabular.errors import Unreadable
from core.tabular.mapping import recall
from core.tabular.marking import mark_copy
from core.tabular.reading import (
    Changes,
    Reading,
    check_reading,
    edit_rows,
    kept_changes,
    read_rows,
)
from core.tabular.tables import CheckedLine, Issue, Row, Table
from core.uploads import LIVE_STATES, StagedUpload, UploadState

RECEIVED = audit.action(
    "import.receive", "上传表格", {"file": "文件", "kind": audit.CODE, "size": audit.CODE}
)
COMMITTED = audit.action(
    "import.commit", "表格入库", {"rows": "行数", "kind": audit.CODE, "result": audit.CODE}
)
DISCARDED = audit.action("import.discard", "作废上传", {"kind": audit.CODE})
MENDED = audit.action(
    "import.mend",
    "修改上传的单元格",
    {
        "row": "行",
        "column": audit.CODE,
        "value": "内容",
        "cells": "单元格（个）",
        "removed": "删去（行）",
        "restored": "恢复（行）",
        "added": "新增（行）",
        "kind": audit.CODE,
    },
)
UNDONE = audit.action("import.undo", "撤销对上传的修改", {"kind": audit.CODE})
MOVED = audit.action(
    "import.switch_month", "上传改到另一个月份", {"month": "月份", "kind": audit.CODE}
)
SHOWN = audit.action(
    "import.show", "查看上传单元格原值", {"row": "行", "column": audit.CODE, "kind": audit.CODE}
)
HANDED_OUT = audit.action(
    "import.marked_copy", "下载标注后的原表", {"file": "文件", "kind": audit.CODE}
)

ORIGINAL = audit.action("import.original", "下载上传的原表", {"file": "文件", "kind": audit.CODE})

#: States in which an upload can still be mended.
OPEN = (UploadState.PREVIEW,)

Upload = TypeVar("Upload", bound=StagedUpload)


@dataclass(frozen=True)
class CommitResult:
    """What a commit wrote: ``reference`` names it ("sheet:GZD…"), ``accepted`` counts rows."""

    reference: str
    accepted: int


class WriteRows(Protocol):
    """Writes the good lines inside the commit's transaction; returns the result's reference."""

    def __call__(
        self, upload: Any, lines: Sequence[CheckedLine[Any]], *, actor: Actor, now: datetime
    ) -> str: ...


def _no_month(upload: Any) -> None:
    """A table that is of no month."""


@dataclass(frozen=True)
class SheetImport(Generic[Upload]):
    """A kind of table on its way from a sender's file into the register.

    What differs between a roster and a pay sheet is declared in these fields; the steps, which are
    the same for all, follow below in their order.

    ``kind``     what column memory and jobs call it; ``label`` what people do
    ``task``     the Celery task that calls :meth:`read`
    ``tables``   the layouts that senders use for it, told apart by their headings
    ``place``    where the table goes, "project:XJ…/month:2026-09"; the same file there is known
    ``project``  the project that audit entries of the upload belong to
    ``load``     what the register says of these rows: the context in which they are checked. The
                 upload may be unsaved: the command line's preview stages nothing
    ``write``    what a commit does with the good lines
    ``whole``    any error keeps every row out
    ``month``    the month that a table must be of, where it is of one
    """

    kind: str
    label: str
    model: type[Upload]
    task: str
    tables: tuple[Table[Any], ...]
    place: Callable[[Upload], str]
    project: Callable[[Upload], str]
    load: Callable[[Upload, Table[Any], Sequence[Row]], Any]
    write: WriteRows
    whole: bool = False
    month: Callable[[Upload], date | None] = _no_month

    # 1. Receive: keep the file, sealed, and know the same file in the same place.

    @transaction.atomic
    def receive(
        self, file: IO[bytes], *, name: str, actor: Actor, place: Upload, now: datetime
    ) -> Upload:
        """Keep the file and start reading it in the background.

        ``place`` is an unsaved upload that says where the table goes. The same file in the same
        place returns the upload that is already there.

        :raises Refused: no table, empty or too large.
        """
        upload, is_new = self._keep_file(file, name=name, actor=actor, place=place, now=now)
        if is_new:
            job = jobs.start_job(
                f"import.{self.kind}",
                actor=actor,
                now=now,
                subject=f"upload:{upload.uuid}",
                task=self.task,
                args=[str(upload.uuid)],
            )
            type(upload).everything.filter(pk=upload.pk).update(job=job)
            upload.job = job
        return upload

    def read_now(
        self,
        file: IO[bytes],
        *,
        name: str,
        actor: Actor,
        place: Upload,
        now: datetime,
        choices: Choices | None = None,
    ) -> Upload:
        """Receive and read at once, without a job: for the command line. A file that waits for
        its commit is read again as is said now."""
        upload, is_new = self._keep_file(file, name=name, actor=actor, place=place, now=now)
        if is_new:
            self.read(upload, choices=choices)
        elif choices and upload.state in OPEN:
            self.remap(upload, choices=choices, actor=actor)
            upload.refresh_from_db()
        return upload

    @transaction.atomic
    def _keep_file(
        self, file: IO[bytes], *, name: str, actor: Actor, place: Upload, now: datetime
    ) -> tuple[Upload, bool]:
        original = attachments.store_attachment(
            file, actor=actor, name=name, kinds=attachments.SHEETS, sealed=True, now=now
        )
        upload, is_new = uploads.receive_upload(
            self.model,
            actor=actor,
            original=original,
            context=self.place(place),
            now=now,
            **_own_fields(place),
        )
        if is_new:
            self._record(RECEIVED, upload, actor, now, file=original.name, size=original.size)
        return upload, is_new

    # 2. Read: locate and map the table, clean its cells, resolve and check its rows, stage it all.

    def read(
        self, upload: Upload, progress: Progress | None = None, choices: Choices | None = None
    ) -> None:
        """Read the original and stage what it holds; what cannot be read is refused, with why."""
        tell = progress or _no_progress
        tell(0, 3, "读取文件")
        content = attachments.content_of(upload.original)
        try:
            reading = self.read_file(content, upload.original.name, upload, choices)
        except Unreadable as refusal:
            uploads.move_upload(
                upload,
                to=UploadState.REFUSED,
                from_=[UploadState.READING],
                reason=refusal.message,
            )
            return
        tell(2, 3, f"已核对 {len(reading.rows)} 行，正在保存")
        self._stage(upload, reading, from_=[UploadState.READING])
        tell(3, 3, "读取完成")

    def read_again(self, upload: Upload, *, now: datetime) -> bool:
        """Queue an upload whose reading broke off once more; False where it did not break off."""
        return upload.job is not None and jobs.retry_job(upload.job, now=now)

    def read_file(
        self, content: bytes, name: str, place: Upload, choices: Choices | None = None
    ) -> Reading:
        """The file as checked rows, by whichever of the tables fits; stages nothing.

        :raises Unreadable: it holds no such table.
        """
        return self._check(place, self._read_rows(content, name, place, choices))

    def _read_rows(
        self, content: bytes, name: str, place: Upload, choices: Choices | None
    ) -> Reading:
        remembered = uploads.recall_mapping(
            organisation=place.uploader_organisation, kind=self.kind
        )
        return read_rows(
            content,
            name,
            *self.tables,
            remembered=remembered,
            choices=choices,
            month=self.month(place),
        )

    def _check(self, place: Upload, reading: Reading) -> Reading:
        """Against the register as it is now."""
        table = self.table_of(reading)
        return check_reading(reading, table, self.load(place, table, reading.rows))

    def table_of(self, reading: Reading) -> Table[Any]:
        """The table by whose layout a file was read; its cells are mended by the same."""
        return next(table for table in self.tables if table.name == reading.layout)

    def _stage(self, upload: Upload, reading: Reading, *, from_: Sequence[str]) -> None:
        uploads.move_upload(upload, to=UploadState.PREVIEW, from_=from_, **self._staged(reading))

    def _staged(self, reading: Reading) -> dict[str, Any]:
        return {
            "sheet": reading.sheet[:100],
            "header_row": reading.header_row,
            "mapping": [asdict(column) for column in reading.mapping],
            "account": reading.account.to_dict(),
            "issues": [asdict(issue) for issue in reading.issues],
            "reading": reading.to_json(),
            "totals": reading.totals,
            "row_count": len(reading.rows),
            "accepted": self.accepted_count(reading),
        }

    def accepted_count(self, reading: Reading) -> int:
        """How many rows a commit would write."""
        return 0 if self.whole and reading.has_errors else len(reading.good_keys)

    # 3. Preview: what was read, with cells mended and columns corrected.

    def staged(self, upload: Upload) -> Reading:
        """What was read, with the cells mended since."""
        return Reading.from_json(upload.reading or "")

    @transaction.atomic
    def mend(
        self, upload: Upload, *, row: int, column: str, text: str, actor: Actor, now: datetime
    ) -> Reading:
        """Put ``text`` in one cell of the row of that key and check everything anew.

        :raises Refused: the upload is no longer open.
        :raises KeyError: there is no such cell.
        """
        changes = Changes({(row, column): text})
        return self.change(upload, lambda *_: changes, actor=actor, now=now)

    @transaction.atomic
    def change(
        self,
        upload: Upload,
        changes_of: Callable[[Reading, Table[Any]], Changes],
        *,
        actor: Actor,
        now: datetime,
    ) -> Reading:
        """Change cells and rows on the page, all at once, and check everything anew.

        ``changes_of`` says what is changed, of the reading as it is.

        :raises Refused: the upload is no longer open.
        :raises KeyError: there is no such cell or row.
        """
        upload = self._locked(upload)
        before = self.staged(upload)
        table = self.table_of(before)
        changes = changes_of(before, table)
        if not (changes.cells or changes.removed or changes.restored or changes.added):
            return before
        reading = self._check(upload, change_rows(before, table, changes))
        self._stage(upload, reading, from_=OPEN)
        self._record(MENDED, upload, actor, now, **_said_of(changes, before, table))
        return reading

    @transaction.atomic
    def undo(self, upload: Upload, *, actor: Actor, now: datetime) -> Reading:
        """Take the last change back and check everything anew.

        :raises Refused: the upload is no longer open, or nothing is left to be taken back.
        """
        upload = self._locked(upload)
        before = self.staged(upload)
        if not before.past:
            raise Refused("upload.nothing_to_undo")
        reading = self._check(upload, undo_change(before, self.table_of(before)))
        self._stage(upload, reading, from_=OPEN)
        self._record(UNDONE, upload, actor, now)
        return reading

    @transaction.atomic
    def switch_month(self, upload: Upload, *, month: date, actor: Actor, now: datetime) -> Upload:
        """Take the table for another month, the one that it names; what was changed stays.

        Where the same file already lies for that month, this upload is set aside for that one.

        :raises Refused: the upload is no longer open, or the table does not name that month.
        """
        upload = self._locked(upload)
        issues = self.staged(upload).issues
        said = {issue.value for issue in issues if issue.code == "other_month"}
        if said != {month_code(month)} or month > first_day(localdate(now)):
            raise Refused("upload.other_month")
        setattr(upload, "month", month)  # noqa: B010 - of the import's own model
        place = self.place(upload)
        rows = self.model.everything.filter(state__in=LIVE_STATES)
        there = rows.filter(context=place, content_hash=upload.content_hash).first()
        if there is not None:
            uploads.move_upload(upload, to=UploadState.VOID, from_=OPEN)
            self._record(DISCARDED, upload, actor, now)
            return cast("Upload", there)
        moved = {"month": month, "context": place}
        self.model.everything.filter(pk=upload.pk).update(**moved)
        self.remap(upload, choices=Choices(), actor=actor)
        self._record(MOVED, upload, actor, now, month=month_label(month))
        return upload

    @transaction.atomic
    def remap(self, upload: Upload, *, choices: Choices, actor: Actor) -> Reading:
        """Read the original again as the sender says, over what they said before; mended cells
        stay mended.

        :raises Refused: the upload is no longer open.
        :raises Unreadable: read so, it holds no table.
        """
        upload = self._locked(upload)
        before = self.staged(upload)
        content = attachments.content_of(upload.original)
        said = before.choices.merged(choices)
        reading = self._read_rows(content, upload.original.name, upload, said)
        reading = edit_rows(reading, self.table_of(reading), kept_changes(before, reading))
        reading = self._check(upload, reading)
        self._stage(upload, reading, from_=OPEN)
        return reading

    def cell(
        self, upload: Upload, *, row: int, column: str, actor: Actor, now: datetime
    ) -> tuple[str, str]:
        """One cell's label and what stands in it, in full, for whoever mends it; an audit entry
        where it is sealed.

        :raises KeyError: there is no such cell.
        """
        reading = self.staged(upload)
        place = self.table_of(reading).by_name[column]
        there = {r.key: r for r in reading.rows}[row]
        raw = there.raw[column]
        if place.masked(raw) != as_text(raw):
            self._record(SHOWN, upload, actor, now, row=there.number, column=column)
        return place.label, as_text(raw)

    def marked_copy(self, upload: Upload, *, actor: Actor, now: datetime) -> bytes:
        """The sender's own workbook with the faulty cells marked, as xlsx; an audit entry."""
        content = attachments.content_of(upload.original)
        reading = self.staged(upload)
        marked = mark_copy(content, reading, self.table_of(reading))
        self._record(HANDED_OUT, upload, actor, now, file=upload.original.name)
        return marked

    def original_copy(self, upload: Upload, *, actor: Actor, now: datetime) -> bytes:
        """The sender's file as it was received; an audit entry."""
        content = attachments.content_of(upload.original)
        self._record(ORIGINAL, upload, actor, now, file=upload.original.name)
        return content

    @transaction.atomic
    def discard(self, upload: Upload, *, actor: Actor, now: datetime) -> None:
        """Set the upload aside; the file stays.

        :raises Refused: it is committed or set aside already.
        """
        uploads.move_upload(
            upload,
            to=UploadState.VOID,
            from_=[UploadState.READING, UploadState.PREVIEW, UploadState.REFUSED],
        )
        self._record(DISCARDED, upload, actor, now)

    # 4. Commit: check once more against the register as it is now, and write what is good.

    def commit(self, upload: Upload, *, actor: Actor, now: datetime) -> CommitResult:
        """Check against the register as it is now, and write.

        :raises Refused: a fault has turned up since, which the preview then shows, or no row is
            good.
        :raises Refused: somebody else was quicker.
        """
        with transaction.atomic():
            upload = self._locked(upload)
            before = self.staged(upload)
            reading = self._check(upload, before)
            if count := self.accepted_count(reading):
                reference = self.write(upload, reading.good_lines, actor=actor, now=now)
                # Thousands of rows are sealed anew only where they are judged otherwise by now.
                anew = {} if reading.issues == before.issues else self._staged(reading)
                changes = {**anew, "result": reference}
                uploads.move_upload(upload, to=UploadState.COMMITTED, from_=OPEN, **changes)
                uploads.remember_mapping(
                    organisation=upload.uploader_organisation,
                    kind=self.kind,
                    mapping=recall([m for table in reading.tables for m in table.mapping]),
                )
                self._record(COMMITTED, upload, actor, now, rows=count, result=reference)
                return CommitResult(reference, count)
            self._stage(upload, reading, from_=OPEN)
        # Outside the transaction: what the preview now shows has to stay.
        if self.whole:
            raise Refused("upload.faulty_rows", count=len(reading.faulty_rows))
        raise Refused("upload.no_good_row")

    # What several steps need.

    def _locked(self, upload: Upload) -> Upload:
        rows = self.model.everything.select_for_update(of=("self",))
        try:
            return cast(Upload, rows.get(pk=upload.pk, state__in=OPEN))
        except self.model.DoesNotExist:
            raise Overtaken("upload.changed") from None

    def _record(
        self, action: str, upload: Upload, actor: Actor, now: datetime, **detail: Any
    ) -> None:
        audit.record(
            actor,
            action,
            f"upload:{upload.uuid}",
            now=now,
            within=self.project(upload),
            detail={"kind": self.kind, **detail},
        )


@dataclass(frozen=True)
class ImportReport:
    """What an import says of a file: what ``*_import --json`` prints."""

    file: str
    sheet: str | None
    header_row: int | None
    rows: int
    accepted: int
    issues: list[dict[str, Any]]
    totals: dict[str, str]
    account: dict[str, Any] | None = None
    committed: bool = False
    result: str | None = None

    @classmethod
    def of(cls, file: str, reading: Reading, accepted: int, **committed: Any) -> "ImportReport":
        """A readable file's."""
        return cls(
            file=file,
            sheet=reading.sheet,
            header_row=reading.header_row,
            rows=len(reading.rows),
            accepted=accepted,
            issues=[_reported(issue) for issue in reading.issues],
            totals=reading.totals,
            account=reading.account.to_json(),
            **committed,
        )

    @classmethod
    def of_unreadable(cls, file: str, code: str, message: str) -> "ImportReport":
        """A file's that could not be read: one issue, of the file itself."""
        issue = Issue("", 0, "", code, message)
        return cls(file, None, None, 0, 0, [_reported(issue)], {})


def _reported(issue: Issue) -> dict[str, Any]:
    """An issue as programs get it: the key means something within the platform only."""
    return {name: value for name, value in asdict(issue).items() if name != "key"}


def _said_of(changes: Changes, before: Reading, table: Table[Any]) -> dict[str, Any]:
    """A change as the audit trail names it: the one cell, or how many cells and rows."""
    if len(changes.cells) == 1:
        ((key, column), text), rows = next(iter(changes.cells.items())), before.rows
        number = next((row.number for row in rows if row.key == key), 0)
        return {"row": number, "column": column, "value": table.by_name[column].masked(text)}
    counts = {
        "cells": len(changes.cells),
        "removed": len(changes.removed),
        "restored": len(changes.restored),
        "added": changes.added,
    }
    return {name: count for name, count in counts.items() if count}


def _no_progress(done: int, total: int, message: str = "") -> None:
    """Nobody waits for the progress."""


def _own_fields(place: StagedUpload) -> dict[str, Any]:
    """What the import's own model adds to a staged upload: project, employer, month."""
    common = {
        field.attname for field in StagedUpload._meta.get_fields() if hasattr(field, "attname")
    }
    return {
        field.name: getattr(place, field.name)
        for field in place._meta.concrete_fields
        if field.attname not in common and not field.primary_key
    }


def read_job(
    kind: SheetImport[Any], job: UUID | str, upload: UUID | str, *, moment: Callable[[], datetime]
) -> None:
    """The body of the task that reads an upload."""
    row = kind.model.everything.select_related("original").get(uuid=upload)
    jobs.run_job(job, lambda progress: kind.read(row, progress), moment=moment)
