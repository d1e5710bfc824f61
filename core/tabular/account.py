"""Last step, the law of conservation: what became of every row, column, worksheet and ID number.

What is known by nobody and holds an ID number, or a name beside money, is an error; an unknown
column of amounts is a warning; hidden parts that hold either are an error until the sender says
what to do with them.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from core.fields import as_text
from core.masking import mask_id, mask_numbers
from core.tabular.blocks import Block
from core.tabular.choices import Choices
from core.tabular.header import filled, is_blank
from core.tabular.rowkinds import SIGNER, Kind, count_kinds, is_amount
from core.tabular.sheets import Cells, Sheet, column_letter
from core.tabular.summing import Read
from core.tabular.tables import Issue, Table
from core.tabular.workerrows import holds_numbers, is_without_meaning, spare_columns

Use = Literal["read", "hidden", "other", "unaccounted"]
State = Literal["mapped", "known", "unmapped", "other_month", "hidden"]

# By its form; a wrong check digit makes it no less somebody's.
_ID = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_GAPS = re.compile(r"[\s'‘’`-]+")
_SAMPLES = 3
_NAMES_LISTED = 10


@dataclass
class ColumnAccount:
    """One column under a header: what it was taken for, and the first of what stands in it."""

    letter: str
    index: int
    heading: str
    column: str | None
    state: State
    how: str
    top: int
    block: int
    line: int = 0
    samples: list[str] = field(default_factory=list)


@dataclass
class SheetAccount:
    """One worksheet: what it was used as and why, its rows by kind, its columns."""

    index: int
    name: str
    use: Use
    why: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    columns: list[ColumnAccount] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    unaccounted: list[int] = field(default_factory=list)


@dataclass
class Account:
    """What became of everything in a workbook. Every value in it is masked."""

    sheets: list[SheetAccount] = field(default_factory=list)
    ids_in_file: int = 0
    ids_accounted: int = 0
    months: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """What ``*_import --json`` prints as ``account``."""
        return {
            "sheets": [
                {
                    "name": sheet.name,
                    "use": sheet.use,
                    "why": sheet.why,
                    "rows": sheet.rows,
                    "columns": [
                        {"letter": c.letter, "heading": c.heading, "field": c.column}
                        for c in sheet.columns
                    ],
                }
                for sheet in self.sheets
            ],
            "ids_in_file": self.ids_in_file,
            "ids_accounted": self.ids_accounted,
        }

    def to_dict(self) -> dict[str, Any]:
        """All of it, to be kept with the upload."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Account":
        """What `to_dict` wrote."""
        sheets = [
            SheetAccount(
                **{**sheet, "columns": [ColumnAccount(**column) for column in sheet["columns"]]}
            )
            for sheet in content.get("sheets", ())
        ]
        return cls(**{**content, "sheets": sheets})


@dataclass
class Verdict:
    """What a worksheet was found to be: its blocks that are read, and why the others are not."""

    sheet: Sheet
    use: Use
    why: str = ""
    reads: list[Read] = field(default_factory=list)
    left: list[tuple[Block, str]] = field(default_factory=list)


def ids_of(cells: Cells) -> list[tuple[int, str]]:
    """(column, number) of each ID number in a line."""
    found = []
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            if len(cell) >= 18:
                text = as_text(cell)
                numbers = _ID.findall(text) or _ID.findall(_GAPS.sub("", text))
                found += [(column, number.upper()) for number in numbers]
        elif (
            isinstance(cell, (int, float))
            and 10**17 <= cell < 10**18
            and _ID.fullmatch(str(int(cell)))
        ):
            # As a number its last digits are lost, and it is somebody all the same.
            found.append((column, str(int(cell))))
    return found


def account_for(
    verdicts: Sequence[Verdict], table: Table, choices: Choices
) -> tuple[Account, list[Issue]]:
    """The account of a workbook, and what it finds at fault."""
    account, issues = Account(), []
    in_file: set[str] = set()
    accounted: set[str] = set()
    for verdict in verdicts:
        entry = SheetAccount(
            verdict.sheet.index,
            verdict.sheet.name,
            verdict.use,
            verdict.why,
            hidden_rows=[row + 1 for row in sorted(verdict.sheet.hidden_rows)][:1000],
            hidden_columns=[column_letter(c) for c in sorted(verdict.sheet.hidden_columns)],
        )
        found, known, faults = _account_sheet(verdict, entry, table, choices)
        in_file |= found
        accounted |= known
        issues += faults
        account.sheets.append(entry)
    account.ids_in_file = len(in_file)
    account.ids_accounted = len(accounted & in_file)
    return account, issues


def _account_sheet(
    verdict: Verdict, entry: SheetAccount, table: Table, choices: Choices
) -> tuple[set[str], set[str], list[Issue]]:
    """The ID numbers in a worksheet, those that are accounted for, and the issues."""
    sheet = verdict.sheet
    numbers = {row: found for row, cells in enumerate(sheet.rows) if (found := ids_of(cells))}
    in_sheet = {number for found in numbers.values() for _, number in found}
    kinds = _kinds(verdict)
    entry.rows = count_kinds(kinds)
    if verdict.use == "read":
        entry.columns = list(_columns(verdict, choices))
        whole = _lost_tables(verdict, kinds)
        lost = list(_lost(verdict, kinds, numbers, table))
        nowhere = {row for row, _, _ in lost} | whole
        entry.unaccounted = sorted(row + 1 for row in nowhere)
        entry.rows = count_kinds(kinds | dict.fromkeys(nowhere, "unaccounted"))
        missing = {number for _, _, number in lost if number}
        issues = list(_lost_issues(sheet, [one for one in lost if one[0] not in whole]))
        issues += [*_lost_table_issues(verdict, table), *_column_issues(verdict, choices)]
        issues += _hidden_issues(verdict, numbers, choices)
        return in_sheet, in_sheet - missing, issues
    if verdict.use == "unaccounted":
        return in_sheet, set(), [_unaccounted_sheet(verdict, numbers)]
    issues = []
    if verdict.use == "hidden" and not choices.hidden and (numbers or _has_money(sheet)):
        issues = [_hidden_sheet(sheet, len(in_sheet))]
    return in_sheet, in_sheet, issues


def _kinds(verdict: Verdict) -> dict[int, Kind]:
    """Each row's kind; of blocks side by side what says most."""
    kinds: dict[int, Kind] = {
        row: "blank" if is_blank(cells) else "note" for row, cells in enumerate(verdict.sheet.rows)
    }
    for read in verdict.reads:
        here: dict[int, Kind] = dict.fromkeys(
            range(read.block.header.top, read.block.header.bottom), "header"
        )
        for row, kind in (here | read.lines.kinds).items():
            if _SAYS[kind] > _SAYS[kinds.get(row, "blank")]:
                kinds[row] = kind
    return kinds


_ORDER: tuple[Kind, ...] = (
    *("blank", "note", "title", "signature", "header", "total", "unaccounted", "worker", "hidden"),
)
_SAYS = {kind: rank for rank, kind in enumerate(_ORDER)}


def _columns(verdict: Verdict, choices: Choices) -> Iterator[ColumnAccount]:
    """Every column of the blocks that are read; without a heading, where it holds something."""
    for read in verdict.reads:
        block, sheet = read.block, read.block.sheet
        rows = [row for worker in read.lines.workers[:50] for row in worker]
        mapped = {(m.line, m.index): m for m in block.mapping}
        beyond = range(max(len(block.header.headings), block.left), block.right)
        places = [*mapped, *((0, index) for index in beyond)]
        for line, index in places:
            m = mapped.get((line, index))
            said = [cell for row in rows if (cell := sheet.cell(row, index)) not in ("", None)]
            if (m is None or not m.heading) and (not said or line):
                continue
            heading = m.heading if m else ""
            yield ColumnAccount(
                column_letter(index),
                index,
                heading,
                m.column if m else None,
                _state(block, index, heading, m.column if m else None, choices),
                m.how if m else "",
                block.header.row,
                block.number,
                line,
                [mask_numbers(as_text(cell))[:40] for cell in said[:_SAMPLES]],
            )


def _state(block: Block, index: int, heading: str, column: str | None, choices: Choices) -> State:
    if index in block.sheet.hidden_columns and choices.hidden == "skip":
        return "hidden"
    if column:
        return "mapped"
    if index in block.other_month:
        return "other_month"
    return "known" if is_without_meaning(heading) else "unmapped"


def _lost(
    verdict: Verdict,
    kinds: Mapping[int, Kind],
    numbers: Mapping[int, Sequence[tuple[int, str]]],
    table: Table,
) -> Iterator[tuple[int, int, str]]:
    """(row, column, ID number or "") of everything in a worksheet that nothing accounts for."""
    own: dict[int, set[int]] = {}
    for read in verdict.reads:
        columns = {m.index for m in read.block.mapping if m.column} | {
            m.index for m in read.block.mapping if not m.column and SIGNER.search(m.heading)
        }
        for worker in read.lines.workers:
            for row in worker:
                own.setdefault(row, set()).update(columns)
    left = {row for block, why in verdict.left if why for row in range(block.header.top, block.end)}
    for row, found in numbers.items():
        kind = kinds.get(row, "note")
        if row in left or kind == "hidden":
            continue
        signed = kind != "worker" and _is_signed(verdict.sheet.rows[row])
        for column, number in found:
            if column not in own.get(row, ()) and not signed:
                yield row, column, number
    for row, kind in kinds.items():
        if kind == "unaccounted" and row not in numbers and row not in left:
            yield row, -1, ""


def _lost_tables(verdict: Verdict, kinds: Mapping[int, Kind]) -> set[int]:
    """The rows of tables that are not read and may not be left alone."""
    return {
        row
        for block, why in verdict.left
        if not why
        for row in range(block.header.top, block.end)
        if kinds.get(row) != "blank"
    }


def _lost_table_issues(verdict: Verdict, table: Table) -> Iterator[Issue]:
    for block, why in verdict.left:
        if not why:
            row, lacking = block.header.row, lacking_columns(block, table)
            message = (
                f"第 {row} 行起的一张表没有读取：表头里没有{lacking}。"
                "请改正表头，或在列对应里选定是哪一列。"
            )
            yield Issue(block.sheet.name, row, "", "unaccounted_table", message)


def lacking_columns(block: Block, table: Table) -> str:
    """The columns without which a table is not read, as people are told."""
    missing = table.must_have - block.columns
    names = [column.label for column in table.columns if column.name in missing]
    return "、".join(f"「{name}」" for name in names) or "逐日的列"


def _is_signed(cells: Cells) -> bool:
    """Whether a line is that of somebody who signs: 班组长：李四 6501…, with nothing paid."""
    said = [as_text(cell) for cell in filled(cells)]
    return any(SIGNER.search(text) for text in said) and not any(
        is_amount(cell) for cell in filled(cells)
    )


def _lost_issues(sheet: Sheet, lost: Sequence[tuple[int, int, str]]) -> Iterator[Issue]:
    for row, column, number in lost:
        if number:
            message = (
                f"第 {row + 1} 行 {column_letter(column)} 列有身份证号，但这一行没有读成工人。"
                "请检查表头和这一行的位置；不是工人的请删去身份证号。"
            )
            yield Issue(sheet.name, row + 1, "", "unaccounted", message, mask_id(number))
        else:
            cells = [as_text(cell) for cell in filled(sheet.rows[row])]
            message = f"第 {row + 1} 行只有数字，不知道是什么，没有读取。请在行首写明，例如 合计。"
            said = mask_numbers(" ".join(cells))[:60]
            yield Issue(sheet.name, row + 1, "", "unaccounted", message, said, "warning")


def _column_issues(verdict: Verdict, choices: Choices) -> Iterator[Issue]:
    """A column of amounts that nobody knows."""
    told: set[str] = set()
    for read in verdict.reads:
        for place, label in spare_columns(read.block, read.lines).items():
            hidden = place in verdict.sheet.hidden_columns
            if label in told or (hidden and choices.hidden == "skip"):
                continue
            told.add(label)
            message = (
                f"{label}里有数字，但不知道是哪一项，没有读取。如果是工资或扣款，请在列对应里选定。"
            )
            heading = label.partition("「")[2].rstrip("」")
            yield Issue(
                verdict.sheet.name,
                read.block.header.row,
                "",
                "unmapped_column",
                message,
                heading,
                "warning",
            )


def _hidden_issues(
    verdict: Verdict, numbers: Mapping[int, object], choices: Choices
) -> Iterator[Issue]:
    """Hidden rows and columns of a worksheet that is read."""
    sheet = verdict.sheet
    kinds = {row: kind for read in verdict.reads for row, kind in read.lines.kinds.items()}
    rows = sorted(
        row
        for row in sheet.hidden_rows
        if row < len(sheet.rows)
        and (kinds.get(row) == "worker" or row in numbers or _line_has_money(sheet, row, kinds))
    )
    first = verdict.reads[0].block.header.row
    if rows:
        yield _hidden(
            sheet, first, "hidden_rows", f"第 {_listed(str(r + 1) for r in rows)} 行", choices
        )
    columns = []
    for read in verdict.reads:
        workers = [row for worker in read.lines.workers for row in worker]
        for column in sheet.hidden_columns:
            cells = [sheet.cell(row, column) for row in workers]
            heading = next((m.heading for m in read.block.mapping if m.index == column), "")
            mapped = any(m.column for m in read.block.mapping if m.index == column)
            matters = holds_numbers(cells) or any(ids_of([cell]) for cell in cells)
            meant = matters and (mapped or not is_without_meaning(heading))
            if meant and read.block.left <= column < read.block.right:
                columns.append(
                    f"{column_letter(column)} 列" + (f"「{heading}」" if heading else "")
                )
    if columns:
        said = _listed(dict.fromkeys(columns))
        yield _hidden(sheet, first, "hidden_columns", said, choices)


def _line_has_money(sheet: Sheet, row: int, kinds: Mapping[int, Kind]) -> bool:
    return kinds.get(row, "note") == "unaccounted" and any(map(is_amount, sheet.rows[row]))


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" 等 {len(names)} 处" if len(names) > _NAMES_LISTED else ""
    return "、".join(names[:_NAMES_LISTED]) + more


def _hidden(sheet: Sheet, row: int, code: str, what: str, choices: Choices) -> Issue:
    """An error until the sender has said what to do; then what was done."""
    if choices.hidden:
        done = "也已读取" if choices.hidden == "read" else "没有读取"
        message = f"{what}在表里被隐藏了，按您的选择{done}。"
        return Issue(sheet.name, row, "", code, message, severity="warning")
    message = (
        f"{what}在表里被隐藏了，里面有身份证号或金额。请选择读取还是不读取隐藏的内容，"
        "或在原表里取消隐藏、删去多余的内容后重新上传。"
    )
    return Issue(sheet.name, row, "", code, message)


def _hidden_sheet(sheet: Sheet, ids: int) -> Issue:
    held = f"有 {ids} 个身份证号" if ids else "有金额"
    message = (
        f"工作表「{sheet.name}」是隐藏的，里面{held}。请选择读取还是不读取隐藏的内容，"
        "或在原表里取消隐藏、删去后重新上传。"
    )
    return Issue(sheet.name, 0, "", "hidden_sheet", message)


def _has_money(sheet: Sheet) -> bool:
    """Whether a worksheet holds numbers that may be money, as a list of choices does not."""
    return any(
        isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) >= 100
        for cells in sheet.rows
        for cell in cells
    )


def _unaccounted_sheet(verdict: Verdict, numbers: Mapping[int, Sequence[tuple[int, str]]]) -> Issue:
    sheet = verdict.sheet
    if numbers:
        row, found = next(iter(numbers.items()))
        count = len({number for one in numbers.values() for _, number in one})
        held, value = f"有 {count} 个身份证号，从第 {row + 1} 行起", mask_id(found[0][1])
    else:
        row, held, value = 0, "有姓名和金额", ""
    message = (
        f"工作表「{sheet.name}」里{held}，但没有读取：{verdict.why}。"
        "请改正表头，或在工作表对应里选定读取还是不读取。"
    )
    return Issue(sheet.name, row + 1, "", "unaccounted_sheet", message, value)


_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜"
    "戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文阿买艾古吐"
)
_NAME_LIKE = re.compile(r"[\u3400-\u9fff]{2,3}|[\u3400-\u9fff]+[·•][\u3400-\u9fff]+")


def names_beside_money(sheet: Sheet) -> bool:
    """Whether a worksheet without a header that we know looks like a list of people and amounts."""
    by_column: dict[int, int] = {}
    for cells in sheet.rows:
        if not any(is_amount(cell) and len(as_text(cell)) > 2 for cell in cells):
            continue
        for column, cell in enumerate(cells):
            text = "".join(cell.split()) if isinstance(cell, str) else ""
            if _NAME_LIKE.fullmatch(text) and (text[0] in _SURNAMES or "·" in text):
                by_column[column] = by_column.get(column, 0) + 1
    return max(by_column.values(), default=0) >= 3


def other_than(read: Collection[str]) -> str:
    """What is said of a worksheet whose people are read elsewhere."""
    return f"同样的人和金额已在「{'、'.join(read)}」中读取"
