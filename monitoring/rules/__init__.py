"""The catalogue: each module declares the rules of one section of the 规程."""

from monitoring.rules import accounts, bonds, feeds, notices, payroll, workers

__all__ = ["accounts", "bonds", "feeds", "notices", "payroll", "workers"]
