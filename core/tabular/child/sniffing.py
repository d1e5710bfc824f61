"""What a file really is, by its content; names and extensions say nothing."""

import io
import zipfile
import zlib
from typing import Literal

from core.tabular.errors import Unreadable
from core.utf16 import utf16_without_mark

Kind = Literal["workbook", "text", "page", "spreadsheet_xml"]

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XLS_BEGIN = b"\x09\x08\x10\x00\x00\x06\x05\x00"
XLS_FILEPASS = b"\x2f\x00"
# How a workbook is called inside its zip: xlsx, xlsb, ods.
WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
OTHERS = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"II*\x00", "图片"),
    (b"RIFF", "图片或音视频"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"{\\rtf", "文字文档"),
)
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
ADVICE = "请用 WPS 或 Excel 打开原表，另存为 xlsx 后重新上传。"


def sniff(content: bytes, max_unpacked: int) -> Kind:
    """Whether `content` is for the workbook parser, a page or Excel's XML with tables in it, or
    delimited text.

    :raises Unreadable: where it is neither, is locked, or would unpack beyond `max_unpacked` bytes.
    """
    if not content.strip():
        raise Unreadable("empty", "文件是空的，没有任何内容。请检查后重新选择文件。")
    if content.startswith(ZIP):
        _check_zip(content, max_unpacked)
        return "workbook"
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content or _has_filepass(content):
            raise encrypted()
        if "WordDocument".encode("utf-16-le") in content:
            raise mislabelled("Word 文档")
        return "workbook"
    if kind := _markup(content):
        return kind
    _refuse_others(content)
    return "text"


def _check_zip(content: bytes, max_unpacked: int) -> None:
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError, NotImplementedError):
        raise Unreadable("damaged", f"表格文件不完整，可能没有传完或已损坏。{ADVICE}") from None
    names = {entry.orig_filename.replace("\\", "/") for entry in entries}
    if not names.intersection(WORKBOOKS):
        what = "Word 文档" if any(name.startswith("word/") for name in names) else "压缩包"
        raise mislabelled(what)
    if any(entry.flag_bits & 1 for entry in entries) or _has_encrypted_parts(content):
        raise encrypted()
    if sum(entry.file_size for entry in entries) > max_unpacked:
        raise Unreadable(
            "too_large",
            f"表格展开后超过 {max_unpacked >> 20} MB，无法读取。请删除多余的图片、空行和工作表，"
            "或按班组拆成几份再上传。",
        )


def _has_filepass(content: bytes) -> bool:
    """Whether one of the first records of an .xls says that the rest is ciphered (FILEPASS)."""
    at = content.find(XLS_BEGIN)
    for _ in range(8):
        record, length = content[at : at + 2], content[at + 2 : at + 4]
        if at < 0 or record == XLS_FILEPASS:
            return at >= 0
        at += 4 + int.from_bytes(length, "little")
    return False


def _has_encrypted_parts(content: bytes) -> bool:
    """Whether an OpenDocument's list of parts says that they are ciphered."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        try:
            entry = book.getinfo("META-INF/manifest.xml")
            return entry.file_size < 1 << 20 and b"encryption-data" in book.read(entry)
        except (KeyError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, OSError):
            return False


def _markup(content: bytes) -> Kind | None:
    """Whether a file is a page with a table, or Excel's XML, as exports call .xls."""
    head = _head(content).lower().lstrip()
    if not head.startswith("<"):
        return None
    if "urn:schemas-microsoft-com:office:spreadsheet" in head and "<html" not in head:
        return "spreadsheet_xml"
    if any(tag in head for tag in ("<html", "<table", "<!doctype html", "<body", "<meta")):
        if "<table" not in _whole(content).lower():
            raise mislabelled("网页")
        return "page"
    return None


def _head(content: bytes) -> str:
    return _whole(content[:8192])


def _whole(content: bytes) -> str:
    """Markup as text, as far as its tags go."""
    guessed = "utf-16" if content.startswith(UTF16_MARKS) else utf16_without_mark(content)
    return content.decode(guessed or "utf-8-sig", "replace")


def _refuse_others(content: bytes) -> None:
    for signature, what in OTHERS:
        if content.startswith(signature):
            raise mislabelled(what)
    head = content[:4096].lower().lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<?xml"):
        raise mislabelled("XML 文件")
    if (
        b"\x00" in content
        and not content.startswith(UTF16_MARKS)
        and not utf16_without_mark(content)
    ):
        raise mislabelled("二进制文件")


def mislabelled(what: str) -> Unreadable:
    """The refusal of a file that is something else than its name says."""
    return Unreadable("mislabelled", f"这个文件的内容是{what}，不是表格。{ADVICE}")


def encrypted() -> Unreadable:
    """The refusal of a workbook that needs a password."""
    return Unreadable(
        "encrypted", "表格设有打开密码，无法读取。请在 WPS 或 Excel 里取消密码，保存后重新上传。"
    )
