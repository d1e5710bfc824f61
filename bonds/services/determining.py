"""Determining how much must be stored: at first, when the contract changes, and anew on request."""

import logging
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from bonds.amount import Facts, Required, required_amount, waiver_words
from bonds.models import Bond, BondPolicy, BondRequirement
from bonds.policy import CERTAINTY_LABELS, Certainty
from bonds.selectors.facts import basis_of, facts_from, reckon, stored_facts
from bonds.services.common import (
    Status,
    due_columns,
    follow_holdings,
    live_bond,
    officers_project,
    record_act,
    stated,
    write_step,
)
from bonds.transitions import in_working_days
from core import audit
from core.actor import SYSTEM, Actor
from core.errors import Refused
from core.money import yuan
from projects import permissions
from projects import selectors as projects
from projects.models import Project

logger = logging.getLogger(__name__)
DETERMINE = audit.action(
    "bond.determine",
    "核定工资保证金",
    {
        "amount": audit.Amount("应存金额"),
        "before": audit.Amount("原应存金额"),
        "contract": audit.Amount("施工合同额"),
        "cause": "原因",
        "reason": "说明",
    },
)
Cause = BondRequirement.Cause
#: The projects whose bond is determined by itself.
_ASKED = (Project.Status.PREPARING, Project.Status.UNDER_CONSTRUCTION, Project.Status.SUSPENDED)


@transaction.atomic
def determine_bond(*, actor: Actor, code: str, now: datetime) -> Bond:
    """Determine what must be stored for a project; one that has its bond is left as it is.

    For the general contractor's 企业管理员 and officers of 人社, and by the platform itself.

    :raises Project.DoesNotExist: out of scope.
    :raises Forbidden: another's work.
    :raises Refused: no policy is in force, or the project has no general contractor.
    """
    seen = projects.by_code(actor=actor, code=code)
    if not permissions.can(actor, seen, "bond"):
        officers_project(actor, code)
    # Two at once determine one bond.
    project = Project.everything.select_for_update().get(pk=seen.pk)
    known = Bond.everything.live().filter(project=project).first()
    if known is not None:
        return known
    event, basis = basis_of(project)
    policy, facts, required = reckon(project, on=basis)
    due = in_working_days(Bond.Due.STORE, event, basis, policy.value.store_days or 0)
    bond = Bond.everything.create(
        project=project,
        contractor_id=project.contractor_id,
        policy=policy,
        required=required.amount,
        basis_on=basis,
        created_at=now,
        **due_columns(due),
    )
    _write_requirement(bond, policy, facts, required, Cause.FIRST, "", actor, now)
    write_step(bond, actor=actor, now=now, note=f"应存 {yuan(required.amount)} 元")
    return bond


@transaction.atomic
def redetermine_bond(*, actor: Actor, code: str, reason: str, now: datetime) -> BondRequirement:
    """Determine anew by the facts as they are known now, for a reason that an officer states.

    The policy and the day as which the record is judged stay those of the first determination.

    :raises Forbidden: not an officer of 人社.
    :raises Refused: without a reason, no bond yet, or a refund is under way.
    """
    project = officers_project(actor, code)
    bond = live_bond(project)
    reason = stated(reason, Refused("bond.unexplained", "reason"))
    if bond.status in (Status.PUBLICITY, Status.REVIEW):
        raise Refused("bond.refund_under_way")
    policy, facts, required = reckon(project, on=bond.basis_on)
    latest = bond.requirements.order_by("-made_at", "-pk").first()
    if latest is not None and (
        facts_from(latest.facts) == facts
        and (latest.policy_id, latest.reason) == (policy.pk, reason)
    ):
        # Sent twice: nothing is known that was not known then.
        return latest
    return _take_over(bond, policy, facts, required, Cause.RECORD, reason, actor, now)


@transaction.atomic
def follow_contract(*, project: Project, now: datetime) -> BondRequirement | None:
    """Compute anew after the contract amount changed, and ask for the difference; None: same.

    Record, count of projects and policy stay as they were first found: only the contract changed.
    """
    bond = Bond.everything.live().filter(project=project).first()
    if bond is None:
        return None
    bond = live_bond(project)
    latest = bond.requirements.select_related("policy").order_by("-made_at", "-pk").first()
    amount = Project.everything.values_list("contract_amount", flat=True).get(pk=project.pk)
    if latest is None or latest.contract_amount == amount:
        return None
    if bond.status in (Status.PUBLICITY, Status.REVIEW, Status.RETURNED):
        return None
    facts = facts_from(latest.facts | {"contract": str(amount)})
    required = required_amount(latest.policy.value, facts)
    return _take_over(bond, latest.policy, facts, required, Cause.CONTRACT, "", SYSTEM, now)


def _take_over(
    bond: Bond,
    policy: BondPolicy,
    facts: Facts,
    required: Required,
    cause: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> BondRequirement:
    before = bond.required
    bond.required, bond.policy = required.amount, policy
    bond.save(update_fields=["required", "policy"])
    made = _write_requirement(bond, policy, facts, required, cause, reason, actor, now, before)
    words = f"{made.get_cause_display()}，应存由 {yuan(before)} 元改为 {yuan(required.amount)} 元"
    follow_holdings(
        bond,
        actor=actor,
        now=now,
        cause=Bond.Cause.CONTRACT,
        event=words,
        days=policy.value.store_days,
    )
    return made


def _write_requirement(
    bond: Bond,
    policy: BondPolicy,
    facts: Facts,
    required: Required,
    cause: str,
    reason: str,
    actor: Actor,
    now: datetime,
    before: Any = None,
) -> BondRequirement:
    made = BondRequirement.everything.create(
        bond=bond,
        policy=policy,
        cause=cause,
        reason=reason,
        contract_amount=facts.contract,
        rate=required.rate,
        amount=required.amount,
        steps=stored_steps(required, policy),
        facts=stored_facts(facts),
        waiver=waiver_words(required.waiver) if required.waiver else "",
        made_at=now,
        made_by=actor.name,
    )
    detail = {
        "amount": str(required.amount),
        "before": str(before) if before is not None else None,
        "contract": str(facts.contract),
        "cause": made.get_cause_display(),
        "reason": reason,
    }
    record_act(bond.project, actor, DETERMINE, bond.subject, now, detail)
    return made


def stored_steps(required: Required, policy: BondPolicy) -> list[dict[str, Any]]:
    """The steps as they are kept: each with the source of its setting and how sure that is."""
    known = {row.key: row for row in policy.settings.all()}
    kept = []
    for step in required.steps:
        row = known.get(step.setting)
        certainty = Certainty(row.certainty) if row else Certainty.UNSEEN
        kept.append(
            asdict(step)
            | {
                "source": row.source if row else "",
                "certainty": "已核实" if row and row.confirmed_by else CERTAINTY_LABELS[certainty],
            }
        )
    return kept


def determine_missing(*, now: datetime, projects_asked: Iterable[str] | None = None) -> int:
    """Determine the bonds of projects that have none, and follow contracts that changed; how many.

    ``projects_asked`` are codes, None for all. What cannot be determined (no policy, no rate) is
    left to the officer's page, which says so.
    """
    rows = Project.everything.filter(status__in=_ASKED)
    if projects_asked is not None:
        rows = rows.filter(code__in=list(projects_asked))
    count = 0
    for project in rows.exclude(bonds__status__in=_live_states()).order_by("pk"):
        try:
            determine_bond(actor=SYSTEM, code=project.code, now=now)
            count += 1
        except Refused as refusal:
            logger.info("Bond of project %s not determined: %s", project.code, refusal.code)
    latest = BondRequirement.everything.filter(bond=OuterRef("bonds")).order_by("-made_at", "-pk")
    changed = rows.filter(bonds__status__in=_live_states()).annotate(
        determined_for=Subquery(latest.values("contract_amount")[:1])
    )
    for project in changed.exclude(determined_for=F("contract_amount")).order_by("pk"):
        count += follow_contract(project=project, now=now) is not None
    return count


def _live_states() -> list[str]:
    return [status for status in Status.values if status not in Bond.ENDED]
