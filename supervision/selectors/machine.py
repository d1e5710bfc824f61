"""How the platform itself is doing: for the operator, who sees no business data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from core import changes, health
from core.actor import Actor
from core.audit import SEAL_WITHIN
from core.models import AuditEntry, Job
from identity.roles import Role
from monitoring.models import RuleRun

_LABELS = {
    "database": "数据库",
    "schema": "数据表",
    "redis": "缓存与消息队列",
    "worker": "后台任务",
    "beat": "定时任务",
}
#: Jobs and rule runs of this long are counted.
_RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the machine and whether it answers."""

    name: str
    answers: bool


@dataclass(frozen=True, slots=True)
class AuditChain:
    """How far the audit chain reaches; ``late`` entries should have been chained by now."""

    entries: int
    sealed: int
    late: int


@dataclass(frozen=True, slots=True)
class Machine:
    """The state of the platform at a moment."""

    parts: Sequence[Part]
    failed_jobs: int
    running_jobs: int
    waiting_marks: int
    last_sweep: datetime | None
    failed_rules: int
    audit: AuditChain


def machine(*, actor: Actor, now: datetime) -> Machine:
    """The state of servers, jobs, rules and audit chain.

    :raises Forbidden: not the operator.
    """
    actor.require_role(Role.OPERATOR)
    jobs = Job.objects.aggregate(
        failed=Count("pk", filter=Q(state=Job.State.FAILED, finished_at__gt=now - _RECENT)),
        running=Count("pk", filter=Q(state__in=[Job.State.QUEUED, Job.State.RUNNING])),
    )
    sweeps = RuleRun.objects.filter(projects=None).aggregate(last=Max("started_at"))
    failed = RuleRun.objects.filter(status=RuleRun.Status.FAILED, started_at__gt=now - _RECENT)
    unsealed = Q(hash=None)
    chain = AuditEntry.objects.aggregate(
        entries=Count("pk"),
        sealed=Count("pk", filter=~unsealed),
        late=Count("pk", filter=unsealed & Q(at__lt=now - SEAL_WITHIN)),
    )
    return Machine(
        parts=[Part(_LABELS[name], answers) for name, answers in health.server_checks().items()],
        failed_jobs=jobs["failed"],
        running_jobs=jobs["running"],
        waiting_marks=changes.waiting_rows("monitoring.rules"),
        last_sweep=sweeps["last"],
        failed_rules=failed.count(),
        audit=AuditChain(**chain),
    )
