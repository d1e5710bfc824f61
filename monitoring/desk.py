"""Who may do what about a warning, and when: said once, for buttons, pages and services alike.

The *desk* of a warning is the lowest level of government over its project that has an officer of
人社 at work: the county, without one there the 地州市, else 自治区. 签收, 处置的督促, 移送 and the
like are the desk's; levels above it supervise (督办), and take over what the desk lets lie or
cannot do: 签收 past its day, 复核 where everybody at the desk has signed the handling.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, cast

from core.actor import Actor, Forbidden
from core.errors import Overtaken
from core.hooks import declared
from core.scope import once_a_request
from identity import selectors as identity
from identity.roles import Role
from monitoring.hook_kinds import WarningAct
from monitoring.models import BEFORE_REPORT, OPEN_STAGES, EarlyWarning, WarningEvent
from projects.models import Participant, Project, RectificationOrder
from projects.permissions import is_contractor_of, is_employer_on

Handling = EarlyWarning.Handling
Kind = WarningEvent.Kind


class Desk:
    """A warning as one actor stands towards it on a day."""

    def __init__(self, warning: EarlyWarning, actor: Actor, today: date) -> None:
        self.warning, self.actor, self.today = warning, actor, today

    # What stage it has reached --------------------------------------------------------------

    @property
    def stage(self) -> str:
        return self.warning.handling

    @property
    def is_over(self) -> bool:
        """The facts are mended."""
        return self.warning.condition == EarlyWarning.Condition.CLEARED

    @property
    def is_open(self) -> bool:
        """Somebody's work, and the facts are not mended."""
        return not self.is_over and self.stage in OPEN_STAGES

    @property
    def is_signed(self) -> bool:
        return self.is_open and self.stage != Handling.DISPATCHED

    @cached_property
    def episode(self) -> list[WarningEvent]:
        """The steps since the warning last came up, in order."""
        rows = list(WarningEvent.everything.filter(warning=self.warning).order_by("pk"))
        begins = [place for place, one in enumerate(rows) if one.kind == Kind.REOPENED]
        return rows[begins[-1] :] if begins else rows

    def has(self, *kinds: str) -> bool:
        """Whether one of these steps was taken since the warning last came up."""
        return any(one.kind in kinds for one in self.episode)

    # Who stands how -------------------------------------------------------------------------

    @property
    def region(self) -> str:
        """Where it lies; what has no project is 自治区's."""
        project = self.warning.project
        return project.region_id if project else "650000"

    @property
    def project(self) -> Project:
        """Its project; for acts that are open only where there is one."""
        return cast("Project", self.warning.project)

    @cached_property
    def officers(self) -> list[identity.BureauOfficer]:
        """The officers of 人社 over it, the lowest level first."""
        project = self.warning.project
        industry = project.industry_id if project else ""
        return once_a_request(
            ("officers", self.region, industry),
            lambda: identity.bureau_officers(region=self.region, industry=industry),
        )

    @cached_property
    def level(self) -> int:
        """The level of government of the desk."""
        return min((one.level for one in self.officers), default=identity.AUTONOMOUS_REGION)

    @cached_property
    def own_levels(self) -> set[int]:
        return identity.levels_over(self.region, actor=self.actor)

    @property
    def at_desk(self) -> bool:
        """An officer of the desk itself."""
        return self.level in self.own_levels

    @property
    def is_above(self) -> bool:
        """An officer of a level above the desk."""
        return any(level > self.level for level in self.own_levels) and not self.at_desk

    @property
    def supervises(self) -> bool:
        return self.at_desk or self.is_above

    @property
    def answers(self) -> bool:
        """Of the organisation that has to act."""
        warning, actor, project = self.warning, self.actor, self.warning.project
        if project is None:
            return False
        if is_contractor_of(actor, project):
            return True
        own = actor.organisation is not None and warning.employer_id == actor.organisation
        return own and is_employer_on(actor, project)

    @property
    def takes_part(self) -> bool:
        """Who may add what they know: officers of 人社 and of the industry, and who answers."""
        return self.supervises or self.answers or self.actor.has_role(Role.INDUSTRY_OFFICER)

    @cached_property
    def signers(self) -> set[object]:
        """Who signed the handling since the warning last came up: they do not review it."""
        return {one.actor_id for one in self.episode if one.kind == Kind.SIGNED}

    @cached_property
    def review_level(self) -> int:
        """The lowest level with an officer who did not sign: a county with one is reviewed by the
        地州市."""
        free = [one.level for one in self.officers if one.user not in self.signers]
        return min(free, default=identity.AUTONOMOUS_REGION)

    @property
    def reviews(self) -> bool:
        return self.review_level in self.own_levels and self.actor.id not in self.signers

    @property
    def sign_is_late(self) -> bool:
        return self.stage == Handling.DISPATCHED and self.today > self.warning.sign_by

    # What was done --------------------------------------------------------------------------

    @cached_property
    def orders(self) -> list[RectificationOrder]:
        """责令限期改正 that came from this warning."""
        subject = f"warning:{self.warning.uuid}"
        return list(RectificationOrder.everything.filter(subject=subject))

    @property
    def asks_extension(self) -> WarningEvent | None:
        """The 延期申请 that nobody has decided yet."""
        asked = [one for one in self.episode if one.kind == Kind.EXTENSION_ASKED]
        return asked[-1] if asked and not self.has(Kind.EXTENDED, Kind.NOT_EXTENDED) else None

    @property
    def was_disobeyed(self) -> bool:
        """An order about it was not obeyed: what 转公安 takes 条例 第四十八条."""
        return any(one.status == RectificationOrder.Status.NOT_OBEYED for one in self.orders)

    @property
    def own_supervision(self) -> bool:
        """The actor's own authority has put it under 督办 already."""
        return any(
            one.kind == Kind.SUPERVISED and one.detail.get("issuer") == self.actor.organisation
            for one in self.episode
        )


@dataclass(frozen=True, slots=True)
class ActRule:
    """Whose act it is, and when it can be taken."""

    who: Callable[[Desk], bool]
    when: Callable[[Desk], bool]

    def is_open(self, desk: Desk) -> bool:
        """Whether this actor can take it now: what the page offers."""
        return self.when(desk) and self.who(desk)

    def insist(self, desk: Desk) -> None:
        """:raises Forbidden: another's act.
        :raises Overtaken: not at this stage, or taken already.
        """
        if not self.when(desk):
            handling = desk.warning.get_handling_display()
            raise Overtaken("warning.moved", handling="已解除" if desk.is_over else handling)
        if not self.who(desk):
            raise Forbidden("warning.others_act")


def _may_be_signed(desk: Desk) -> bool:
    """By the desk at once, by a level above it once its day is past."""
    dispatched = desk.is_open and desk.stage == Handling.DISPATCHED
    return dispatched and (not desk.is_above or desk.sign_is_late)


#: Each ``who`` goes by people alone; what hangs on the day stands in ``when``.
SIGN = ActRule(lambda desk: desk.supervises, _may_be_signed)
ASSIGN = ActRule(lambda desk: desk.at_desk, lambda desk: desk.is_open)
REMIND = ActRule(
    lambda desk: desk.supervises, lambda desk: desk.is_open and desk.stage in BEFORE_REPORT
)
TALK = ActRule(lambda desk: desk.supervises, lambda desk: desk.is_signed)
ORDER = ActRule(
    lambda desk: desk.at_desk,
    lambda desk: (
        desk.is_signed
        and bool(desk.warning.project_id)
        and all(one.status != RectificationOrder.Status.OPEN for one in desk.orders)
    ),
)


def _transfer(kind: str) -> ActRule:
    """A 移送 happens once, while the warning stands."""
    return ActRule(
        lambda desk: desk.at_desk,
        lambda desk: desk.is_signed and bool(desk.warning.project_id) and not desk.has(kind),
    )


TO_INDUSTRY, TO_CASE = _transfer(Kind.TO_INDUSTRY), _transfer(Kind.TO_CASE)
TO_POLICE = ActRule(
    lambda desk: desk.at_desk,
    lambda desk: desk.is_signed and desk.was_disobeyed and not desk.has(Kind.TO_POLICE),
)
REPORT_UP = ActRule(
    lambda desk: desk.at_desk and desk.level < identity.AUTONOMOUS_REGION,
    lambda desk: desk.is_signed and not desk.has(Kind.REPORTED_UP),
)
SUPERVISE = ActRule(
    lambda desk: desk.is_above, lambda desk: desk.is_open and not desk.own_supervision
)
REPORT = ActRule(
    lambda desk: desk.answers, lambda desk: desk.is_open and desk.stage in BEFORE_REPORT
)
ASK_EXTENSION = ActRule(
    lambda desk: desk.answers,
    lambda desk: (
        desk.is_open and desk.stage in BEFORE_REPORT and not desk.has(Kind.EXTENSION_ASKED)
    ),
)
DECIDE_EXTENSION = ActRule(
    lambda desk: desk.at_desk, lambda desk: desk.is_open and desk.asks_extension is not None
)
SEND_BACK = ActRule(
    lambda desk: desk.at_desk or desk.reviews,
    lambda desk: desk.is_open and desk.stage == Handling.REPORTED,
)
DISMISS = ActRule(lambda desk: desk.reviews, lambda desk: desk.is_signed)
CLOSE = ActRule(lambda desk: desk.reviews, lambda desk: desk.is_over and desk.stage in OPEN_STAGES)
COMMENT = ActRule(lambda desk: desk.takes_part, lambda desk: desk.stage in OPEN_STAGES)


def parties_to_order(warning: EarlyWarning) -> list[tuple[str, str]]:
    """Whom an order about the warning can go to: the parties that are still on the project."""
    rows = Participant.everything.filter(project=warning.project_id, left_on=None)
    return [
        (str(one.organisation.uuid), f"{one.organisation.name}（{one.get_role_display()}）")
        for one in rows.select_related("organisation").order_by("-role", "pk")
        if one.role != Participant.Role.SUPERVISION
    ]


@dataclass(frozen=True, slots=True)
class OpenAct:
    """An act that the actor can take now, with its form."""

    act: WarningAct
    form: Any


def open_acts(desk: Desk, bound: Mapping[str, Any] | None = None) -> list[OpenAct]:
    """The acts that are open to the desk's actor, the next lawful one first; ``bound`` holds a
    form that came back with faults."""
    found = [act for act in declared(WarningAct) if act.rule.is_open(desk)]
    return [
        OpenAct(act, (bound or {}).get(act.key) or act.form(desk=desk, prefix=act.key))
        for act in found
    ]
