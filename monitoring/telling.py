"""Warnings as messages: by project and employer, one a day that grows, and what is still open.

The feed is the warnings' own history: each step is read once (core.changes). A project's new
warnings of one day are one message to each person; it leaves the platform at once where one of
them is red, else with the day's digest, which also reminds until somebody has signed and answered.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from core import changes
from core.actor import SYSTEM
from core.hook_kinds import DigestLine
from core.messages.services import Recipient, Urgency, day_of, send_message
from monitoring.models import BEFORE_REPORT, EarlyWarning, Level, WarningEvent
from monitoring.receivers import Receivers

READER = "monitoring.telling"
Kind = WarningEvent.Kind
Handling = EarlyWarning.Handling
#: Steps by which a warning comes up, or grows worse.
_NEWS = (Kind.OPENED, Kind.REOPENED, Kind.RAISED)
#: Steps that the clock takes: all concerned are told at once, and the level it went up to.
_BY_CLOCK = (Kind.ESCALATED, Kind.SUPERVISED)
#: A platform that stood still does not tell what is older; the digest says what is open.
NEWS_FOR = timedelta(days=3)
#: (day, project, employer)
Group = tuple[date, int | None, int | None]


def _to_responsible(receivers: Receivers, step: WarningEvent) -> list[Recipient]:
    return receivers.responsible(step.warning)


def _to_officers(receivers: Receivers, step: WarningEvent) -> list[Recipient]:
    return receivers.officers(step.warning)


def _to_all(receivers: Receivers, step: WarningEvent) -> list[Recipient]:
    return receivers.of(step.warning)


def _to_level_above(receivers: Receivers, step: WarningEvent) -> list[Recipient]:
    # ``detail`` counts levels of government from 1 (identity), receivers from 0.
    return receivers.officers(step.warning, step.detail["level"] - 1)


#: Steps that people take: whom they concern, and what these are told.
_BY_PEOPLE: dict[str, tuple[Callable[[Receivers, WarningEvent], list[Recipient]], str]] = {
    Kind.SIGNED: (_to_responsible, "已签收，请按期处置并反馈"),
    Kind.RETURNED: (_to_responsible, "反馈被退回，请继续处置"),
    Kind.EXTENDED: (_to_responsible, "延期已批准"),
    Kind.NOT_EXTENDED: (_to_responsible, "延期未获批准，期限不变"),
    Kind.REPORTED: (_to_officers, "已反馈，等待复核"),
    Kind.EXTENSION_ASKED: (_to_officers, "申请延期，等待决定"),
    Kind.REPORTED_UP: (_to_level_above, "由下级上报"),
    Kind.SUPERVISED: (_to_all, "被督办，请按期办结"),
}


def tell_people(*, now: datetime) -> int:
    """Tell whoever is concerned of the steps that warnings took since; how many steps."""
    return changes.consume_rows(READER, lambda events: _tell(events, now))


def _tell(events: Sequence[WarningEvent], now: datetime) -> None:
    fresh = [event for event in events if now - event.at < NEWS_FOR]
    rows = WarningEvent.everything.filter(pk__in=[event.pk for event in fresh])
    linked = rows.select_related("warning__project", "warning__employer", "escalation")
    steps = list(linked.order_by("pk"))
    groups = {_group_of(step) for step in steps if step.kind in _NEWS}
    for group in sorted(groups, key=str):
        _tell_news(group, now)
    # 督办 is people's or the clock's: the actor tells which.
    by_clock = [one for one in steps if one.kind in _BY_CLOCK and one.actor_id == SYSTEM.id]
    by_people = [one for one in steps if one.kind in _BY_PEOPLE and one.actor_id != SYSTEM.id]
    receivers = Receivers([step.warning for step in (*by_clock, *by_people)])
    for step in by_clock:
        _tell_escalation(step, receivers, now)
    for step in by_people:
        _tell_step(step, receivers, now)


def _group_of(step: WarningEvent) -> Group:
    warning = step.warning
    return day_of(step.at), warning.project_id, warning.employer_id


def _tell_news(group: Group, now: datetime) -> None:
    """All of a day's new warnings of a project and employer, to each who is told of some."""
    day, project, employer = group
    start = timezone.make_aware(datetime.combine(day, time.min))
    rows = EarlyWarning.everything.live().filter(project=project, employer=employer)
    steps = WarningEvent.everything.filter(
        warning__in=rows, kind__in=_NEWS, at__gte=start, at__lt=start + timedelta(days=1)
    )
    warnings = list(
        rows.filter(pk__in=steps.values("warning"))
        .select_related("project", "employer")
        .order_by("-level", "since", "pk")
    )
    receivers, told = Receivers(warnings), defaultdict(list)
    people: dict[UUID, Recipient] = {}
    for warning in warnings:
        for recipient in receivers.of(warning):
            people.setdefault(recipient.user, recipient)
            told[recipient.user].append(warning)
    by_content: dict[tuple[int, ...], list[Recipient]] = defaultdict(list)
    for user, theirs in told.items():
        by_content[tuple(one.pk for one in theirs)].append(people[user])
    for recipients in by_content.values():
        theirs = told[recipients[0].user]
        worst = Level(theirs[0].level)
        send_message(
            recipients=recipients,
            event="warning.news",
            key=f"warnings:{day}:{project or ''}:{employer or ''}",
            title=f"{place_of(theirs[0])}：新预警 {len(theirs)} 条，最高{worst.label}色",
            body="\n".join(_line_of(one) for one in theirs),
            url=_page_of(theirs),
            badge=worst.badge,
            urgency=Urgency.AT_ONCE if worst == Level.RED else Urgency.DIGEST,
            now=now,
        )


def _tell_step(step: WarningEvent, receivers: Receivers, now: datetime) -> None:
    warning = step.warning
    concerned, words = _BY_PEOPLE[step.kind]
    send_message(
        recipients=[one for one in concerned(receivers, step) if one.user != step.actor_id],
        event=f"warning.{step.kind}",
        key=f"warning-event:{step.pk}",
        title=f"{place_of(warning)}：“{warning.title}”预警{words}",
        body=step.note or warning.summary,
        url=reverse("monitoring:warning", args=[warning.uuid]),
        badge=Level(warning.level).badge,
        now=now,
    )


def _tell_escalation(step: WarningEvent, receivers: Receivers, now: datetime) -> None:
    warning = step.warning
    above = receivers.officers(warning, step.escalation.tier)
    send_message(
        recipients=[*above, *receivers.of(warning)],
        event=f"warning.{step.kind}",
        key=f"warning-event:{step.pk}",
        title=f"{place_of(warning)}：“{warning.title}”{step.note}",
        body=warning.summary,
        url=reverse("monitoring:warning", args=[warning.uuid]),
        badge=Level(warning.level).badge,
        urgency=Urgency.AT_ONCE,
        now=now,
    )


def place_of(warning: EarlyWarning) -> str:
    """Project and employer, as messages name where a warning is."""
    names = [one.name for one in (warning.project, warning.employer) if one is not None]
    return " · ".join(names) or "银行数据"


def _line_of(warning: EarlyWarning) -> str:
    return f"{Level(warning.level).label}色 {warning.title}：{warning.summary}"


def _page_of(warnings: Sequence[EarlyWarning]) -> str:
    if len(warnings) == 1:
        return reverse("monitoring:warning", args=[warnings[0].uuid])
    project = warnings[0].project
    if project is None:
        return reverse("monitoring:list")
    return f"{reverse('monitoring:list')}?q={project.code}"


def open_work(*, as_of: date) -> list[DigestLine]:
    """What the digest reminds of: warnings to sign, and to answer, with how many are overdue."""
    rows = EarlyWarning.everything.live().filter(handling__in=BEFORE_REPORT)
    warnings = list(rows.select_related("project", "employer").order_by("pk"))
    receivers = Receivers(warnings)
    to_sign: dict[Recipient, list[date]] = defaultdict(list)
    to_settle: dict[Recipient, list[date]] = defaultdict(list)
    for warning in warnings:
        if warning.handling == Handling.DISPATCHED:
            _note(to_sign, receivers.officers(warning), warning.sign_by)
        _note(to_settle, receivers.responsible(warning), warning.settle_by)
    return [
        *_digest_lines(to_sign, "待签收预警", as_of),
        *_digest_lines(to_settle, "待处置反馈预警", as_of),
    ]


def _note(days: dict[Recipient, list[date]], people: Collection[Recipient], due: date) -> None:
    for person in {one.user: one for one in people}.values():
        days[person].append(due)


def _digest_lines(
    days: dict[Recipient, list[date]], what: str, as_of: date
) -> Iterable[DigestLine]:
    by_person: dict[tuple[UUID, int | None], list[date]] = defaultdict(list)
    reasons: dict[tuple[UUID, int | None], str] = {}
    for person, due in days.items():
        by_person[person.user, person.organisation] += due
        reasons.setdefault((person.user, person.organisation), person.why)
    for (user, unit), due in by_person.items():
        overdue = sum(day < as_of for day in due)
        late = f"（逾期 {overdue} 条）" if overdue else ""
        yield DigestLine(
            person=user,
            organisation=unit,
            text=f"{what} {len(due)} 条{late}",
            why=reasons[user, unit],
        )
