"""Seeing personal data in full."""

from datetime import datetime
from uuid import uuid4

import pytest

from core import disclosure
from core.actor import Actor
from core.errors import Refused
from core.models import AuditEntry
from tests.cast import NOW

OFFICER = Actor(uuid4(), "王处", organisation=1)


def reveal(**options):
    options = {"subject": "person:1", "what": "身份证号码", "purpose": "complaint", **options}
    return disclosure.reveal_value(OFFICER, getter=lambda: "650102199001011234", **options, now=NOW)


@pytest.mark.django_db
class TestReveal:
    def test_shows_the_value_and_writes_it_down(self):
        assert reveal(within="project:XJ1") == "650102199001011234"
        entry = AuditEntry.objects.get()
        assert (entry.subject, entry.within, entry.actor) == ("person:1", "project:XJ1", OFFICER.id)
        assert entry.detail == {"what": "身份证号码", "purpose": "处理投诉"}

    def test_keeps_the_words_of_another_purpose(self):
        reveal(purpose="other", reason="  法院\n 调卷 ")
        assert AuditEntry.objects.get().detail["purpose"] == "其他：法院 调卷"

    @pytest.mark.parametrize(
        ("stated", "code", "field"),
        [
            ({"purpose": ""}, "purpose.missing", "purpose"),
            ({"purpose": "curiosity"}, "purpose.missing", "purpose"),
            ({"purpose": "other", "reason": " "}, "purpose.unexplained", "reason"),
        ],
    )
    def test_shows_nothing_without_a_purpose(self, stated, code, field):
        with pytest.raises(Refused) as refused:
            reveal(**stated)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert not AuditEntry.objects.exists()


class TestWatermark:
    def test_says_who_looked_and_when(self):
        text = disclosure.watermark_text(OFFICER, "某县人社局", datetime(2026, 9, 30, 9, 5))
        assert text == "王处 某县人社局 2026-09-30 09:05"
