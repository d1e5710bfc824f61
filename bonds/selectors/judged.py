"""Facts about bonds for rules and pages BND-01 to BND-07; a few queries whatever the number.

``projects`` are project ids, None for all that the actor sees; ``as_of`` is the day on which the
facts are judged. Thresholds are handed in, as officers have set them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from bonds.models import Bond, BondDeposit, BondRefund, BondUse, Guarantee
from bonds.selectors.facts import basis_of
from bonds.selectors.holdings import ZERO, with_holdings
from core.actor import Actor
from core.calendar import add_working_days, working_days_between
from identity.limits import Limit
from projects.models import Project

Projects = Collection[int] | None
_ON_RECORD = (*Guarantee.STANDING, Guarantee.Status.SUBMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnstoredBond:
    """A project with no agreement, guarantee or 免存 on record BND-01.

    ``due_on`` is by when it must be stored, ``passed`` the 工作日 since the ``event`` that started
    the time; ``required`` is None where nothing was determined yet.
    """

    project: Project
    event: str
    event_on: date
    passed: int
    due_on: date
    required: Decimal | None
    has_begun: bool


def unstored_bonds(
    *, actor: Actor, as_of: date, projects: Projects = None, within: Limit, reminder: Limit
) -> list[UnstoredBond]:
    """Projects without anything on record, from the start of works, or from the reminder on."""
    bonds = Bond.everything.filter(project=OuterRef("pk"))
    recorded = bonds.filter(
        Q(status__in=(Bond.Status.EXEMPT, Bond.Status.RETURNED))
        | Exists(BondDeposit.everything.filter(bond=OuterRef("pk"), opened_on__lte=as_of))
        | Exists(
            Guarantee.everything.filter(
                bond=OuterRef("pk"), status__in=_ON_RECORD, issued_on__lte=as_of
            )
        )
    )
    rows = _of(Project.objects.visible_to(actor), projects, "pk").filter(~Exists(recorded))
    asked = list(rows.order_by("code"))
    known = {
        bond.project_id: bond
        for bond in Bond.everything.live().filter(project__in=[row.pk for row in asked])
    }
    found = []
    for row in asked:
        event, event_on = basis_of(row)
        bond = known.get(row.pk)
        due_on = add_working_days(event_on, int(within(row.region_id)))
        if bond is not None and bond.due_what == Bond.Due.STORE and bond.due_on:
            due_on = bond.due_on
        one = UnstoredBond(
            project=row,
            event=event,
            event_on=event_on,
            passed=working_days_between(event_on, as_of),
            due_on=due_on,
            required=bond.required if bond else None,
            has_begun=row.start <= as_of,
        )
        if one.has_begun or one.passed >= reminder(row.region_id):
            found.append(one)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortBond:
    """A bond of which less is stored than required BND-02; amounts in 元."""

    bond: UUID
    project: Project
    status: str
    cause: str
    required: Decimal
    cash: Decimal
    guaranteed: Decimal
    missing: Decimal
    due_on: date | None
    due_why: str


def short_bonds(*, actor: Actor, as_of: date, projects: Projects = None) -> list[ShortBond]:
    """Bonds with something on record that is less than required, for another reason than a use.

    What is still to be stored for the first time is short from the start of works on, or once its
    time is over; what has to be topped up after a use has a time of its own (BND-05).
    """
    rows = _live(actor, as_of, projects).filter(missing__gt=0)
    rows = rows.exclude(short_cause=Bond.Cause.USE, status=Bond.Status.SHORT)
    rows = rows.exclude(status__in=(Bond.Status.IN_USE, *Bond.ENDED))
    deposits = BondDeposit.everything.filter(bond=OuterRef("pk"), opened_on__lte=as_of)
    guarantees = Guarantee.everything.filter(bond=OuterRef("pk"), status__in=_ON_RECORD)
    rows = rows.filter(~Q(status=Bond.Status.PENDING) | Exists(deposits) | Exists(guarantees))
    return [
        _short(row)
        for row in rows
        if row.status != Bond.Status.PENDING
        or row.project.start <= as_of
        or (row.due_on is not None and row.due_on <= as_of)
    ]


def _short(row: Any) -> ShortBond:
    return ShortBond(
        bond=row.uuid,
        project=row.project,
        status=row.get_status_display(),
        cause=row.get_short_cause_display(),
        required=row.required,
        cash=row.cash,
        guaranteed=row.guaranteed,
        missing=row.missing,
        due_on=row.due_on,
        due_why=row.due_why,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingGuarantee:
    """A guarantee whose end leaves a bond short while works are unfinished BND-03, BND-04."""

    guarantee: UUID
    number: str
    guarantor: str
    bond: UUID
    project: Project
    amount: Decimal
    valid_until: date
    required: Decimal
    missing_after: Decimal

    def days_left(self, as_of: date) -> int:
        """Days until its last day; negative once it is over."""
        return (self.valid_until - as_of).days

    @property
    def is_short_of_works(self) -> bool:
        """Whether it ends before the works, by the planned end as it is now."""
        return self.valid_until < self.project.planned_end


def ending_guarantees(
    *, actor: Actor, as_of: date, projects: Projects = None, within: Limit
) -> list[EndingGuarantee]:
    """Guarantees over, within so many days of their end, or shorter than the works.

    Only where what remains on the day after does not cover what is required: one that was renewed
    in time leaves nothing open.
    """
    soon = as_of + timedelta(days=int(max((within.value, *within.areas.values()))))
    bonds = _of(Bond.objects.visible_to(actor).live(), projects).exclude(
        project__status=Project.Status.COMPLETED
    )
    answering = (*Guarantee.STANDING, Guarantee.Status.EXPIRED)
    rows = Guarantee.everything.filter(bond__in=bonds, status__in=answering)
    rows = rows.filter(
        Q(valid_until__lt=soon + timedelta(days=1))
        | Q(valid_until__lt=F("bond__project__planned_end"))
    )
    ending = list(rows.select_related("bond__project").order_by("valid_until", "pk"))
    cover = _Cover({one.bond_id for one in ending}, as_of)
    found = []
    for one in ending:
        bond = one.bond
        if bond.status == Bond.Status.EXEMPT:
            continue
        missing = bond.required - cover.on(bond.pk, one.valid_until + timedelta(days=1), as_of)
        if missing <= 0:
            continue
        found.append(
            EndingGuarantee(
                guarantee=one.uuid,
                number=one.number,
                guarantor=one.guarantor,
                bond=bond.uuid,
                project=bond.project,
                amount=one.amount,
                valid_until=one.valid_until,
                required=bond.required,
                missing_after=missing,
            )
        )
    return found


class _Cover:
    """What stands behind some bonds on any day, by what is known now; two queries."""

    def __init__(self, bonds: Collection[int], as_of: date) -> None:
        rows = with_holdings(Bond.everything.filter(pk__in=bonds), as_of)
        self.cash = dict(rows.values_list("pk", "cash"))
        self.guarantees: dict[int, list[Guarantee]] = defaultdict(list)
        standing = Guarantee.everything.filter(bond__in=bonds, status__in=Guarantee.STANDING)
        for row in standing:
            self.guarantees[row.bond_id].append(row)

    def on(self, bond: int, day: date, as_of: date) -> Decimal:
        """Cash as of today and guarantees in force on a day, which lies ahead or is today."""
        day = max(day, as_of)
        standing = (
            row.remaining
            for row in self.guarantees[bond]
            if row.valid_from <= day <= row.valid_until
        )
        return self.cash.get(bond, ZERO) + sum(standing, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfilledBond:
    """A bond that was used and not topped up BND-05; ``used_on`` is the day the use ended."""

    bond: UUID
    project: Project
    used_on: date
    passed: int
    due_on: date | None
    missing: Decimal
    required: Decimal


def unfilled_bonds(*, actor: Actor, as_of: date, projects: Projects = None) -> list[UnfilledBond]:
    """Bonds short after a use, with the 工作日 since."""
    rows = _live(actor, as_of, projects).filter(
        status=Bond.Status.SHORT, short_cause=Bond.Cause.USE, missing__gt=0
    )
    ended = BondUse.Status.PAID, BondUse.Status.PARTLY
    rows = rows.annotate(used_at=Max("uses__closed_at", filter=Q(uses__status__in=ended)))
    found = []
    for row in rows.exclude(used_at=None):
        used_on = timezone.localdate(row.used_at)
        if used_on <= as_of:
            found.append(
                UnfilledBond(
                    bond=row.uuid,
                    project=row.project,
                    used_on=used_on,
                    passed=working_days_between(used_on, as_of),
                    due_on=row.due_on,
                    missing=row.missing,
                    required=row.required,
                )
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedRefund:
    """A refund whose publicity is over and that nobody has decided BND-06.

    ``since`` is the day from which the time to decide runs: of the application, where there is
    one, else the end of the publicity.
    """

    bond: UUID
    project: Project
    refund: UUID
    status: str
    since: date
    passed: int
    publicity_until: date


def undecided_refunds(
    *, actor: Actor, as_of: date, projects: Projects = None
) -> list[UndecidedRefund]:
    """Refunds of completed works whose publicity is over, with the 工作日 since."""
    bonds = _of(Bond.objects.visible_to(actor).live(), projects).filter(
        project__status=Project.Status.COMPLETED
    )
    rows = BondRefund.everything.filter(
        bond__in=bonds, status__in=BondRefund.OPEN, publicity_until__lt=as_of
    )
    found = []
    for row in rows.select_related("bond__project").order_by("publicity_until", "pk"):
        since = timezone.localdate(row.applied_at) if row.applied_at else row.publicity_until
        found.append(
            UndecidedRefund(
                bond=row.bond.uuid,
                project=row.bond.project,
                refund=row.uuid,
                status=row.get_status_display(),
                since=since,
                passed=working_days_between(since, as_of),
                publicity_until=row.publicity_until,
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedNumber:
    """One guarantee number on two live projects BND-07; the later one is ``project``."""

    number: str
    project: Project
    other: Project
    guarantor: str
    other_guarantor: str
    since: date


def shared_numbers(*, actor: Actor, as_of: date, projects: Projects = None) -> list[SharedNumber]:
    """Guarantee numbers that stand on two live projects, whoever wrote the guarantor's name how."""
    standing = Guarantee.everything.filter(
        status__in=_ON_RECORD, bond__status__in=_live_states(), issued_on__lte=as_of
    ).exclude(bond__project__status=Project.Status.COMPLETED)
    twice = standing.values("number_key").annotate(many=Count("bond", distinct=True))
    keys = twice.filter(many__gt=1).values("number_key")
    rows = standing.filter(number_key__in=keys).select_related("bond__project")
    by_key: dict[str, list[Guarantee]] = defaultdict(list)
    for row in rows.order_by("number_key", "submitted_at", "pk"):
        by_key[row.number_key].append(row)
    seen = set(
        _of(Bond.objects.visible_to(actor), projects)
        .filter(pk__in=[r.bond_id for r in rows])
        .values_list("pk", flat=True)
    )
    return [pair for group in by_key.values() for pair in _pairs(group, seen)]


def _pairs(group: list[Guarantee], seen: set[int]) -> Iterable[SharedNumber]:
    first = group[0]
    for later in group[1:]:
        if later.bond_id == first.bond_id or not {first.bond_id, later.bond_id} & seen:
            continue
        yield SharedNumber(
            number=later.number,
            project=later.bond.project,
            other=first.bond.project,
            guarantor=later.guarantor,
            other_guarantor=first.guarantor,
            since=later.issued_on,
        )


def _live(actor: Actor, as_of: date, projects: Projects) -> QuerySet[Any]:
    """The actor's live bonds with what is stored for each, asked once for a page's facts."""
    rows = _of(Bond.objects.visible_to(actor).live(), projects)
    return with_holdings(rows, as_of).select_related("project").order_by("pk")


def _of(rows: Any, projects: Projects, path: str = "project") -> Any:
    return rows if projects is None else rows.filter(**{f"{path}__in": projects})


def _live_states() -> list[str]:
    return [status for status in Bond.Status.values if status not in Bond.ENDED]
