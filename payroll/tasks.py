"""What payment does in the background: send, ask for results, read statements."""

import logging
from uuid import UUID

from celery import shared_task

from accounts import services as accounts
from accounts.bank import client
from core import calendar, clock
from core.imports import read_job
from payroll.imports import PAY_SHEETS
from payroll.services import due_days, payments, returns

logger = logging.getLogger(__name__)


@shared_task(lane="money")
def send_order(order: str) -> None:
    """Send a new payment order to the bank."""
    payments.send_order(order=UUID(order), now=clock.now())


@shared_task(lane="money")
def poll_orders() -> None:
    """Ask for the results of the orders that the bank has."""
    payments.poll_orders(now=clock.now())


@shared_task(lane="money")
def poll_account(account: int) -> None:
    """Read one account's new statements."""
    _read_statements([account])


@shared_task(lane="money")
def poll_statements() -> None:
    """Read the new statements of every open account."""
    _read_statements(accounts.watched_accounts())


def _read_statements(ids: list[int]) -> None:
    if not client.is_connected():
        return
    try:
        with client.connect() as bank:
            for pk in ids:
                _read_account(pk, bank)
    except client.BankUnreachable:
        logger.warning("The bank does not answer; statements are asked for again later")


@shared_task(lane="rules")
def restate_due_days() -> None:
    """Bring due days in line with the calendar, read anew: a holiday may have been decided."""
    calendar.forget_overrides()
    due_days.restate_due_days()


@shared_task(lane="imports")
def read_upload(job: str, upload: str) -> None:
    """Read an uploaded pay sheet."""
    read_job(PAY_SHEETS, job, upload, moment=clock.now)


def _read_account(pk: int, bank: client.Bank) -> None:
    try:
        account = accounts.fetch_statements(account=pk, bank=bank, now=clock.now())
    except client.BankGarbled:
        # What the bank says of one account does not keep the others from being read.
        logger.exception("Account %s: its statements were not recorded", pk)
    else:
        returns.reconcile(account=account, now=clock.now())
