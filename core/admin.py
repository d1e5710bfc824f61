"""The one setting of core that people keep: the region's departures from the calendar."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from core import calendar
from core.models import CalendarDay


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    list_display = ("day", "working", "name", "source", "confirmed")
    list_filter = ("confirmed", "working")
    search_fields = ("name", "source")
    date_hierarchy = "day"

    def save_model(
        self, request: HttpRequest, obj: CalendarDay, form: ModelForm, change: bool
    ) -> None:
        calendar.set_day(obj)
