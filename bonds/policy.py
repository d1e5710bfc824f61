"""What a bond policy can say, and its reading into a value that amounts are computed from.

A policy is data: an officer enters each setting with its source and how certain it is; here stand
only the settings' names and shapes. What is not known is an empty setting, never a guess.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import Refused

Row = TypeVar("Row")


class Form(StrEnum):
    """存储形式: what can stand in for a wage bond 65号."""

    CASH = "cash"
    BANK = "bank"
    INSURANCE = "insurance"
    COMPANY = "company"


FORM_LABELS = {
    Form.CASH: "现金存储",
    Form.BANK: "银行保函",
    Form.INSURANCE: "工程保证保险",
    Form.COMPANY: "工程担保公司保函",
}
#: The three forms of guarantee.
GUARANTEES = (Form.BANK, Form.INSURANCE, Form.COMPANY)


class Ground(StrEnum):
    """What of a contractor's record moves the rate 差异化存储."""

    CLEAN = "clean"
    ARREARS = "arrears"
    LISTED = "listed"


GROUND_LABELS = {
    Ground.CLEAN: "连续若干年未发生工资拖欠",
    Ground.ARREARS: "前若干年内发生过工资拖欠",
    Ground.LISTED: "被列入严重失信主体名单",
}


class Manner(StrEnum):
    """How a rate changes: to a rate, by percentage points, or by a share of itself."""

    RATE = "rate"
    POINTS = "points"
    SHARE = "share"


MANNER_LABELS = {
    Manner.RATE: "改按比例（%）",
    Manner.POINTS: "增减百分点",
    Manner.SHARE: "增减幅度（%）",
}


class Firms(StrEnum):
    """Whose contracts a tier is for."""

    ANY = "any"
    LOCAL = "local"
    OUTSIDE = "outside"


FIRM_LABELS = {Firms.ANY: "不分", Firms.LOCAL: "本地企业", Firms.OUTSIDE: "外地企业"}


class Certainty(StrEnum):
    """How sure a setting is; an officer who has seen the original confirms it."""

    ORIGINAL = "original"
    REPRINT = "reprint"
    INFERRED = "inferred"
    PROPOSED = "proposed"
    UNSEEN = "unseen"


CERTAINTY_LABELS = {
    Certainty.ORIGINAL: "已见原文",
    Certainty.REPRINT: "见于转载，待核对原文",
    Certainty.INFERRED: "据通行理解，待核对原文",
    Certainty.PROPOSED: "平台缺省，待核实",
    Certainty.UNSEEN: "原文未见，未设定",
}


class Act(StrEnum):
    """The acts for which papers are asked."""

    STORE = "store"
    ACCOUNT = "account"
    GUARANTEE = "guarantee"
    CLAIM = "claim"
    REFUND = "refund"


ACT_LABELS = {
    Act.STORE: "存储保证金",
    Act.ACCOUNT: "开立保证金账户",
    Act.GUARANTEE: "提交保函",
    Act.CLAIM: "索赔",
    Act.REFUND: "申请返还",
}


@dataclass(frozen=True, slots=True)
class Tier:
    """From a contract amount on (元, included): the rate in % and the least amount in 元."""

    since: Decimal
    rate: Decimal
    firms: Firms = Firms.ANY
    least: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the rate by the contractor's record; ``value`` in % or points, signed."""

    ground: Ground
    years: int
    manner: Manner
    value: Decimal


@dataclass(frozen=True, slots=True)
class Waiver:
    """When nothing need be stored: a small *or* short contract, *with* so many clean years.

    ``below`` 元 and ``months`` are alternatives; without either only the record counts.
    ``systems`` asks for 实名制 and 专户 to be carried out as well.
    """

    clean_years: int
    below: Decimal | None = None
    months: int | None = None
    systems: bool = False


@dataclass(frozen=True, slots=True)
class FormCost:
    """What a form costs its contractor: % of the amount a year, and at least so much in 元."""

    form: Form
    yearly: Decimal
    least: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that an act needs; ``firms`` says of whom it is asked."""

    act: Act
    name: str
    firms: Firms = Firms.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy as amounts and deadlines are computed from it; None is what is not set."""

    tiers: tuple[Tier, ...] | None = None
    several_from: int | None = None
    several_applies: str | None = None
    several_manner: Manner | None = None
    several_value: Decimal | None = None
    several_no_arrears: bool | None = None
    floor_rate: Decimal | None = None
    floor_binds_cuts: bool | None = None
    cap: Decimal | None = None
    cap_binds_raise: bool | None = None
    changes: tuple[Change, ...] | None = None
    waivers: tuple[Waiver, ...] | None = None
    counts_in: str | None = None
    local_within: str | None = None
    forms: tuple[Form, ...] | None = None
    mixed: bool | None = None
    guarantor_limit: Decimal | None = None
    joint_guarantors: bool | None = None
    guarantee_months: int | None = None
    form_costs: tuple[FormCost, ...] | None = None
    store_days: int | None = None
    pay_days: int | None = None
    pay_hours: int | None = None
    topup_days: int | None = None
    publicity_days: int | None = None
    review_days: int | None = None
    confirm_days: int | None = None
    expiry_days: int | None = None
    papers: tuple[Paper, ...] | None = None

    def papers_for(self, act: Act, *, local: bool | None) -> list[str]:
        """The papers that an act needs of a local or an outside firm; all where it is unknown."""
        kept = {Firms.ANY, Firms.LOCAL if local else Firms.OUTSIDE} if local is not None else Firms
        return [one.name for one in self.papers or () if one.act == act and one.firms in kept]


# How each setting is written and read ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shape:
    """How a setting's value is stored (JSON) and what it becomes."""

    name: str
    read: Callable[[Any], Any]
    #: The columns of a setting that is a table: key, label.
    columns: Mapping[str, str] = field(default_factory=dict)


def _number(value: Any, *, least: str = "0", most: str) -> Decimal:
    number = Decimal(str(value))
    if not Decimal(least) <= number <= Decimal(most):
        raise ValueError(value)
    return number


def _amount(value: Any) -> Decimal:
    return _number(value, most="999999999999.99").quantize(Decimal("0.01"))


def _rate(value: Any) -> Decimal:
    return _number(value, most="100")


def _signed(value: Any) -> Decimal:
    return _number(value, least="-100", most="1000")


def _count(value: Any) -> int:
    number = int(str(value))
    if not 0 <= number <= 1000:
        raise ValueError(value)
    return number


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _optional(read: Callable[[Any], Row], value: Any) -> Row | None:
    return None if value in (None, "") else read(value)


def _forms(value: Any) -> tuple[Form, ...]:
    chosen = {Form(one) for one in value}
    if not chosen:
        raise ValueError(value)
    return tuple(form for form in Form if form in chosen)


def _table(read: Callable[[Mapping[str, Any]], Row]) -> Callable[[Any], tuple[Row, ...]]:
    def rows(value: Any) -> tuple[Row, ...]:
        return tuple(read(row) for row in value)

    return rows


def _tier(row: Mapping[str, Any]) -> Tier:
    return Tier(
        _amount(row["since"]),
        _rate(row["rate"]),
        Firms(row.get("firms") or Firms.ANY),
        _optional(_amount, row.get("least")),
    )


def _tiers(value: Any) -> tuple[Tier, ...]:
    tiers = tuple(sorted(map(_tier, value), key=lambda tier: (tier.firms, tier.since)))
    if len({(tier.firms, tier.since) for tier in tiers}) < len(tiers):
        raise ValueError(value)
    for firms in {tier.firms for tier in tiers}:
        # Every contract has a tier.
        if min(tier.since for tier in tiers if tier.firms == firms):
            raise ValueError(value)
    return tiers


def _change(row: Mapping[str, Any]) -> Change:
    return Change(
        Ground(row["ground"]),
        _count(row.get("years") or 0),
        Manner(row["manner"]),
        _signed(row["value"]),
    )


def _waiver(row: Mapping[str, Any]) -> Waiver:
    waiver = Waiver(
        _count(row["clean_years"]),
        _optional(_amount, row.get("below")),
        _optional(_count, row.get("months")),
        bool(row.get("systems")),
    )
    if not (waiver.clean_years or waiver.below or waiver.months):
        raise ValueError(row)
    return waiver


def _cost(row: Mapping[str, Any]) -> FormCost:
    return FormCost(Form(row["form"]), _rate(row["yearly"]), _amount(row.get("least") or 0))


def _paper(row: Mapping[str, Any]) -> Paper:
    name = str(row["name"]).strip()
    if not name:
        raise ValueError(row)
    return Paper(Act(row["act"]), name, Firms(row.get("firms") or Firms.ANY))


AMOUNT, RATE, SIGNED = Shape("amount", _amount), Shape("rate", _rate), Shape("signed", _signed)
COUNT, YES_NO, FORMS = Shape("count", _count), Shape("yes_no", _yes_no), Shape("forms", _forms)
MANNER = Shape("manner", Manner)
APPLIES = Shape("applies", {"each": "each", "later": "later"}.__getitem__)
AREA = Shape("area", {"prefecture": "prefecture", "region": "region"}.__getitem__)
TIERS = Shape(
    "tiers",
    _tiers,
    {"since": "合同额自（元）", "rate": "比例（%）", "firms": "企业", "least": "最低（元）"},
)
CHANGES = Shape(
    "changes",
    _table(_change),
    {"ground": "情形", "years": "年数", "manner": "方式", "value": "数值"},
)
WAIVERS = Shape(
    "waivers",
    _table(_waiver),
    {
        "below": "合同额低于（元）",
        "months": "或工期短于（月）",
        "clean_years": "且无拖欠年数",
        "systems": "且落实实名制和专户",
    },
)
COSTS = Shape(
    "costs",
    _table(_cost),
    {"form": "形式", "yearly": "年费率（%）", "least": "最低费用（元）"},
)
PAPERS = Shape("papers", _table(_paper), {"act": "事项", "name": "材料", "firms": "企业"})


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a policy: its key, what it is called, its shape, in which group it stands."""

    key: str
    label: str
    shape: Shape
    group: str
    unit: str = ""


SETTINGS: Mapping[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting("tiers", "存储比例（按施工合同额分档）", TIERS, "金额"),
        Setting("several_from", "同一地区在建工程达到几个起下调", COUNT, "金额", "个"),
        Setting("several_applies", "下调适用于", APPLIES, "金额"),
        Setting("several_manner", "下调方式", MANNER, "金额"),
        Setting("several_value", "下调数值", SIGNED, "金额"),
        Setting("several_no_arrears", "下调须无工资拖欠", YES_NO, "金额"),
        Setting("floor_rate", "下调后最低比例", RATE, "金额", "%"),
        Setting("floor_binds_cuts", "最低比例也约束差异化下调", YES_NO, "金额"),
        Setting("cap", "单个工程存储上限", AMOUNT, "金额", "元"),
        Setting("cap_binds_raise", "上限也约束上浮", YES_NO, "金额"),
        Setting("changes", "差异化存储", CHANGES, "金额"),
        Setting("waivers", "免存条件（符合任一行）", WAIVERS, "金额"),
        Setting("counts_in", "在建工程个数的统计范围", AREA, "金额"),
        Setting("local_within", "本地企业的认定范围", AREA, "金额"),
        Setting("forms", "允许的存储形式", FORMS, "形式"),
        Setting("mixed", "允许现金与保函组合", YES_NO, "形式"),
        Setting("guarantor_limit", "单个担保公司担保上限", AMOUNT, "形式", "元"),
        Setting("joint_guarantors", "超过上限可由多家共同担保", YES_NO, "形式"),
        Setting("guarantee_months", "保函最短有效期", COUNT, "形式", "个月"),
        Setting("form_costs", "各形式的费用（供比较）", COSTS, "形式"),
        Setting("store_days", "存储期限", COUNT, "期限", "个工作日"),
        Setting("pay_days", "银行或担保人支付期限", COUNT, "期限", "个工作日"),
        Setting("pay_hours", "担保公司赔付时限", COUNT, "期限", "小时"),
        Setting("topup_days", "动用后补足期限", COUNT, "期限", "个工作日"),
        Setting("publicity_days", "返还前公示", COUNT, "期限", "日"),
        Setting("review_days", "返还审核", COUNT, "期限", "个工作日"),
        Setting("confirm_days", "出具返还（销户）确认书", COUNT, "期限", "个工作日"),
        Setting("expiry_days", "保函到期前提醒", COUNT, "期限", "日"),
        Setting("papers", "各事项所需材料", PAPERS, "材料"),
    )
}
GROUPS = ("金额", "形式", "期限", "材料")


def read_value(key: str, value: Any) -> Any:
    """A stored value as the policy holds it; None where nothing is set.

    :raises Refused: no such setting, or no value of its shape.
    """
    if key not in SETTINGS:
        raise Refused("bond.no_such_setting", key=key)
    if value in (None, "", []):
        return None
    try:
        return SETTINGS[key].shape.read(value)
    except (KeyError, TypeError, ValueError, InvalidOperation) as fault:
        raise Refused("bond.setting_unreadable", key, setting=SETTINGS[key].label) from fault


def read_policy(values: Mapping[str, Any]) -> Policy:
    """The policy of these stored values, by setting.

    :raises Refused: a setting that does not exist, or a value that cannot be read.
    """
    return Policy(**{key: read_value(key, value) for key, value in values.items()})


def missing_settings(values: Mapping[str, Any]) -> Sequence[Setting]:
    """The settings for which nothing is set: a screen says so instead of filling them."""
    return [one for key, one in SETTINGS.items() if values.get(key) in (None, "", [])]
