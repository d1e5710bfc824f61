"""What a file is, by its content: the name is only what somebody called it."""

import io
import zipfile
import zlib

import puremagic

from core.utf16 import utf16_without_mark

SHEETS = ("xlsx", "xls", "xlsb", "ods", "csv")
IMAGES = ("jpg", "png", "webp", "heic")
PAPERS = ("pdf", *IMAGES)

_MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "xml": "application/xml",
    "zip": "application/zip",
}
#: What a browser may show in the page; everything else is downloaded.
SHOWN_INLINE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})

_LABELS = {
    "jpg": "JPG 图片",
    "png": "PNG 图片",
    "webp": "WebP 图片",
    "heic": "HEIC 图片",
    "pdf": "PDF",
    "csv": "CSV 表格",
}
_ZIP_PARTS = (
    ("xl/workbook.bin", "xlsb"),
    ("xl/workbook.xml", "xlsx"),
    ("word/document.xml", "docx"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: An encrypted workbook is an OLE container that holds this stream (UTF-16).
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: What zipfile raises at an archive that is cut, garbled or locked.
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")


def sniff_kind(data: bytes, name: str = "") -> str:
    """The kind of a file ("xlsx", "pdf", "encrypted", "unknown"…).

    The name decides only between texts, which look alike.
    """
    if data[:2] == b"PK":
        return _inside_zip(data)
    if data[:8] == _OLE:
        if _ENCRYPTED in data:
            return "encrypted"
        streams = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
        return "xls" if any(stream in data for stream in streams) else "unknown"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "heic"
    return _by_magic(data) or _text_kind(data, name)


def _inside_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # Some exports name the parts as Windows names files.
            names = {entry.orig_filename.replace("\\", "/") for entry in archive.infolist()}
            for part, kind in _ZIP_PARTS:
                if part in names:
                    return kind
            if "mimetype" in names:
                # Its beginning alone: the whole may unpack to gigabytes.
                with archive.open("mimetype") as entry:
                    if b"opendocument.spreadsheet" in entry.read(64):
                        return "ods"
    except _BROKEN_ZIP:
        return "unknown"
    return "zip"


def _by_magic(data: bytes) -> str:
    try:
        ending = puremagic.from_string(data[:4096]).lstrip(".").lower()
    except (puremagic.PureError, ValueError):
        return ""
    ending = {"jpeg": "jpg", "jfif": "jpg"}.get(ending, ending)
    return ending if ending in {"pdf", "jpg", "png", "webp"} else ""


def _text_kind(data: bytes, name: str) -> str:
    head, ending = data[:65536], name.lower().rpartition(".")[2]
    markup = head.replace(b"\x00", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n").lower()
    if markup.startswith(b"<") and ending in ("xls", "xlsx", "et") and _is_saved_table(markup):
        return "xls"
    if markup.startswith((b"<?xml", b"<document")):
        return "xml"
    if is_utf16(data):
        return "csv" if ending in ("csv", "txt", "xls") else "unknown"
    # Tab-separated text is called .xls by many a program.
    is_named_text = ending in ("csv", "txt") or (ending == "xls" and b"\t" in head)
    return "csv" if is_named_text and b"\x00" not in head else "unknown"


def _is_saved_table(markup: bytes) -> bool:
    """Whether markup is what office programs and attendance machines save as .xls."""
    return b"urn:schemas-microsoft-com:office:spreadsheet" in markup or b"<table" in markup


def is_utf16(data: bytes) -> bool:
    """Whether bytes with zeros among them are UTF-16, with its mark or without."""
    return data.startswith((b"\xff\xfe", b"\xfe\xff")) or bool(utf16_without_mark(data))


def kind_label(kind: str) -> str:
    """A kind as people call it."""
    return _LABELS.get(kind, kind)


def describe_kind(kind: str) -> str:
    """What was found, as the middle of a sentence."""
    if kind == "encrypted":
        return "设有打开密码，请在表格软件中取消密码后重新上传"
    if kind == "unknown":
        return "无法识别，可能已损坏或后缀与内容不符"
    return f"的内容是 {kind_label(kind)}"


def media_type(kind: str) -> str:
    """The media type that a kind is sent with."""
    return _MEDIA_TYPES.get(kind, "application/octet-stream")
