"""All steps of reading one after another: sheets, blocks, header, columns, rows, account.

:func:`read_workbook` is pure: worksheets in, rows and an account of everything else out.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.fields import as_text
from core.tabular.account import (
    Account,
    Verdict,
    account_for,
    ids_of,
    lacking_columns,
    names_beside_money,
    other_than,
)
from core.tabular.blocks import Block, find_blocks, with_choices
from core.tabular.choices import Choices
from core.tabular.dating import Month, is_of, month_label, months_in, title_months
from core.tabular.errors import Unreadable
from core.tabular.header import Vocabulary
from core.tabular.headings import normalise
from core.tabular.mapping import Mapped, ambiguous_columns, missing_columns
from core.tabular.rowkinds import sort_lines
from core.tabular.sheets import Sheet
from core.tabular.summing import Control, Read, amount_of, controls_of
from core.tabular.tables import BLANK, Issue, OtherKind, Row, Table, clean_row
from core.tabular.workerrows import spare_columns, worker_rows


@dataclass(frozen=True)
class Workbook:
    """What was read: by which layout, from which blocks, what is at fault with the file itself,
    and the account."""

    table: Table
    reads: list[Read]
    issues: list[Issue]
    account: Account
    controls: list[Control]


@dataclass(frozen=True)
class _Look:
    """A workbook seen as one layout: the blocks of each worksheet."""

    table: Table
    blocks: dict[int, list[Block]]

    @property
    def rank(self) -> tuple[bool, int, int]:
        """How well the layout fits: some table is whole, and how many columns are named."""
        whole = [b for blocks in self.blocks.values() for b in blocks if b.is_complete(self.table)]
        score = max((b.header.score for bs in self.blocks.values() for b in bs), default=0)
        return bool(whole), max((b.header.score for b in whole), default=0), score


def read_workbook(
    sheets: Sequence[Sheet],
    file: str,
    layouts: Sequence[Table],
    remembered: Mapping[str, str],
    choices: Choices,
    month: date | None,
) -> Workbook:
    """The rows of a workbook by whichever layout fits, with the account of the rest.

    :raises Unreadable: where there is no table to be read.
    """
    looks = [_look(sheets, layout, remembered, choices, month) for layout in layouts]
    look = max(looks, key=lambda one: one.rank)
    if not any(look.blocks.values()):
        raise Unreadable("no_header", _no_header(layouts))
    table = look.table
    chosen = _blocks_to_read(sheets, look, choices, month, file)
    verdicts = [_verdict(sheet, look, chosen, choices) for sheet in sheets]
    reads = _read_blocks(chosen.blocks, table, choices)
    if not any(read.rows for read in reads):
        _refuse_empty(reads, verdicts)
    by_sheet = {verdict.sheet.index: verdict for verdict in verdicts}
    for read in reads:
        by_sheet[read.block.sheet.index].reads.append(read)
    verdicts = [_judged(verdict, reads, look, choices) for verdict in verdicts]
    account, found = account_for(verdicts, table, choices)
    account.months = sorted(month_label(one) for one in chosen.months)
    issues = [
        *chosen.issues,
        *_mapping_issues(reads, table),
        *found,
        *_left_sheets(verdicts),
    ]
    return Workbook(table, reads, _once(issues), account, controls_of(reads, table))


def _once(issues: Sequence[Issue]) -> list[Issue]:
    """Without the warnings of unknown columns that are said to be ambiguous already."""
    said = {(issue.sheet, issue.value) for issue in issues if issue.code == "ambiguous_column"}
    return [
        issue
        for issue in issues
        if issue.code != "unmapped_column" or (issue.sheet, issue.value) not in said
    ]


def _look(
    sheets: Sequence[Sheet],
    table: Table,
    remembered: Mapping[str, str],
    choices: Choices,
    month: date | None,
) -> _Look:
    vocabulary = with_choices(Vocabulary(table, remembered), sheets, choices)
    blocks = {
        sheet.index: find_blocks(sheet, vocabulary, choices, month)
        for sheet in sheets
        if sheet.visible or choices.hidden == "read"
    }
    return _Look(table, blocks)


# Which tables are read.


@dataclass(frozen=True)
class _Chosen:
    """The blocks to read, why others of the layout are not, the months that the file names, and
    what is wrong with those."""

    blocks: list[Block]
    reasons: dict[int, str]
    months: set[Month]
    issues: list[Issue]


def _blocks_to_read(
    sheets: Sequence[Sheet], look: _Look, choices: Choices, month: date | None, file: str
) -> _Chosen:
    """The tables that have every column that they must have, and are of the month asked for.

    Where no table is whole, the best one is taken, so that the sender is told what it lacks.
    """
    table = look.table
    every = [block for index in sorted(look.blocks) for block in look.blocks[index]]
    every = [block for block in every if choices.sheets.get(block.sheet.index) != "skip"]
    whole = [
        block
        for block in every
        if block.is_complete(table) or choices.sheets.get(block.sheet.index) == "read"
    ]
    if not whole:
        candidates = every or [b for bs in look.blocks.values() for b in bs]
        whole = [max(candidates, key=lambda block: block.header.score)]
    if month is None:
        return _Chosen(whole, {}, set(), [])
    return _of_the_month(whole, month, file)


def _of_the_month(blocks: Sequence[Block], month: date, file: str) -> _Chosen:
    """The blocks of the month asked for; where all are of another, they are read with an error."""
    said = {id(block): _months_said(block, file) for block in blocks}
    named = {one for months, _ in said.values() for one in months}
    file_months, _ = months_in(file)
    mine = [block for block in blocks if _is_meant(said[id(block)][0], month)]
    issues = [
        issue for block in mine or blocks for issue in _several_months(block, said[id(block)][1])
    ]
    if mine:
        reasons = {
            id(block): "、".join(sorted(map(month_label, said[id(block)][0])))
            for block in blocks
            if block not in mine
        }
        issues += _file_differs(file, file_months, month)
        return _Chosen(mine, reasons, named | file_months, issues)
    return _Chosen(
        list(blocks), {}, named | file_months, [*issues, _other_month(blocks[0], named, month)]
    )


def _months_said(block: Block, file: str) -> tuple[set[Month], bool]:
    """The months that a table is said to be of, by what stands nearest to it: its columns, its
    title, its worksheet's name, the file's; and whether they are several at once."""
    if block.months:
        return set(block.months), False
    lines = [block.sheet.rows[row] for row in range(block.above, block.header.top)]
    sources = (title_months(lines), months_in(block.sheet.name), months_in(file))
    nearest = next(((set(months), several) for months, several in sources if months), None)
    months, several = nearest or (set(), False)
    # A title without a year takes it from what does name one: 9月 in 2025年工资.xlsx.
    if months and all(year is None for year, _ in months):
        years = {one for named, _ in sources for one in named if one[0]}
        numbers = {number for _, number in months}
        of_them = {one for one in years if one[1] in numbers}
        months = of_them or months
    return months, several


def _is_meant(months: Collection[Month], asked: date) -> bool:
    return not months or any(is_of(one, asked) for one in months)


def _several_months(block: Block, several: bool) -> Iterator[Issue]:
    if several:
        message = "标题写的是几个月合在一起。一张工资表只能是一个月，请按月份分开后重新上传。"
        yield Issue(block.sheet.name, block.header.row, "", "several_months", message)


def _file_differs(file: str, months: Collection[Month], asked: date) -> Iterator[Issue]:
    if months and not _is_meant(months, asked):
        named = "、".join(sorted(map(month_label, months)))
        message = f"文件名写的是 {named}，表里是要上传的月份。请核对有没有选错文件。"
        yield Issue("", 0, "", "file_month_differs", message, named, "warning")


def _other_month(block: Block, named: Collection[Month], asked: date) -> Issue:
    labels = "、".join(sorted(map(month_label, named)))
    value = ""
    if len(named) == 1:
        ((year, number),) = named
        value = f"{year or asked.year}-{number:02d}"
    message = (
        f"表里写的是 {labels}，要上传的是 {asked.year}年{asked.month}月。"
        "请核对：是另一个月的表就改选月份，是标题忘了改就改正标题后重新上传。"
    )
    return Issue(block.sheet.name, block.header.row, "", "other_month", message, value)


# The rows of the tables that are read.


def _read_blocks(blocks: Sequence[Block], table: Table, choices: Choices) -> list[Read]:
    reads = []
    for place, block in enumerate(blocks):
        skipped = block.sheet.hidden_rows if choices.hidden == "skip" else ()
        lines = sort_lines(block, table, skipped)
        rows = worker_rows(block, lines, table, place)
        seen: dict[tuple[str, Any], Any] = {}
        for row in rows:
            clean_row(row, table, seen)
        reads.append(_without_sums(Read(block, lines, rows), table))
    return reads


def _without_sums(read: Read, table: Table) -> Read:
    """The block without the lines of sums that nobody wrote 合计 before: no name, no number, and
    every amount the sum of the rows above, of all of them or of those since the last such line."""
    names = [column.name for column in table.columns if column.adds_up]
    of_all = dict.fromkeys(names, Decimal())
    since_last = dict(of_all)
    kept: list[Row] = []
    added = first = 0
    for row in read.rows:
        if not row.lines and _is_unnamed(row, table):
            # Each row is added up once, and only where some line may be a sum of it.
            for above in kept[added:]:
                for name in names:
                    of_all[name] += above[name] or 0
                    since_last[name] += above[name] or 0
            added = len(kept)
            if (len(kept) > 1 and _is_sum(row, of_all)) or (
                len(kept) - first > 1 and _is_sum(row, since_last)
            ):
                read.lines.kinds[row.number - 1] = "total"
                read.lines.why[row.number - 1] = "没有写合计，各列等于以上之和"
                read.lines.workers.remove([row.number - 1])
                first, since_last = added, dict.fromkeys(names, Decimal())
                continue
        kept.append(row)
    return replace(read, rows=kept)


def _is_unnamed(row: Row, table: Table) -> bool:
    named = (table.columns[0].name, *table.identity)
    return not any((cell := row.raw.get(name, "")) not in BLANK and as_text(cell) for name in named)


def _is_sum(row: Row, sums: Mapping[str, Decimal]) -> bool:
    """Whether a row says nothing but amounts, and each is the sum of its column."""
    said = {name: amount_of(cell) for name, cell in row.raw.items() if as_text(cell)}
    return any(said.values()) and all(
        name in sums and sums[name] == amount for name, amount in said.items()
    )


def _refuse_empty(reads: Sequence[Read], verdicts: Sequence[Verdict]) -> None:
    """:raises Unreadable: there is a header and nobody below it."""
    block = reads[0].block
    if any(v.use != "read" and any(map(ids_of, v.sheet.rows)) for v in verdicts):
        return
    raise Unreadable(
        "no_rows",
        f"工作表「{block.sheet.name}」第 {block.header.row} 行是表头，但下面没有数据。"
        "请填写后重新上传，或确认选对了文件。",
    )


# What became of the rest.


def _verdict(sheet: Sheet, look: _Look, chosen: _Chosen, choices: Choices) -> Verdict:
    """What a worksheet is used as, before the rows of the others are known."""
    if any(block.sheet is sheet for block in chosen.blocks):
        return Verdict(sheet, "read")
    if not sheet.visible and choices.hidden != "read":
        return Verdict(sheet, "hidden", "工作表是隐藏的")
    if choices.sheets.get(sheet.index) == "skip":
        return Verdict(sheet, "other", "您选定不读取")
    reasons = [chosen.reasons.get(id(block)) for block in look.blocks.get(sheet.index, ())]
    if reasons and all(reasons):
        return Verdict(sheet, "other", f"是 {'、'.join(dict.fromkeys(filter(None, reasons)))}的")
    return Verdict(sheet, "unaccounted")


def _judged(verdict: Verdict, reads: Sequence[Read], look: _Look, choices: Choices) -> Verdict:
    """The verdict with what was not read of the worksheet, and why that may be left."""
    table = look.table
    taken = {(id(read.block.header), read.block.number) for read in reads}
    blocks = [
        block
        for block in look.blocks.get(verdict.sheet.index, ())
        if (id(block.header), block.number) not in taken
    ]
    verdict.left = [(block, _why_left(block, reads, table, choices)) for block in blocks]
    if verdict.use != "unaccounted":
        return verdict
    if blocks and all(why for _, why in verdict.left):
        whys = dict.fromkeys(why for _, why in verdict.left)
        return replace(verdict, use="other", why="；".join(whys))
    if blocks:
        lacking = lacking_columns(blocks[0], table)
        return replace(verdict, why=f"表头里没有{lacking}")
    if any(map(ids_of, verdict.sheet.rows)) or names_beside_money(verdict.sheet):
        return replace(verdict, why="没有找到表头")
    blank = not any(as_text(cell) for cells in verdict.sheet.rows for cell in cells)
    return replace(verdict, use="other", why="空白" if blank else "没有人员名单")


def _why_left(block: Block, reads: Sequence[Read], table: Table, choices: Choices) -> str:
    """Why a table may be left alone; "" where it may not."""
    lines = sort_lines(block, table)
    if not lines.workers:
        below = range(block.header.bottom, block.end)
        held = any(ids_of(block.sheet.rows[row]) for row in below)
        return "" if held else "下面没有人员"
    if kind := _kind_beside(block, table):
        return f"是{kind.label}"
    if _has_no_amounts(block, table) and not spare_columns(block, lines):
        return "没有金额，是人员名单"
    rows = worker_rows(block, lines, table, 0)
    for row in rows:
        clean_row(row, table)
    if _is_summary(block, table) and not any(
        ids_of(block.sheet.rows[row]) for row in range(block.header.top, block.end)
    ):
        return "没有姓名和身份证号，是汇总"
    if not spare_columns(block, lines) and _repeats(rows, reads, table):
        return other_than(dict.fromkeys(read.block.sheet.name for read in reads))
    return ""


def _kind_beside(block: Block, table: Table) -> OtherKind | None:
    """The other kind of table that a block is, if it has nothing that only ours has."""
    identity = {table.columns[0].name, *table.identity}
    if (table.must_have - identity) & block.columns:
        return None
    said = {normalise(m.heading.rpartition("/")[2]) for m in block.mapping if m.heading}
    days = sum(text.rstrip("日号").isdecimal() for text in said)
    return next(
        (
            kind
            for kind in table.beside
            if (kind.days and days >= 5)
            or (kind.headings and len(said & set(map(normalise, kind.headings))) >= kind.least)
        ),
        None,
    )


def _has_no_amounts(block: Block, table: Table) -> bool:
    """Whether a list of people has none of the amounts that ours must have."""
    amounts = {name for name in table.must_have if table.by_name[name].adds_up}
    return bool(amounts) and not any(table.by_name[name].adds_up for name in block.columns)


def _is_summary(block: Block, table: Table) -> bool:
    """Whether a table has no column that says who."""
    return not {table.columns[0].name, *table.identity} & block.columns


def _repeats(rows: Sequence[Row], reads: Sequence[Read], table: Table) -> bool:
    """Whether every row says only what a row that was read says, as a bank's list does."""
    keys = [*table.identity, table.columns[0].name]
    known: dict[tuple[str, Any], Row] = {}
    for read in reads:
        for row in read.rows:
            for name in keys:
                if row[name]:
                    known.setdefault((name, row[name]), row)
    for row in rows:
        match = next((known.get((name, row[name])) for name in keys if row[name]), None)
        if match is None or (row.faults and any(f.code != "required" for f in row.faults)):
            return False
        numbers = [name for name in row.raw if table.by_name[name].is_number and row[name]]
        if not any(table.by_name[n].adds_up for n in numbers) or any(
            row[name] != match[name] for name in numbers
        ):
            return False
    return bool(rows)


def _left_sheets(verdicts: Iterable[Verdict]) -> Iterator[Issue]:
    """One line about the worksheets that hold people and were left alone, with the reason."""
    left = [v for v in verdicts if v.use == "other" and any(map(ids_of, v.sheet.rows))]
    if left:
        named = "；".join(f"「{v.sheet.name}」{v.why}" for v in left)
        message = f"没有读取这些工作表：{named}。不对的话请在工作表对应里改。"
        yield Issue("", 0, "", "other_sheets", message, severity="warning")


def _mapping_issues(reads: Sequence[Read], table: Table) -> Iterator[Issue]:
    """Columns that are missing or ambiguous, once for each worksheet and kind."""
    told: set[tuple[str, str, str]] = set()
    for read in reads:
        block = read.block
        rows = [row for worker in read.lines.workers for row in worker]
        mapping = [m for m in block.mapping if m.index not in block.other_month]

        def differ(
            one: Mapped, other: Mapped, rows: Sequence[int] = rows, b: Block = block
        ) -> bool:
            pairs = [(b.sheet.text(r, one.index), b.sheet.text(r, other.index)) for r in rows]
            return any(a != c for a, c in pairs if c)

        found = [
            *missing_columns(block.mapping, table, block.header.row),
            *ambiguous_columns(mapping, table, block.header.row, differ),
        ]
        for issue in found:
            key = (block.sheet.name, issue.code, issue.column + issue.value)
            if key not in told:
                told.add(key)
                yield replace(issue, sheet=block.sheet.name)


def _no_header(layouts: Sequence[Table]) -> str:
    """What every layout needs is what the file lacks, whichever it was meant to be."""
    names = "、".join(
        column.label
        for column in layouts[0].columns
        if column.must_exist and all(column.name in other.by_name for other in layouts)
    )
    return f"没有找到表头。表里要有一行列名，至少包括：{names}。请补上列名，或确认选对了文件。"
