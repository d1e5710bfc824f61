"""Addresses of the platform, app by app."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("", include("identity.urls")),
    path("", include("projects.urls")),
    path("", include("accounts.urls")),
    path("", include("workers.urls")),
    path("", include("payroll.urls")),
    path("", include("notices.urls")),
    path("", include("monitoring.urls")),
    # After projects: /projects/<code>/ would take /projects/new/ for a code.
    path("", include("supervision.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"
