"""The pages of an import: file, preview, done; the same for every kind of table.

An app makes one :class:`ImportPages` for each kind and includes its ``urls``. The first page asks
for what its own form holds, the file and the place it goes to, and hands both to ``start``.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import attachments, clock, filekinds, jobs
from core.access import SIGNED_IN, InScope, open_to
from core.actor import Actor, Forbidden
from core.errors import Refused
from core.http import ActorRequest, found, perform, redirect
from core.import_changes import SentChanges, sent_choices
from core.import_preview import Preview
from core.imports import SheetImport, Upload
from core.months import parse_month
from core.tabular.changing import LONGEST
from core.tabular.errors import Unreadable
from core.tabular.reading import Changes, Reading
from core.tabular.tables import Table
from core.uploads import UploadState


@dataclass(frozen=True)
class Around:
    """What stands around an upload on its page: heading, way back, tab, and where it goes.

    ``tabs`` are those of the project's pages that the actor's part in it opens; ``facts`` are
    (label, value); ``result_url`` is what a commit made, "" before.
    """

    title: str
    project_code: str
    project_name: str
    tab: str
    tabs: Sequence[Any]
    back_url: str
    start_url: str
    facts: Sequence[tuple[str, str]] = ()
    result_url: str = ""
    result_label: str = "查看结果"


@dataclass(frozen=True)
class ImportPages(Generic[Upload]):
    """One kind's pages.

    ``name`` is the pages' address name ("payroll:upload"), ``fetch`` gets the upload as far as the
    actor may see it, ``allowed`` says whether the actor may work on it, ``around`` what stands
    around it.
    """

    kind: SheetImport[Upload]
    name: str
    fetch: Callable[[UUID, Actor], Upload]
    require_allowed: Callable[[Actor, Upload], None]
    is_allowed: Callable[[Actor, Upload], bool]
    around: Callable[[Upload, Actor], Around]

    def urls(self, prefix: str) -> list[URLPattern]:
        """The addresses below ``prefix`` ("payroll/uploads"), named after ``name``."""
        name = self.name.rpartition(":")[2]
        one = f"{prefix}/<uuid:uuid>/"
        safe = [("", name, self.page), ("progress/", f"{name}_progress", self.progress)]
        posts = [
            ("mapping/", f"{name}_mapping", self.remap),
            ("changes/", f"{name}_changes", self.change),
            ("month/", f"{name}_month", self.switch_month),
            ("original/", f"{name}_original", self.original),
            ("marked/", f"{name}_marked", self.marked),
            ("commit/", f"{name}_commit", self.commit),
            ("discard/", f"{name}_discard", self.discard),
            ("retry/", f"{name}_retry", self.retry),
        ]
        keeping = open_to(InScope(self._fetched, self.require_allowed))
        seen = open_to(SIGNED_IN)
        cell = require_http_methods(["GET", "HEAD", "POST"])(keeping(self.cell))
        row = never_cache(require_safe(keeping(self.row)))
        return [
            *(
                path(one + end, never_cache(require_safe(seen(view))), name=n)
                for end, n, view in safe
            ),
            path(f"{one}cells/<int:row>/<slug:column>/", never_cache(cell), name=f"{name}_cell"),
            path(f"{one}rows/<int:row>/", row, name=f"{name}_row"),
            *(path(one + end, require_POST(keeping(view)), name=n) for end, n, view in posts),
        ]

    def _fetched(self, *, actor: Actor, uuid: UUID, **others: Any) -> Upload:
        return self.fetch(uuid, actor)

    def start(
        self,
        request: ActorRequest,
        form: BaseForm,
        place: Callable[[dict[str, Any]], Upload],
        context: dict[str, Any],
    ) -> HttpResponse:
        """The first page: take the form's ``file`` and go on to the page of its upload.

        ``place`` makes, of what the form holds, the unsaved upload that says where the table goes.
        """
        return perform(
            request,
            form,
            lambda: self.kind.receive(
                form.cleaned_data["file"],
                name=form.cleaned_data["file"].name,
                actor=request.actor,
                place=place(form.cleaned_data),
                now=clock.now(),
            ),
            "",
            to=lambda upload: reverse(self.name, args=[upload.uuid]),
            page=lambda: render(request, "imports/start.html", {**context, "form": form}),
        )

    def page(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """Where the upload stands: being read, to be mended, refused, brought in or set aside."""
        upload = self._upload(request, uuid)
        template = "imports/preview.html" if request.htmx else "imports/upload.html"
        return render(request, template, self._context(request, upload))

    def progress(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """How far the reading is; sends the browser to the page once there is something to see."""
        upload = self._upload(request, uuid)
        job = jobs.with_progress(upload.job) if upload.job else None
        if upload.state != UploadState.READING or job is None or job.is_over:
            return redirect(request, reverse(self.name, args=[uuid]))
        return render(request, "imports/progress.html", self._job_context(upload))

    def cell(self, request: ActorRequest, uuid: UUID, row: int, column: str) -> HttpResponse:
        """One cell to be mended: its field with the value in full, or what was typed."""
        upload = self._upload(request, uuid)
        try:
            if request.method == "POST":
                return self._mend(request, upload, row, column)
            if upload.reading is None:
                raise Http404
            label, value = self.kind.cell(
                upload, row=row, column=column, actor=request.actor, now=clock.now()
            )
        except KeyError:
            raise Http404 from None
        context = {
            "upload": upload,
            "around": self.around(upload, request.actor),
            "cell_url": request.get_full_path(),
            "page_url": reverse(self.name, args=[uuid]),
            "row": row,
            "label": label,
            "value": value,
            "query": request.GET.urlencode(),
        }
        template = "imports/cell.html" if request.htmx else "imports/cell_page.html"
        return render(request, template, context)

    def _mend(self, request: ActorRequest, upload: Upload, row: int, column: str) -> HttpResponse:
        text = request.POST.get("value", "")[:LONGEST]
        changes = Changes({(row, column): text})
        return self._change(request, upload, lambda *_: changes, request.GET)

    def row(self, request: ActorRequest, uuid: UUID, row: int) -> HttpResponse:
        """All cells of one row, to be mended without script or on a phone, or as they went in."""
        upload = self._upload(request, uuid)
        context = self._context(request, upload)
        if "preview" not in context:
            return redirect(request, reverse(self.name, args=[uuid]))
        try:
            context["line"] = context["preview"].row(row)
        except KeyError:
            raise Http404 from None
        return render(request, "imports/row.html", context)

    def change(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """Cells typed or pasted, rows taken out, put back or added, or the last of it undone.

        The grid's script asks for the same rows again; without script the browser is sent back.
        """
        upload = self._upload(request, uuid)
        sent = SentChanges(request.POST)
        changes_of = None if sent.is_undo else sent.changes
        try:
            return self._change(request, upload, changes_of, sent.query, sent)
        except KeyError:
            messages.error(request, str(Refused("upload.no_such_cell")))
            return redirect(request, reverse(self.name, args=[uuid]))

    def _change(
        self,
        request: ActorRequest,
        upload: Upload,
        changes_of: Callable[[Reading, Table[Any]], Changes] | None,
        query: QueryDict,
        sent: SentChanges | None = None,
    ) -> HttpResponse:
        page, asked = reverse(self.name, args=[upload.uuid]), {"actor": request.actor}
        try:
            if changes_of is None:
                reading = self.kind.undo(upload, now=clock.now(), **asked)
            else:
                reading = self.kind.change(upload, changes_of, now=clock.now(), **asked)
        except Forbidden:
            # It has a page and a status (403) of its own.
            raise
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request, page)
        if not request.htmx:
            return redirect(request, self._way_back(upload, reading, query, sent))
        upload = self._upload(request, upload.uuid)
        keys = sent.keys_shown(reading) if sent else None
        context = self._context(request, upload, reading=reading, params=query, keys=keys)
        return render(request, "imports/preview.html", context)

    def _way_back(
        self, upload: Upload, reading: Reading, query: QueryDict, sent: SentChanges | None
    ) -> str:
        """Where a browser without script goes on: the new row's form, or where it came from."""
        if sent and sent.added and reading.rows:
            return reverse(f"{self.name}_row", args=[upload.uuid, reading.rows[-1].key])
        page = reverse(self.name, args=[upload.uuid])
        return f"{page}?{query.urlencode()}" if query else page

    def remap(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """Read the file again with columns, worksheets and hidden parts as chosen on the page."""
        upload = self._upload(request, uuid)
        choices = sent_choices(request.POST, self.kind.staged(upload))

        def read_anew() -> None:
            try:
                self.kind.remap(upload, choices=choices, actor=request.actor)
            except Unreadable as fault:
                raise ValidationError(fault.message) from None

        url = reverse(self.name, args=[uuid])
        return perform(request, None, read_anew, "已按您选定的重新读取。", to=url)

    def switch_month(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """Take the table for the month that it names."""
        upload = self._upload(request, uuid)

        def switch() -> Upload:
            try:
                month = parse_month(request.POST.get("month", ""))
            except ValueError:
                raise Refused("upload.other_month") from None
            try:
                return self.kind.switch_month(
                    upload, month=month, actor=request.actor, now=clock.now()
                )
            except Unreadable as fault:
                raise ValidationError(fault.message) from None

        page = reverse(self.name, args=[uuid])
        return perform(
            request,
            None,
            switch,
            "已改到表里写的月份，并按那个月重新核对。",
            to=lambda there: reverse(self.name, args=[there.uuid]),
            back=page,
        )

    def original(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """The file as it was received."""
        upload = self._upload(request, uuid)
        file = upload.original
        content = self.kind.original_copy(upload, actor=request.actor, now=clock.now())
        return attachments.answer_with_bytes(content, file.name, filekinds.media_type(file.kind))

    def marked(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """The sender's own workbook with its faults marked."""
        upload = self._upload(request, uuid)
        if upload.reading is None:
            raise Http404
        copy = self.kind.marked_copy(upload, actor=request.actor, now=clock.now())
        name = f"{upload.original.name.rpartition('.')[0] or '表格'}（已标注）.xlsx"
        return attachments.answer_with_bytes(copy, name, filekinds.media_type("xlsx"))

    def commit(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """Bring in what is good."""
        upload = self._upload(request, uuid)
        return perform(
            request,
            None,
            lambda: self.kind.commit(upload, actor=request.actor, now=clock.now()),
            "",
            to=reverse(self.name, args=[uuid]),
        )

    def discard(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """Set the upload aside and go back."""
        upload = self._upload(request, uuid)
        return perform(
            request,
            None,
            lambda: self.kind.discard(upload, actor=request.actor, now=clock.now()),
            "已作废这次上传，原表仍保存在平台。",
            to=self.around(upload, request.actor).back_url,
            back=reverse(self.name, args=[uuid]),
        )

    def retry(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """Read an upload again whose reading broke off."""
        upload = self._upload(request, uuid)
        self.kind.read_again(upload, now=clock.now())
        return redirect(request, reverse(self.name, args=[uuid]))

    def _upload(self, request: ActorRequest, uuid: UUID) -> Upload:
        return found(lambda: self.fetch(uuid, request.actor))

    def _context(
        self,
        request: ActorRequest,
        upload: Upload,
        *,
        reading: Reading | None = None,
        params: QueryDict | None = None,
        keys: Collection[int] | None = None,
    ) -> dict[str, Any]:
        context: dict[str, Any] = {
            "upload": upload,
            "around": self.around(upload, request.actor),
            "label": self.kind.label,
            "whole": self.kind.whole,
            "can_write": self.is_allowed(request.actor, upload),
            "routes": {
                end: f"{self.name}_{end}"
                for end in (
                    *("cell", "row", "changes", "mapping", "month", "marked", "original"),
                    *("commit", "discard", "retry"),
                )
            },
            "page_url": reverse(self.name, args=[upload.uuid]),
            "step": 3 if upload.state == UploadState.COMMITTED else 2,
        }
        if upload.state == UploadState.READING:
            return context | self._job_context(upload)
        if upload.state in (UploadState.PREVIEW, UploadState.COMMITTED) and upload.account:
            reading = reading or self.kind.staged(upload)
            table = self.kind.table_of(reading)
            params = request.GET if params is None else params
            context["preview"] = Preview(reading, table, params, keys)
            context["query"] = params.urlencode()
            context["open"] = context["can_write"] and upload.state == UploadState.PREVIEW
        return context

    def _job_context(self, upload: Upload) -> dict[str, Any]:
        job = jobs.with_progress(upload.job) if upload.job else None
        url = reverse(f"{self.name}_progress", args=[upload.uuid])
        return {"job": job, "progress_url": url}
