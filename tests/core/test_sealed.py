"""Sealed fields: what stands in the table, who opens it, and how keys change."""

import logging

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from core import sealed
from core.models import Attachment

ID_NUMBER = "650102199001011234"
OLD, NEW = "old:" + "01" * 16, "new:" + "02" * 16


with isolate_apps("core"):

    class Paper(models.Model):
        """A table of this test alone."""

        number = sealed.SealedField(null=True)
        phone = sealed.SealedField(null=True)
        rows = sealed.SealedJSONField(null=True)

        class Meta:
            app_label = "core"

        def __str__(self) -> str:
            return "paper"


@pytest.fixture
def table(db):
    with connection.schema_editor() as editor:
        editor.create_model(Paper)


class TestEnvelope:
    @given(st.binary(max_size=200), st.text(max_size=20))
    def test_opens_for_its_purpose(self, plain, purpose):
        assert sealed.unseal(sealed.seal(plain, purpose), purpose) == plain

    def test_never_looks_the_same_twice(self):
        assert sealed.seal(b"x") != sealed.seal(b"x")

    @pytest.mark.parametrize("cut", [0, 1, 2, 5, 20, -1])
    def test_refuses_what_was_cut(self, cut):
        with pytest.raises(sealed.SealBroken):
            sealed.unseal(sealed.seal(b"secret", "a")[:cut], "a")

    @given(st.data())
    def test_refuses_what_was_altered(self, data):
        envelope = bytearray(sealed.seal(b"secret", "a"))
        place = data.draw(st.integers(0, len(envelope) - 1))
        envelope[place] ^= data.draw(st.integers(1, 255))
        with pytest.raises(sealed.SealBroken):
            sealed.unseal(bytes(envelope), "a")

    def test_refuses_another_purpose(self):
        with pytest.raises(sealed.SealBroken):
            sealed.unseal(sealed.seal(b"secret", "card"), "phone")


class TestKeyRing:
    @pytest.mark.parametrize(
        "ring", ["", "a:zz", "a:00", ":" + "00" * 16, "a", f"{OLD},{OLD}", "键:" + "00" * 16]
    )
    def test_refuses_a_malformed_one(self, settings, ring):
        settings.SEAL_KEYS = ring
        with pytest.raises(ImproperlyConfigured) as error:
            sealed.key_ring()
        assert "00" not in str(error.value)

    @pytest.mark.parametrize("key", ["", "zz" * 32, "00" * 15])
    def test_refuses_a_weak_index_key(self, settings, key):
        settings.INDEX_KEY = key
        with pytest.raises(ImproperlyConfigured, match="INDEX_KEY"):
            sealed.blind_index("650102199001011234", "id")

    def test_opens_with_old_keys_and_seals_with_the_first(self, settings):
        settings.SEAL_KEYS = OLD
        envelope = sealed.seal(b"secret")
        settings.SEAL_KEYS = f"{NEW},{OLD}"
        assert sealed.unseal(envelope) == b"secret"
        assert sealed.sealed_with(sealed.seal(b"secret")) == "new"

    def test_does_not_open_with_a_withdrawn_key(self, settings):
        settings.SEAL_KEYS = OLD
        envelope = sealed.seal(b"secret")
        settings.SEAL_KEYS = NEW
        with pytest.raises(sealed.SealBroken):
            sealed.unseal(envelope)


class TestBlindIndex:
    def test_is_the_same_for_the_same_and_tells_purposes_apart(self, settings):
        index = sealed.blind_index(ID_NUMBER, "id")
        assert index == sealed.blind_index(ID_NUMBER, "id")
        assert len(index) == 32
        assert index != sealed.blind_index(ID_NUMBER, "card")
        settings.INDEX_KEY = "33" * 32
        assert index != sealed.blind_index(ID_NUMBER, "id")


class TestSealedField:
    def test_round_trips_and_stands_sealed_in_the_table(self, table):
        paper = Paper.objects.create(number=ID_NUMBER, rows=[{"name": "张明"}])
        paper.refresh_from_db()
        assert paper.number == ID_NUMBER
        assert paper.rows == [{"name": "张明"}]
        assert paper.phone is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT number, rows FROM core_paper")
            number, rows = map(bytes, cursor.fetchone())
        assert ID_NUMBER.encode() not in number
        assert "张明".encode() not in rows

    def test_does_not_open_in_another_column(self, table):
        Paper.objects.create(number=ID_NUMBER)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_paper SET phone = number")
        with pytest.raises(sealed.SealBroken):
            Paper.objects.get()

    @pytest.mark.parametrize(
        "lookup", ["number", "number__exact", "number__in", "number__contains", "number__length"]
    )
    def test_cannot_be_searched(self, lookup):
        with pytest.raises(FieldError):
            Paper.objects.filter(**{lookup: ID_NUMBER})

    def test_can_be_asked_whether_it_is_empty(self, table):
        Paper.objects.create()
        assert Paper.objects.filter(number__isnull=True).count() == 1

    def test_is_written_in_bulk(self, table):
        Paper.objects.bulk_create([Paper(number=str(n)) for n in range(3)])
        papers = list(Paper.objects.order_by("pk"))
        for paper in papers:
            paper.phone = f"1380000000{paper.number}"
        Paper.objects.bulk_update(papers, ["phone"])
        assert [p.phone for p in Paper.objects.order_by("pk")] == [p.phone for p in papers]

    def test_does_not_show_itself(self, table, caplog):
        Paper.objects.create(number=ID_NUMBER)
        with caplog.at_level(logging.INFO):
            logging.getLogger("core").info("%r", {"number": Paper.objects.get().number})
        assert ID_NUMBER not in caplog.text
        assert "<sealed>" in caplog.text

    def test_stays_out_of_fixtures(self):
        with pytest.raises(FieldError):
            Paper._meta.get_field("number").value_to_string(Paper(number=ID_NUMBER))

    def test_cannot_be_unique(self):
        with pytest.raises(ImproperlyConfigured):
            sealed.SealedField(unique=True)


class TestReseal:
    def test_rewrites_every_row_in_batches(self, table, settings):
        settings.SEAL_KEYS = OLD
        Paper.objects.bulk_create([Paper(number=str(n)) for n in range(7)])
        settings.SEAL_KEYS = f"{NEW},{OLD}"
        assert sealed.reseal(Paper, batch=3) == 7
        settings.SEAL_KEYS = NEW
        numbers = Paper.objects.order_by("pk").values_list("number", flat=True)
        assert list(numbers) == [str(n) for n in range(7)]

    def test_leaves_models_alone_that_hold_nothing_sealed(self, db):
        assert sealed.reseal(Attachment) == 0
