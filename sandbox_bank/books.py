"""The sandbox bank's books: accounts, movements and statements."""

import sqlite3
import time
from datetime import date, datetime
from decimal import Decimal

from accounts.bank import camt053
from sandbox_bank.store import to_fen, to_yuan

_DEPOSIT_CODES = ("PMNT", "RCDT", "DMCT")
_SPEND_CODES = ("PMNT", "ICDT", "DMCT")
_CASH_CODES = ("PMNT", "CNTR", "CWDL")
_OWNERS_ACCOUNT = "65050161500000008888"


class BankRefusal(Exception):
    """The bank does not do that; the message is shown on its page."""


class NotHere(LookupError):
    """No such account or order."""


class Books:
    """The accounts with what moved on them, at one moment."""

    def __init__(self, database: sqlite3.Connection, now: datetime):
        self.db = database
        self.now = now

    def row(self, query: str, value: str) -> sqlite3.Row | None:
        """The first row of a query with one value."""
        return self.db.execute(query, (value,)).fetchone()

    def number(self, query: str, *values: str) -> int:
        """The one number that a query answers with."""
        return int(self.db.execute(query, values).fetchone()[0])

    # Accounts

    def open_account(self, number: str, name: str, owner: str, balance: Decimal) -> None:
        """Keep an account with an opening balance; ``owner`` is who pays labour cost into it.

        :raises BankRefusal: the number is taken.
        """
        try:
            self.db.execute(
                "INSERT INTO account VALUES (?, ?, ?, ?, ?)",
                (number, name, owner, to_fen(balance), self.now.date().isoformat()),
            )
        except sqlite3.IntegrityError:
            raise BankRefusal(f"账号 {number} 已经开立。") from None

    def accounts(self) -> list[sqlite3.Row]:
        return self.db.execute("SELECT * FROM account ORDER BY number").fetchall()

    def balance(self, number: str) -> Decimal:
        """:raises NotHere: no such account."""
        return to_yuan(self.balance_in_fen(number))

    def account(self, number: str) -> sqlite3.Row:
        row = self.db.execute("SELECT * FROM account WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise NotHere(f"本行没有账号 {number}。")
        return row

    def balance_in_fen(self, number: str) -> int:
        moved = self.number(
            "SELECT coalesce(sum(CASE direction WHEN 'CRDT' THEN fen ELSE -fen END), 0)"
            " FROM entry WHERE account = ?",
            number,
        )
        return self.account(number)["opening"] + moved

    # Movements

    def deposit(self, number: str, amount: Decimal, summary: str) -> None:
        """The owner pays labour cost in."""
        owner = self.account(number)["owner"]
        self.book(
            number,
            camt053.CREDIT,
            to_fen(amount),
            name=owner,
            card=_OWNERS_ACCOUNT,
            summary=summary,
            codes=_DEPOSIT_CODES,
        )

    def spend(
        self, number: str, amount: Decimal, payee: str, payee_account: str, summary: str
    ) -> None:
        """Money leaves the account other than as wages; without a payee it is drawn in cash.

        :raises BankRefusal: more than there is.
        """
        if to_fen(amount) > self.balance_in_fen(number):
            raise BankRefusal("账户余额不足。")
        self.book(
            number,
            camt053.DEBIT,
            to_fen(amount),
            name=payee,
            card=payee_account,
            summary=summary,
            codes=_SPEND_CODES if payee else _CASH_CODES,
        )

    def book(
        self,
        account: str,
        direction: str,
        fen: int,
        *,
        name: str,
        card: str,
        summary: str,
        codes: tuple[str, ...],
        end_to_end_id: str = "",
    ) -> str:
        """One movement; its reference."""
        today = self.now.date()
        number = self.number("SELECT coalesce(max(id), 0) + 1 FROM entry")
        reference = f"{today:%Y%m%d}{number:08d}"
        self.db.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                *(number, account, reference, today.isoformat(), direction, fen),
                *(name, card, end_to_end_id, summary, " ".join(codes)),
            ),
        )
        return reference

    # Statements

    def statements(self, number: str, since: date) -> camt053.Message:
        """All statements of an account that end on ``since`` or later, closing what is open.

        :raises NotHere: no such account.
        """
        self._close_statement(number)
        rows = self.db.execute(
            "SELECT * FROM statement WHERE account = ? AND to_date >= ? ORDER BY id",
            (number, since.isoformat()),
        )
        return camt053.Message(
            id=f"C{time.time_ns()}",
            created_at=self.now,
            statements=tuple(self._statement_of(row) for row in rows.fetchall()),
        )

    def _close_statement(self, number: str) -> None:
        """A new statement of what no statement holds yet; the first one even of nothing."""
        account = self.account(number)
        closed = self.number("SELECT count(*) FROM statement WHERE account = ?", number)
        fresh = self.db.execute(
            "SELECT min(booked_on), max(booked_on) FROM entry"
            " WHERE account = ? AND statement IS NULL",
            (number,),
        ).fetchone()
        if closed and fresh[0] is None:
            return
        last = self.row("SELECT closing FROM statement WHERE account = ? ORDER BY id DESC", number)
        today = self.now.date().isoformat()
        name = f"ST{number}{closed + 1:06d}"
        self.db.execute(
            "INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(name, number, fresh[0] or today, fresh[1] or today),
                *(last["closing"] if last else account["opening"], self.balance_in_fen(number)),
            ),
        )
        self.db.execute(
            "UPDATE entry SET statement = ? WHERE account = ? AND statement IS NULL", (name, number)
        )

    def _statement_of(self, row: sqlite3.Row) -> camt053.Statement:
        entries = self.db.execute(
            "SELECT * FROM entry WHERE statement = ? ORDER BY id", (row["id"],)
        )
        return camt053.Statement(
            id=row["id"],
            account=row["account"],
            from_date=date.fromisoformat(row["from_date"]),
            to_date=date.fromisoformat(row["to_date"]),
            opening=to_yuan(row["opening"]),
            closing=to_yuan(row["closing"]),
            movements=tuple(_movement_of(entry) for entry in entries),
        )


def _movement_of(entry: sqlite3.Row) -> camt053.Movement:
    return camt053.Movement(
        reference=entry["reference"],
        booked_on=date.fromisoformat(entry["booked_on"]),
        direction=entry["direction"],
        amount=to_yuan(entry["fen"]),
        counterparty_name=entry["name"],
        counterparty_account=entry["number"],
        end_to_end_id=entry["end_to_end_id"],
        summary=entry["summary"],
        codes=tuple(entry["codes"].split()),
    )
