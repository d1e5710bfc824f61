"""The bank's own store: one SQLite file, one short transaction for each request."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    number TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL,
    opening INTEGER NOT NULL, opened_on TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS statement (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account, from_date TEXT NOT NULL,
    to_date TEXT NOT NULL, opening INTEGER NOT NULL, closing INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES account, reference TEXT NOT NULL,
    booked_on TEXT NOT NULL, direction TEXT NOT NULL, fen INTEGER NOT NULL CHECK (fen > 0),
    name TEXT NOT NULL, number TEXT NOT NULL, end_to_end_id TEXT NOT NULL,
    summary TEXT NOT NULL, codes TEXT NOT NULL, statement TEXT REFERENCES statement);
CREATE INDEX IF NOT EXISTS entry_of_account ON entry (account, statement);
CREATE TABLE IF NOT EXISTS orders (
    message_id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account, fen INTEGER NOT NULL,
    status TEXT NOT NULL, due REAL NOT NULL);
CREATE TABLE IF NOT EXISTS transfer (
    end_to_end_id TEXT PRIMARY KEY, message_id TEXT NOT NULL REFERENCES orders,
    name TEXT NOT NULL, card TEXT NOT NULL, fen INTEGER NOT NULL, summary TEXT NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', reference TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS transfer_of_order ON transfer (message_id);
CREATE TABLE IF NOT EXISTS pick (
    id INTEGER PRIMARY KEY, what TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS holder (card TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, at REAL NOT NULL);
"""


def create(path: Path) -> None:
    """Make the file, readable to its owner alone, where it does not exist."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(_SCHEMA)


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection whose work is kept whole or not at all; writers wait for each other."""
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as database:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")


def to_fen(amount: Decimal) -> int:
    """元 as whole 分: SQLite has no decimals."""
    return int(amount * 100)


def to_yuan(fen: int) -> Decimal:
    return (Decimal(fen) / 100).quantize(Decimal("0.01"))
