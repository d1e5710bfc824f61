"""What the sandbox bank does with payment orders: take them, settle them, return some."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from accounts.bank import camt053, pain001, pain002, signing
from sandbox_bank import store
from sandbox_bank.books import BankRefusal, Books, NotHere
from sandbox_bank.store import to_fen

#: From taking an order to its results: long enough to be seen waiting, short enough to wait for.
SETTLES_AFTER_SECONDS = 1.5
#: What returns every transfer of the next order.
EVERYTHING = "*"
_WAGE_CODES = ("PMNT", "ICDT", "SALA")
_RETURN_CODES = ("PMNT", "ICDT", "RRTN")


class Ledger(Books):
    """The whole bank; everything inside one ``with`` of :func:`open_ledger` is one transaction."""

    def take(self, order: pain001.TransferOrder) -> pain002.StatusReport:
        """Accept an order, or refuse it whole."""
        refusal = self._refusal_of(order)
        if refusal:
            return self._status_report(order.message_id, pain002.REJECTED, refusal)
        due = time.time() + SETTLES_AFTER_SECONDS
        self.db.execute(
            "INSERT INTO orders VALUES (?, ?, ?, 'ACSP', ?)",
            (order.message_id, order.account, to_fen(order.total), due),
        )
        self.db.executemany(
            "INSERT INTO transfer (end_to_end_id, message_id, name, card, fen, summary, status)"
            " VALUES (?, ?, ?, ?, ?, ?, 'ACSP')",
            [
                (t.end_to_end_id, order.message_id, t.name, t.card, to_fen(t.amount), t.summary)
                for t in order.transfers
            ],
        )
        return self._status_report(order.message_id, "ACTC")

    def _refusal_of(self, order: pain001.TransferOrder) -> str:
        """The code for which the whole order is refused, "" to take it."""
        if self.row("SELECT 1 FROM orders WHERE message_id = ?", order.message_id):
            return pain002.DUPLICATE
        known = self.row("SELECT 1 FROM account WHERE number = ?", order.account)
        if not known:
            return "AC02"
        if any(
            self.row("SELECT 1 FROM transfer WHERE end_to_end_id = ?", t.end_to_end_id)
            for t in order.transfers
        ):
            return "DU04"
        promised = self.number(
            "SELECT coalesce(sum(fen), 0) FROM orders WHERE account = ? AND status = 'ACSP'",
            order.account,
        )
        enough = self.balance_in_fen(order.account) - promised >= to_fen(order.total)
        return "" if enough else "AM04"

    def report(self, message_id: str) -> pain002.StatusReport:
        """What became of an order.

        :raises NotHere: never taken.
        """
        order = self.row("SELECT * FROM orders WHERE message_id = ?", message_id)
        if order is None:
            raise NotHere(f"本行没有收到指令 {message_id}。")
        outcomes = tuple(
            pain002.TransferOutcome(
                end_to_end_id=row["end_to_end_id"],
                status=row["status"],
                reason_code=row["reason"],
                reason=pain002.REASONS.get(row["reason"], ""),
                bank_reference=row["reference"],
            )
            for row in self.transfers(message_id)
        )
        return self._status_report(message_id, order["status"], outcomes=outcomes)

    def _status_report(
        self,
        message_id: str,
        status: str,
        code: str = "",
        outcomes: tuple[pain002.TransferOutcome, ...] = (),
    ) -> pain002.StatusReport:
        return pain002.StatusReport(
            message_id=f"R{time.time_ns()}",
            created_at=self.now,
            original_id=message_id,
            status=status,
            reason_code=code,
            reason=pain002.REASONS.get(code, ""),
            outcomes=outcomes,
        )

    def orders(self, limit: int = 20) -> list[sqlite3.Row]:
        return self.db.execute(
            "SELECT * FROM orders ORDER BY due DESC LIMIT ?", (limit,)
        ).fetchall()

    def transfers(self, message_id: str) -> list[sqlite3.Row]:
        return self.db.execute(
            "SELECT * FROM transfer WHERE message_id = ? ORDER BY end_to_end_id", (message_id,)
        ).fetchall()

    def settle_due(self) -> None:
        """Pay the orders whose moment has come."""
        due = self.db.execute(
            "SELECT * FROM orders WHERE status = 'ACSP' AND due <= ? ORDER BY due", (time.time(),)
        )
        for order in due.fetchall():
            self._settle_order(order)

    def _settle_order(self, order: sqlite3.Row) -> None:
        picks = self.picks()
        results = set()
        for transfer in self.transfers(order["message_id"]):
            reason = self._return_reason(transfer, picks)
            results.add(self._pay_transfer(order["account"], transfer, reason))
        self._use_up(picks, order["message_id"])
        status = results.pop() if len(results) == 1 else "PART"
        self.db.execute(
            "UPDATE orders SET status = ? WHERE message_id = ?", (status, order["message_id"])
        )

    def _pay_transfer(self, account: str, transfer: sqlite3.Row, reason: str) -> str:
        """Book a wage, and its way back where there is a reason; the transfer's status."""
        party = {"name": transfer["name"], "card": transfer["card"]}
        party |= {"end_to_end_id": transfer["end_to_end_id"]}
        reference = self.book(
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
        self.db.execute(
            "UPDATE transfer SET status = ?, reason = ?, reference = ? WHERE end_to_end_id = ?",
            (status, reason, reference, transfer["end_to_end_id"]),
        )
        return status

    def _book_return(self, account: str, fen: int, reason: str, party: dict[str, str]) -> None:
        summary = f"退汇：{pain002.REASONS[reason]}"
        self.book(account, camt053.CREDIT, fen, summary=summary, codes=_RETURN_CODES, **party)

    def return_later(self, end_to_end_id: str) -> None:
        """Money that was paid comes back after all, told by the statement alone.

        :raises BankRefusal: it is not paid.
        """
        transfer = self.row(
            "SELECT transfer.*, account FROM transfer JOIN orders USING (message_id)"
            " WHERE end_to_end_id = ? AND transfer.status = 'ACSC'",
            end_to_end_id,
        )
        if transfer is None:
            raise BankRefusal("只有已支付的款项才能退汇。")
        party = {"name": transfer["name"], "card": transfer["card"]}
        party |= {"end_to_end_id": end_to_end_id}
        self._book_return(transfer["account"], transfer["fen"], "AC04", party)
        self.db.execute(
            "UPDATE transfer SET status = 'RJCT', reason = 'AC04' WHERE end_to_end_id = ?",
            (end_to_end_id,),
        )

    # What is returned

    def pick(self, what: str, reason: str) -> None:
        """Return matching transfers (name, card's last digits, EVERYTHING) of the next order."""
        self.db.execute("INSERT INTO pick (what, reason) VALUES (?, ?)", (what, reason))

    def picks(self) -> list[sqlite3.Row]:
        return self.db.execute("SELECT * FROM pick ORDER BY id").fetchall()

    def unpick(self, number: int) -> None:
        self.db.execute("DELETE FROM pick WHERE id = ?", (number,))

    def register_holder(self, card: str, name: str) -> None:
        """Whose card it is, as the bank knows; wages under another name are returned."""
        self.db.execute("INSERT OR REPLACE INTO holder VALUES (?, ?)", (card, name))

    def holders(self) -> list[sqlite3.Row]:
        return self.db.execute("SELECT * FROM holder ORDER BY card").fetchall()

    def _return_reason(self, transfer: sqlite3.Row, picks: list[sqlite3.Row]) -> str:
        for pick in picks:
            if _matches_pick(pick["what"], transfer):
                return pick["reason"]
        holder = self.row("SELECT name FROM holder WHERE card = ?", transfer["card"])
        return "BE01" if holder and holder["name"] != transfer["name"] else ""

    def _use_up(self, picks: list[sqlite3.Row], message_id: str) -> None:
        transfers = self.transfers(message_id)
        for pick in picks:
            if any(_matches_pick(pick["what"], transfer) for transfer in transfers):
                self.unpick(pick["id"])

    # Requests

    def use_nonce(self, nonce: str) -> bool:
        """Whether a request's nonce is seen for the first time."""
        moment = time.time()
        self.db.execute("DELETE FROM nonce WHERE at < ?", (moment - 2 * signing.SKEW_SECONDS,))
        added = self.db.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (nonce, moment))
        return added.rowcount == 1


def _matches_pick(what: str, transfer: sqlite3.Row) -> bool:
    if what == EVERYTHING:
        return True
    return transfer["name"] == what or (len(what) >= 4 and transfer["card"].endswith(what))


@contextmanager
def open_ledger(path: Path, now: datetime) -> Iterator[Ledger]:
    """The books of the bank in this file, for one transaction; the file is made where missing."""
    if not path.exists():
        store.create(path)
    with store.transaction(path) as database:
        ledger = Ledger(database, now)
        ledger.settle_due()
        yield ledger
