"""Opening, keeping and closing a project's wage account 规程二(二), 53号5-9."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from django.db import transaction

from accounts import selectors
from accounts.models import FundingTerm, SpecialAccount
from core import attachments, audit
from core.actor import Actor
from core.errors import Overtaken, Refused
from core.hook_kinds import standing_bars
from core.models import Attachment
from core.touch import touch
from core.transition import transition
from identity import selectors as identity
from projects import permissions
from projects import selectors as projects
from projects.models import Project

REGISTER = audit.action(
    "account.register", "登记工资专用账户", {"name": "户名", "number": audit.CODE}
)
UPDATE = audit.action(
    "account.update", "补充专户资料", {"filed_on": "备案日期", "agreement": audit.CODE}
)
STATUS = audit.action(
    "account.status",
    "变更专户状态",
    {"reason": "原因", "from": audit.CODE, "to": audit.CODE},
)
FUNDING = audit.action(
    "account.funding",
    "约定人工费用拨付",
    {"day": "每月拨付日", "amount": audit.Amount("每期金额"), "since": "自何日起"},
)

Status = SpecialAccount.Status
#: What a bank may report of an account, by its state.
STATUS_STEPS: dict[str, tuple[str, ...]] = {
    Status.ACTIVE: (Status.FROZEN, Status.CLOSED),
    Status.FROZEN: (Status.ACTIVE,),
}


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the contractor enters about an account before the start of works."""

    bank: UUID
    number: str
    name: str
    branch: str
    opened_on: date
    filed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """An uploaded file under the name that its sender gave it."""

    file: IO[bytes]
    name: str


@transaction.atomic
def register_account(
    *,
    actor: Actor,
    project_code: str,
    data: NewAccount,
    agreement: Paper | None = None,
    now: datetime,
) -> SpecialAccount:
    """Register the account that the general contractor opened for a project 53号5.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not the contractor's 企业管理员.
    :raises ValidationError: the number is taken, or the project has an open account.
    :raises Refused: the agreement is no PDF or picture.
    """
    project = _locked_project(actor, project_code)
    account = SpecialAccount(
        project=project,
        bank=identity.bank(data.bank, actor=actor),
        number=data.number,
        name=data.name,
        branch=data.branch,
        opened_on=data.opened_on,
        filed_on=data.filed_on,
        agreement=_store_agreement(agreement, actor, now),
    )
    account.full_clean()
    account.save()
    detail = {"number": account.number, "name": account.name}
    _record_act(account, actor, REGISTER, now, detail)
    return account


@transaction.atomic
def update_papers(
    *,
    actor: Actor,
    project_code: str,
    branch: str,
    filed_on: date | None,
    agreement: Paper | None = None,
    now: datetime,
) -> SpecialAccount:
    """Add what was missing of an account's papers; without a new agreement the old one stays.

    :raises SpecialAccount.DoesNotExist: out of scope, or none registered.
    :raises Forbidden: not the contractor's 企业管理员.
    :raises Refused: the agreement is no PDF or picture.
    """
    project = _locked_project(actor, project_code)
    open_ones = SpecialAccount.everything.exclude(status=Status.CLOSED)
    account = open_ones.select_for_update().get(project=project)
    account.branch, account.filed_on = branch, filed_on
    account.agreement = _store_agreement(agreement, actor, now) or account.agreement
    account.save(update_fields=["branch", "filed_on", "agreement"])
    detail = {"filed_on": filed_on, "agreement": agreement is not None}
    _record_act(account, actor, UPDATE, now, detail)
    return account


@transaction.atomic
def change_account_status(
    *,
    actor: Actor,
    account: UUID,
    from_status: str,
    to_status: str,
    reason: str,
    now: datetime,
) -> SpecialAccount:
    """Report that an account was frozen, freed or closed; its own bank does.

    :raises SpecialAccount.DoesNotExist: out of scope.
    :raises Forbidden: not a clerk of that bank.
    :raises Refused: no reason, no such step, a bar stands against closing, or changed by somebody
        else meanwhile.
    """
    rows = SpecialAccount.objects.visible_to(actor).select_related("project")
    # Locked: no order is given to pay from it between the look at the bars and the closing.
    found = rows.select_for_update(of=("self",)).get(uuid=account)
    selectors.require_bank_of(found, actor=actor)
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Refused("account.unexplained", "reason")
    if to_status not in STATUS_STEPS.get(from_status, ()):
        raise Refused("account.no_such_step", "to_status")
    if to_status == Status.CLOSED and (bars := standing_bars(selectors.CLOSE, [found.pk])):
        raise Refused("account.barred", bars="；".join(bars[found.pk]))
    transition(found, to_status, from_states=[from_status], refusal=Overtaken("account.moved"))
    detail = {"from": from_status, "to": to_status, "reason": reason}
    _record_act(found, actor, STATUS, now, detail)
    return found


@transaction.atomic
def agree_funding(
    *, actor: Actor, project_code: str, day: int, amount: Decimal, since: date, now: datetime
) -> FundingTerm:
    """Enter when and how much labour cost the owner pays in, from a date on 53号4.

    Entered again for the same date, it corrects what was entered.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: not the contractor's 企业管理员.
    """
    project = _locked_project(actor, project_code)
    term, _ = FundingTerm.everything.update_or_create(
        project=project, since=since, defaults={"day": day, "amount": amount}
    )
    detail = {"day": day, "amount": str(amount), "since": since}
    audit.record(actor, FUNDING, project.subject, now=now, within=project.subject, detail=detail)
    touch(project.subject)
    return term


def _locked_project(actor: Actor, code: str) -> Project:
    """The project, where the actor keeps its account; two accounts are not opened at once."""
    seen = projects.by_code(actor=actor, code=code)
    permissions.require(actor, seen, "account")
    return Project.everything.select_for_update().get(pk=seen.pk)


def _store_agreement(paper: Paper | None, actor: Actor, now: datetime) -> Attachment | None:
    if paper is None:
        return None
    # Sealed: an agreement carries signatures and phones of people.
    return attachments.store_attachment(
        paper.file,
        actor=actor,
        name=paper.name,
        kinds=attachments.PAPERS,
        sealed=True,
        field="agreement",
        now=now,
    )


def _record_act(
    account: SpecialAccount, actor: Actor, action: str, now: datetime, detail: dict[str, Any]
) -> None:
    project = account.project.subject
    audit.record(actor, action, account.subject, now=now, within=project, detail=detail)
    touch(project)
