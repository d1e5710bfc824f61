"""What a test leaves to the next one, in whatever order they run."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import TransactionTestCase

from core.models import CalendarDay
from identity.models import Industry, Organisation, Region

DICTIONARIES = (Region, Industry, CalendarDay, ContentType, Permission)


def rows() -> list[list[dict]]:
    return [list(model._base_manager.order_by("pk").values()) for model in DICTIONARIES]


@pytest.mark.django_db(transaction=True)
def test_after_one_that_commits_the_database_is_as_the_migrations_left_it(cast):
    before = rows()
    assert all(before)
    TransactionTestCase("__init__")._fixture_teardown()
    assert rows() == before
    assert not Organisation.everything.exists()
    # And the next row gets a number of its own.
    CalendarDay.objects.create(day=date(2031, 1, 1), working=False, name="元旦", source="测试")
