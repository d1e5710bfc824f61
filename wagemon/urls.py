"""Addresses of the platform: those of every installed app of ours, in the order of settings."""

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import module_has_submodule

from core import hooks


def patterns() -> list[URLPattern | URLResolver]:
    """The addresses of each app that has some, and of the administration.

    The order of INSTALLED_APPS is that of the addresses: where two match, the earlier answers.
    """
    return [
        *(
            path("", include(f"{config.name}.urls"))
            for config in apps.get_app_configs()
            if hooks.is_platform_app(config) and module_has_submodule(config.module, "urls")
        ),
        path("admin/", admin.site.urls),
    ]


urlpatterns = patterns()

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"
