"""Found or 404, sending on, and pages of a long list."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict

from core import errors
from core.errors import Refused
from core.http import client_address, found, keyset_page, perform, redirect
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


class Said(list):
    """Where a request's messages go."""

    def add(self, level, text, extra_tags=""):
        self.append(text)


class ToyForm(forms.Form):
    name = forms.CharField(error_messages={"required": "没有填写姓名。"})


class TestPerform:
    @pytest.fixture
    def ask(self, rf, monkeypatch):
        """Ask with these fields; the page, when drawn, shows the form's faults."""
        monkeypatch.setitem(errors._wordings, "toy.taken", "“%(name)s”已经有了。")

        def send(act, *, has_page=True, success="好了。", to="/there/", method="post", **fields):
            request = getattr(rf, method)("/", fields)
            request._messages = self.said = Said()
            form = ToyForm(request.POST if method == "post" else None)

            def page():
                return HttpResponse(str(form.errors.as_data()))

            return perform(
                request, form, lambda: act(form), success, to=to, page=page if has_page else None
            )

        return send

    def refuse(self, form):
        raise Refused("toy.taken", "name", name=form.cleaned_data["name"])

    def test_does_it_says_so_and_sends_on(self, ask):
        response = ask(lambda form: form.cleaned_data["name"], name="甲")
        assert (response.status_code, response["Location"]) == (302, "/there/")
        assert self.said == ["好了。"]

    def test_words_and_address_may_hang_on_the_result(self, ask):
        response = ask(
            lambda form: 7, name="甲", success=lambda n: f"第 {n} 号", to=lambda n: f"/{n}/"
        )
        assert (response["Location"], self.said) == ("/7/", ["第 7 号"])

    def test_draws_the_page_with_the_forms_faults_and_does_nothing(self, ask):
        response = ask(lambda form: pytest.fail("done"), name="")
        assert (response.status_code, self.said) == (200, [])
        assert "没有填写姓名" in response.content.decode()

    def test_draws_the_page_for_a_get(self, ask):
        assert ask(lambda form: pytest.fail("done"), method="get").status_code == 200

    def test_puts_a_refusal_beside_its_field(self, ask):
        response = ask(self.refuse, name="甲")
        assert response.status_code == 200
        assert response.content.decode() == "{'name': [ValidationError(['“甲”已经有了。'])]}"

    def test_says_a_refusal_on_the_next_page_where_no_form_is_drawn(self, ask):
        response = ask(self.refuse, has_page=False, name="甲")
        assert (response["Location"], self.said) == ("/there/", ["“甲”已经有了。"])

    def test_says_a_forms_faults_on_the_next_page_where_no_form_is_drawn(self, ask):
        response = ask(lambda form: pytest.fail("done"), has_page=False, name="")
        assert (response["Location"], self.said) == ("/there/", ["没有填写姓名。"])

    def test_takes_what_a_model_has_against_its_columns(self, ask):
        def act(form):
            raise ValidationError({"name": "名称过长。", "other": "别的不对。"})

        content = ask(act, name="甲").content.decode()
        assert "名称过长" in content
        assert "__all__" in content

    def test_answers_404_where_the_object_is_out_of_scope(self, ask):
        def act(form):
            raise CalendarDay.DoesNotExist

        with pytest.raises(Http404):
            ask(act, name="甲")


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
