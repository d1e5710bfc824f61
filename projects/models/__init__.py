"""Projects, who takes part in them and who answers for them 规程二(一)."""

from projects.models.officer import ProjectOfficer
from projects.models.participant import (
    EMPLOYERS,
    PARTIES,
    SUBCONTRACTORS,
    ByEmployer,
    ByParticipation,
    Participant,
    ParticipantRole,
    participations,
    project_ids,
)
from projects.models.pause import Pause
from projects.models.project import Project, ProjectRows
from projects.models.rectification import RectificationOrder
from projects.models.wage_term import WageDays, WageTerm, WageTerms, terms_of_project

__all__ = [
    "EMPLOYERS",
    "PARTIES",
    "SUBCONTRACTORS",
    "ByEmployer",
    "ByParticipation",
    "Participant",
    "ParticipantRole",
    "Pause",
    "Project",
    "ProjectOfficer",
    "ProjectRows",
    "RectificationOrder",
    "WageDays",
    "WageTerm",
    "WageTerms",
    "participations",
    "project_ids",
    "terms_of_project",
]
