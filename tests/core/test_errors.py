"""Refusals: a code, its sentence in two languages, and nothing that is half."""

import pytest
from django.utils import translation

from core import errors
from core.errors import Refused, UnknownRefusal, declare_refusals


@pytest.fixture
def declared(monkeypatch):
    monkeypatch.setattr(errors, "_wordings", {})
    declare_refusals(
        {
            "toy.too_many": "最多 %(most)s 个，这里有 %(count)s 个。",
            "toy.full": "已满 100%%。",
        }
    )


@pytest.mark.usefixtures("declared")
class TestRefused:
    def test_fills_its_sentence(self):
        assert str(Refused("toy.too_many", most=3, count=5)) == "最多 3 个，这里有 5 个。"

    def test_writes_a_per_cent_sign_where_nothing_is_filled_in(self):
        assert str(Refused("toy.full")) == "已满 100%。"

    def test_answers_as_json(self):
        assert Refused("toy.full", "file").as_json() == {
            "code": "toy.full",
            "field": "file",
            "message": "已满 100%。",
        }

    def test_is_worded_in_the_language_of_the_reader_not_of_the_service(self, monkeypatch):
        refusal = Refused("toy.full")
        monkeypatch.setattr(errors, "gettext", lambda text: f"[{translation.get_language()}]{text}")
        with translation.override("ug"):
            assert str(refusal) == "[ug]已满 100%。"

    @pytest.mark.parametrize(
        ("code", "values"),
        [
            ("toy.unheard_of", {}),
            ("toy.too_many", {"most": 3}),
            ("toy.too_many", {"most": 3, "count": 5, "more": 1}),
        ],
    )
    def test_cannot_be_made_with_what_the_sentence_does_not_take(self, code, values):
        with pytest.raises(UnknownRefusal):
            Refused(code, **values)


@pytest.mark.usefixtures("declared")
class TestDeclareRefusals:
    def test_takes_the_same_sentence_again(self):
        declare_refusals({"toy.full": "已满 100%%。"})

    def test_refuses_another_sentence_for_the_same_code(self):
        with pytest.raises(UnknownRefusal):
            declare_refusals({"toy.full": "满了。"})

    @pytest.mark.parametrize("code", ["full", "Toy.full", "toy.", "toy.Full"])
    def test_refuses_a_code_of_another_shape(self, code):
        with pytest.raises(UnknownRefusal):
            declare_refusals({code: "满了。"})
