"""The worked examples of docs/bonds-golden.md, recomputed row by row."""

import json
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from bonds.amount import Facts, combinations, required_amount
from bonds.policy import read_policy
from core import calendar

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/bonds-golden.md").read_text(encoding="utf-8")
POLICIES = json.loads((ROOT / "bonds/data/policies.json").read_text(encoding="utf-8"))
ON = date(2026, 3, 2)
NAMES = {"新疆": "xinjiang", "福建": "fujian", "郑州": "zhengzhou"}


def tables(heading: str) -> list[dict[str, str]]:
    """The rows of the table under a heading that begins so, by column."""
    section = re.split(r"^## ", PAGE, flags=re.M)
    text = next(part for part in section if part.startswith(heading))
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    head, _, *body = rows
    return [dict(zip(head, row, strict=True)) for row in body]


def policy(name: str):
    settings = POLICIES[NAMES[name]]["settings"]
    return read_policy({key: one["value"] for key, one in settings.items()})


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


AMOUNTS = [(name, row) for name in NAMES for row in tables(name)]
COMBINATIONS = tables("最省的合法组合")
DEADLINES = tables("期限")


@pytest.mark.parametrize(("name", "row"), AMOUNTS, ids=[row["号"] for _, row in AMOUNTS])
def test_amount_is_what_was_worked_out_by_hand(name, row):
    found = required_amount(
        policy(name),
        Facts(
            on=ON,
            contract=money(row["合同额"]),
            months=int(row["工期月"]),
            is_local=row["企业"] == "本地",
            live=int(row["在建"]),
            place=int(row["第几"]),
            clean_since=day(row["无拖欠自"]),
            last_arrears=day(row["最近拖欠"]),
            is_listed=bool(row["失信"]),
            systems=True if row["实名专户"] else None,
        ),
    )

    assert found.amount == money(row["应存"])
    assert found.rate == Decimal(row["比例"].rstrip("%"))
    assert bool(found.waiver) == bool(row["免存"])
    # What the last but one step that has an amount says is what is asked for.
    assert [step.amount for step in found.steps if step.amount is not None][-1] == found.amount


def reckoned(text: str) -> list[tuple[Decimal, Decimal]]:
    """Each "a × b% = c" of a row as (what it comes to, what stands there)."""
    found = []
    for left, right in re.findall(r"((?:[\d.]+%?\s*[×÷-]\s*)+[\d.]+%?)\s*=\s*([\d.]+)", text):
        parts = re.split(r"\s*([×÷-])\s*", left)
        value = number(parts[0])
        for sign, part in zip(parts[1::2], parts[2::2], strict=True):
            other = number(part)
            value = (
                value * other if sign == "×" else value / other if sign == "÷" else value - other
            )
        found.append((value, Decimal(right.rstrip("."))))
    return found


def number(text: str) -> Decimal:
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


ALL = [row for _, row in AMOUNTS] + COMBINATIONS


@pytest.mark.parametrize("row", ALL, ids=[row["号"] for row in ALL])
def test_the_page_itself_is_worked_out_rightly(row):
    sums = reckoned(row["算法"])
    assert sums
    for value, written in sums:
        assert value == written or value.quantize(Decimal("0.01"), ROUND_HALF_UP) == written


@pytest.mark.parametrize("row", COMBINATIONS, ids=[row["号"] for row in COMBINATIONS])
def test_cheapest_combination(row):
    found = combinations(policy(row["政策"]), money(row["应存"]), int(row["工期月"]))[0]
    assert (found.label, found.cost) == (row["组合"], money(row["费用"]))


@pytest.mark.parametrize("row", DEADLINES, ids=[row["事项"] for row in DEADLINES])
def test_deadline_falls_on_the_day_counted_by_hand(row, db):
    due = calendar.add_working_days(date.fromisoformat(row["起算日"]), int(row["工作日"]))
    assert due == date.fromisoformat(row["截止日"])


def test_the_page_has_every_edge():
    """999.99 万, 1000 万 and 1 亿, one project and two, in three provinces."""
    for name in NAMES:
        amounts = {row["合同额"] for row in tables(name)}
        assert {"9,999,900.00", "10,000,000.00", "100,000,000.00"} <= amounts
        assert {"1", "2"} <= {row["在建"] for row in tables(name)}
