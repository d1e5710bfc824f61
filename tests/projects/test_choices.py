"""Units found by typing: one's partners by name, any other by its code alone."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from core.choices import ChoiceSource, Option
from identity.models import Organisation
from projects.choices import UnitField, partner_source
from projects.models import Participant
from tests.cast import uscc_of

KNOWN = uscc_of(1)
UNKNOWN = uscc_of(77)


@pytest.fixture
def field() -> UnitField:
    options = [Option(KNOWN, "天山劳务有限公司"), Option(uscc_of(2), "天山建设工程有限公司 2 期")]
    return UnitField(
        source=ChoiceSource(
            url="/choices/",
            find=lambda text, limit: [one for one in options if text in one.label][:limit],
            get=lambda code: next((one for one in options if one.value == code), None),
        )
    )


class TestUnitField:
    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            ((KNOWN, "天山劳务有限公司"), KNOWN),
            ((KNOWN, ""), KNOWN),
            (("", "天山劳务"), KNOWN),
            # Typed over what was chosen.
            ((KNOWN, UNKNOWN), UNKNOWN),
            ((KNOWN, "2 期"), uscc_of(2)),
            (("", UNKNOWN), UNKNOWN),
            (("", UNKNOWN.lower()), UNKNOWN),
            (("", f"{UNKNOWN[:6]} {UNKNOWN[6:12]}-{UNKNOWN[12:]}"), UNKNOWN),
            # A program sends the value alone.
            (UNKNOWN, UNKNOWN),
            (KNOWN, KNOWN),
        ],
    )
    def test_takes_a_unit_it_finds_and_any_right_code(self, field, sent, code):
        assert field.clean(sent) == code

    @pytest.mark.parametrize(
        "code", [UNKNOWN[:-1], UNKNOWN + "0", UNKNOWN[:-1] + "?", "1" * 18, UNKNOWN[:10]]
    )
    def test_judges_what_looks_like_a_code_as_one(self, field, code):
        wrong = "没有找到" if code.endswith("?") else "统一社会信用代码"
        with pytest.raises(ValidationError, match=wrong):
            field.clean(("", code))

    @pytest.mark.parametrize("name", ["和田劳务", "ABCDEFGHIJKL", "3 公司"])
    def test_looks_for_everything_else_by_name(self, field, name):
        with pytest.raises(ValidationError, match="没有找到"):
            field.clean(("", name))

    def test_names_those_that_fit(self, field):
        with pytest.raises(ValidationError, match="天山劳务有限公司、天山建设工程有限公司"):
            field.clean(("", "天山"))

    @pytest.mark.parametrize("nothing", [("", ""), "", None])
    def test_says_how_a_unit_is_named_where_it_is_not(self, field, nothing):
        with pytest.raises(ValidationError, match="填写 18 位统一社会信用代码") as refused:
            field.clean(nothing)
        assert refused.value.code == "required"


@pytest.mark.django_db
class TestPartnerSource:
    def asked(self, cast, who, text):
        client = cast.client(getattr(cast.users, who))
        answer = client.get(reverse("projects:partner_options"), {"q": text}).json()
        return {option["value"] for option in answer["options"]}

    def test_finds_who_takes_part_in_ones_projects(self, cast):
        mine = {cast.owner.uscc, cast.contractor.uscc, cast.subcontractor.uscc}
        assert self.asked(cast, "admin", "") == mine
        assert self.asked(cast, "admin", "天山劳务") == {cast.subcontractor.uscc}
        # 天山劳务 in pinyin, and the head of its code.
        assert self.asked(cast, "admin", "tianshan") == {cast.subcontractor.uscc}
        assert cast.subcontractor.uscc in self.asked(cast, "admin", cast.subcontractor.uscc[:17])

    def test_finds_who_has_left_too(self, cast):
        Participant.everything.filter(organisation=cast.subcontractor).update(left_on="2026-09-01")
        assert self.asked(cast, "admin", "天山劳务") == {cast.subcontractor.uscc}

    @pytest.mark.parametrize("text", ["昌吉", "北疆", "银行", ""])
    def test_finds_nobody_else_by_name(self, cast, text):
        found = self.asked(cast, "admin", text)
        others = Organisation.everything.filter(
            pk__in=[cast.other_contractor.pk, cast.other_subcontractor.pk, cast.bank.pk]
        )
        assert not found & set(others.values_list("uscc", flat=True))

    def test_knows_the_value_of_no_other(self, cast):
        source = partner_source(actor=cast.actor(cast.users.admin))
        assert source.get(cast.other_contractor.uscc) is None
        assert source.get(cast.contractor.uscc).label == cast.contractor.name
