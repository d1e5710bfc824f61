"""Found or 404, sending on, performing."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse

from core import errors
from core.actor import Forbidden
from core.errors import Overtaken, Refused
from core.http import add_refusal, client_address, found, perform, redirect
from core.import_views import ImportPages
from core.models import CalendarDay
from core.tabular.reading import Changes


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


class TestForbidden:
    """Whoever may not gets the page of that, and no form that invites to try again."""

    def forbid(self, *args, **options):
        raise Forbidden("role.other")

    def test_is_no_fault_of_a_form(self):
        with pytest.raises(Forbidden):
            add_refusal(ToyForm({}), Forbidden("role.other"))

    def test_is_no_message_on_the_page_of_an_import(self, rf):
        kind = SimpleNamespace(commit=self.forbid)
        pages = SimpleNamespace(kind=kind, name="workers:upload", _upload=lambda *args: None)
        request = rf.post("/")
        request.actor = None
        with pytest.raises(Forbidden):
            ImportPages.commit(pages, request, uuid4())

    def test_is_no_message_where_a_cell_is_mended(self, rf):
        pages = SimpleNamespace(kind=SimpleNamespace(change=self.forbid), name="payroll:upload")
        upload = SimpleNamespace(uuid=uuid4())
        request = rf.post("/", {"value": "1"})
        request.actor = None
        with pytest.raises(Forbidden):
            ImportPages._change(pages, request, upload, lambda *_: Changes(), request.GET)


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

        def send(
            act, *, has_page=True, success="好了。", to="/there/", back="", method="post", **fields
        ):
            request = getattr(rf, method)("/", fields)
            request._messages = self.said = Said()
            form = ToyForm(request.POST if method == "post" else None)

            def page():
                return HttpResponse(str(form.errors.as_data()))

            shown = page if has_page else None
            return perform(request, form, lambda: act(form), success, to=to, back=back, page=shown)

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

    def test_says_a_refusal_where_one_was_before(self, ask):
        response = ask(self.refuse, name="甲", has_page=False, back="/here/")
        assert (response["Location"], self.said) == ("/here/", ["“甲”已经有了。"])

    def test_sends_on_whatever_page_one_was_on_before(self, ask):
        assert (
            ask(lambda form: 1, name="甲", has_page=False, back="/here/")["Location"] == "/there/"
        )

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

    def test_leaves_what_is_forbidden_to_its_own_page(self, ask):
        def act(form):
            raise Forbidden("role.other")

        with pytest.raises(Forbidden):
            ask(act, name="甲")

    def test_shows_whoever_was_overtaken_how_things_stand_now(self, ask):
        def act(form):
            raise Overtaken("state.changed")

        response = ask(act, name="甲")
        assert (response.status_code, response["Location"]) == (302, "/there/")
        assert self.said == [str(Overtaken("state.changed"))]

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
