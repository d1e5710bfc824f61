"""Who may put a board up, for the heads of views (core.access)."""

from typing import Any

from core.access import InScope
from core.actor import Actor
from notices import selectors
from notices.models import NoticeBoard
from projects import permissions


def _find_board(*, actor: Actor, code: str, **others: Any) -> NoticeBoard:
    return selectors.board_by_code(actor=actor, code=code)


#: The general contractor's people who keep the board that the address names.
BOARD_KEPT = InScope(
    _find_board, lambda actor, board: permissions.require(actor, board.project, "notice")
)
