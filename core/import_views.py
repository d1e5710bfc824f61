"""The pages of an import: file, preview, done; the same for every kind of table.

An app makes one :class:`ImportPages` for each kind and includes its ``urls``. The first page asks
for what its own form holds, the file and the place it goes to, and hands both to ``start``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import attachments, clock, filekinds, jobs
from core.access import SIGNED_IN, InScope, open_to
from core.actor import Actor, Forbidden
from core.errors import Refused
from core.http import ActorRequest, found, perform, redirect
from core.import_preview import preview_of
from core.imports import SheetImport, Upload
from core.tabular.choices import Choices
from core.tabular.errors import Unreadable
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
            ("marked/", f"{name}_marked", self.marked),
            ("commit/", f"{name}_commit", self.commit),
            ("discard/", f"{name}_discard", self.discard),
            ("retry/", f"{name}_retry", self.retry),
        ]
        keeping = open_to(InScope(self._fetched, self.require_allowed))
        seen = open_to(SIGNED_IN)
        cell = require_http_methods(["GET", "HEAD", "POST"])(keeping(self.cell))
        return [
            *(
                path(one + end, never_cache(require_safe(seen(view))), name=n)
                for end, n, view in safe
            ),
            path(f"{one}cells/<int:row>/<slug:column>/", never_cache(cell), name=f"{name}_cell"),
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
            "cell_url": request.get_full_path(),
            "page_url": reverse(self.name, args=[uuid]),
            "row": row,
            "label": label,
            "value": value,
            "query": request.GET.urlencode(),
        }
        return render(request, "imports/cell.html", context)

    def _mend(self, request: ActorRequest, upload: Upload, row: int, column: str) -> HttpResponse:
        text = request.POST.get("value", "")[:500]
        try:
            self.kind.mend(
                upload, row=row, column=column, text=text, actor=request.actor, now=clock.now()
            )
        except Forbidden:
            # It has a page and a status (403) of its own.
            raise
        except Refused as changed:
            messages.error(request, str(changed))
            return redirect(request, reverse(self.name, args=[upload.uuid]))
        if not request.htmx:
            return redirect(request, reverse(self.name, args=[upload.uuid]))
        upload = self._upload(request, upload.uuid)
        return render(request, "imports/preview.html", self._context(request, upload))

    def remap(self, request: ActorRequest, uuid: UUID) -> HttpResponse:
        """Read the file again with the columns as chosen on the page."""
        upload = self._upload(request, uuid)
        chosen: dict[tuple[int, int, int], str | None] = {}
        first = self.kind.staged(upload).tables[0]
        for heading in first.mapping:
            choice = request.POST.get(f"column-{heading.index}")
            if choice is not None and choice != (heading.column or ""):
                chosen[first.sheet, first.top, heading.index] = choice or None

        def read_anew() -> None:
            try:
                self.kind.remap(upload, choices=Choices(chosen), actor=request.actor)
            except Unreadable as fault:
                raise ValidationError(fault.message) from None

        url = reverse(self.name, args=[uuid])
        return perform(request, None, read_anew, "已按选定的列重新读取。", to=url)

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

    def _context(self, request: ActorRequest, upload: Upload) -> dict[str, Any]:
        context = {
            "upload": upload,
            "around": self.around(upload, request.actor),
            "label": self.kind.label,
            "whole": self.kind.whole,
            "can_write": self.is_allowed(request.actor, upload),
            "routes": {
                end: f"{self.name}_{end}"
                for end in ("cell", "mapping", "marked", "commit", "discard", "retry")
            },
            "page_url": reverse(self.name, args=[upload.uuid]),
            "step": 3 if upload.state == UploadState.COMMITTED else 2,
        }
        if upload.state == UploadState.READING:
            return context | self._job_context(upload)
        if upload.state == UploadState.PREVIEW:
            reading = self.kind.staged(upload)
            columns = self.kind.table_of(reading).columns
            context["preview"] = preview_of(reading, columns, request.GET)
        return context

    def _job_context(self, upload: Upload) -> dict[str, Any]:
        job = jobs.with_progress(upload.job) if upload.job else None
        url = reverse(f"{self.name}_progress", args=[upload.uuid])
        return {"job": job, "progress_url": url}
