"""What a 农民工维权信息告示牌 says at one moment, after 条例 第三十四条 and 规程二(六)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from core.digest import sm3
from core.money import yuan

UNKNOWN = "未录入"
"""Printed where the register is silent: a board with a gap shows the gap."""


@dataclass(frozen=True)
class Party:
    """A unit that takes part in the project, and whom to ask there."""

    name: str
    contact: str = ""
    phone: str = ""

    @property
    def contact_line(self) -> str:
        return "  ".join(part for part in (self.contact, self.phone) if part)


@dataclass(frozen=True)
class MinimumWage:
    """The county's minimum wage (元/月, 元/小时); `unconfirmed` until an officer has checked it."""

    county: str
    monthly: Decimal
    hourly: Decimal
    effective_from: date
    unconfirmed: bool = False


@dataclass(frozen=True)
class BoardContent:
    """Everything on one version of a board. Phones are public ones; the account is masked.

    `pay_day` is a day of the month (1-31), `pay_month_offset` 1 where wages are paid in the month
    after the wage month and 0 where in it. `contract_amount` is in 元.
    """

    board_code: str
    version: int
    made_on: date
    url: str
    project_code: str
    project_name: str
    address: str
    contract_amount: Decimal | None
    starts_on: date | None
    ends_on: date | None
    owner: Party
    contractor: Party
    project_department: Party
    project_manager: Party
    labour_officer: Party
    industry_department: Party
    inspectorate: Party
    pay_day: int
    pay_month_offset: int
    minimum_wage: MinimumWage | None
    wage_bank: str = ""
    wage_account: str = ""
    bond_status: str = ""
    arbitration: str = ""
    legal_aid: str = ""
    subcontractors: tuple[Party, ...] = ()
    legal_service_hotline: str = "12348"
    labour_hotline: str = "12333"
    government_hotline: str = "12345"

    @property
    def pay_day_text(self) -> str:
        """e.g. 每月15日发放上月工资."""
        which = "上月" if self.pay_month_offset else "当月"
        return f"每月{self.pay_day}日发放{which}工资"

    @property
    def period_text(self) -> str:
        """The works' first and last day, as far as they are known."""
        days = [day.isoformat() if day else UNKNOWN for day in (self.starts_on, self.ends_on)]
        return " 至 ".join(days)

    @property
    def amount_text(self) -> str:
        return UNKNOWN if self.contract_amount is None else f"{yuan(self.contract_amount)} 元"

    @property
    def account_text(self) -> str:
        return "  ".join(part for part in (self.wage_bank, self.wage_account) if part) or UNKNOWN

    def as_dict(self) -> dict[str, Any]:
        """The content as plain JSON values, in the order of its fields."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """The content back from :meth:`as_dict`."""
        values = dict(plain)
        for name in _PARTIES:
            values[name] = Party(**values[name])
        values["subcontractors"] = tuple(Party(**one) for one in values["subcontractors"])
        for name in ("made_on", "starts_on", "ends_on"):
            values[name] = date.fromisoformat(values[name]) if values[name] else None
        if values["contract_amount"] is not None:
            values["contract_amount"] = Decimal(values["contract_amount"])
        if wage := values["minimum_wage"]:
            rates = {name: Decimal(wage[name]) for name in ("monthly", "hourly")}
            since = date.fromisoformat(wage["effective_from"])
            values["minimum_wage"] = MinimumWage(**{**wage, **rates, "effective_from": since})
        return cls(**values)

    def digest(self) -> str:
        """SM3 (hex) of what the board tells its readers.

        What tells one copy from another is left out: the same words are the same board.
        """
        copy = {"board_code", "version", "made_on", "url"}
        printed = {name: value for name, value in self.as_dict().items() if name not in copy}
        canonical = json.dumps(printed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sm3(canonical.encode()).hex()


_PARTIES = (
    "owner",
    "contractor",
    "project_department",
    "project_manager",
    "labour_officer",
    "industry_department",
    "inspectorate",
)
