"""Private files: what is taken, how it lies, how it is sent."""

import io
import tracemalloc
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from core import attachments, filekinds
from core.actor import Actor
from core.errors import Refused
from core.models import Attachment
from tests.cast import NOW

CLERK, OTHER = Actor(uuid4(), "张经办", organisation=7), Actor(uuid4(), "李经办")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.ATTACHMENTS_DIR = tmp_path / "attachments"
    return settings.ATTACHMENTS_DIR


def image(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, kind)
    return file.getvalue()


def xlsx() -> bytes:
    file = io.BytesIO()
    Workbook().save(file)
    return file.getvalue()


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, data in parts.items():
            zipped.writestr(name, data)
    return file.getvalue()


def keep(data: bytes = PDF, name: str = "合同.pdf", actor: Actor = CLERK, **options) -> Attachment:
    options = {"kinds": ("pdf",), **options}
    return attachments.store_attachment(
        io.BytesIO(data), actor=actor, name=name, **options, now=NOW
    )


class TestSniff:
    @pytest.mark.parametrize(
        ("data", "name", "kind"),
        [
            (PDF, "a.xlsx", "pdf"),
            (image("JPEG"), "", "jpg"),
            (image("PNG"), "", "png"),
            (image("WEBP"), "", "webp"),
            (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "", "heic"),
            (xlsx(), "a.csv", "xlsx"),
            (archive(a=b"x"), "a.xlsx", "zip"),
            (b"PK\x03\x04broken", "a.xlsx", "unknown"),
            ("姓名,金额\n".encode("gb18030"), "表.CSV", "csv"),
            (b"MZ\x90\x00\x03", "a.csv", "unknown"),
            (b"<script>", "a.html", "unknown"),
            (b"<?xml version='1.0'?><Document/>", "", "xml"),
            # What office programs and attendance machines save under the name of a workbook.
            (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "a.xls", "xls"),
            (b"<html><body><table></table></body></html>", "a.html", "unknown"),
            (
                b'<?xml version="1.0"?><Workbook'
                b' xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
                "a.xls",
                "xls",
            ),
            ("姓名\t金额\r\n".encode("utf-16"), "a.txt", "csv"),
            ("姓名\t金额\r\n张三\t12345\r\n".encode("utf-16-le"), "a.txt", "csv"),
            ("姓名\t金额\r\n".encode("gb18030"), "a.xls", "csv"),
            ("姓名,金额\x00\r\n".encode(), "a.csv", "unknown"),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
                "",
                "encrypted",
            ),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "", "xls"),
        ],
    )
    def test_looks_inside(self, data, name, kind):
        assert filekinds.sniff_kind(data, name) == kind

    def test_unpacks_no_more_than_the_head_of_an_entry(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", bytes(64 << 20))
        tracemalloc.start()
        assert filekinds.sniff_kind(bomb.getvalue(), "a.ods") == "zip"
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
        tracemalloc.stop()

    @given(st.integers(0), st.binary(min_size=1, max_size=8))
    def test_says_of_every_garbled_archive_what_it_is(self, place, noise):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet" * 9)
        data = bytearray(archive.getvalue())
        place %= len(data)
        data[place : place + len(noise)] = noise
        assert filekinds.sniff_kind(bytes(data), "a.ods") in {"ods", "zip", "unknown"}


@pytest.mark.django_db
class TestKeep:
    def test_lies_by_its_hash_for_the_platform_alone(self, folder):
        kept = keep()
        path = attachments.path_of(kept)
        assert path == folder / kept.hash[:2] / kept.hash[2:4] / kept.hash
        assert path.read_bytes() == PDF == attachments.content_of(kept)
        assert path.stat().st_mode & 0o777 == 0o600
        assert (kept.kind, kept.size, kept.name) == ("pdf", len(PDF), "合同.pdf")

    def test_takes_the_same_bytes_of_one_person_once(self):
        assert keep() == keep(name="合同 (1).pdf")
        assert keep() != keep(actor=OTHER)

    def test_seals_what_holds_personal_data(self):
        kept = keep(sealed=True)
        assert PDF not in attachments.path_of(kept).read_bytes()
        assert attachments.content_of(kept) == PDF
        assert kept != keep(sealed=False)

    @pytest.mark.parametrize("sealed", [True, False])
    def test_shows_that_the_file_was_altered(self, sealed):
        kept = keep(sealed=sealed)
        path = attachments.path_of(kept)
        path.write_bytes(path.read_bytes()[:-1] + b"\x00\x00")
        with pytest.raises(attachments.AttachmentDamaged):
            attachments.content_of(kept)

    def test_writes_a_lost_file_again(self):
        kept = keep()
        attachments.path_of(kept).unlink()
        with pytest.raises(attachments.AttachmentDamaged):
            attachments.content_of(kept)
        assert attachments.content_of(keep()) == PDF

    def test_is_sealed_anew_under_a_new_key(self, settings):
        settings.SEAL_KEYS = "a:" + "01" * 16
        kept = keep(sealed=True)
        settings.SEAL_KEYS = "b:" + "02" * 16 + ",a:" + "01" * 16
        assert attachments.reseal_attachments() == (1, [])
        assert attachments.reseal_attachments() == (0, [])
        settings.SEAL_KEYS = "b:" + "02" * 16
        assert attachments.content_of(kept) == PDF

    @pytest.mark.parametrize(
        ("data", "code", "words"),
        [
            (b"", "file.empty", "空文件"),
            (PDF + b" " * 2048, "file.too_large", "超过"),
            (b"\x7fELF", "file.other_kind", "无法识别"),
            (xlsx()[:0] + image("PNG"), "file.other_kind", "PNG 图片"),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
                "file.other_kind",
                "密码",
            ),
        ],
    )
    def test_refuses_with_a_sentence(self, data, code, words, folder):
        with pytest.raises(Refused, match=words) as refused:
            keep(data, max_bytes=2048)
        assert refused.value.code == code
        assert not Attachment.objects.exists()
        assert not folder.exists()

    def test_leaves_nothing_half_written(self, folder, monkeypatch):
        def full(*_):
            raise OSError("no space")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="no space"):
            keep()
        assert not [path for path in folder.rglob("*") if path.is_file()]

    def test_cleans_the_name(self):
        assert keep(name="C:\\用户\\a\x00\nb.pdf").name == "ab.pdf"
        assert keep(PDF + b"2", name="../").name == "未命名"


@pytest.mark.django_db
class TestRespond:
    def test_is_run_guessed_at_and_kept_by_nobody(self):
        answer = attachments.answer_with_file(keep(name='工资"表".pdf'), inline=True)
        assert answer.content == PDF
        assert answer["Content-Disposition"].startswith('inline; filename="')
        assert "filename*=UTF-8''%E5%B7%A5" in answer["Content-Disposition"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox")
        assert answer["Cache-Control"] == "private, no-store"

    def test_shows_only_what_is_harmless(self):
        answer = attachments.answer_with_file(keep(xlsx(), "表.xlsx", kinds=("xlsx",)), inline=True)
        assert answer["Content-Disposition"].startswith("attachment")
