"""Queries whose SQL is written once find what is there now, for whom they are asked."""

from threading import Thread

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext

from core import prepared
from core.prepared import Given, PreparedQuery
from core.scope import NOTHING, ScopeNotApplied, request_in_progress
from identity.models import Region
from projects.models import Project

pytestmark = pytest.mark.django_db
#: 乌鲁木齐市 and three of its counties, from the dictionary of regions.
CITY = "650100"
COUNTIES = ["650102", "650103", "650104"]


def _by_code() -> QuerySet[Region]:
    return Region.objects.filter(code=Given("code")).select_related("parent")


def test_each_call_finds_by_its_own_value() -> None:
    query = PreparedQuery(_by_code)
    assert [row.code for row in query.rows(code=CITY)] == [CITY]
    assert [row.code for row in query.rows(code=COUNTIES[0])] == [COUNTIES[0]]
    assert query.rows(code="000000") == []


def test_sql_is_written_once() -> None:
    built = []

    def build() -> QuerySet[Region]:
        built.append(1)
        return _by_code()

    query = PreparedQuery(build)
    for code in COUNTIES:
        query.rows(code=code)
    assert built == [1]


def test_rows_are_read_anew_each_time() -> None:
    query = PreparedQuery(_by_code)
    query.rows(code=CITY)
    Region.objects.filter(code=CITY).update(name="改过的名称")
    assert query.rows(code=CITY)[0].name == "改过的名称"


def test_related_rows_come_in_the_same_query() -> None:
    query = PreparedQuery(_by_code)
    with CaptureQueriesContext(connection) as captured:
        (county,) = query.rows(code=COUNTIES[0])
        assert county.parent is not None
        assert county.parent.code == CITY
    assert len(captured) == 1


def test_tuples_and_dictionaries_come_as_asked_for() -> None:
    tuples = PreparedQuery(lambda: _by_code().select_related(None).values_list("code", "parent"))
    assert tuples.rows(code=COUNTIES[0]) == [(COUNTIES[0], CITY)]
    mappings = PreparedQuery(lambda: _by_code().select_related(None).values("code"))
    assert mappings.rows(code=CITY) == [{"code": CITY}]


@pytest.mark.parametrize("codes", [[], COUNTIES[:1], COUNTIES])
def test_one_of_takes_a_list_of_any_length(codes: list[str]) -> None:
    query = PreparedQuery(
        lambda: Region.objects.filter(code__one_of=Given("codes")).order_by("code")
    )
    assert [row.code for row in query.rows(codes=codes)] == codes


def test_one_of_takes_a_foreign_key() -> None:
    query = PreparedQuery(
        lambda: Region.objects.filter(parent__one_of=Given("parents"), code__in=COUNTIES)
    )
    assert {row.code for row in query.rows(parents=[CITY])} == set(COUNTIES)
    assert query.rows(parents=[COUNTIES[0]]) == []


def test_shapes_are_kept_apart() -> None:
    query = PreparedQuery(lambda condition: Region.objects.filter(condition, code=Given("code")))
    assert query.rows(Q(parent=CITY), code=COUNTIES[0])
    assert query.rows(Q(parent="650200"), code=COUNTIES[0]) == []
    assert query.rows(Q(parent=CITY), code=COUNTIES[0])


def test_no_row_meets_what_is_open_to_nobody() -> None:
    query = PreparedQuery(lambda scope: Project.everything.filter(scope, code=Given("code")))
    with CaptureQueriesContext(connection) as captured:
        assert query.rows(NOTHING, code="XJ6501022026001") == []
    assert len(captured) == 0


def test_null_equals_nothing() -> None:
    query = PreparedQuery(lambda: Region.objects.filter(parent=Given("parent")))
    assert query.rows(parent=None) == []


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="code"):
        PreparedQuery(_by_code).rows()


def test_the_oldest_shape_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST_SHAPES", 2)
    query = PreparedQuery(lambda parent: Region.objects.filter(parent=parent, code=Given("code")))
    for parent in ("650200", "650300", CITY):
        query.rows(parent, code=COUNTIES[0])
    assert list(query._written) == [("650300",), (CITY,)]


def test_a_guarded_query_must_be_scoped() -> None:
    with request_in_progress(), pytest.raises(ScopeNotApplied):
        PreparedQuery(lambda: Project.objects.filter(code=Given("code"))).rows(code="XJ1")


def test_what_is_prefetched_is_refused() -> None:
    with pytest.raises(ValueError, match="prefetched"):
        PreparedQuery(lambda: _by_code().prefetch_related("parent")).rows(code=CITY)


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_on_its_own_connection() -> None:
    query = PreparedQuery(lambda: Project.everything.filter(code=Given("code")))
    query.rows(code="XJ1")
    found: list[object] = []

    def ask() -> None:
        with CaptureQueriesContext(connection) as captured:
            query.rows(code="XJ1")
        found.append(len(captured))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [1]
