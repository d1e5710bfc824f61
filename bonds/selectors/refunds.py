"""Refunds: the act that other apps may bar."""

#: Giving a bond back; bars are handed the ids of projects.
REFUND = "bond.refund"
