"""One way from a sender's file into the register, for every kind of table.

receive → read (a job) → preview, cells mended, columns corrected → commit. What differs between a
roster and a pay sheet is a :class:`SheetImport`: its schema bound to the register, and what a
commit writes. Nothing uploaded is lost and nothing is written before the commit.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, Any, Generic, TypeVar, cast
from uuid import UUID

from django.db import transaction

from core import attachments, audit, jobs
from core import uploads as staging
from core.actor import Actor
from core.errors import Refused
from core.fields import as_text
from core.jobs import Progress
from core.tabular.errors import Unreadable
from core.tabular.mapping import recall
from core.tabular.marking import mark_copy
from core.tabular.reading import Reading, read_table, recheck
from core.tabular.schema import Issue, Row, Schema
from core.uploads import StagedUpload, UploadState

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
    {"row": "行", "column": audit.CODE, "value": "内容", "kind": audit.CODE},
)
SHOWN = audit.action(
    "import.show", "查看上传单元格原值", {"row": "行", "column": audit.CODE, "kind": audit.CODE}
)
HANDED_OUT = audit.action(
    "import.marked_copy", "下载标注后的原表", {"file": "文件", "kind": audit.CODE}
)

#: States in which an upload can still be mended.
OPEN = (UploadState.PREVIEW,)

Upload = TypeVar("Upload", bound=StagedUpload)


@dataclass(frozen=True)
class Outcome:
    """What a commit wrote: ``reference`` names it ("sheet:GZD…"), ``accepted`` counts rows."""

    reference: str
    accepted: int


class SheetImport(ABC, Generic[Upload]):
    """A kind of table: what it holds, where it goes.

    ``kind`` is what column memory and jobs call it, ``label`` what people do; ``task`` names the
    Celery task that calls :meth:`read`. ``layouts`` are the tables that senders use for it, told
    apart by their headings. ``whole``: any error keeps every row out.
    """

    kind: str
    label: str
    model: type[Upload]
    task: str
    layouts: tuple[Schema, ...]
    whole: bool = False

    @abstractmethod
    def schema(self, upload: Upload, layout: Schema) -> Schema:
        """``layout`` with the checks against the register bound to the upload's place.

        The upload may be unsaved: the command line's preview stages nothing.
        """

    @abstractmethod
    def context(self, upload: Upload) -> str:
        """Where the table goes, "project:XJ…/month:2026-09"; the same file there is known."""

    @abstractmethod
    def within(self, upload: Upload) -> str:
        """The project that audit entries of the upload belong to."""

    @abstractmethod
    def write(self, upload: Upload, rows: Sequence[Row], *, actor: Actor, now: datetime) -> str:
        """Write the good rows, inside the commit's transaction; returns the result's reference."""

    @transaction.atomic
    def receive(self, file: IO[bytes], *, name: str, actor: Actor, place: Upload) -> Upload:
        """Keep the file, sealed, and start reading it.

        ``place`` is an unsaved upload that says where the table goes. The same file in the same
        place returns the upload that is already there.

        :raises Refused: no table, empty or too large.
        """
        upload, is_new = self._stage(file, name=name, actor=actor, place=place)
        if is_new:
            job = jobs.start(
                f"import.{self.kind}",
                actor=actor,
                subject=f"upload:{upload.uuid}",
                task=self.task,
                args=[str(upload.uuid)],
            )
            type(upload).everything.filter(pk=upload.pk).update(job=job)
            upload.job = job
        return upload

    @transaction.atomic
    def _stage(
        self, file: IO[bytes], *, name: str, actor: Actor, place: Upload
    ) -> tuple[Upload, bool]:
        original = attachments.keep(
            file, actor=actor, name=name, kinds=attachments.SHEETS, sealed=True
        )
        upload, is_new = staging.receive(
            self.model,
            actor=actor,
            original=original,
            context=self.context(place),
            **_own_fields(place),
        )
        if is_new:
            self._record(RECEIVED, upload, actor, file=original.name, size=original.size)
        return upload, is_new

    def read_now(self, file: IO[bytes], *, name: str, actor: Actor, place: Upload) -> Upload:
        """Receive and read at once, without a job: for the command line."""
        upload, is_new = self._stage(file, name=name, actor=actor, place=place)
        if is_new:
            self.read(upload)
        return upload

    def read(self, upload: Upload, progress: Progress | None = None) -> None:
        """Read the original and stage what it holds; what cannot be read is refused, with why."""
        tell = progress or _silent
        tell(0, 3, "读取文件")
        content = attachments.read(upload.original)
        try:
            reading = self.reading_of(content, upload.original.name, upload)
        except Unreadable as refusal:
            staging.move(
                upload,
                to=UploadState.REFUSED,
                from_=[UploadState.READING],
                reason=refusal.message,
            )
            return
        tell(2, 3, f"已核对 {len(reading.rows)} 行，正在保存")
        staging.move(
            upload, to=UploadState.PREVIEW, from_=[UploadState.READING], **self._staged(reading)
        )
        tell(3, 3, "读取完成")

    def read_again(self, upload: Upload) -> bool:
        """Queue an upload whose reading broke off once more; False where it did not break off."""
        return upload.job is not None and jobs.again(upload.job)

    def reading_of(
        self,
        content: bytes,
        name: str,
        upload: Upload,
        *,
        layouts: Sequence[Schema] | None = None,
        override: Mapping[int, str | None] | None = None,
    ) -> Reading:
        """The file as checked rows, by whichever layout fits; stages nothing.

        :raises Unreadable: it holds no such table.
        """
        remembered = staging.recall_mapping(
            organisation=upload.uploader_organisation, kind=self.kind
        )
        schemas = [self.schema(upload, layout) for layout in layouts or self.layouts]
        return read_table(content, name, *schemas, remembered=remembered, override=override)

    def staged(self, upload: Upload) -> Reading:
        """What was read, with the cells mended since."""
        return Reading.from_json(upload.reading or "")

    def layout_of(self, reading: Reading) -> Schema:
        """The layout by which a file was read; its cells are mended by the same."""
        return next(layout for layout in self.layouts if layout.name == reading.layout)

    def accepted(self, reading: Reading) -> list[Row]:
        """The rows that a commit would write."""
        return [] if self.whole and reading.has_errors else reading.good_rows

    @transaction.atomic
    def mend(self, upload: Upload, *, row: int, column: str, text: str, actor: Actor) -> Reading:
        """Put ``text`` in one cell and check everything anew.

        :raises Refused: the upload is no longer open.
        :raises KeyError: there is no such cell.
        """
        upload = self._locked(upload)
        reading = self._recheck(upload, self.staged(upload), {(row, column): text})
        self._restage(upload, reading)
        masked = self.layout_of(reading).by_name[column].masked(text)
        self._record(MENDED, upload, actor, row=row, column=column, value=masked)
        return reading

    @transaction.atomic
    def remap(self, upload: Upload, *, override: Mapping[int, str | None], actor: Actor) -> Reading:
        """Read the original again with the columns as the sender says; mended cells stay mended.

        :raises Refused: the upload is no longer open.
        """
        upload = self._locked(upload)
        before = self.staged(upload)
        reading = self.reading_of(
            attachments.read(upload.original),
            upload.original.name,
            upload,
            layouts=[self.layout_of(before)],
            override=override,
        )
        known = {row.number for row in reading.rows}
        kept = {place: text for place, text in before.edits.items() if place[0] in known}
        if kept:
            reading = self._recheck(upload, reading, kept)
        self._restage(upload, reading)
        return reading

    def commit(self, upload: Upload, *, actor: Actor, now: datetime) -> Outcome:
        """Check against the register as it is now, and write.

        :raises Refused: a fault has turned up since, which the preview then shows, or no row is
            good.
        :raises Refused: somebody else was quicker.
        """
        with transaction.atomic():
            upload = self._locked(upload)
            before = self.staged(upload)
            reading = self._recheck(upload, before)
            if rows := self.accepted(reading):
                # Thousands of rows are sealed anew only where they are judged otherwise by now.
                anew = {} if reading.issues == before.issues else self._staged(reading)
                reference = self.write(upload, rows, actor=actor, now=now)
                self._conclude(upload, reading, reference, anew)
                self._record(COMMITTED, upload, actor, rows=len(rows), result=reference)
                return Outcome(reference, len(rows))
            self._restage(upload, reading)
        if self.whole:
            raise Refused("upload.faulty_rows", count=len(reading.faulty_rows))
        raise Refused("upload.no_good_row")

    def _conclude(
        self, upload: Upload, reading: Reading, reference: str, anew: Mapping[str, Any]
    ) -> None:
        staging.move(upload, to=UploadState.COMMITTED, from_=OPEN, **{"result": reference, **anew})
        staging.remember_mapping(
            organisation=upload.uploader_organisation,
            kind=self.kind,
            mapping=recall(reading.mapping),
        )

    @transaction.atomic
    def discard(self, upload: Upload, *, actor: Actor) -> None:
        """Set the upload aside; the file stays.

        :raises Refused: it is committed or set aside already.
        """
        staging.move(
            upload,
            to=UploadState.VOID,
            from_=[UploadState.READING, UploadState.PREVIEW, UploadState.REFUSED],
        )
        self._record(DISCARDED, upload, actor)

    def cell(self, upload: Upload, *, row: int, column: str, actor: Actor) -> tuple[str, str]:
        """One cell's label and what stands in it, in full, for whoever mends it; an audit entry
        where it is sealed.

        :raises KeyError: there is no such cell.
        """
        reading = self.staged(upload)
        place = self.layout_of(reading).by_name[column]
        raw = {r.number: r for r in reading.rows}[row].raw.get(column)
        if place.masked(raw) != as_text(raw):
            self._record(SHOWN, upload, actor, row=row, column=column)
        return place.label, as_text(raw)

    def marked_copy(self, upload: Upload, *, actor: Actor) -> bytes:
        """The sender's own workbook with the faulty cells marked, as xlsx; an audit entry."""
        content = attachments.read(upload.original)
        reading = self.staged(upload)
        marked = mark_copy(content, reading, self.layout_of(reading))
        self._record(HANDED_OUT, upload, actor, file=upload.original.name)
        return marked

    def _locked(self, upload: Upload) -> Upload:
        rows = self.model.everything.select_for_update(of=("self",))
        try:
            return cast(Upload, rows.get(pk=upload.pk, state__in=OPEN))
        except self.model.DoesNotExist:
            raise Refused("upload.changed") from None

    def _recheck(
        self,
        upload: Upload,
        reading: Reading,
        edits: Mapping[tuple[int, str], str] | None = None,
    ) -> Reading:
        return recheck(reading, self.schema(upload, self.layout_of(reading)), edits)

    def _restage(self, upload: Upload, reading: Reading) -> None:
        staging.move(upload, to=UploadState.PREVIEW, from_=OPEN, **self._staged(reading))

    def _staged(self, reading: Reading) -> dict[str, Any]:
        return {
            "sheet": reading.sheet[:100],
            "header_row": reading.header_row,
            "mapping": [asdict(column) for column in reading.mapping],
            "issues": [asdict(issue) for issue in reading.issues],
            "reading": reading.to_json(),
            "totals": reading.totals,
            "row_count": len(reading.rows),
            "accepted": len(self.accepted(reading)),
        }

    def _record(self, action: str, upload: Upload, actor: Actor, **detail: Any) -> None:
        audit.record(
            actor,
            action,
            f"upload:{upload.uuid}",
            within=self.within(upload),
            detail={"kind": self.kind, **detail},
        )


@dataclass(frozen=True)
class Report:
    """What an import says of a file: what ``*_import --json`` prints."""

    file: str
    sheet: str | None
    header_row: int | None
    rows: int
    accepted: int
    issues: list[dict[str, Any]]
    totals: dict[str, str]
    committed: bool = False
    result: str | None = None

    @classmethod
    def of(cls, file: str, reading: Reading, accepted: int, **committed: Any) -> "Report":
        """A readable file's."""
        return cls(
            file=file,
            sheet=reading.sheet,
            header_row=reading.header_row,
            rows=len(reading.rows),
            accepted=accepted,
            issues=[asdict(issue) for issue in reading.issues],
            totals=reading.totals,
            **committed,
        )

    @classmethod
    def of_unreadable(cls, file: str, code: str, message: str) -> "Report":
        """A file's that could not be read: one issue, of the file itself."""
        issue = Issue("", 0, "", code, message)
        return cls(file, None, None, 0, 0, [asdict(issue)], {})


def _silent(done: int, total: int, message: str = "") -> None:
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


def read_job(kind: SheetImport[Any], job: UUID | str, upload: UUID | str) -> None:
    """The body of the task that reads an upload."""
    row = kind.model.everything.select_related("original").get(uuid=upload)
    jobs.run(job, lambda progress: kind.read(row, progress))
