"""Found or 404, sending on, and pages of a long list."""

import pytest
from django.http import Http404, QueryDict

from core.http import client_address, found, keyset_page, redirect
from core.models import CalendarDay, ColumnMemory

KEYS = ("-kind", "id")


@pytest.fixture
def rows(db):
    ColumnMemory.objects.bulk_create(
        [ColumnMemory(organisation=n, kind="abc"[n % 3], mapping={}) for n in range(25)]
    )
    return ColumnMemory.objects.all()


def walk(rows, size=4):
    pages, cursor = [], ""
    while True:
        page = keyset_page(rows, keys=KEYS, params={"after": cursor}, size=size)
        pages.append(page)
        if not page.next:
            return pages
        cursor = page.next


class TestFound:
    def test_turns_what_is_not_there_into_404(self, db):
        with pytest.raises(Http404):
            found(lambda: CalendarDay.objects.get(pk=0))

    def test_hands_on_what_is(self):
        assert found(lambda: 1) == 1


class TestRedirect:
    def test_speaks_to_pages_and_to_htmx(self, rf):
        request = rf.get("/")
        assert redirect(request, "/x/").status_code == 302
        request.htmx = True
        assert redirect(request, "/x/")["HX-Redirect"] == "/x/"


class TestClientAddress:
    @pytest.mark.parametrize(
        ("behind", "forwarded", "address"),
        [
            (False, "203.0.113.9", "10.0.0.2"),
            (True, "203.0.113.9", "203.0.113.9"),
            (True, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
            (True, "1.1.1.1, 2001:db8::7", "2001:db8::7"),
            (True, "", "10.0.0.2"),
            (True, "203.0.113.9, unknown", None),
        ],
    )
    def test_trusts_the_proxys_own_word_alone(self, rf, settings, behind, forwarded, address):
        settings.BEHIND_PROXY = behind
        request = rf.get("/", REMOTE_ADDR="10.0.0.2", HTTP_X_FORWARDED_FOR=forwarded)
        assert client_address(request) == address

    def test_is_unknown_over_a_socket(self, rf):
        assert client_address(rf.get("/", REMOTE_ADDR="")) is None


class TestKeysetPage:
    @pytest.mark.parametrize("size", [1, 4, 5, 25, 30])
    def test_shows_every_row_once_in_order(self, rows, size):
        seen = [row.pk for page in walk(rows, size) for row in page.rows]
        assert seen == list(rows.order_by(*KEYS).values_list("pk", flat=True))

    def test_goes_back_the_way_it_came(self, rows):
        pages = walk(rows)
        back = keyset_page(rows, keys=KEYS, params={"before": pages[2].previous}, size=4)
        assert back.rows == pages[1].rows
        first = keyset_page(rows, keys=KEYS, params={"before": back.previous}, size=4)
        assert first.rows == pages[0].rows
        assert (first.previous, bool(first.next)) == ("", True)

    def test_counts_the_whole_list(self, rows):
        assert {page.total for page in walk(rows)} == {25}

    def test_does_not_slip_when_a_row_is_added_before(self, rows):
        first = keyset_page(rows, keys=KEYS, params={}, size=4)
        expected = keyset_page(rows, keys=KEYS, params={"after": first.next}, size=4).rows
        ColumnMemory.objects.create(organisation=99, kind="z", mapping={})
        assert keyset_page(rows, keys=KEYS, params={"after": first.next}, size=4).rows == expected

    def test_works_on_values_and_dates(self, db):
        days = CalendarDay.objects.values("day", "name")
        first = keyset_page(days, keys=("day",), params=QueryDict(""), size=3)
        second = keyset_page(days, keys=("day",), params={"after": first.next}, size=3)
        assert first.rows[-1]["day"] < second.rows[0]["day"]
        assert first.of(lambda row: row["name"]).rows[0] == "肉孜节"

    def test_is_empty_where_there_is_nothing(self, db):
        page = keyset_page(ColumnMemory.objects.all(), keys=KEYS, params={})
        assert (page.rows, page.next, page.previous, page.total) == ([], "", "", 0)

    @pytest.mark.parametrize(
        "cursor",
        ["x", "bnVsbA==", "W10=", "WyJhIiwgIngiXQ==", "W1tdLHt9XQ==", "WyJcdTAwMDAiLCAxXQ=="],
    )
    def test_answers_404_to_a_made_up_cursor(self, rows, cursor):
        with pytest.raises(Http404):
            keyset_page(rows, keys=KEYS, params={"after": cursor})

    def test_costs_two_queries_whatever_the_length(self, rows, django_assert_num_queries):
        with django_assert_num_queries(2):
            keyset_page(rows, keys=KEYS, params={}, size=10)
        with django_assert_num_queries(2):
            keyset_page(rows, keys=KEYS, params={}, size=20)
