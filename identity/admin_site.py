"""``admin/``: configuration of core and identity, for the operator, behind the second factor."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse

from core.http import redirect
from identity.roles import Role

if TYPE_CHECKING:
    from identity.models import User


class GuardedAdminSite(AdminSite):
    """Opens to an operator who signed in with a one-time code."""

    site_header = site_title = "平台配置"
    index_title = "配置项"

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        user = cast("User", request.user)
        return actor is not None and actor.has_role(Role.OPERATOR) and user.has_second_factor

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one sign-in page; somebody signed in without the permission goes home."""
        return redirect(request, "/")
