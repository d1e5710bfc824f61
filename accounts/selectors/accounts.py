"""Wage accounts themselves, as their parties see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import SpecialAccount
from accounts.schema import full_name
from accounts.selectors.statements import Balance, last_balances
from core.actor import Actor, Forbidden
from core.http import Page, keyset_page
from identity.roles import Role
from projects.models import Project
from projects.selectors import ProjectHeader

#: How an account's states are coloured.
TONES: dict[str, str] = {
    SpecialAccount.Status.PENDING: "wait",
    SpecialAccount.Status.ACTIVE: "good",
    SpecialAccount.Status.FROZEN: "bad",
    SpecialAccount.Status.CLOSED: "plain",
}


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account in a bank's list; ``open_orders`` wait for the bank."""

    uuid: UUID
    name: str
    number: str
    project_name: str
    status: str
    tone: str
    balance: Balance | None
    open_orders: int


def account_of(seen: Project, *, actor: Actor) -> SpecialAccount | None:
    """The project's account, an open one before a closed one."""
    rows = SpecialAccount.objects.visible_to(actor).filter(project=seen)
    rows = rows.select_related("bank", "agreement", "project")
    closed_last = rows.annotate(closed=Q(status=SpecialAccount.Status.CLOSED)).order_by("closed")
    return closed_last.first()


def account(uuid: UUID, *, actor: Actor) -> SpecialAccount:
    """:raises SpecialAccount.DoesNotExist: out of scope."""
    rows = SpecialAccount.objects.visible_to(actor)
    return rows.select_related("bank", "agreement", "project").get(uuid=uuid)


def keeps(kept: SpecialAccount, *, actor: Actor) -> bool:
    """Whether the actor is a clerk of the bank that keeps the account."""
    return actor.has_role(Role.BANK_CLERK) and actor.organisation == kept.bank_id


def insist_keeps(kept: SpecialAccount, *, actor: Actor) -> None:
    """:raises Forbidden: not a clerk of the bank that keeps the account."""
    if not keeps(kept, actor=actor):
        raise Forbidden("account.banks_work")


def asked_name(header: ProjectHeader, *, actor: Actor) -> str:
    """What the account of this project should be called 53号5."""
    return full_name(header.contractor, header.name)


def kept_accounts(*, actor: Actor, params: Mapping[str, Any], size: int = 50) -> Page[KeptAccount]:
    """The accounts that the actor's bank keeps, with what it last told of them.

    :raises Forbidden: not a bank's clerk.
    """
    actor.require_role(Role.BANK_CLERK)
    rows = (
        SpecialAccount.objects.visible_to(actor)
        .select_related("project")
        # payroll hangs its payment orders on the account; one without an end is open.
        .annotate(open_orders=Count("orders", filter=Q(orders__finished_at__isnull=True)))
    )
    page = keyset_page(rows, keys=("number",), params=params, size=size)
    balances = last_balances(accounts=[row.pk for row in page.rows])
    return page.of(lambda row: _kept(row, balances.get(row.pk), row.open_orders))


def _kept(row: SpecialAccount, balance: Balance | None, open_orders: int) -> KeptAccount:
    return KeptAccount(
        uuid=row.uuid,
        name=row.name,
        number=row.number,
        project_name=row.project.name,
        status=row.get_status_display(),
        tone=TONES[row.status],
        balance=balance,
        open_orders=open_orders,
    )
