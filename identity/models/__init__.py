"""Regions, industries, organisations, users, their grants and their sessions 规程三(四)."""

from identity.models.credit import CreditEntry
from identity.models.organisations import Industry, Organisation, Region
from identity.models.people import (
    ADMIN_PERMISSIONS,
    Employer,
    ExternalIdentity,
    Grant,
    Invitation,
    Renewal,
    User,
    UserManager,
    UserRows,
)
from identity.models.sign_in import (
    SESSION_WITH_USER,
    KeptForm,
    RefusedAccess,
    SignIn,
    UserSession,
)

__all__ = [
    "ADMIN_PERMISSIONS",
    "SESSION_WITH_USER",
    "CreditEntry",
    "Employer",
    "ExternalIdentity",
    "Grant",
    "Industry",
    "Invitation",
    "KeptForm",
    "Organisation",
    "RefusedAccess",
    "Region",
    "Renewal",
    "SignIn",
    "User",
    "UserManager",
    "UserRows",
    "UserSession",
]
