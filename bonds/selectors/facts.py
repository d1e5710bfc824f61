"""The facts of a project on which its required amount depends, as they stood on a day."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from bonds.amount import Facts, Required, required_amount
from bonds.models import BondPolicy
from bonds.policy import Policy
from bonds.selectors.policies import area_of, policy_for
from core.actor import SYSTEM
from core.errors import Refused
from core.hooks import declared
from identity.models import Organisation
from identity.scope import region_prefix
from identity.selectors.credit import credit_standings
from projects.hook_kinds import System, SystemState
from projects.models import Participant, Project

#: 在建: what counts as one of several projects of a contractor in an area.
_LIVE = (Project.Status.UNDER_CONSTRUCTION, Project.Status.SUSPENDED)


def basis_of(project: Project) -> tuple[str, date]:
    """The event from which the time to store runs: permit, else contract, else start of works."""
    if project.permit_issued_on:
        return "核发施工许可证", project.permit_issued_on
    if project.contract_signed_on:
        return "签订施工合同", project.contract_signed_on
    return "开工", project.start


def contract_months(project: Project) -> int:
    """Whole months of the contract's time, both days included."""
    end = project.planned_end + timedelta(days=1)
    start = project.start
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(0, months - (end.day < start.day))


def area_projects(contractor: int, area: str) -> QuerySet[Project]:
    """The projects of a contractor in an area, whoever looks: they decide what must be stored."""
    prefix = region_prefix(area)
    return Project.everything.filter(
        participants__organisation=contractor,
        participants__role=Participant.Role.CONTRACTOR,
        participants__left_on=None,
        region__code__startswith=prefix,
    )


def project_facts(project: Project, policy: Policy, *, on: date) -> Facts:
    """What the amount depends on; ``on`` is the day as which it is judged.

    :raises Refused: the project has no general contractor.
    """
    if project.contractor_id is None:
        raise Refused("bond.no_contractor")
    contractor = Organisation.everything.get(pk=project.contractor_id)
    area = area_of(project.region_id)
    counted_in = "650000" if policy.counts_in == "region" else area
    rows = area_projects(contractor.pk, counted_in).filter(Q(status__in=_LIVE) | Q(pk=project.pk))
    # By the day of the contract; what has none came last.
    order = rows.order_by(F("contract_signed_on").asc(nulls_last=True), "registered_at", "pk")
    live = list(order.values_list("pk", flat=True))
    local = "650000" if policy.local_within == "region" else area
    standing = credit_standings([contractor.pk], on=on, area=area)[contractor.pk]
    return Facts(
        on=on,
        contract=project.contract_amount,
        months=contract_months(project),
        is_local=contractor.region_id.startswith(region_prefix(local)),
        live=len(live),
        place=live.index(project.pk) + 1,
        clean_since=standing.clean_since,
        last_arrears=standing.last_arrears,
        is_listed=standing.is_listed,
        systems=_systems_done([pk for pk in live if pk != project.pk], on),
    )


def _systems_done(projects: Collection[int], on: date) -> bool | None:
    """Whether 实名制 and 专户 are carried out on the contractor's other projects of the area."""
    if not projects:
        return None
    states = [
        found[project].state if project in found else SystemState.UNKNOWN
        for system in declared(System)
        if system.key in ("register", "account")
        for found in [system.selector(actor=SYSTEM, as_of=on, projects=projects)]
        for project in projects
    ]
    if SystemState.NOT_CARRIED_OUT in states:
        return False
    return None if SystemState.UNKNOWN in states or not states else True


def reckon(project: Project, *, on: date) -> tuple[BondPolicy, Facts, Required]:
    """What a project's contractor must store, judged as of the day, and by which policy.

    :raises Refused: no policy, no rate, or no general contractor.
    """
    policy = policy_for(project.region_id, on)
    facts = project_facts(project, policy.value, on=on)
    return policy, facts, required_amount(policy.value, facts)


def stored_facts(facts: Facts) -> dict[str, Any]:
    """Facts as JSON."""
    return asdict(facts)


def facts_from(stored: dict[str, Any]) -> Facts:
    """Facts as they were stored with a requirement."""
    values = dict(stored)
    for name in ("on", "clean_since", "last_arrears"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    values["contract"] = Project._meta.get_field("contract_amount").to_python(values["contract"])
    return Facts(**values)
