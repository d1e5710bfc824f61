"""The command that ends a key's life."""

import io
from uuid import uuid4

import pytest
from django.core.management import call_command

from core import attachments
from core.actor import Actor

OLD, NEW = "old:" + "01" * 16, "new:" + "02" * 16


@pytest.mark.django_db
class TestReseal:
    def test_frees_the_old_key(self, settings, tmp_path, capsys):
        settings.ATTACHMENTS_DIR = tmp_path
        settings.SEAL_KEYS = OLD
        file = io.BytesIO(b"name\n")
        kept = attachments.keep(
            file, actor=Actor(uuid4(), "张"), name="a.csv", kinds=("csv",), sealed=True
        )
        settings.SEAL_KEYS = f"{NEW},{OLD}"
        call_command("reseal")
        assert "附件：1 个" in capsys.readouterr().out
        settings.SEAL_KEYS = NEW
        assert attachments.read(kept) == b"name\n"
