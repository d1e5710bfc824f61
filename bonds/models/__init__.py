"""Wage bonds, the policies that say how much, and what is done with them 规程二(三)."""

from bonds.models.bond import Bond, BondEvent, BondPaper, BondRequirement, BondRows
from bonds.models.holdings import BondDeposit, BondEntry, Guarantee
from bonds.models.policy import BondPolicy, PolicySetting
from bonds.models.refund import BondRefund
from bonds.models.use import BondUse, BondUseLine

__all__ = [
    "Bond",
    "BondDeposit",
    "BondEntry",
    "BondEvent",
    "BondPaper",
    "BondPolicy",
    "BondRefund",
    "BondRequirement",
    "BondRows",
    "BondUse",
    "BondUseLine",
    "Guarantee",
    "PolicySetting",
]
