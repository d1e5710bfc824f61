"""Fifth step: what each line below a header is, and which lines are one worker's."""

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from core.fields import as_text
from core.formula_cells import WITHOUT_VALUE
from core.tabular.blocks import Block
from core.tabular.header import IDENTITY, filled, is_blank
from core.tabular.headings import normalise
from core.tabular.sheets import Cells
from core.tabular.tables import Table

Kind = Literal[
    "title", "header", "worker", "total", "note", "signature", "blank", "unaccounted", "hidden"
]

SUMMARY = re.compile(r"合计|小计|总计|共计|累计|大写|(?:班|组|队|页|工|工程)计$|^计$")
GRAND = re.compile(r"(?:合计|总计|共计)[:：]?")
NOTE = re.compile(
    r"^(?:说明|备注|注[:： ]|注意|制表|制单|编制|填表|填报|审核|复核|审批|审定|批准|经办|日期|签字"
    r"|签章|盖章|班组长|项目经理|项目负责人|劳资|财务|单位负责人|总包单位|分包单位|施工单位|建设单位|监理"
    r"|劳务公司|负责人|以上|以下|本表|本人|声明|承诺|第.{1,5}页|共.{1,5}页|人民币|单位[:：]|金额单位|[(（]接)"
)
#: Who signs for others, and whose ID number may stand beside the signature.
SIGNER = re.compile(
    r"班组长|组长|队长|负责人|联系人|经办|制表|审核|复核|委托|受托|代领|承包人|法人|劳资|经理|总监|代表"
    r"|代理人|证明人|监督"
)
TEAM = re.compile(r"(?:班|组|队|班组|施工队|工种)(?:[(（].{0,12}[)）])?$")
#: 班组：钢筋班 among the particulars of a table.
TEAM_SAID = re.compile(r"(?:班组(?:名称)?|施工班组|劳务班组|队组)\s*[:：]\s*([^\s:：,，;；]{1,20})")
_TEAM_LABEL = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.．]|\d{1,2}[、.．])?\s*(?:班组(?:名称)?|所属班组|施工班组|劳务班组|队组)[:：]\s*"
)
_ORDINAL = re.compile(
    r"^(?:[一二三四五六七八九十]+|[(（][一二三四五六七八九十]+[)）]|\d{1,2})\s*[、.．)）]\s*"
)
# 1 2 3, 甲 乙 丙, (1), ③=①×②, 9=5*6+7: what stands under a header to number its columns.
_COLUMN_MARK = re.compile(
    r"[(（\[]?(?:\d{1,2}|[甲乙丙丁戊己庚辛壬癸]|[A-Za-z]{1,2}|[①-⑳])[)）\]]?"
    r"|[^\u4e00-\u9fff]*[=＝][^\u4e00-\u9fff]*|[\d①-⑳A-Za-z()（）+＋*×xX÷/／－-]{3,}"
)
_UNIT = re.compile(
    r"[(（]?(?:人民币)?(?:元|天|工日|个|人|小时|工时|元/天|元/工日|元／天|元／工日|m2|㎡|m3|m³|m|吨|t|%|年月日|月|日|号|位)[)）]?"
)
_LABEL = re.compile(r"[^\d:：]{1,14}[:：]")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}|[\u3400-\u9fff·•]{3,20}")


@dataclass
class Lines:
    """The lines of one block: each row's kind with its reason, and the workers' rows.

    ``workers`` are the physical rows of one worker each, in order; ``teams`` what a banner, a merge
    or the sheet says of a worker's team where the row itself does not (by its first row).
    """

    kinds: dict[int, Kind] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)
    workers: list[list[int]] = field(default_factory=list)
    teams: dict[int, str] = field(default_factory=dict)


def sort_lines(block: Block, table: Table, skipped: Collection[int] = ()) -> Lines:
    """What every row of the block is; `skipped` rows are hidden and left alone."""
    return _Sorter(block, table, skipped).sort()


class _Sorter:
    """Goes down the rows of one block once."""

    def __init__(self, block: Block, table: Table, skipped: Collection[int]) -> None:
        self.block, self.table, self.skipped = block, table, skipped
        self.sheet = block.sheet
        self.places = block.places
        self.identity = [self.places[name] for name in table.identity if name in self.places]
        self.name = self.places.get(table.columns[0].name)
        self.numbers = [
            self.places[c.name]
            for c in table.columns
            if c.name in self.places and c.is_number and not c.sealed
        ]
        self.deep = 2 if any(m.line for m in block.mapping) else 1
        self.work = [
            m.index
            for m in block.mapping
            if m.column is None and normalise(m.heading.rpartition("/")[2]) in table.work
        ]
        self.banner = ""
        self.lines = Lines()

    def sort(self) -> Lines:
        row = self.block.header.bottom
        while row < self.block.end:
            row += self._take(row)
        return self.lines

    def _take(self, row: int) -> int:
        """Sort one row, or all of a worker's; how many they were."""
        lines, cells = self.lines, self._cells(row)
        if row in self.skipped:
            lines.kinds[row] = "hidden"
        elif is_blank(cells):
            lines.kinds[row] = "blank"
        elif row in self.block.repeats:
            lines.kinds[row] = "header"
        elif self._is_named(row):
            return self._take_worker(row)
        elif self._continues(row):
            lines.kinds[row] = "worker"
            lines.workers[-1].append(row)
        else:
            self._take_other(row, cells)
        return 1

    def _take_worker(self, row: int) -> int:
        lines = self.lines
        if self._is_signature(row):
            lines.kinds[row], lines.why[row] = "signature", "签字行"
            return 1
        rows = [row]
        if self.deep == 2 and row + 1 < self.block.end and row + 1 not in self.block.repeats:
            rows.append(row + 1)
        if self._adds_to_last(row):
            lines.workers[-1].extend(rows)
        else:
            lines.workers.append(rows)
            if self.banner:
                lines.teams[row] = self.banner
        lines.kinds |= dict.fromkeys(rows, "worker")
        return len(rows)

    def _take_other(self, row: int, cells: Cells) -> None:
        """A line that names no worker."""
        kind, why = self._other_kind(row, cells)
        if kind == "worker":
            self._take_worker_without_number(row)
            return
        self.lines.kinds[row] = kind
        if why:
            self.lines.why[row] = why
        if kind == "note" and (said := TEAM_SAID.search(" ".join(map(as_text, filled(cells))))):
            self.banner = said[1]
        if kind == "total":
            self.banner = self.banner if self._is_grand(cells) else ""

    def _take_worker_without_number(self, row: int) -> None:
        self.lines.workers.append([row])
        self.lines.kinds[row] = "worker"
        if self.banner:
            self.lines.teams[row] = self.banner

    def _other_kind(self, row: int, cells: Cells) -> tuple[Kind, str]:
        texts = [as_text(cell) for cell in cells]
        said = [text for text in texts if text]
        bare = ["".join(text.split()) for text in said]
        has_name = self._has_name(row)
        has_number = self._has_number(row)
        if any(SUMMARY.search(text) for text in bare[:3]) and not (
            has_name and has_number and not SUMMARY.search(bare[0])
        ):
            return "total", ""
        if has_name and has_number:
            return "worker", ""
        if len(said) > 1 and all(_UNIT.fullmatch(text) for text in bare):
            return "note", "单位"
        if len(said) > 2 and self._numbers_columns(row, bare):
            return "note", "列号或公式"
        if NOTE.match(said[0]) or _LABEL.match(said[0]):
            return "note", ""
        if len(said) == 1 or len(set(bare)) == 1:
            return self._single(row, said[0], has_number)
        if self._is_faulty_data(row, texts):
            return "worker", ""
        return "note", ""

    def _single(self, row: int, text: str, has_number: bool) -> tuple[Kind, str]:
        """A line of one text: a team's banner, a note, or a number that nobody explains."""
        label = _TEAM_LABEL.match(text)
        team = _ORDINAL.sub("", _TEAM_LABEL.sub("", text)).strip()
        if len(text) <= 24 and team and (label or TEAM.search(team)):
            self.banner = team
            return "note", "班组"
        return ("unaccounted", "只有数字") if has_number else ("note", "")

    def _cells(self, row: int) -> list[Any]:
        """The block's own cells of a row; the others blank, so that places stay the same."""
        cells = self.sheet.rows[row]
        if self.block.left == 0 and self.block.right >= len(cells):
            return cells  # type: ignore[return-value]
        return [
            cell if self.block.left <= n < self.block.right else "" for n, cell in enumerate(cells)
        ]

    def _cell(self, row: int, place: tuple[int, int]) -> Any:
        line, column = place
        return self.sheet.cell(row + line, column) if row + line < self.block.end else ""

    def _is_named(self, row: int) -> bool:
        """Whether an identity column holds a number, be it a wrong one, and neither 班组长: of a
        signature line nor the heading once more."""
        for place in self.identity:
            cell = self._cell(row, place)
            if cell in ("", None) or IDENTITY.match(as_text(cell)) is None:
                continue
            header = range(self.block.header.top, self.block.header.bottom)
            if all(self.sheet.cell(line, place[1]) != cell for line in header):
                return True
        return False

    def _is_signature(self, row: int) -> bool:
        """班组长：李四 with an ID number: whoever signs is named by a label and earns nothing."""
        if self._has_number(row):
            return False
        said = [as_text(cell) for cell in filled(self._cells(row))]
        return bool(SIGNER.search(said[0])) and (
            said[0].endswith((":", "："))
            or any("：" in text or ":" in text for text in said[:2])
            or not self._has_name(row)
        )

    def _continues(self, row: int) -> bool:
        """Whether a line goes on with the worker above it: their cells are merged down to it, or
        it is another kind of work of theirs."""
        workers = self.lines.workers
        if not workers or self.deep == 2:
            return False
        own = {workers[-1][0], workers[-1][-1]}
        for _, column in (*self.identity, *([self.name] if self.name else ())):
            anchor = self.sheet.shown_by.get((row, column))
            if anchor and anchor[1] == column and anchor[0] in own:
                return True
        if row - 1 != workers[-1][-1] or self._has_name(row) or not self._has_number(row):
            return False
        texts = ["".join(as_text(cell).split()) for cell in filled(self._cells(row))]
        if any(SUMMARY.search(text) for text in texts[:3]):
            return False
        return any(as_text(self.sheet.cell(row, column)) for column in self.work)

    def _adds_to_last(self, row: int) -> bool:
        """Whether the same worker stands in the line above with other work."""
        workers = self.lines.workers
        if not workers or not self.work or self.deep == 2 or row - 1 != workers[-1][-1]:
            return False
        last = workers[-1][-1]
        head = workers[-1][0]
        same = all(
            as_text(self._cell(row, place)) == as_text(self._cell(head, place))
            for place in (*self.identity[:1], *([self.name] if self.name else ()))
        )
        other_work = any(
            (mine := as_text(self.sheet.cell(row, column)))
            and mine not in {as_text(self.sheet.cell(line, column)) for line in workers[-1]}
            for column in self.work
        )
        # Amounts that are the same in each line are one amount written twice, not two.
        money = [place for place in self.numbers if self._amount(row, place)]
        repeated = money and all(
            self._amount(row, place) == self._amount(last, place) for place in money
        )
        return same and other_work and not repeated

    def _amount(self, row: int, place: tuple[int, int]) -> str:
        text = as_text(self._cell(row, place))
        return "" if not text.strip("0. ¥,-") else text

    def _has_name(self, row: int) -> bool:
        text = "".join(as_text(self._cell(row, self.name)).split()) if self.name else ""
        return _NAME.fullmatch(text) is not None and not SUMMARY.search(text)

    def _has_number(self, row: int) -> bool:
        """Whether one of our amounts is more than nothing."""
        return any(is_amount(self._cell(row, place)) for place in self.numbers)

    def _numbers_columns(self, row: int, texts: Sequence[str]) -> bool:
        if not all(_COLUMN_MARK.fullmatch(text) for text in texts):
            return False
        if all(text.strip("()（）[]").isdecimal() for text in texts):
            numbers = [int(text.strip("()（）[]")) for text in texts]
            return all(b == a + 1 for a, b in itertools.pairwise(numbers))
        return True

    def _is_grand(self, cells: Cells) -> bool:
        first = next((text for cell in cells if (text := as_text(cell))), "")
        return GRAND.fullmatch("".join(first.split())) is not None

    def _is_faulty_data(self, row: int, texts: Sequence[str]) -> bool:
        """Whether a line that names no worker is one all the same, rather than a note.

        Zeros, or formulas that were drawn down over lines without a worker, say nothing.
        """
        ours = [as_text(self._cell(row, place)) for place in self.places.values()]
        ours = [text for text in ours if text and text not in WITHOUT_VALUE]
        ours = [text for text in ours if text.strip("0. ¥,-")]
        if not ours:
            return False
        return self._has_number(row) or self._has_name(row) or len(ours) > 1


def is_amount(cell: Any) -> bool:
    """Whether a cell holds a number that is not nothing, however it is dressed."""
    if isinstance(cell, bool) or cell in ("", None):
        return False
    if isinstance(cell, (int, float, Decimal)):
        return cell != 0 and -LARGEST < cell < LARGEST
    text = as_text(cell)
    if not _AMOUNT.fullmatch(text) or len(text.partition(".")[0]) > 15:
        return False
    return bool(text.strip("0. ¥￥,-元天"))


# What is larger is the number of an account.
LARGEST = 10**11
_AMOUNT = re.compile(
    r"[(]?\s*[¥￥]?\s*[+-]?\s*[¥￥]?\s*\d[\d,]*(?:\.\d*)?\s*(?:元整?|圆整?|个工日|工日|个工|个|工|天|日|人)?\s*[)]?"
)


def rows_of(lines: Lines, kind: Kind) -> Iterator[int]:
    """The rows of one kind, in order."""
    yield from (row for row, of in sorted(lines.kinds.items()) if of == kind)


def count_kinds(kinds: Mapping[int, Kind]) -> dict[str, int]:
    """How many visible rows there are of each kind that an account names."""
    names = {"title": "note", "signature": "note"}
    counts = dict.fromkeys(("worker", "header", "total", "note", "blank", "unaccounted"), 0)
    for kind in kinds.values():
        if kind != "hidden":
            counts[names.get(kind, kind)] += 1
    return counts
