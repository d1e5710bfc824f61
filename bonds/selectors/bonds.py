"""Bonds as their parties, officers and banks see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum
from django.urls import reverse

from bonds.amount import Combination, combinations
from bonds.models import (
    Bond,
    BondDeposit,
    BondEntry,
    BondPaper,
    BondRefund,
    BondRequirement,
    BondRows,
    BondUse,
    Guarantee,
)
from bonds.policy import Act
from bonds.selectors.facts import contract_months, facts_from
from bonds.selectors.holdings import with_holdings
from bonds.selectors.policies import area_of
from bonds.transitions import GUARANTEE_TONES, TONES
from core.actor import Actor
from core.hook_kinds import SearchHit, Subject
from core.listing import ListColumn, ListTable, in_order
from core.money import yuan
from core.scope import once_a_request
from identity import selectors as identity
from identity.models import CreditEntry
from identity.roles import Role
from identity.selectors.credit import credit_entries
from projects import permissions
from projects.hook_kinds import SystemFinding, SystemState
from projects.models import Project

#: In these states what is asked is there, or is being given back after it was.
_CARRIED_OUT = (
    Bond.Status.HELD,
    Bond.Status.RESTORED,
    Bond.Status.PUBLICITY,
    Bond.Status.REVIEW,
    Bond.Status.RETURNED,
    Bond.Status.EXEMPT,
)


# One bond ---------------------------------------------------------------------------------------


def bonds(*, actor: Actor, as_of: date) -> BondRows:
    """The bonds that the actor sees with what is stored for each on a day."""
    rows = Bond.objects.visible_to(actor).select_related(
        "project__region__parent", "contractor", "policy"
    )
    return with_holdings(rows, as_of)


def bond_of(project: Project, *, actor: Actor, as_of: date) -> Any | None:
    """A project's bond, a live one before a returned one; None where none was determined."""
    key = ("bond of", actor, as_of, project.pk)
    return once_a_request(
        key,
        lambda: (
            bonds(actor=actor, as_of=as_of)
            .filter(project=project)
            .order_by(F("ended_on").desc(nulls_first=True), "-pk")
            .first()
        ),
    )


def bond(uuid: UUID, *, actor: Actor, as_of: date) -> Any:
    """:raises Bond.DoesNotExist: out of scope."""
    return bonds(actor=actor, as_of=as_of).get(uuid=uuid)


def requirements(shown: Bond, *, actor: Actor) -> list[BondRequirement]:
    """What was determined for a bond, the latest first, with every step."""
    rows = BondRequirement.objects.visible_to(actor).filter(bond=shown)
    return list(rows.select_related("policy").order_by("-made_at", "-pk"))


def deposits(shown: Bond, *, actor: Actor) -> list[BondDeposit]:
    """The bond's accounts, the open one first."""
    rows = BondDeposit.objects.visible_to(actor).filter(bond=shown).select_related("bank")
    return list(rows.order_by("status", "-pk"))


def deposit(uuid: UUID, *, actor: Actor) -> BondDeposit:
    """:raises BondDeposit.DoesNotExist: out of scope."""
    rows = BondDeposit.objects.visible_to(actor)
    return rows.select_related("bank", "bond__project", "bond__contractor", "agreement").get(
        uuid=uuid
    )


def entry(uuid: UUID, *, actor: Actor) -> BondEntry:
    """:raises BondEntry.DoesNotExist: out of scope."""
    rows = BondEntry.objects.visible_to(actor)
    return rows.select_related("deposit__bond__project", "slip").get(uuid=uuid)


@dataclass(frozen=True, slots=True)
class ShownGuarantee:
    """A guarantee as pages show it; ``row`` is the row itself."""

    row: Guarantee
    tone: str
    days_left: int
    ends_before_works: bool


def guarantees(shown: Bond, *, actor: Actor, as_of: date) -> list[ShownGuarantee]:
    """The bond's guarantees, those that stand first."""
    rows = Guarantee.objects.visible_to(actor).filter(bond=shown).select_related("replaces")
    standing = in_order("status", [*Guarantee.STANDING, *Guarantee.Status.values])
    return [
        ShownGuarantee(
            row,
            GUARANTEE_TONES[row.status],
            (row.valid_until - as_of).days,
            row.valid_until < shown.project.planned_end,
        )
        for row in rows.order_by(standing, "-valid_until", "-pk")
    ]


def guarantee(uuid: UUID, *, actor: Actor) -> Guarantee:
    """:raises Guarantee.DoesNotExist: out of scope."""
    rows = Guarantee.objects.visible_to(actor)
    return rows.select_related("bond__project", "bond__policy", "original", "bank").get(uuid=uuid)


def uses(shown: Bond, *, actor: Actor) -> list[BondUse]:
    """How the bond was used, the latest first."""
    rows = BondUse.objects.visible_to(actor).filter(bond=shown)
    return list(rows.select_related("deposit__bank", "guarantee").order_by("-drafted_at"))


def use(uuid: UUID, *, actor: Actor) -> BondUse:
    """:raises BondUse.DoesNotExist: out of scope."""
    rows = BondUse.objects.visible_to(actor)
    return rows.select_related(
        "bond__project", "bond__contractor", "bond__policy", "deposit__bank", "guarantee"
    ).get(uuid=uuid)


def refunds(shown: Bond, *, actor: Actor) -> list[BondRefund]:
    """The attempts to have the bond back, the latest first."""
    return list(BondRefund.objects.visible_to(actor).filter(bond=shown).order_by("-begun_at"))


def refund(uuid: UUID, *, actor: Actor) -> BondRefund:
    """:raises BondRefund.DoesNotExist: out of scope."""
    rows = BondRefund.objects.visible_to(actor)
    return rows.select_related("bond__project", "promise", "photo").get(uuid=uuid)


def replaceable_guarantees(project: Project, *, actor: Actor) -> list[tuple[str, str]]:
    """The guarantees of a project's bond that a new one may take the place of."""
    rows = Guarantee.objects.visible_to(actor).filter(
        bond__project=project, bond__ended_on=None, status__in=Guarantee.STANDING
    )
    return [
        (str(row.uuid), f"{row} · {row.valid_until:%Y-%m-%d} 到期")
        for row in rows.order_by("valid_until")
    ]


def may_report(shown: BondDeposit, *, actor: Actor) -> bool:
    """Whether the actor reports what was paid in: the contractor, until the bond is returned."""
    return shown.bond.is_live and permissions.can(actor, shown.bond.project, "bond")


def may_check(shown: BondDeposit, *, actor: Actor) -> bool:
    """Whether the actor checks what was reported: the account's bank, or 人社."""
    is_bank = actor.has_role(Role.BANK_CLERK) and actor.organisation == shown.bank_id
    return is_bank or is_officer_of(shown.bond.project, actor=actor)


def is_officer_of(project: Project, *, actor: Actor) -> bool:
    """Whether the actor is a 人社 officer in whose area the project lies."""
    roles = frozenset({Role.BUREAU_OFFICER})
    return identity.reaches(project.region_id, actor=actor, roles=roles)


@dataclass(frozen=True, slots=True)
class AskedPaper:
    """A paper that an act asks for, with what was uploaded for it."""

    name: str
    kept: Sequence[BondPaper]


def asked_papers(
    shown: Bond, made: BondRequirement | None, *, actor: Actor
) -> dict[Act, list[AskedPaper]]:
    """The papers of every act with what was uploaded, in the policy's order; ``made`` is the
    latest requirement, which knows whether the firm is local."""
    local = facts_from(made.facts).is_local if made else None
    kept = list(BondPaper.objects.visible_to(actor).filter(bond=shown).select_related("file"))
    policy = shown.policy.value
    return {
        act: [
            AskedPaper(name, [row for row in kept if (row.act, row.name) == (act, name)])
            for name in policy.papers_for(act, local=local)
        ]
        for act in Act
    }


def cheapest_ways(shown: Any) -> list[Combination]:
    """The lawful ways to store what is still missing, the cheapest first."""
    months = contract_months(shown.project)
    return combinations(shown.policy.value, shown.missing, months)


# The six systems, subjects, search --------------------------------------------------------------


def bond_systems(
    *, actor: Actor, as_of: date, projects: Collection[int]
) -> dict[int, SystemFinding]:
    """工资保证金 of the six systems: stored or exempt; not known before it was determined."""
    rows = bonds_on(projects, actor=actor, as_of=as_of)
    # A live bond after a returned one: the last counts.
    return {row.project_id: _system(row) for row in rows}


def bonds_on(projects: Collection[int], *, actor: Actor, as_of: date) -> list[Any]:
    """The bonds of these projects, live ones last; asked once for a page's work and systems."""
    asked = tuple(sorted(projects))

    def look_up() -> list[Any]:
        rows = bonds(actor=actor, as_of=as_of).filter(project__in=asked)
        return list(rows.order_by(F("ended_on").asc(nulls_last=True), "pk"))

    return once_a_request(("bonds on", actor, as_of, asked), look_up)


def _system(row: Any) -> SystemFinding:
    done = row.status in _CARRIED_OUT and row.missing <= 0
    state = SystemState.CARRIED_OUT if done else SystemState.NOT_CARRIED_OUT
    return SystemFinding(state, f"{standing_words(row)}。")


def standing_words(row: Any) -> str:
    """How a bond with its holdings stands, in a clause: for strips, boards and lists."""
    status = row.get_status_display()
    if row.status == Bond.Status.EXEMPT:
        return f"经人社部门批准免存（{row.exempted_on:%Y-%m-%d}）"
    if row.status == Bond.Status.RETURNED:
        return f"已于 {row.ended_on:%Y-%m-%d} 返还"
    stored = " ＋ ".join(
        part
        for part in (
            f"现金 {yuan(row.cash)} 元" if row.cash else "",
            f"保函 {yuan(row.guaranteed)} 元" if row.guaranteed else "",
        )
        if part
    )
    if row.missing > 0:
        due = f"，期限 {row.due_on:%Y-%m-%d}" if row.due_on else ""
        held = f"，已存{stored}" if stored else ""
        return f"{status}：应存 {yuan(row.required)} 元{held}，还差 {yuan(row.missing)} 元{due}"
    return f"{status}：{stored or '未存储'}"


def board_words(*, project: int, as_of: date) -> str:
    """What the notice board says of a project's bond 65号18; "" where none was determined.

    Printed on the site for everybody: takes no actor.
    """
    rows = with_holdings(Bond.everything.filter(project=project), as_of)
    row: Any = rows.order_by(F("ended_on").desc(nulls_first=True), "-pk").first()
    return standing_words(row) if row else ""


def bond_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """The bonds of these UUIDs as records name them."""
    rows = Bond.objects.visible_to(actor).filter(uuid__in=codes).select_related("project")
    return {
        str(row.uuid): Subject(
            f"{row.project.name}工资保证金", reverse("bonds:project", args=[row.project.code])
        )
        for row in rows
    }


def bond_pair_subjects(*, actor: Actor, codes: Collection[str]) -> dict[str, Subject]:
    """Two projects' bonds with one guarantee number, "code+code"; seen by who sees either."""
    halves = {code: code.split("+") for code in codes}
    wanted = {one for pair in halves.values() for one in pair}
    rows = Project.objects.visible_to(actor).filter(code__in=wanted)
    names = dict(rows.values_list("code", "name"))
    found = {}
    for code, pair in halves.items():
        seen = [one for one in pair if one in names]
        if seen:
            title = "、".join(names[one] for one in seen)
            found[code] = Subject(title, reverse("bonds:project", args=[seen[0]]))
    return found


def search_bonds(*, actor: Actor, text: str, limit: int) -> list[SearchHit]:
    """Guarantees and bond accounts by their numbers, uses by theirs."""
    hits = []
    key = text.replace("-", "").replace(" ", "").upper()
    rows = Guarantee.objects.visible_to(actor).select_related("bond__project")
    for row in rows.filter(number_key=key).order_by("-submitted_at")[:limit]:
        project = row.bond.project
        note = f"{row.guarantor} · {yuan(row.amount)} 元 · {row.get_status_display()}"
        hits.append(SearchHit(f"保函 {row.number}", f"{project.name} · {note}", _page(project)))
    accounts = BondDeposit.objects.visible_to(actor).select_related("bond__project")
    for account in accounts.filter(number=text.replace(" ", ""))[:limit]:
        project = account.bond.project
        hits.append(SearchHit(f"保证金账户 {account.number}", project.name, _page(project)))
    used = BondUse.objects.visible_to(actor).select_related("bond__project")
    for one in used.filter(number__iexact=text)[:limit]:
        url = reverse("bonds:use", args=[one.uuid])
        hits.append(SearchHit(f"动用 {one.number}", one.bond.project.name, url))
    return hits[:limit]


def _page(project: Project) -> str:
    return reverse("bonds:project", args=[project.code])


# Lists ------------------------------------------------------------------------------------------

_STATUS_ORDER = (
    Bond.Status.SHORT,
    Bond.Status.PENDING,
    Bond.Status.IN_USE,
    Bond.Status.REVIEW,
    Bond.Status.PUBLICITY,
    Bond.Status.RESTORED,
    Bond.Status.HELD,
    Bond.Status.EXEMPT,
    Bond.Status.RETURNED,
)

BOND_LIST = ListTable(
    columns=(
        ListColumn("name", "项目", sort="project__name", slot="main"),
        ListColumn("status", "状态", sort=in_order("status", _STATUS_ORDER), slot="state"),
        ListColumn("due", "期限", sort="due_on", kind="date", slot="aside"),
        ListColumn("contractor", "总承包单位", sort="contractor__pinyin"),
        ListColumn("region", "所在地", sort="project__region_id"),
        ListColumn(
            "required",
            "应存（元）",
            sort="required",
            kind="money",
            falling=True,
            total=Sum("required"),
        ),
        ListColumn(
            "held", "已存（元）", sort="held", kind="money", falling=True, total=Sum("held")
        ),
        ListColumn(
            "missing",
            "差额（元）",
            sort="missing",
            kind="money",
            slot="figure",
            falling=True,
            total=Sum("missing"),
        ),
    ),
    # The next deadline first.
    default=("due_on",),
    default_sort="due",
)


@dataclass(frozen=True, slots=True)
class BondLine:
    """A bond as listed."""

    uuid: UUID
    code: str
    name: str
    contractor: str
    contractor_uuid: UUID
    region: str
    area: str
    status: str
    tone: str
    due_what: str
    due_on: date | None
    due_why: str
    required: Decimal
    held: Decimal
    missing: Decimal


def bond_line(row: Any) -> BondLine:
    """A bond of :func:`bonds`."""
    return BondLine(
        uuid=row.uuid,
        code=row.project.code,
        name=row.project.name,
        contractor=row.contractor.name,
        contractor_uuid=row.contractor.uuid,
        region=identity.full_name(row.project.region),
        area=area_of(row.project.region_id),
        status=row.get_status_display(),
        tone=TONES[row.status],
        due_what=row.get_due_what_display(),
        due_on=row.due_on,
        due_why=row.due_why,
        required=row.required,
        held=row.held,
        missing=row.missing,
    )


ENTRY_LIST = ListTable(
    columns=(
        ListColumn("on", "日期", sort="booked_on", kind="date", slot="main"),
        ListColumn("kind", "种类", sort="kind", slot="state"),
        ListColumn(
            "amount", "金额（元）", sort="amount", kind="money", slot="figure", falling=True
        ),
        ListColumn("state", "核对", sort="state", slot="aside"),
        ListColumn("reference", "银行流水号", sort="bank_reference"),
        ListColumn("note", "说明"),
        ListColumn("act", "办理"),
    ),
    default=("-booked_on",),
    default_sort="-on",
    name="entries",
)


def entries(kept: BondDeposit, *, actor: Actor) -> QuerySet[BondEntry]:
    """The movements of an account, as rows of :data:`ENTRY_LIST`."""
    return BondEntry.objects.visible_to(actor).filter(deposit=kept).select_related("slip")


DEPOSIT_LIST = ListTable(
    columns=(
        ListColumn("name", "账户", sort="number", slot="main"),
        ListColumn("project", "工程项目", sort="bond__project__name"),
        ListColumn("status", "状态", sort="status", slot="state"),
        ListColumn(
            "balance",
            "本金余额（元）",
            sort="balance",
            kind="money",
            slot="figure",
            falling=True,
            total=Sum("balance"),
        ),
        ListColumn("interest", "利息余额（元）", sort="interest", kind="money", falling=True),
        ListColumn("opened", "开立", sort="opened_on", kind="date", slot="aside"),
        ListColumn("bond", "保证金", sort=in_order("bond__status", _STATUS_ORDER)),
    ),
    default=("number",),
    default_sort="name",
)


def kept_deposits(*, actor: Actor) -> QuerySet[BondDeposit]:
    """The bond accounts that the actor's bank keeps, as rows of :data:`DEPOSIT_LIST`."""
    rows = BondDeposit.objects.visible_to(actor).filter(bank=actor.organisation)
    return rows.select_related("bond__project")


# Area, clearing, published ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AreaStanding:
    """A contractor in an area: what is required, stored, expiring and owed, in 元."""

    contractor: str
    required: Decimal
    held: Decimal
    missing: Decimal
    expiring: Decimal
    #: The bonds themselves, as rows of :data:`BOND_LIST`.
    rows: QuerySet[Any]


def area_bonds(contractor: UUID, area: str, *, actor: Actor) -> list[Bond]:
    """A contractor's live bonds in an area that the actor sees.

    :raises Bond.DoesNotExist: none.
    """
    prefix = area[:2] if area.endswith("0000") else area[:4]
    rows = Bond.objects.visible_to(actor).live()
    found = list(rows.filter(contractor__uuid=contractor, project__region__code__startswith=prefix))
    if not found:
        raise Bond.DoesNotExist
    return found


def area_standing(
    *, actor: Actor, contractor: UUID, area: str, as_of: date, within: int
) -> AreaStanding:
    """A contractor's live bonds in an area that the actor sees; ``within`` days to expiry."""
    seen = [row.pk for row in area_bonds(contractor, area, actor=actor)]
    rows = bonds(actor=actor, as_of=as_of).filter(pk__in=seen)
    found = list(rows.order_by(F("due_on").asc(nulls_last=True), "pk"))
    soon = Guarantee.everything.filter(bond__in=[row.pk for row in found]).standing(as_of)
    ending = [one for one in soon if (one.valid_until - as_of).days <= within]
    return AreaStanding(
        contractor=found[0].contractor.name if found else "",
        required=sum(
            (row.required for row in found if row.status != Bond.Status.EXEMPT), Decimal(0)
        ),
        held=sum((row.held for row in found), Decimal(0)),
        missing=sum((row.missing for row in found), Decimal(0)),
        expiring=sum((one.remaining for one in ending), Decimal(0)),
        rows=rows,
    )


def clearing_rows(*, actor: Actor, as_of: date) -> QuerySet[Any]:
    """Bonds of completed works that are still held: the half-yearly 清查, the oldest first."""
    rows = bonds(actor=actor, as_of=as_of).live()
    return rows.filter(project__status=Project.Status.COMPLETED).exclude(status=Bond.Status.EXEMPT)


def published_rows(*, as_of: date) -> QuerySet[Any]:
    """Who has stored for which project, published by 人社 65号: everybody may read it."""
    rows = with_holdings(Bond.everything.live(), as_of).filter(
        Q(held__gt=0) | Q(status=Bond.Status.EXEMPT)
    )
    return rows.select_related("project__region__parent", "contractor")


PUBLISHED_LIST = ListTable(
    columns=(
        ListColumn("name", "项目", sort="project__name", slot="main"),
        ListColumn("contractor", "总承包单位", sort="contractor__pinyin"),
        ListColumn("region", "所在地", sort="project__region_id", slot="aside"),
        ListColumn("status", "状态", sort=in_order("status", _STATUS_ORDER), slot="state"),
    ),
    default=("project__region_id", "project__name"),
)


def credit_of(organisation: UUID, *, actor: Actor) -> list[CreditEntry]:
    """What is on record of a unit's good faith, as far as the actor sees it."""
    rows = credit_entries(actor=actor).filter(organisation__uuid=organisation)
    return list(rows.order_by("-since"))


def publicised_refunds(*, as_of: date) -> QuerySet[BondRefund]:
    """Refunds whose publicity runs, for the public page."""
    rows = BondRefund.everything.filter(
        status=BondRefund.Status.PUBLICITY,
        publicity_from__lte=as_of,
        publicity_until__gte=as_of,
    )
    return rows.select_related("bond__project__region__parent", "bond__contractor")


@dataclass(frozen=True, slots=True)
class BondTotals:
    """The live bonds that somebody sees, in 元, and how many guarantees run out soon."""

    held: Decimal
    guaranteed: Decimal
    missing: Decimal
    ending: int


def bond_totals(*, actor: Actor, as_of: date, within: int) -> BondTotals:
    """What is stored, missing and running out within so many days; two queries."""
    zero = Decimal(0)
    totals = (
        bonds(actor=actor, as_of=as_of)
        .live()
        .order_by()
        .aggregate(
            all_held=Sum("held", default=zero),
            all_guaranteed=Sum("guaranteed", default=zero),
            all_missing=Sum("missing", default=zero),
        )
    )
    last_day = as_of + timedelta(days=within)
    soon = Guarantee.objects.visible_to(actor).standing(as_of).filter(valid_until__lte=last_day)
    return BondTotals(
        totals["all_held"], totals["all_guaranteed"], totals["all_missing"], soon.count()
    )
