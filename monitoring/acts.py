"""What people do about warnings: 派发 → 签收 → 处置 → 反馈 → 复核 → 销号, and everything beside it.

Whose act it is and when it can be taken stands in monitoring.desk, once, for pages and services.
``condition`` is the engine's and ``handling`` people's: a warning clears by itself when the facts
are mended, whatever stage its handling has reached.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import audit, official
from core.actor import Actor, Forbidden
from core.deadlines import working_days_after
from core.errors import Overtaken, Refused
from core.models import Attachment, OfficialDocument
from core.transition import try_transition
from identity import selectors as identity
from monitoring import desk as rules
from monitoring import selectors
from monitoring.desk import ActRule, Desk
from monitoring.models import BEFORE_REPORT, OPEN_STAGES, EarlyWarning, WarningEvent
from monitoring.reminding import send_reminder
from projects import services as projects

_STEP = {
    "note": "说明",
    "number": "文号",
    "days": "工作日",
    "until": "处置期限",
    "handler": "经办人",
    "rule": audit.CODE,
    "subject": audit.CODE,
}
Condition = EarlyWarning.Condition
Handling = EarlyWarning.Handling
Kind = WarningEvent.Kind

#: What the audit chain calls each step.
ACTIONS = {
    Kind.SIGNED: audit.action("warning.sign", "签收预警", _STEP),
    Kind.REPORTED: audit.action("warning.report", "反馈预警处置情况", _STEP),
    Kind.RETURNED: audit.action("warning.return", "退回预警反馈", _STEP),
    Kind.CLOSED: audit.action("warning.close", "预警复核销号", _STEP),
    Kind.REMINDED: audit.action("warning.remind", "催办预警", _STEP),
    Kind.TALKED: audit.action("warning.talk", "记录约谈", _STEP),
    Kind.ORDERED: audit.action("warning.order", "就预警责令限期改正", _STEP),
    Kind.TO_INDUSTRY: audit.action("warning.to_industry", "预警转行业主管部门", _STEP),
    Kind.TO_CASE: audit.action("warning.to_case", "预警转立案", _STEP),
    Kind.TO_POLICE: audit.action("warning.to_police", "预警转公安机关", _STEP),
    Kind.REPORTED_UP: audit.action("warning.report_up", "上报预警", _STEP),
    Kind.SUPERVISED: audit.action("warning.supervise", "督办预警", _STEP),
    Kind.EXTENSION_ASKED: audit.action("warning.ask_extension", "申请预警延期", _STEP),
    Kind.EXTENDED: audit.action("warning.extend", "批准预警延期", _STEP),
    Kind.NOT_EXTENDED: audit.action("warning.not_extend", "不予预警延期", _STEP),
    Kind.DISMISSED: audit.action("warning.dismiss", "误报注销预警", _STEP),
    Kind.ASSIGNED: audit.action("warning.assign", "指定预警经办人", _STEP),
    Kind.COMMENTED: audit.action("warning.comment", "补充预警情况", _STEP),
}


def _take_up(actor: Actor, uuid: UUID | str, now: datetime, rule: ActRule) -> Desk:
    """The warning, locked, as the actor stands towards it; the act must be open to them.

    :raises EarlyWarning.DoesNotExist: out of scope.
    :raises Forbidden: another's act.
    :raises Overtaken: not at this stage, or taken already.
    """
    warning = selectors.warning(actor=actor, uuid=uuid)
    # Locked: of two who act at once, the second finds what the first has done.
    EarlyWarning.everything.select_for_update().get(pk=warning.pk)
    warning.refresh_from_db(fields=["handling", "condition", "settle_by", "sign_by"])
    desk = Desk(warning, actor, timezone.localdate(now))
    rule.insist(desk)
    return desk


# 签收, 处置, 反馈, 复核, 销号 ---------------------------------------------------------------------


@transaction.atomic
def sign(*, actor: Actor, uuid: UUID | str, now: datetime, note: str = "") -> str:
    """签收: the desk takes notice; past its day a level above does in its place.

    :raises EarlyWarning.DoesNotExist: out of scope.
    :raises Forbidden: not the desk's officer.
    :raises Overtaken: signed already.
    """
    desk = _take_up(actor, uuid, now, rules.SIGN)
    _move_handling(desk.warning, [Handling.DISPATCHED], Handling.SIGNED)
    _record_event(desk, Kind.SIGNED, now, note)
    return "已签收，责任单位会看到处置期限。"


@transaction.atomic
def report(
    *,
    actor: Actor,
    uuid: UUID | str,
    now: datetime,
    note: str,
    attachment: Attachment | None = None,
) -> str:
    """处置、反馈: the organisation says what it has done, with papers where there are any.

    :raises Forbidden: neither the contractor nor the employer concerned.
    :raises Overtaken: reported or closed already.
    """
    warning = selectors.warning(actor=actor, uuid=uuid)
    require_reporting(actor, warning)
    desk = _take_up(actor, uuid, now, rules.REPORT)
    _move_handling(desk.warning, BEFORE_REPORT, Handling.REPORTED)
    _record_event(desk, Kind.REPORTED, now, note, attachment=attachment)
    return "已反馈，等待人社部门复核。"


@transaction.atomic
def send_back(*, actor: Actor, uuid: UUID | str, now: datetime, note: str) -> str:
    """退回: the officer is not satisfied with what was reported, and says why."""
    desk = _take_up(actor, uuid, now, rules.SEND_BACK)
    _move_handling(desk.warning, [Handling.REPORTED], Handling.IN_HAND)
    _record_event(desk, Kind.RETURNED, now, note)
    return "已退回，责任单位会看到您的说明。"


@transaction.atomic
def close(
    *,
    actor: Actor,
    uuid: UUID | str,
    now: datetime,
    note: str,
    attachment: Attachment | None = None,
) -> str:
    """复核、销号, by an officer who is not the one that signed.

    :raises Forbidden: no officer, the same officer, or the facts still hold.
    """
    warning = selectors.warning(actor=actor, uuid=uuid)
    desk = Desk(warning, actor, timezone.localdate(now))
    if desk.supervises and actor.id in desk.signers:
        raise Forbidden("warning.same_officer")
    if desk.supervises and desk.is_open:
        raise Forbidden("warning.still_holds")
    desk = _take_up(actor, uuid, now, rules.CLOSE)
    _move_handling(desk.warning, OPEN_STAGES, Handling.CLOSED, condition=Condition.CLEARED)
    _record_event(desk, Kind.CLOSED, now, note, attachment=attachment)
    return "已销号。"


@transaction.atomic
def dismiss(
    *,
    actor: Actor,
    uuid: UUID | str,
    now: datetime,
    note: str,
    attachment: Attachment | None = None,
) -> str:
    """误报注销: the facts were not as the data said; by an officer who did not sign.

    It stays so while the rule goes on finding it, and comes back only after it was mended once.
    """
    warning = selectors.warning(actor=actor, uuid=uuid)
    desk = Desk(warning, actor, timezone.localdate(now))
    if desk.supervises and actor.id in desk.signers:
        raise Forbidden("warning.same_officer")
    desk = _take_up(actor, uuid, now, rules.DISMISS)
    _move_handling(desk.warning, OPEN_STAGES, Handling.DISMISSED)
    _record_event(desk, Kind.DISMISSED, now, note, attachment=attachment)
    return "已按误报注销，理由留在办理经过里。"


# 催办, 约谈, 责令, 移送, 上报, 督办 --------------------------------------------------------------


@transaction.atomic
def remind(*, actor: Actor, uuid: UUID | str, now: datetime, spoken_to: str, note: str) -> str:
    """催办: a message to whoever has to act, and the record of the call."""
    desk = _take_up(actor, uuid, now, rules.REMIND)
    sent = send_reminder(warning=desk.warning, actor=actor, note=note, now=now)
    words = "；".join(part for part in (f"联系人 {spoken_to}" if spoken_to else "", note) if part)
    _record_event(desk, Kind.REMINDED, now, f"{words}。{sent}。", detail={"message": sent})
    return f"已记录催办。{sent}。"


@transaction.atomic
def talk(
    *,
    actor: Actor,
    uuid: UUID | str,
    now: datetime,
    on: date,
    people: str,
    note: str,
    attachment: Attachment | None = None,
) -> str:
    """约谈: when, with whom, what was promised."""
    desk = _take_up(actor, uuid, now, rules.TALK)
    if on > desk.today:
        raise Refused("day.to_come", "on")
    words = f"{on} 约谈 {people}：{note}"
    detail = {"on": f"{on}", "people": people}
    _record_event(desk, Kind.TALKED, now, words, attachment=attachment, detail=detail)
    return "已记录约谈。"


@transaction.atomic
def order(
    *,
    actor: Actor,
    uuid: UUID | str,
    now: datetime,
    organisation: UUID,
    demand: str,
    days: int,
) -> str:
    """责令限期改正: a numbered order with its deadline to a participant of the project."""
    desk = _take_up(actor, uuid, now, rules.ORDER)
    warning = desk.warning
    made = projects.order_rectification(
        actor=actor,
        now=now,
        code=desk.project.code,
        organisation=organisation,
        subject=f"warning:{warning.uuid}",
        facts=warning.summary,
        demand=demand,
        basis=selectors.basis_of(warning),
        days=days,
    )
    words = f"{made.document.number}，{made.organisation.name}应于 {made.due_on} 前{demand}"
    _record_event(desk, Kind.ORDERED, now, words, document=made.document)
    return f"已签发 {made.document.number}，期限 {made.due_on}。请打印、盖章、送达后记录送达。"


@transaction.atomic
def transfer(
    *, actor: Actor, uuid: UUID | str, now: datetime, kind: str, addressee: str, note: str
) -> str:
    """移送: to the 行业主管部门, to 立案, or to the police, by a numbered 移送单."""
    rule = {
        Kind.TO_INDUSTRY: rules.TO_INDUSTRY,
        Kind.TO_CASE: rules.TO_CASE,
        Kind.TO_POLICE: rules.TO_POLICE,
    }[Kind(kind)]
    desk = _take_up(actor, uuid, now, rule)
    warning = desk.warning
    titles = {
        Kind.TO_INDUSTRY: "预警移送单（转行业主管部门）",
        Kind.TO_CASE: "预警移送单（转立案）",
        Kind.TO_POLICE: "涉嫌犯罪案件移送单",
    }
    orders = [
        f"{one.document.number}，限期 {one.due_on}，{one.get_status_display()}"
        for one in desk.orders
    ]
    document = _issue(
        desk,
        "transfer",
        now,
        addressee=addressee,
        title=titles[Kind(kind)],
        paragraphs=[
            f"“{desk.project.name}”（项目编号 {desk.project.code}）存在下列情况，"
            f"现移送你单位依法处理：{warning.summary}",
            f"移送理由：{note}",
        ],
        facts=[
            ("预警", f"{warning.rule} {warning.title}，{warning.since} 起"),
            ("依据", selectors.basis_of(warning)),
            *([("责令改正", "；".join(orders))] if orders else []),
        ],
    )
    words = f"{document.number}，送 {addressee}：{note}"
    _record_event(desk, kind, now, words, document=document)
    return f"已签发 {document.number}。请打印、盖章、送达后记录送达。"


@transaction.atomic
def report_up(*, actor: Actor, uuid: UUID | str, now: datetime, note: str) -> str:
    """上报: the desk lays it before the level above."""
    desk = _take_up(actor, uuid, now, rules.REPORT_UP)
    _record_event(desk, Kind.REPORTED_UP, now, note, detail={"level": desk.level + 1})
    return "已上报，上级人社部门的首页会看到。"


@transaction.atomic
def supervise(*, actor: Actor, uuid: UUID | str, now: datetime, note: str, days: int) -> str:
    """督办: a level above demands an answer from the desk by a day."""
    desk = _take_up(actor, uuid, now, rules.SUPERVISE)
    warning = desk.warning
    deadline = working_days_after(desk.today, days, event="督办通知签发")
    authorities = [one.organisation_name for one in desk.officers if one.level == desk.level]
    document = _issue(
        desk,
        "supervision",
        now,
        addressee=authorities[0] if authorities else "属地人社部门",
        title="预警督办通知",
        paragraphs=[
            f"你地“{warning.project.name if warning.project else ''}”的预警"
            f"“{warning.title}”：{warning.summary}",
            f"督办要求：{note}",
            f"请于 {deadline.day} 前办结并报告。",
        ],
        facts=[("期限的计算", deadline.explain())],
    )
    detail = {
        "issuer": actor.organisation,
        "until": f"{deadline.day}",
        "deadline": deadline.as_record(),
    }
    words = f"{document.number}，限 {deadline.day} 前办结：{note}"
    _record_event(desk, Kind.SUPERVISED, now, words, document=document, detail=detail)
    return f"已签发 {document.number}，限 {deadline.day} 前办结。"


def transfer_to_industry(**given: Any) -> str:
    """转行业主管部门."""
    return transfer(kind=Kind.TO_INDUSTRY, **given)


def transfer_to_case(**given: Any) -> str:
    """转立案."""
    return transfer(kind=Kind.TO_CASE, **given)


def transfer_to_police(**given: Any) -> str:
    """转公安机关, once an order was not obeyed."""
    return transfer(kind=Kind.TO_POLICE, **given)


# 延期, 经办人, 补充 ------------------------------------------------------------------------------


@transaction.atomic
def ask_extension(*, actor: Actor, uuid: UUID | str, now: datetime, days: int, note: str) -> str:
    """延期申请, once while the warning stands; the desk decides."""
    desk = _take_up(actor, uuid, now, rules.ASK_EXTENSION)
    words = f"申请延期 {days} 个工作日：{note}"
    _record_event(desk, Kind.EXTENSION_ASKED, now, words, detail={"days": days})
    return "已提交延期申请，等待人社部门决定；批准之前期限不变。"


@transaction.atomic
def decide_extension(
    *, actor: Actor, uuid: UUID | str, now: datetime, granted: bool, days: int = 0, note: str
) -> str:
    """批准或不予延期: the days granted count from the present deadline.

    :raises Refused: more days than were asked for.
    """
    desk = _take_up(actor, uuid, now, rules.DECIDE_EXTENSION)
    asked = desk.asks_extension.detail["days"] if desk.asks_extension else 0
    if not granted:
        _record_event(desk, Kind.NOT_EXTENDED, now, note)
        return "已决定不予延期，期限不变。"
    if not 0 < days <= asked:
        raise Refused("warning.extension_too_long", "days", asked=asked)
    deadline = working_days_after(desk.warning.settle_by, days, event="原处置期限")
    EarlyWarning.everything.filter(pk=desk.warning.pk).update(settle_by=deadline.day)
    desk.warning.settle_by = deadline.day
    detail = {"days": days, "until": f"{deadline.day}", "deadline": deadline.as_record()}
    words = f"延期 {days} 个工作日，{deadline.explain()}{note}"
    _record_event(desk, Kind.EXTENDED, now, words, detail=detail)
    return f"已批准延期，处置期限改为 {deadline.day}。"


@transaction.atomic
def assign(*, actor: Actor, uuid: UUID | str, now: datetime, handler: UUID) -> str:
    """指定经办人, a colleague of the actor's own authority."""
    desk = _take_up(actor, uuid, now, rules.ASSIGN)
    colleague = identity.colleague(handler, actor=actor)
    EarlyWarning.everything.filter(pk=desk.warning.pk).update(handler=colleague)
    _record_event(desk, Kind.ASSIGNED, now, f"由{colleague.name}经办")
    return f"已指定{colleague.name}经办。"


@transaction.atomic
def comment(
    *,
    actor: Actor,
    uuid: UUID | str,
    now: datetime,
    note: str,
    attachment: Attachment | None = None,
) -> str:
    """补充情况: what somebody concerned knows; changes no stage."""
    desk = _take_up(actor, uuid, now, rules.COMMENT)
    _record_event(desk, Kind.COMMENTED, now, note, attachment=attachment)
    return "已记入办理经过。"


def may_report(actor: Actor, warning: EarlyWarning) -> bool:
    """Whether the actor answers for what the warning is about."""
    return Desk(warning, actor, warning.since).answers


def require_reporting(actor: Actor, warning: EarlyWarning) -> None:
    """:raises Forbidden: the actor does not answer for what the warning is about."""
    if not may_report(actor, warning):
        raise Forbidden("warning.reported_by_others")


def _issue(desk: Desk, kind: str, now: datetime, **text: Any) -> OfficialDocument:
    authority = identity.own_organisation(actor=desk.actor)
    return official.issue_document(
        kind,
        actor=desk.actor,
        now=now,
        issuer=official.Issuer(authority.pk, authority.name),
        subject=f"warning:{desk.warning.uuid}",
        within=desk.warning.project.subject if desk.warning.project else "",
        **text,
    )


def _move_handling(
    warning: EarlyWarning, before: Collection[str], after: str, **still: str
) -> None:
    rows = EarlyWarning.everything.filter(pk=warning.pk, **still)
    if not try_transition(rows, after, from_states=before, column="handling"):
        current = EarlyWarning.everything.get(pk=warning.pk).get_handling_display()
        raise Overtaken("warning.moved", handling=current)


def _record_event(
    desk: Desk,
    kind: str,
    now: datetime,
    note: str = "",
    *,
    attachment: Attachment | None = None,
    document: OfficialDocument | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    warning, actor = desk.warning, desk.actor
    WarningEvent.everything.create(
        warning=warning,
        at=now,
        kind=kind,
        actor_id=actor.id,
        actor_name=actor.name,
        organisation=selectors.organisation_name(actor=actor),
        level=warning.level,
        note=note[:500],
        attachment=attachment,
        document=document,
        detail=detail or {},
    )
    told: dict[str, Any] = {"rule": warning.rule, "subject": warning.subject, "note": note[:500]}
    if document:
        told["number"] = document.number
    if detail:
        told |= {key: detail[key] for key in ("days", "until") if key in detail}
    audit.record(
        actor,
        ACTIONS[Kind(kind)],
        f"warning:{warning.uuid}",
        now=now,
        within=warning.project.subject if warning.project else "",
        detail=told,
    )
