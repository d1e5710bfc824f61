"""How much must be stored for a project, step by step, and the cheapest lawful way to do it.

Pure: a policy and the facts of one project in, an amount with every step of how it was reached
out. The order is that of 65号 as the provinces apply it: tier, several projects, record, amount,
minimum, cap; a waiver stands beside the amount, for it needs an approval. docs/bonds-golden.md
holds worked examples that a test recomputes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import permutations

from bonds.policy import (
    FORM_LABELS,
    GROUND_LABELS,
    Change,
    Firms,
    Form,
    FormCost,
    Ground,
    Manner,
    Policy,
    Tier,
    Waiver,
)
from core.errors import Refused
from core.money import fen, yuan

_HUNDRED = Decimal(100)
#: What 65号 asks of every region at least, in % of the rate: shown where a region's own is unseen.
NATIONAL_LEAST = {Ground.CLEAN: "降幅", Ground.ARREARS: "增幅", Ground.LISTED: "增幅"}
_NATIONAL_SHARE = {Ground.CLEAN: -50, Ground.ARREARS: 50, Ground.LISTED: 100}
_NATIONAL_YEARS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an amount depends on beside the policy, as it stood on ``on``.

    ``live`` counts the contractor's projects in the area with this one, ``place`` says which of
    them this one is by the day of its contract. ``clean_since`` is the day since which it is known
    that nothing was in arrears, None where nobody has looked; ``systems`` whether 实名制 and 专户
    are carried out on its projects, None where that is not known.
    """

    on: date
    contract: Decimal
    months: int
    is_local: bool = True
    live: int = 1
    place: int = 1
    clean_since: date | None = None
    last_arrears: date | None = None
    is_listed: bool = False
    systems: bool | None = None

    @property
    def clean_years(self) -> int | None:
        """Whole years without arrears up to ``on``; None where nobody has looked."""
        if self.clean_since is None:
            return None
        return max(0, full_years(max(self.clean_since, self.last_arrears or date.min), self.on))


def full_years(since: date, until: date) -> int:
    """Whole years from one day to another: 29 February is over on 1 March."""
    years = until.year - since.year
    return years - ((until.month, until.day) < (since.month, since.day))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: by which setting, what it says, and what came of it (% and 元).

    ``is_note`` says that it changed nothing: something is not set, or not known.
    """

    setting: str
    text: str
    rate: Decimal | None = None
    amount: Decimal | None = None
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Required:
    """What must be stored, in 元, how that was reached, and which waiver could be approved."""

    amount: Decimal
    rate: Decimal
    steps: Sequence[Step]
    waiver: Waiver | None = None


@dataclass
class _Reckoning:
    policy: Policy
    facts: Facts
    rate: Decimal = Decimal(0)
    raised: bool = False
    steps: list[Step] = field(default_factory=list)

    def say(self, setting: str, text: str, amount: Decimal | None = None) -> None:
        self.steps.append(Step(setting, text, self.rate, amount))

    def note(self, setting: str, text: str) -> None:
        self.steps.append(Step(setting, text, is_note=True))


def required_amount(policy: Policy, facts: Facts) -> Required:
    """What a project's contractor must store by this policy, in 元.

    :raises Refused: the policy sets no rate.
    """
    tier = _tier_of(policy, facts)
    run = _Reckoning(policy, facts, rate=tier.rate)
    firms = {Firms.LOCAL: "，本地企业", Firms.OUTSIDE: "，外地企业"}.get(tier.firms, "")
    run.say(
        "tiers",
        f"施工合同额 {yuan(facts.contract)} 元，属 {yuan(tier.since)} 元起一档{firms}："
        f"{_percent(tier.rate)}",
    )
    _reduce_for_several(run)
    _change_by_record(run)

    amount = fen(facts.contract * run.rate / _HUNDRED)
    run.say(
        "tiers",
        f"{yuan(facts.contract)} 元 × {_percent(run.rate)} ＝ {yuan(amount)} 元",
        amount,
    )
    if tier.least is not None and amount < tier.least:
        amount = tier.least
        run.say("tiers", f"低于本档最低金额，按 {yuan(amount)} 元", amount)
    amount = _cap(run, amount)
    waiver = _waiver_of(run)
    return Required(amount, run.rate, tuple(run.steps), waiver)


def _tier_of(policy: Policy, facts: Facts) -> Tier:
    firms = Firms.LOCAL if facts.is_local else Firms.OUTSIDE
    tiers = [
        tier
        for tier in policy.tiers or ()
        if tier.firms in (Firms.ANY, firms) and tier.since <= facts.contract
    ]
    if not tiers:
        raise Refused("bond.no_rate")
    return max(tiers, key=lambda tier: (tier.firms != Firms.ANY, tier.since))


def _reduce_for_several(run: _Reckoning) -> None:
    """同一地区多个在建工程: the rate of each of them, or of the later ones, goes down."""
    policy, facts = run.policy, run.facts
    if policy.several_from is None or policy.several_manner is None:
        run.note("several_from", "本地区没有设定多个在建工程的下调，未下调")
        return
    counted = facts.place if policy.several_applies == "later" else facts.live
    which = f"第 {counted} 个" if policy.several_applies == "later" else f"共 {counted} 个"
    if counted < policy.several_from:
        run.say("several_from", f"本地区在建工程{which}，未达到 {policy.several_from} 个，不下调")
        return
    if policy.several_no_arrears and _worst_ground(run):
        run.say("several_no_arrears", f"本地区在建工程{which}，但有不良记录，不下调")
        return
    before = run.rate
    run.rate = _changed(before, policy.several_manner, policy.several_value or Decimal(0))
    if policy.several_manner == Manner.RATE:
        run.rate = min(before, run.rate)
    words = _in_words(policy.several_manner, policy.several_value or Decimal(0))
    run.say("several_value", f"本地区在建工程{which}，{words}：{_percent(run.rate)}")
    if policy.floor_rate is not None and run.rate < policy.floor_rate:
        run.rate = min(before, policy.floor_rate)
        run.say("floor_rate", f"下调后不得低于 {_percent(policy.floor_rate)}")


def _change_by_record(run: _Reckoning) -> None:
    """差异化存储: the worst of the contractor's record raises, else the best lowers."""
    policy, facts = run.policy, run.facts
    ground = _worst_ground(run)
    years = facts.clean_years
    if policy.changes is None:
        _note_national(run, ground)
        return
    if ground is not None:
        raises = [one for one in policy.changes if one.ground in _bad_grounds(run)]
        before = run.rate
        change = max(raises, key=lambda one: _changed(before, one.manner, one.value))
        run.rate = max(before, _changed(before, change.manner, change.value))
        run.raised = run.rate > before
        _say_change(run, change)
        return
    lowering = [one for one in policy.changes if one.ground == Ground.CLEAN]
    if years is None:
        if lowering:
            run.note("changes", "没有核实过企业连续多少年未拖欠，未按无拖欠下调")
        return
    earned = [one for one in lowering if years >= one.years]
    if not earned:
        run.say("changes", f"连续 {years} 年未拖欠，没有适用的差异化调整")
        return
    before = run.rate
    change = min(earned, key=lambda one: _changed(before, one.manner, one.value))
    run.rate = min(before, _changed(before, change.manner, change.value))
    _say_change(run, change)
    floor = policy.floor_rate
    if floor is not None and run.rate < floor:
        if policy.floor_binds_cuts:
            run.rate = min(before, floor)
            run.say("floor_binds_cuts", f"差异化下调也不得低于 {_percent(floor)}")
        elif policy.floor_binds_cuts is None:
            run.note(
                "floor_binds_cuts", f"最低 {_percent(floor)} 是否约束差异化下调没有设定，未适用"
            )


def _bad_grounds(run: _Reckoning) -> set[Ground]:
    """The grounds of the contractor's record for which the policy has a change."""
    facts, found = run.facts, set()
    for one in run.policy.changes or ():
        if one.ground == Ground.LISTED and facts.is_listed:
            found.add(Ground.LISTED)
        if one.ground == Ground.ARREARS and _had_arrears(facts, one.years):
            found.add(Ground.ARREARS)
    return found


def _worst_ground(run: _Reckoning) -> Ground | None:
    """What speaks against the contractor, whether the region has set a change for it or not."""
    if run.policy.changes is not None:
        found = _bad_grounds(run)
        return next((one for one in (Ground.LISTED, Ground.ARREARS) if one in found), None)
    if run.facts.is_listed:
        return Ground.LISTED
    return Ground.ARREARS if _had_arrears(run.facts, _NATIONAL_YEARS) else None


def _had_arrears(facts: Facts, years: int) -> bool:
    return facts.last_arrears is not None and full_years(facts.last_arrears, facts.on) < years


def _note_national(run: _Reckoning, ground: Ground | None) -> None:
    """The region's own is not set: nothing changes, and what the nation asks is said."""
    years = run.facts.clean_years
    if ground is None and years is not None and years >= _NATIONAL_YEARS:
        ground = Ground.CLEAN
    if ground is None:
        run.note("changes", "本地区的差异化存储标准没有设定，未调整")
        return
    share = _NATIONAL_SHARE[ground]
    would = fen(run.facts.contract * run.rate * (100 + share) / 10_000)
    run.note(
        "changes",
        f"{GROUND_LABELS[ground]}，本地区的差异化存储标准没有设定，未调整；"
        f"国家规定{NATIONAL_LEAST[ground]}不低于 {abs(share)}%，"
        f"如照此（不计上限）为 {yuan(would)} 元",
    )


def _say_change(run: _Reckoning, change: Change) -> None:
    years = f"（{change.years} 年）" if change.years else ""
    words = _in_words(change.manner, change.value)
    run.say("changes", f"{GROUND_LABELS[change.ground]}{years}，{words}：{_percent(run.rate)}")


def _cap(run: _Reckoning, amount: Decimal) -> Decimal:
    cap, binds = run.policy.cap, run.policy.cap_binds_raise
    if cap is None or amount <= cap:
        return amount
    if run.raised and binds is False:
        run.say("cap_binds_raise", f"上浮后不受上限 {yuan(cap)} 元约束", amount)
        return amount
    run.say("cap", f"单个工程最多存储 {yuan(cap)} 元", cap)
    if run.raised and binds is None:
        run.note("cap_binds_raise", "上限是否约束上浮没有设定，暂按上限")
    return cap


def _waiver_of(run: _Reckoning) -> Waiver | None:
    """The waiver that fits, if any; it takes an officer's approval."""
    policy, facts = run.policy, run.facts
    if policy.waivers is None:
        run.note("waivers", "本地区的免存条件没有设定，未判断免存")
        return None
    for waiver in policy.waivers:
        if _fits(waiver, facts):
            run.say("waivers", f"符合免存条件（{waiver_words(waiver)}），经批准可以免存")
            return waiver
    return None


def _fits(waiver: Waiver, facts: Facts) -> bool:
    small = waiver.below is not None and facts.contract < waiver.below
    short = waiver.months is not None and facts.months < waiver.months
    if (waiver.below is not None or waiver.months is not None) and not (small or short):
        return False
    if facts.is_listed or (waiver.systems and not facts.systems):
        return False
    return not waiver.clean_years or (facts.clean_years or 0) >= waiver.clean_years


def waiver_words(waiver: Waiver) -> str:
    """A waiver's conditions in a sentence."""
    parts = []
    if waiver.below is not None:
        parts.append(f"合同额低于 {yuan(waiver.below)} 元")
    if waiver.months is not None:
        parts.append(f"工期短于 {waiver.months} 个月")
    words = ["或".join(parts)] if parts else []
    if waiver.clean_years:
        words.append(f"连续 {waiver.clean_years} 年未拖欠")
    if waiver.systems:
        words.append("落实实名制和专户")
    return "，且".join(words)


def _changed(rate: Decimal, manner: Manner, value: Decimal) -> Decimal:
    if manner == Manner.RATE:
        return value
    if manner == Manner.POINTS:
        return max(Decimal(0), rate + value)
    return rate * (_HUNDRED + value) / _HUNDRED


def _in_words(manner: Manner, value: Decimal) -> str:
    if manner == Manner.RATE:
        return f"改按 {_percent(value)}"
    way = "降低" if value < 0 else "提高"
    unit = " 个百分点" if manner == Manner.POINTS else "%"
    return f"{way} {_plain(abs(value))}{unit}"


def _percent(rate: Decimal) -> str:
    return f"{_plain(rate)}%"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


# The cheapest lawful combination ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Portion:
    """What is stored in one form, of how many guarantors, and what that costs; 元."""

    form: Form
    amount: Decimal
    cost: Decimal
    guarantors: int = 1

    @property
    def label(self) -> str:
        return FORM_LABELS[self.form]


@dataclass(frozen=True, slots=True)
class Combination:
    """A lawful way to store the whole amount, and what it costs over the contract's time."""

    portions: tuple[Portion, ...]

    @property
    def cost(self) -> Decimal:
        return sum((one.cost for one in self.portions), Decimal(0))

    @property
    def label(self) -> str:
        return " ＋ ".join(one.label for one in self.portions)


def combinations(policy: Policy, amount: Decimal, months: int) -> list[Combination]:
    """The lawful ways to store an amount, the cheapest first; of equal ones the simpler.

    Forms of which the cost is not set are left out: nothing is known to compare. A form's cost is
    linear above its least fee, so one form carries all that it may before the next is filled.
    """
    if amount <= 0:
        return []
    costs = {cost.form: cost for cost in policy.form_costs or ()}
    forms = [form for form in policy.forms or () if form in costs]
    found: dict[frozenset[tuple[Form, Decimal]], Combination] = {}
    for order in _orders(forms, mixed=bool(policy.mixed)):
        combination = _filled(policy, costs, order, amount, months)
        if combination is not None:
            found[frozenset((one.form, one.amount) for one in combination.portions)] = combination
    return sorted(found.values(), key=lambda one: (one.cost, len(one.portions), one.label))


def _orders(forms: Sequence[Form], *, mixed: bool) -> Iterator[tuple[Form, ...]]:
    for form in forms:
        yield (form,)
    if mixed:
        for size in range(2, len(forms) + 1):
            yield from permutations(forms, size)


def _filled(
    policy: Policy,
    costs: dict[Form, FormCost],
    order: Sequence[Form],
    amount: Decimal,
    months: int,
) -> Combination | None:
    """Each form in turn takes what it may; None where something is left, or a form gets nothing."""
    left, portions = amount, []
    for form in order:
        most = most_in_form(policy, form)
        part = left if most is None else min(left, most)
        if part <= 0:
            return None
        portions.append(
            Portion(
                form,
                part,
                _cost(policy, costs[form], part, months),
                guarantors_needed(policy, form, part),
            )
        )
        left -= part
    return None if left else Combination(tuple(portions))


def most_in_form(policy: Policy, form: Form) -> Decimal | None:
    """How much one instrument of a form may carry; None without limit."""
    if form == Form.COMPANY and policy.guarantor_limit is not None and not policy.joint_guarantors:
        return policy.guarantor_limit
    return None


def guarantors_needed(policy: Policy, form: Form, amount: Decimal) -> int:
    """How many guarantors a guarantee of this amount takes 联合担保."""
    limit = policy.guarantor_limit
    if form != Form.COMPANY or limit is None or amount <= limit:
        return 1
    return int((amount / limit).to_integral_value(ROUND_CEILING))


def _cost(policy: Policy, cost: FormCost, amount: Decimal, months: int) -> Decimal:
    lasts = months
    if cost.form != Form.CASH:
        lasts = max(months, policy.guarantee_months or 0)
    return max(cost.least, fen(amount * cost.yearly / _HUNDRED * lasts / 12))
