"""Wage accounts themselves, as their parties see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import SpecialAccount
from accounts.schema import full_name
from accounts.selectors.statements import Balance, last_balances
from core.actor import Actor, Forbidden
from core.hook_kinds import standing_bars
from core.http import Page, keyset_page
from identity.roles import Role
from projects.models import Project
from projects.selectors import ProjectHeader

#: The act of closing an account, which other apps may bar.
CLOSE = "account.close"
#: How an account's states are coloured.
TONES: dict[str, str] = {
    SpecialAccount.Status.PENDING: "wait",
    SpecialAccount.Status.ACTIVE: "good",
    SpecialAccount.Status.FROZEN: "bad",
    SpecialAccount.Status.CLOSED: "plain",
}


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account in a bank's list; ``bars`` say what must be over before it can be closed."""

    uuid: UUID
    name: str
    number: str
    project_name: str
    status: str
    tone: str
    balance: Balance | None
    bars: Sequence[str]


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
    rows = SpecialAccount.objects.visible_to(actor).select_related("project")
    page = keyset_page(rows, keys=("number",), params=params, size=size)
    shown = [row.pk for row in page.rows]
    balances, bars = last_balances(accounts=shown), standing_bars(CLOSE, shown)
    return page.of(lambda row: _kept(row, balances.get(row.pk), bars.get(row.pk, ())))


def _kept(row: SpecialAccount, balance: Balance | None, bars: Sequence[str]) -> KeptAccount:
    return KeptAccount(
        uuid=row.uuid,
        name=row.name,
        number=row.number,
        project_name=row.project.name,
        status=row.get_status_display(),
        tone=TONES[row.status],
        balance=balance,
        bars=bars,
    )
