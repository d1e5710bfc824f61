"""Configuration in ``admin/``: the region's departures from the national calendar."""

from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from core import audit, calendar, clock
from core.http import ActorRequest
from core.models import CalendarDay

CONFIGURE = audit.action("configuration.change", "修改平台配置")


class AuditedAdmin(admin.ModelAdmin):
    """What is changed here stands in the audit chain as well."""

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        detail = {
            str(form.fields[name].label): str(form.cleaned_data[name]) for name in form.changed_data
        }
        actor = cast(ActorRequest, request).actor
        subject = f"{obj._meta.model_name}:{obj.pk}"
        audit.record(actor, CONFIGURE, subject, now=clock.now(), detail=detail)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CalendarDay)
class CalendarDayAdmin(AuditedAdmin):
    """A wrong day is not deleted but set right: ``working`` says what it is."""

    list_display = ("day", "working", "name", "source", "confirmed")
    list_filter = ("confirmed", "working")
    search_fields = ("name", "source")
    date_hierarchy = "day"

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        calendar.forget_on_commit()
