"""What stands in the bar on top of every page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from core.actor import Actor
from identity.roles import GOVERNMENT, Role

_SITE = frozenset(
    {
        Role.ENTERPRISE_ADMIN,
        Role.PROJECT_MANAGER,
        Role.LABOUR_OFFICER,
        Role.SUBCONTRACTOR_CLERK,
    }
)
_ENTERPRISE = _SITE | {Role.OWNER_CLERK, Role.BANK_CLERK}
_BUREAU = frozenset({Role.BUREAU_OFFICER})
#: The sections of the platform in the order of the bar: label, address, whose they are.
SECTIONS: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("今日工作", "/", frozenset(Role)),
    ("工程项目", "/projects/", _ENTERPRISE | GOVERNMENT),
    ("专户", "/accounts/", frozenset({Role.BANK_CLERK})),
    ("人工费用", "/funding/", frozenset({Role.OWNER_CLERK})),
    ("预警", "/warnings/", _SITE | GOVERNMENT),
    ("单位", "/organisations/", _BUREAU),
    ("用户", "/users/", _BUREAU | {Role.ENTERPRISE_ADMIN}),
    ("最低工资", "/minimum-wages/", _BUREAU),
    ("系统配置", "/admin/", frozenset({Role.OPERATOR})),
)


#: Addresses outside a section's own that belong to it.
_WITHIN = {
    "/projects/": ("/workers/", "/payroll/"),
    "/warnings/": ("/rules/",),
    "/organisations/": ("/regions/",),
}


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One way into a section."""

    url: str
    label: str
    active: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """``nav``: the sections that the reader's roles open; none before sign-in."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"nav": []}
    return {
        "nav": [
            NavigationItem(url, label, _is_in(request.path, url))
            for label, url, roles in SECTIONS
            if actor.has_role(*roles)
        ]
    }


def _is_in(path: str, section: str) -> bool:
    if section == "/":
        return path == section
    return path.startswith((section, *_WITHIN.get(section, ())))
