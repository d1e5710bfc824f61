"""What the sandbox bank does: keep accounts, take orders, settle them, state what happened."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from accounts.bank import camt053, pain001, pain002, signing
from accounts.sandbox import store
from accounts.sandbox.store import to_fen, to_yuan

#: From taking an order to its results: long enough to be seen waiting, short enough to wait for.
SETTLES_AFTER_SECONDS = 1.5
#: What returns every transfer of the next order.
EVERYTHING = "*"
_WAGE_CODES = ("PMNT", "ICDT", "SALA")
_RETURN_CODES = ("PMNT", "ICDT", "RRTN")
_DEPOSIT_CODES = ("PMNT", "RCDT", "DMCT")
_SPEND_CODES = ("PMNT", "ICDT", "DMCT")
_CASH_CODES = ("PMNT", "CNTR", "CWDL")
_OWNERS_ACCOUNT = "65050161500000008888"


class Refused(Exception):
    """The bank does not do that; the message is shown on its page."""


class Unknown(LookupError):
    """No such account or order."""


class Ledger:
    """The bank's books at one moment; everything inside one ``with`` is one transaction."""

    def __init__(self, database: sqlite3.Connection, now: datetime):
        self._db = database
        self._now = now

    # Accounts

    def open_account(self, number: str, name: str, owner: str, balance: Decimal) -> None:
        """Keep an account with an opening balance; ``owner`` is who pays labour cost into it.

        :raises Refused: the number is taken.
        """
        try:
            self._db.execute(
                "INSERT INTO account VALUES (?, ?, ?, ?, ?)",
                (number, name, owner, to_fen(balance), self._now.date().isoformat()),
            )
        except sqlite3.IntegrityError:
            raise Refused(f"账号 {number} 已经开立。") from None

    def accounts(self) -> list[sqlite3.Row]:
        return self._db.execute("SELECT * FROM account ORDER BY number").fetchall()

    def balance(self, number: str) -> Decimal:
        """:raises Unknown: no such account."""
        return to_yuan(self._balance(number))

    def _account(self, number: str) -> sqlite3.Row:
        row = self._db.execute("SELECT * FROM account WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise Unknown(f"本行没有账号 {number}。")
        return row

    def _balance(self, number: str) -> int:
        moved = self._db.execute(
            "SELECT coalesce(sum(CASE direction WHEN 'CRDT' THEN fen ELSE -fen END), 0)"
            " FROM entry WHERE account = ?",
            (number,),
        ).fetchone()[0]
        return self._account(number)["opening"] + moved

    # Movements

    def deposit(self, number: str, amount: Decimal, summary: str) -> None:
        """The owner pays labour cost in."""
        owner = self._account(number)["owner"]
        self._book(
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

        :raises Refused: more than there is.
        """
        if to_fen(amount) > self._balance(number):
            raise Refused("账户余额不足。")
        self._book(
            number,
            camt053.DEBIT,
            to_fen(amount),
            name=payee,
            card=payee_account,
            summary=summary,
            codes=_SPEND_CODES if payee else _CASH_CODES,
        )

    def _book(
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
        today = self._now.date()
        number = self._db.execute("SELECT coalesce(max(id), 0) + 1 FROM entry").fetchone()[0]
        reference = f"{today:%Y%m%d}{number:08d}"
        self._db.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                *(number, account, reference, today.isoformat(), direction, fen),
                *(name, card, end_to_end_id, summary, " ".join(codes)),
            ),
        )
        return reference

    # Orders

    def take(self, order: pain001.Order) -> pain002.Report:
        """Accept an order, or refuse it whole."""
        refusal = self._refusal(order)
        if refusal:
            return self._report(order.message_id, pain002.REJECTED, refusal)
        due = time.time() + SETTLES_AFTER_SECONDS
        self._db.execute(
            "INSERT INTO orders VALUES (?, ?, ?, 'ACSP', ?)",
            (order.message_id, order.account, to_fen(order.total), due),
        )
        self._db.executemany(
            "INSERT INTO transfer (end_to_end_id, message_id, name, card, fen, summary, status)"
            " VALUES (?, ?, ?, ?, ?, ?, 'ACSP')",
            [
                (t.end_to_end_id, order.message_id, t.name, t.card, to_fen(t.amount), t.summary)
                for t in order.transfers
            ],
        )
        return self._report(order.message_id, "ACTC")

    def _refusal(self, order: pain001.Order) -> str:
        """The code for which the whole order is refused, "" to take it."""
        if self._row("SELECT 1 FROM orders WHERE message_id = ?", order.message_id):
            return pain002.DUPLICATE
        known = self._row("SELECT 1 FROM account WHERE number = ?", order.account)
        if not known:
            return "AC02"
        if any(
            self._row("SELECT 1 FROM transfer WHERE end_to_end_id = ?", t.end_to_end_id)
            for t in order.transfers
        ):
            return "DU04"
        promised = self._row(
            "SELECT coalesce(sum(fen), 0) FROM orders WHERE account = ? AND status = 'ACSP'",
            order.account,
        )
        enough = self._balance(order.account) - promised[0] >= to_fen(order.total)
        return "" if enough else "AM04"

    def _row(self, query: str, value: str) -> sqlite3.Row | None:
        return self._db.execute(query, (value,)).fetchone()

    def report(self, message_id: str) -> pain002.Report:
        """What became of an order.

        :raises Unknown: never taken.
        """
        order = self._row("SELECT * FROM orders WHERE message_id = ?", message_id)
        if order is None:
            raise Unknown(f"本行没有收到指令 {message_id}。")
        outcomes = tuple(
            pain002.Outcome(
                end_to_end_id=row["end_to_end_id"],
                status=row["status"],
                reason_code=row["reason"],
                reason=pain002.REASONS.get(row["reason"], ""),
                bank_reference=row["reference"],
            )
            for row in self.transfers(message_id)
        )
        return self._report(message_id, order["status"], outcomes=outcomes)

    def _report(
        self,
        message_id: str,
        status: str,
        code: str = "",
        outcomes: tuple[pain002.Outcome, ...] = (),
    ) -> pain002.Report:
        return pain002.Report(
            message_id=f"R{time.time_ns()}",
            created_at=self._now,
            original_id=message_id,
            status=status,
            reason_code=code,
            reason=pain002.REASONS.get(code, ""),
            outcomes=outcomes,
        )

    def orders(self, limit: int = 20) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT * FROM orders ORDER BY due DESC LIMIT ?", (limit,)
        ).fetchall()

    def transfers(self, message_id: str) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT * FROM transfer WHERE message_id = ? ORDER BY end_to_end_id", (message_id,)
        ).fetchall()

    def settle_due(self) -> None:
        """Pay the orders whose moment has come."""
        due = self._db.execute(
            "SELECT * FROM orders WHERE status = 'ACSP' AND due <= ? ORDER BY due", (time.time(),)
        )
        for order in due.fetchall():
            self._settle(order)

    def _settle(self, order: sqlite3.Row) -> None:
        picks = self.picks()
        results = set()
        for transfer in self.transfers(order["message_id"]):
            reason = self._reason(transfer, picks)
            results.add(self._pay(order["account"], transfer, reason))
        self._use_up(picks, order["message_id"])
        status = results.pop() if len(results) == 1 else "PART"
        self._db.execute(
            "UPDATE orders SET status = ? WHERE message_id = ?", (status, order["message_id"])
        )

    def _pay(self, account: str, transfer: sqlite3.Row, reason: str) -> str:
        """Book a wage, and its way back where there is a reason; the transfer's status."""
        party = {"name": transfer["name"], "card": transfer["card"]}
        party |= {"end_to_end_id": transfer["end_to_end_id"]}
        reference = self._book(
            account,
            camt053.DEBIT,
            transfer["fen"],
            summary=transfer["summary"],
            codes=_WAGE_CODES,
            **party,
        )
        status = "ACSC"
        if reason:
            self._book_return(account, transfer["fen"], reason, party)
            status = pain002.REJECTED
        self._db.execute(
            "UPDATE transfer SET status = ?, reason = ?, reference = ? WHERE end_to_end_id = ?",
            (status, reason, reference, transfer["end_to_end_id"]),
        )
        return status

    def _book_return(self, account: str, fen: int, reason: str, party: dict[str, str]) -> None:
        summary = f"退汇：{pain002.REASONS[reason]}"
        self._book(account, camt053.CREDIT, fen, summary=summary, codes=_RETURN_CODES, **party)

    def return_later(self, end_to_end_id: str) -> None:
        """Money that was paid comes back after all, told by the statement alone.

        :raises Refused: it is not paid.
        """
        transfer = self._row(
            "SELECT transfer.*, account FROM transfer JOIN orders USING (message_id)"
            " WHERE end_to_end_id = ? AND transfer.status = 'ACSC'",
            end_to_end_id,
        )
        if transfer is None:
            raise Refused("只有已支付的款项才能退汇。")
        party = {"name": transfer["name"], "card": transfer["card"]}
        party |= {"end_to_end_id": end_to_end_id}
        self._book_return(transfer["account"], transfer["fen"], "AC04", party)
        self._db.execute(
            "UPDATE transfer SET status = 'RJCT', reason = 'AC04' WHERE end_to_end_id = ?",
            (end_to_end_id,),
        )

    # What is returned

    def pick(self, what: str, reason: str) -> None:
        """Return matching transfers (name, card's last digits, EVERYTHING) of the next order."""
        self._db.execute("INSERT INTO pick (what, reason) VALUES (?, ?)", (what, reason))

    def picks(self) -> list[sqlite3.Row]:
        return self._db.execute("SELECT * FROM pick ORDER BY id").fetchall()

    def unpick(self, number: int) -> None:
        self._db.execute("DELETE FROM pick WHERE id = ?", (number,))

    def know_holder(self, card: str, name: str) -> None:
        """Whose card it is, as the bank knows; wages under another name are returned."""
        self._db.execute("INSERT OR REPLACE INTO holder VALUES (?, ?)", (card, name))

    def holders(self) -> list[sqlite3.Row]:
        return self._db.execute("SELECT * FROM holder ORDER BY card").fetchall()

    def _reason(self, transfer: sqlite3.Row, picks: list[sqlite3.Row]) -> str:
        for pick in picks:
            if _matches(pick["what"], transfer):
                return pick["reason"]
        holder = self._row("SELECT name FROM holder WHERE card = ?", transfer["card"])
        return "BE01" if holder and holder["name"] != transfer["name"] else ""

    def _use_up(self, picks: list[sqlite3.Row], message_id: str) -> None:
        transfers = self.transfers(message_id)
        for pick in picks:
            if any(_matches(pick["what"], transfer) for transfer in transfers):
                self.unpick(pick["id"])

    # Statements

    def statements(self, number: str, since: date) -> camt053.Message:
        """All statements of an account that end on ``since`` or later, closing what is open.

        :raises Unknown: no such account.
        """
        self._close_statement(number)
        rows = self._db.execute(
            "SELECT * FROM statement WHERE account = ? AND to_date >= ? ORDER BY id",
            (number, since.isoformat()),
        )
        return camt053.Message(
            id=f"C{time.time_ns()}",
            created_at=self._now,
            statements=tuple(self._statement(row) for row in rows.fetchall()),
        )

    def _close_statement(self, number: str) -> None:
        """A new statement of what no statement told yet; the first one even of nothing."""
        account = self._account(number)
        told = self._row("SELECT count(*) FROM statement WHERE account = ?", number)[0]
        fresh = self._db.execute(
            "SELECT min(booked_on), max(booked_on) FROM entry"
            " WHERE account = ? AND statement IS NULL",
            (number,),
        ).fetchone()
        if told and fresh[0] is None:
            return
        last = self._row("SELECT closing FROM statement WHERE account = ? ORDER BY id DESC", number)
        today = self._now.date().isoformat()
        name = f"ST{number}{told + 1:06d}"
        self._db.execute(
            "INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(name, number, fresh[0] or today, fresh[1] or today),
                *(last["closing"] if last else account["opening"], self._balance(number)),
            ),
        )
        self._db.execute(
            "UPDATE entry SET statement = ? WHERE account = ? AND statement IS NULL", (name, number)
        )

    def _statement(self, row: sqlite3.Row) -> camt053.Statement:
        entries = self._db.execute(
            "SELECT * FROM entry WHERE statement = ? ORDER BY id", (row["id"],)
        )
        return camt053.Statement(
            id=row["id"],
            account=row["account"],
            from_date=date.fromisoformat(row["from_date"]),
            to_date=date.fromisoformat(row["to_date"]),
            opening=to_yuan(row["opening"]),
            closing=to_yuan(row["closing"]),
            movements=tuple(_movement(entry) for entry in entries),
        )

    # Requests

    def use_nonce(self, nonce: str) -> bool:
        """Whether a request's nonce is seen for the first time."""
        moment = time.time()
        self._db.execute("DELETE FROM nonce WHERE at < ?", (moment - 2 * signing.SKEW_SECONDS,))
        added = self._db.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (nonce, moment))
        return added.rowcount == 1


def _matches(what: str, transfer: sqlite3.Row) -> bool:
    if what == EVERYTHING:
        return True
    return transfer["name"] == what or (len(what) >= 4 and transfer["card"].endswith(what))


def _movement(entry: sqlite3.Row) -> camt053.Movement:
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


@contextmanager
def open_ledger(path: Path, now: datetime) -> Iterator[Ledger]:
    """The books of the bank in this file, for one transaction; the file is made where missing."""
    if not path.exists():
        store.create(path)
    with store.transaction(path) as database:
        ledger = Ledger(database, now)
        ledger.settle_due()
        yield ledger
