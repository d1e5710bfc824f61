"""What the QR code on a board opens, for whoever stands before it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.access import PUBLIC, open_to
from core.actor import SYSTEM
from core.http import found
from notices import selectors
from notices.items import blocks
from notices.wording import board_wording


@require_safe
@open_to(PUBLIC)
def public(request: HttpRequest, code: str) -> HttpResponse:
    """Whether this very board still holds, what it says, whom to call."""
    board = found(lambda: selectors.public_board(code.upper()))
    latest = selectors.latest_board(actor=SYSTEM, project=board.project)
    state = selectors.board_state(board, as_of=clock.today())
    words = board_wording()
    context = {
        "board": board,
        "state": state,
        "is_replaced": latest is not None and latest.version > board.version,
        # What the reader needs most comes first on a telephone: whom to call, what is paid.
        "blocks": blocks(state.content)[::-1],
        "words": words.terms,
        "awaits_review": not words.reviewed,
        "lang": "ug" if request.GET.get("lang") == "ug" else "zh",
    }
    return render(request, "notices/public.html", context)
