"""Sample files and hostile ones, made on the spot."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
HEADER = ("序号", "姓名", "身份证号码", "出勤天数", "应发工资", "实发工资", "银行卡号")
WORKER = (1, "张小明", "654201197302110832", 17, 3740, 3740, "6221881399869879730")


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def xlsx(*rows: Sequence[Any], sheets: dict[str, Sequence[Sequence[Any]]] | None = None) -> bytes:
    """A workbook of `rows`, or of several named sheets."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, lines in (sheets or {"工资表": rows}).items():
        sheet = workbook.create_sheet(title)
        for line in lines:
            sheet.append(line)
    return saved(workbook)


def saved(workbook: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def csv(*rows: Sequence[Any], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    return "\r\n".join(delimiter.join(map(str, row)) for row in rows).encode(encoding)


def ods(*rows: Sequence[Any]) -> bytes:
    """An OpenDocument sheet that, as office programs write it, repeats blanks to its very end."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    blank = '<table:table-cell table:number-columns-repeated="16000"/>'
    lines = "".join(
        f"<table:table-row>{''.join(map(cell.format, row))}{blank}</table:table-row>"
        for row in rows
    )
    tail = f'<table:table-row table:number-rows-repeated="1048000">{blank}</table:table-row>'
    content = (
        f'<office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="工资表">{lines}{tail}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return result.getvalue()


def repacked(content: bytes, part: str, replacement: bytes) -> bytes:
    """`content`, a zip, with one of its parts replaced."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, replacement if name == part else old.read(name))
    return result.getvalue()


def bomb() -> bytes:
    """A sheet of 300 MB of blanks in a file of some 300 kB."""
    return repacked(xlsx(HEADER, WORKER), "xl/worksheets/sheet1.xml", b" " * (300 << 20))


def lying_bomb() -> bytes:
    """The same, declaring itself to be small."""
    content = bytearray(bomb())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            if int.from_bytes(content[at + offset : at + offset + 4], "little") == 300 << 20:
                content[at + offset : at + offset + 4] = (1000).to_bytes(4, "little")
    return bytes(content)


def nested() -> bytes:
    """A sheet of elements nested half a million deep."""
    deep = b"<worksheet><sheetData>" + b"<row>" * 500_000
    return repacked(xlsx(HEADER, WORKER), "xl/worksheets/sheet1.xml", deep)


def entities() -> bytes:
    """A sheet with a billion laughs."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doc = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{levels}]><worksheet><sheetData>'
    doc += '<row r="1"><c t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData></worksheet>'
    return repacked(xlsx(HEADER, WORKER), "xl/worksheets/sheet1.xml", doc.encode())


def far_cell() -> bytes:
    """A sheet with one value in the very last cell."""
    cell = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    return repacked(xlsx(HEADER, WORKER), "xl/worksheets/sheet1.xml", cell)


def locked_xlsx() -> bytes:
    """The outside of a workbook that Excel locked with a password: OLE around a cipher."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")


def locked_xls() -> bytes:
    """An .xls whose stream says FILEPASS right after its beginning."""
    content = bytearray(sample("xls.xls"))
    after_bof = content.index(b"\x09\x08\x10\x00") + 20
    content[after_bof : after_bof + 2] = b"\x2f\x00"
    return bytes(content)


def calculated(workbook: openpyxl.Workbook, formula: str, result: str) -> bytes:
    """A workbook with a formula on its first worksheet, as a spreadsheet program saves it."""
    content, part = saved(workbook), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        text = book.read(part).decode()
    found = f"<f>{formula}</f><v></v>" if "<v></v>" in text else f"<f>{formula}</f><v />"
    assert found in text
    return repacked(content, part, text.replace(found, f"<f>{formula}</f><v>{result}</v>").encode())
