"""The catalogue: each module declares the rules of one section of the 规程."""

from monitoring.rules import accounts, notices, payroll, workers

__all__ = ["accounts", "notices", "payroll", "workers"]
