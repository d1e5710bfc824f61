"""Configuration in ``admin/``: divisions and industries."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from core import audit
from identity.models import Industry, Region

CONFIGURE = audit.action("configuration.change", "修改平台配置")


class AuditedAdmin(admin.ModelAdmin):
    """What is changed here stands in the audit chain."""

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        detail = {name: str(form.cleaned_data[name]) for name in form.changed_data}
        audit.record(request.actor, CONFIGURE, f"{obj._meta.model_name}:{obj.pk}", detail=detail)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """The audit chain is the one log."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """The audit chain is the one log."""


@admin.register(Region)
class RegionAdmin(AuditedAdmin):
    list_display = ("code", "name", "kind", "parent")
    search_fields = ("code", "name")


@admin.register(Industry)
class IndustryAdmin(AuditedAdmin):
    list_display = ("code", "name", "department", "order")
    readonly_fields = ("code",)
