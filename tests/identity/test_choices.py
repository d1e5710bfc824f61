"""Divisions and organisations found by typing, cut to who asks."""

import pytest
from django import forms

from core.choices import TypedChoiceField
from core.forms import find_among
from identity import services
from identity.choices import bank_source, organisation_source, region_source
from identity.models import Organisation
from tests.cast import NOW

pytestmark = pytest.mark.django_db


def asked(cast, who, address, text, **more):
    client = cast.client(getattr(cast.users, who))
    return client.get(address, {"q": text, **more}).json()


def values(answer):
    return [option["value"] for option in answer["options"]]


class TestRegions:
    @pytest.mark.parametrize("text", ["天山", "tianshan", "wlmqstsq", "650102", "TianShan"])
    def test_are_found_by_name_pinyin_initials_and_code(self, cast, text):
        assert "650102" in values(asked(cast, "admin", "/choices/regions/", text))

    def test_that_begin_with_it_come_first(self, cast):
        found = asked(cast, "admin", "/choices/regions/", "乌鲁木齐市")
        assert values(found)[0] == "650100"

    def test_are_an_officers_own(self, cast):
        assert values(asked(cast, "county", "/choices/regions/", "")) == ["650102"]
        assert values(asked(cast, "county", "/choices/regions/", "喀什")) == []

    def test_may_be_those_where_a_project_can_lie(self, cast):
        found = asked(cast, "admin", "/choices/regions/", "乌鲁木齐市", counties=1)
        assert "650100" not in values(found)

    def test_say_that_there_are_more(self, cast):
        answer = asked(cast, "admin", "/choices/regions/", "")
        assert (len(answer["options"]), answer["more"]) == (20, True)

    @pytest.mark.parametrize("kind", ["regions", "organisations"])
    def test_are_asked_for_with_anything(self, cast, kind):
        for text in ("a\x00b", "%", "\\", "'", "字" * 500):
            assert "options" in asked(cast, "county", f"/choices/{kind}/", text)


class TestOrganisations:
    def test_are_found_by_name_pinyin_and_code(self, cast):
        unit = cast.subcontractor
        for text in (unit.name[:3], unit.pinyin.split()[1], unit.uscc.lower(), unit.uscc[:9]):
            assert unit.uscc in values(asked(cast, "county", "/choices/organisations/", text)), text

    def test_are_those_of_the_readers_scope(self, cast):
        assert values(asked(cast, "other_county", "/choices/organisations/", "天山劳务")) == []
        own = Organisation.everything.get(pk=cast.contractor.pk)
        assert values(asked(cast, "admin", "/choices/organisations/", "")) == [own.uscc]

    def test_that_are_renamed_are_found_by_the_new_name(self, cast):
        unit = cast.unit("某某劳务", Organisation.Kind.SUBCONTRACTOR)
        unit.name = "喀纳斯劳务"
        unit.save()
        assert unit.uscc in values(asked(cast, "county", "/choices/organisations/", "knslw"))

    def test_that_an_officer_renames_are_found_by_the_new_name(self, cast):
        unit = cast.unit("某某劳务", Organisation.Kind.SUBCONTRACTOR)
        Organisation.everything.filter(pk=unit.pk).update(status="unconfirmed")
        services.confirm_organisation(
            actor=cast.actor(cast.users.county), uuid=unit.uuid, name="喀纳斯劳务", now=NOW
        )
        assert unit.uscc in values(asked(cast, "county", "/choices/organisations/", "knslw"))

    def test_outside_the_scope_are_no_choice(self, cast):
        source = organisation_source(actor=cast.actor(cast.users.other_county))
        assert source.get(cast.subcontractor.uscc) is None


class TestBanks:
    def test_are_found_by_name_pinyin_and_code_by_everybody(self, cast):
        bank = cast.bank
        for who in ("admin", "owner", "other_county"):
            for text in (bank.name[2:6], "jianshe", bank.uscc.lower()):
                assert str(bank.uuid) in values(asked(cast, who, "/choices/banks/", text)), text

    def test_are_confirmed_banks_alone(self, cast):
        Organisation.everything.filter(pk=cast.other_bank.pk).update(status="disabled")
        found = values(asked(cast, "admin", "/choices/banks/", ""))
        assert found == [str(cast.bank.uuid)]
        source = bank_source(actor=cast.actor(cast.users.admin))
        assert source.get(str(cast.other_bank.uuid)) is None
        assert source.get(str(cast.contractor.uuid)) is None
        assert source.get("不是编号") is None
        assert source.get(str(cast.bank.uuid)).label == cast.bank.name


class TestTrades:
    @pytest.mark.parametrize("text", ["砌筑", "qizhu", "qzg"])
    def test_are_found_by_name_pinyin_and_initials(self, cast, text):
        labels = [o["label"] for o in asked(cast, "sub", "/choices/trades/", text)["options"]]
        assert "砌筑工" in labels


class PlaceForm(forms.Form):
    region = TypedChoiceField(label="所在地")

    def __init__(self, data, actor):
        super().__init__(data)
        find_among(self, "region", region_source(actor=actor))


class TestWithoutScript:
    """What is typed is read by the server."""

    def form(self, cast, who="admin", **data):
        return PlaceForm(data, cast.actor(getattr(cast.users, who)))

    @pytest.mark.parametrize("text", ["乌鲁木齐市天山区", "tianshanqu", "650102"])
    def test_takes_what_fits_alone(self, cast, text):
        form = self.form(cast, region="", region_text=text)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["region"] == "650102"

    def test_names_what_fits_when_several_do(self, cast):
        form = self.form(cast, region="", region_text="乌鲁木齐")
        assert "有几项符合" in str(form.errors["region"])
        assert "乌鲁木齐" in str(form["region"])

    def test_believes_the_text_where_it_was_typed_over(self, cast):
        form = self.form(cast, region="650102", region_text="沙依巴克区")
        assert form.is_valid()
        assert form.cleaned_data["region"] == "650103"

    def test_refuses_what_is_out_of_reach(self, cast):
        form = self.form(cast, who="county", region="653101", region_text="")
        assert "不在列表里" in str(form.errors["region"])

    def test_shows_the_choice_by_its_name(self, cast):
        shown = str(self.form(cast, region="650102")["region"])
        assert 'value="乌鲁木齐市天山区"' in shown
        assert 'value="650102"' in shown

    def test_asks_for_one_where_one_is_needed(self, cast):
        assert "还没有选择" in str(self.form(cast).errors["region"])
