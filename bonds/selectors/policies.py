"""Bond policies: which one holds where and when, and what it says with how much certainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bonds.models import BondPolicy
from bonds.policy import (
    ACT_LABELS,
    CERTAINTY_LABELS,
    FIRM_LABELS,
    FORM_LABELS,
    GROUND_LABELS,
    GROUPS,
    MANNER_LABELS,
    SETTINGS,
    Act,
    Certainty,
    Firms,
    Form,
    Ground,
    Manner,
    Setting,
)
from core.actor import Actor, Forbidden
from core.errors import Refused
from core.listing import ListColumn, ListTable
from core.money import yuan
from identity import selectors as identity
from identity.models import Region
from identity.roles import Role

#: 新疆维吾尔自治区: its policy holds where a 地州市 has none of its own.
WHOLE_REGION = "650000"
_KEEPERS = frozenset({Role.BUREAU_OFFICER})
_WORDS: dict[str, dict[Any, str]] = {
    "firms": dict(FIRM_LABELS),
    "ground": dict(GROUND_LABELS),
    "manner": dict(MANNER_LABELS),
    "form": dict(FORM_LABELS),
    "act": dict(ACT_LABELS),
}
#: How single values of a choice are read.
CHOICE_WORDS: dict[str, dict[str, str]] = {
    "applies": {"each": "每个在建工程", "later": "达到该个数的工程及以后的"},
    "area": {"prefecture": "本地州市", "region": "本自治区（省）"},
    "manner": {one.value: label for one, label in MANNER_LABELS.items()},
}


def area_of(region: str) -> str:
    """The 地州市 in whose area a county lies; a corps city is its own."""
    return f"{region[:4]}00" if not region.startswith("6590") else region


def policy_for(region: str, on: date) -> BondPolicy:
    """The policy that holds in a county on a day: of its 地州市, else of the autonomous region.

    :raises Refused: none is in force.
    """
    rows = BondPolicy.objects.filter(
        region__in=(area_of(region), WHOLE_REGION), since__lte=on
    ).prefetch_related("settings")
    found = sorted(rows, key=lambda row: (row.region_id != WHOLE_REGION, row.since))
    if not found:
        raise Refused("bond.no_policy", on=on)
    return found[-1]


def policies(*, actor: Actor) -> QuerySet[BondPolicy]:
    """All policies: what an area asks is public, whoever looks."""
    actor.require_role(Role.BUREAU_OFFICER, Role.INDUSTRY_OFFICER, Role.ENTERPRISE_ADMIN)
    return BondPolicy.objects.select_related("region").prefetch_related("settings")


def policy(uuid: UUID, *, actor: Actor) -> BondPolicy:
    """:raises BondPolicy.DoesNotExist: none."""
    return policies(actor=actor).get(uuid=uuid)


def may_keep(kept: BondPolicy, *, actor: Actor) -> bool:
    """Whether the actor edits or confirms this area's policies: an officer whose reach covers it.

    A county's officer keeps none: policies are those of a 地州市 or of the autonomous region.
    """
    return identity.reaches(kept.region_id, actor=actor, roles=_KEEPERS)


def require_keeper(kept: BondPolicy, *, actor: Actor) -> None:
    """:raises Forbidden: another area's officers keep it."""
    if not may_keep(kept, actor=actor):
        raise Forbidden("bond.policy_elsewhere")


def kept_areas(*, actor: Actor) -> list[Region]:
    """The areas whose policies the actor keeps."""
    kinds = (Region.Kind.AUTONOMOUS_REGION, Region.Kind.PREFECTURE, Region.Kind.CORPS_CITY)
    return [
        region
        for region in identity.regions(actor=actor)
        if region.kind in kinds and identity.reaches(region.code, actor=actor, roles=_KEEPERS)
    ]


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting as the page shows it: ``text`` or a table, its source, how sure it is."""

    setting: Setting
    value: Any
    text: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    source: str
    certainty: str
    certainty_code: str
    tone: str
    is_set: bool
    confirmed_by: str
    confirmed_at: Any

    @property
    def needs_confirming(self) -> bool:
        return self.is_set and not self.confirmed_by


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """The settings of one part of a policy."""

    label: str
    lines: Sequence[SettingLine]


def setting_groups(kept: BondPolicy) -> list[SettingGroup]:
    """Everything that a policy says, and what it does not; in the order of the catalogue."""
    stored = {row.key: row for row in kept.settings.all()}
    lines = [_setting_line(setting, stored.get(key)) for key, setting in SETTINGS.items()]
    return [
        SettingGroup(group, [line for line in lines if line.setting.group == group])
        for group in GROUPS
    ]


def _setting_line(setting: Setting, row: Any) -> SettingLine:
    value = row.value if row else None
    is_set = value not in (None, "", [])
    certainty = Certainty(row.certainty) if row else Certainty.UNSEEN
    confirmed = bool(row and row.confirmed_by)
    columns = setting.shape.columns
    return SettingLine(
        setting=setting,
        value=value,
        text=value_words(setting, value) if is_set else "未设定",
        head=list(columns.values()),
        rows=[_cells(row_, columns) for row_ in value or ()] if columns else [],
        source=row.source if row else "",
        certainty="已核实" if confirmed else CERTAINTY_LABELS[certainty],
        certainty_code=certainty.value,
        tone="good" if confirmed or certainty == Certainty.ORIGINAL else "warn",
        is_set=is_set,
        confirmed_by=row.confirmed_by if row else "",
        confirmed_at=row.confirmed_at if row else None,
    )


def value_words(setting: Setting, value: Any) -> str:
    """A single value in words; a table's rows are drawn as one."""
    if value in (None, "", []):
        return "未设定"
    shape = setting.shape.name
    if shape == "yes_no":
        return "是" if value else "否"
    if shape == "forms":
        return "、".join(FORM_LABELS[Form(one)] for one in value)
    if shape in CHOICE_WORDS:
        return CHOICE_WORDS[shape][str(value)]
    if shape == "amount":
        return f"{yuan(str(value))} {setting.unit}"
    if setting.shape.columns:
        return f"{len(value)} 行"
    return f"{value} {setting.unit}".strip()


def _cells(row: dict[str, Any], columns: Any) -> list[str]:
    return [_cell(key, row.get(key)) for key in columns]


def _cell(key: str, value: Any) -> str:
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if key in _WORDS:
        kind = {"firms": Firms, "ground": Ground, "manner": Manner, "form": Form, "act": Act}[key]
        return _WORDS[key][kind(value)]
    return yuan(str(value)) if key in ("since", "least", "below") else str(value)


def setting_line(kept: BondPolicy, key: str) -> SettingLine:
    """One setting as its page shows it."""
    return _setting_line(SETTINGS[key], kept.settings.filter(key=key).first())


def is_open(kept: BondPolicy, *, as_of: date) -> bool:
    """Whether its settings can still be changed: not in force, or from today and unused."""
    return kept.since >= as_of and not kept.requirements.exists()


@dataclass(frozen=True, slots=True)
class SettingInput:
    """A field of a setting's page: ``choices`` make it a select."""

    name: str
    label: str
    value: str
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class SettingInputs:
    """The fields of a setting: one, several to tick, or a table of rows."""

    single: SettingInput | None
    ticks: Sequence[tuple[str, str, bool]]
    head: Sequence[str]
    rows: Sequence[Sequence[SettingInput]]


_YES_NO = (("yes", "是"), ("no", "否"))


def setting_inputs(setting: Setting, value: Any, more: int) -> SettingInputs:
    """What a setting's page draws for a value, with some empty rows below those of a table."""
    columns = setting.shape.columns
    if columns:
        rows = [*(value or []), *({} for _ in range(more))]
        drawn = [
            [_input(key, label, row.get(key)) for key, label in columns.items()] for row in rows
        ]
        return SettingInputs(None, (), list(columns.values()), drawn)
    if setting.shape.name == "forms":
        ticked = set(value or [])
        return SettingInputs(
            None, [(one.value, FORM_LABELS[one], one.value in ticked) for one in Form], (), ()
        )
    choices: Sequence[tuple[str, str]] = ()
    if setting.shape.name == "yes_no":
        choices = _YES_NO
        value = None if value is None else "yes" if value else "no"
    elif setting.shape.name in CHOICE_WORDS:
        choices = list(CHOICE_WORDS[setting.shape.name].items())
    label = f"{setting.label}（{setting.unit}）" if setting.unit else setting.label
    text = "" if value is None else str(value)
    return SettingInputs(SettingInput("value", label, text, choices), (), (), ())


def _input(key: str, label: str, value: Any) -> SettingInput:
    choices: Sequence[tuple[str, str]] = ()
    if key in _WORDS:
        choices = [(str(code), words) for code, words in _WORDS[key].items()]
    elif key == "systems":
        choices = _YES_NO
        value = "yes" if value in (True, "yes") else ""
    return SettingInput(key, label, "" if value in (None, False) else str(value), choices)


POLICY_LIST = ListTable(
    columns=(
        ListColumn("title", "政策", sort="title", slot="main"),
        ListColumn("region", "管理地区", sort="region"),
        ListColumn("since", "施行", sort="since", kind="date", slot="aside", falling=True),
        ListColumn("state", "状态", sort="state", slot="state"),
        ListColumn("waiting", "待核实", sort="waiting", kind="number", falling=True),
        ListColumn("unset", "未设定", sort="unset", kind="number", falling=True),
    ),
    default=(),
)


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A policy as listed."""

    uuid: UUID
    title: str
    region: str
    since: date
    state: str
    tone: str
    waiting: int
    unset: int


def policy_lines(*, actor: Actor, as_of: date) -> list[PolicyLine]:
    """The policies, each area's newest first; which one of an area holds today."""
    lines, holding = [], set()
    for row in policies(actor=actor).order_by("region_id", "-since"):
        values = list(row.settings.all())
        state, tone = "将施行", "wait"
        if row.since <= as_of:
            held = row.region_id in holding
            state, tone = ("已被替代", "plain") if held else ("施行中", "good")
            holding.add(row.region_id)
        lines.append(
            PolicyLine(
                uuid=row.uuid,
                title=row.title,
                region=row.region.name,
                since=row.since,
                state=state,
                tone=tone,
                waiting=sum(one.value is not None and not one.confirmed_by for one in values),
                unset=sum(one.value is None for one in values),
            )
        )
    return lines
