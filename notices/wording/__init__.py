"""The fixed words of the board in Chinese and Uyghur, from a file that a reviewer can correct."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("board.toml")


@dataclass(frozen=True)
class Term:
    """One label or sentence in both languages."""

    zh: str
    ug: str

    def filled(self, **values: object) -> "Term":
        return Term(self.zh.format(**values), self.ug.format(**values))


@dataclass(frozen=True)
class Wording:
    """All terms, and whether a native reader has approved the Uyghur."""

    terms: dict[str, Term]
    reviewed: bool

    def __getitem__(self, key: str) -> Term:
        return self.terms[key]


@cache
def board_wording() -> Wording:
    """The wording of the notice board."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    terms = {key: Term(**texts) for key, texts in content["terms"].items()}
    return Wording(terms, content["reviewed"])
