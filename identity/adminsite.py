"""``admin/``: configuration of core and identity, for the operator, behind the second factor."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_otp.middleware import is_verified

from identity.roles import Role


class GuardedAdminSite(AdminSite):
    """Opens to an operator who signed in with a one-time code."""

    site_header = site_title = "平台配置"
    index_title = "配置项"

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and actor.has_role(Role.OPERATOR) and is_verified(request.user)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one sign-in page; somebody signed in without the permission goes home."""
        return redirect("/")
