"""Configuration in ``admin/``: divisions and industries."""

from django.contrib import admin

from core.admin import AuditedAdmin
from identity.models import Industry, Region


@admin.register(Region)
class RegionAdmin(AuditedAdmin):
    list_display = ("code", "name", "kind", "parent")
    search_fields = ("code", "name")


@admin.register(Industry)
class IndustryAdmin(AuditedAdmin):
    list_display = ("code", "name", "department", "order")
    readonly_fields = ("code",)
