"""The command that ends a key's life."""

import io
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from core import attachments
from core.actor import Actor
from core.models import Attachment
from tests.cast import NOW

OLD, NEW = "old:" + "01" * 16, "new:" + "02" * 16


def keep(content: bytes) -> Attachment:
    file = io.BytesIO(content)
    return attachments.store_attachment(
        file, actor=Actor(uuid4(), "张"), name="a.csv", kinds=("csv",), sealed=True, now=NOW
    )


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ATTACHMENTS_DIR = tmp_path
    settings.SEAL_KEYS = OLD


@pytest.mark.django_db
class TestReseal:
    def test_frees_the_old_key(self, settings, capsys):
        kept = keep(b"name\n")
        settings.SEAL_KEYS = f"{NEW},{OLD}"
        call_command("reseal")
        assert "附件：1 个" in capsys.readouterr().out
        settings.SEAL_KEYS = NEW
        assert attachments.content_of(kept) == b"name\n"

    @pytest.mark.parametrize("damage", ["lost", "altered"])
    def test_names_what_is_damaged_and_seals_the_rest(self, settings, damage):
        damaged, whole = keep(b"lost\n"), keep(b"whole\n")
        if damage == "lost":
            attachments.path_of(damaged).unlink()
        else:
            attachments.path_of(damaged).write_bytes(b"noise")
        settings.SEAL_KEYS = f"{NEW},{OLD}"
        with pytest.raises(CommandError, match=str(damaged.uuid)):
            call_command("reseal")
        settings.SEAL_KEYS = NEW
        assert attachments.content_of(whole) == b"whole\n"
