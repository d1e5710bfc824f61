"""What the operator may set, and that it is written down."""

from uuid import uuid4

import pytest
from django.contrib import admin
from django.forms import model_to_dict

from core.actor import Actor
from core.models import AuditEntry, CalendarDay

OPERATOR = Actor(uuid4(), "运营")


@pytest.mark.django_db
class TestCalendarDay:
    @pytest.fixture
    def page(self):
        return admin.site._registry[CalendarDay]

    @pytest.fixture
    def request_(self, rf):
        request = rf.post("/admin/")
        request.actor = OPERATOR
        return request

    def test_is_audited_with_what_changed(self, page, request_):
        day = CalendarDay.objects.filter(confirmed=False).first()
        sent = model_to_dict(day) | {"confirmed": "on"}
        form = page.get_form(request_, day, change=True)(sent, instance=day)
        assert form.is_valid(), form.errors
        page.save_model(request_, form.save(commit=False), form, change=True)
        entry = AuditEntry.objects.get()
        assert (entry.subject, entry.detail) == (f"calendarday:{day.pk}", {"已核实": "True"})
        assert CalendarDay.objects.get(pk=day.pk).confirmed

    def test_is_never_deleted(self, page, request_):
        assert not page.has_delete_permission(request_)
