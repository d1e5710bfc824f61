"""Writes of projects 规程二(一)."""

from projects.services.officers import (
    NewOfficer,
    appoint_officer,
    grant_on_project,
    hand_on_offices,
    open_offices,
    withdraw_from_project,
)
from projects.services.participants import UnitByCode, add_participant, end_participation
from projects.services.rectification import order_rectification, settle_rectification
from projects.services.registration import change_status, register_project, update_project
from projects.services.wage_terms import NewWageTerm, agree_wage_term

__all__ = [
    "NewOfficer",
    "NewWageTerm",
    "UnitByCode",
    "add_participant",
    "agree_wage_term",
    "appoint_officer",
    "change_status",
    "end_participation",
    "grant_on_project",
    "hand_on_offices",
    "open_offices",
    "order_rectification",
    "register_project",
    "settle_rectification",
    "update_project",
    "withdraw_from_project",
]
