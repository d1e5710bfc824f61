"""A project's board: what it says, whether that still holds, and where it hangs."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import attachments, clock
from core.access import SIGNED_IN, open_to
from core.http import ActorRequest, found, perform
from notices import documents, photos, selectors, services
from notices.access import BOARD_KEPT
from notices.forms import DetailsForm, DownloadForm, PostingForm
from notices.items import blocks, gaps
from projects import permissions
from projects import selectors as projects
from projects.access import PROJECT_SEEN, project_work
from projects.selectors import ProjectHeader


@require_safe
@open_to(PROJECT_SEEN)
def project(request: ActorRequest, code: str) -> HttpResponse:
    """The board, its versions and their postings."""
    return _notice_page(request, _notice_header(request, code))


def _notice_header(request: ActorRequest, code: str) -> ProjectHeader:
    return found(lambda: projects.project_header(actor=request.actor, code=code))


def _notice_page(
    request: ActorRequest, header: ProjectHeader, form: PostingForm | None = None
) -> HttpResponse:
    actor, today = request.actor, clock.today()
    board = selectors.latest_board(actor=actor, project=header.project)
    state = selectors.board_state(board, as_of=today) if board else None
    content = (
        state.content if state else selectors.content_today(project=header.project, as_of=today)
    )
    context: dict[str, Any] = {
        "project": header,
        "board": board,
        "state": state,
        "blocks": blocks(content),
        "gaps": gaps(content),
        "versions": selectors.board_versions(actor=actor, project=header.project),
        "can_write": permissions.can(actor, header.project, "notice"),
        "download_form": DownloadForm(initial={"paper": "A3", "lang": "zh,ug"}),
        "posting_form": form or PostingForm(initial={"posted_on": today}),
    }
    return render(request, "notices/project.html", context)


@require_POST
@open_to(project_work("notice"))
def make(request: ActorRequest, code: str) -> HttpResponse:
    """Make the board that says what holds today."""
    return perform(
        request,
        None,
        lambda: services.make_board(actor=request.actor, code=code, now=clock.now()),
        lambda board: f"告示牌第 {board.version} 版是最新内容，请打印张贴并上传照片。",
        to=reverse("notices:project", args=[code]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(project_work("notice"))
def details(request: ActorRequest, code: str) -> HttpResponse:
    """Enter what the registers do not hold."""
    header = _notice_header(request, code)
    if request.method == "POST":
        form = DetailsForm(request.POST)
    else:
        form = DetailsForm.of(selectors.notice_details(actor=request.actor, project=header.project))
    return perform(
        request,
        form,
        lambda: services.keep_details(
            actor=request.actor, code=code, values=form.cleaned_data, now=clock.now()
        ),
        "已保存。告示牌内容有变化的，请生成新版并重新张贴。",
        to=reverse("notices:project", args=[code]),
        page=lambda: render(request, "notices/details.html", {"project": header, "form": form}),
    )


@require_safe
@open_to(SIGNED_IN)
def download(request: ActorRequest, code: str) -> HttpResponse:
    """One version as a PDF, ready to print."""
    board = found(lambda: selectors.board_by_code(actor=request.actor, code=code))
    form = DownloadForm(request.GET)
    if not form.is_valid():
        raise Http404
    paper, languages = form.cleaned_data["paper"], form.cleaned_data["lang"]
    pdf = documents.board_pdf(selectors.content_of(board), paper, languages)
    name = f"农民工维权信息告示牌-{board.project.name}-第{board.version}版-{paper}.pdf"
    return attachments.answer_with_bytes(pdf, name, "application/pdf", inline=True)


@require_POST
@open_to(BOARD_KEPT)
def post(request: ActorRequest, code: str) -> HttpResponse:
    """Put on record that the board hangs on site."""
    board = found(lambda: selectors.board_by_code(actor=request.actor, code=code))
    header = _notice_header(request, board.project.code)
    form = PostingForm(request.POST, request.FILES)
    return perform(
        request,
        form,
        lambda: services.record_posting(
            actor=request.actor,
            board_code=code,
            photo=form.cleaned_data["photo"],
            name=form.cleaned_data["photo"].name,
            place=form.cleaned_data["place"],
            posted_on=form.cleaned_data["posted_on"],
            now=clock.now(),
        ),
        "张贴照片已上传。",
        to=reverse("notices:project", args=[header.code]),
        page=lambda: _notice_page(request, header, form),
    )


@require_safe
@open_to(SIGNED_IN)
def photo(request: ActorRequest, uuid: UUID) -> HttpResponse:
    """The photo as it was uploaded."""
    posting = found(lambda: selectors.posting_by_uuid(actor=request.actor, uuid=uuid))
    return attachments.answer_with_file(posting.photo, inline=True)


@require_safe
@open_to(SIGNED_IN)
def photo_copy(request: ActorRequest, uuid: UUID, side: int) -> HttpResponse:
    """The photo as every browser shows it, without the camera's notes."""
    posting = found(lambda: selectors.posting_by_uuid(actor=request.actor, uuid=uuid))
    shown = photos.copy(attachments.content_of(posting.photo), side)
    return attachments.answer_with_bytes(shown, "photo.jpg", "image/jpeg", inline=True)
