"""责令限期改正: ordered with its document, then looked into, obeyed or not."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from core import audit, official
from core.actor import Actor
from core.deadlines import working_days_after
from core.errors import Refused
from core.models import Attachment
from core.transition import transition
from identity import selectors as identity
from identity.models import Organisation
from identity.roles import Role
from projects import selectors
from projects.models import Participant, Project, RectificationOrder
from projects.selectors.rectification import rectification_order
from projects.services.common import record

_ORDER = {"number": "文号", "organisation": "责任单位", "due": "期限", "demand": "改正要求"}
ORDERED = audit.action("rectification.order", "责令限期改正", _ORDER)
SETTLED = audit.action(
    "rectification.settle",
    "核查责令改正",
    {"number": "文号", "result": "结果", "finding": "核查情况"},
)

Status = RectificationOrder.Status


@transaction.atomic
def order_rectification(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    organisation: UUID,
    subject: str,
    facts: str,
    demand: str,
    basis: str,
    days: int,
) -> RectificationOrder:
    """Order a participant to mend something within ``days`` 工作日 of today, by a document.

    :raises Project.DoesNotExist: out of scope.
    :raises Participant.DoesNotExist: the organisation takes no part in the project.
    :raises Forbidden: not an officer of 人社.
    :raises Refused: an order about the same is open already.
    """
    actor.require_role(Role.BUREAU_OFFICER)
    project = selectors.by_code(actor=actor, code=code)
    ordered = _participant(project, organisation)
    # Locked: of two officers who order the same at once, the second is refused.
    Project.everything.select_for_update().get(pk=project.pk)
    open_ones = RectificationOrder.everything.filter(
        subject=subject, organisation=ordered, status=Status.OPEN
    )
    if open_ones.exists():
        raise Refused("rectification.open", organisation=ordered.name)
    today = timezone.localdate(now)
    deadline = working_days_after(today, days, event="指令书签发", basis=basis)
    authority = identity.own_organisation(actor=actor)
    uuid = uuid4()
    document = official.issue_document(
        "rectification",
        actor=actor,
        now=now,
        issuer=official.Issuer(authority.pk, authority.name),
        addressee=ordered.name,
        title="责令限期改正指令书",
        paragraphs=[
            f"经查，你单位在“{project.name}”（项目编号 {project.code}）：{facts}",
            f"上述情况不符合{basis}的规定。现责令你单位于 {deadline.day} 前改正：{demand}",
            "请在期限届满前将改正情况和证明材料报送本机关。逾期不改正的，本机关将依法处理。",
        ],
        facts=[("期限的计算", deadline.explain())],
        subject=f"rectification:{uuid}",
        within=project.subject,
    )
    order = RectificationOrder.everything.create(
        uuid=uuid,
        project=project,
        organisation=ordered,
        subject=subject,
        facts=facts,
        demand=demand,
        basis=basis,
        document=document,
        issued_on=today,
        due_on=deadline.day,
        deadline=deadline.as_record(),
    )
    detail = {
        "number": document.number,
        "organisation": ordered.name,
        "due": f"{deadline.day}",
        "demand": demand,
    }
    record(actor, ORDERED, project, now, f"rectification:{order.uuid}", detail)
    return order


@transaction.atomic
def settle_rectification(
    *,
    actor: Actor,
    now: datetime,
    uuid: UUID,
    result: str,
    finding: str,
    paper: Attachment | None = None,
) -> None:
    """核查: whether the order was obeyed; 逾期未改正 only once its day is over.

    :raises RectificationOrder.DoesNotExist: out of scope.
    :raises Forbidden: not an officer of 人社.
    :raises Refused: looked into already, or not over yet.
    """
    actor.require_role(Role.BUREAU_OFFICER)
    order = rectification_order(actor=actor, uuid=uuid)
    today = timezone.localdate(now)
    if result == Status.NOT_OBEYED and today <= order.due_on:
        raise Refused("rectification.not_over", "result", day=order.due_on)
    transition(
        order,
        result,
        from_states=[Status.OPEN],
        settled_on=today,
        settled_by_name=actor.name,
        finding=finding,
        paper=paper,
    )
    detail = {
        "number": order.document.number,
        "result": str(Status(result).label),
        "finding": finding,
    }
    record(actor, SETTLED, order.project, now, f"rectification:{order.uuid}", detail)


def _participant(project: Project, organisation: UUID) -> Organisation:
    rows = Participant.everything.select_related("organisation")
    return rows.filter(project=project, organisation__uuid=organisation)[:1].get().organisation
