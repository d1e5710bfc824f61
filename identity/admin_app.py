"""Django's admin app with a site of ours; apart from the site, which needs the models."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    default_site = "identity.admin_site.GuardedAdminSite"
