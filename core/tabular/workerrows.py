"""Sixth step: one row for each worker, from the one or several lines that are theirs."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from core.fields import RateField, as_text
from core.tabular.blocks import Block
from core.tabular.headings import normalise
from core.tabular.rowkinds import TEAM_SAID, Lines, is_amount
from core.tabular.sheets import column_letter
from core.tabular.tables import Column, Row, Table

#: Rows that are added on the page have keys from here on.
ADDED = 1_000_000_000
_TEAM_SHEET = re.compile(
    r"(.{1,12}?(?:班组|施工队|班|组|队))(?:[\d９9一二三四五六七八九十]*月.*|工资.*)?$"
)


def row_key(sheet: int, block: int, number: int) -> int:
    """What names a row within its reading; the row's own number in the first worksheet's (only)
    block. Worksheets and blocks are counted from 0, rows from 1."""
    return number + 2_000_000 * block + 20_000_000 * sheet


def worker_rows(block: Block, lines: Lines, table: Table, place: int) -> list[Row]:
    """The rows of a block, `place` being the block's in its reading."""
    teams = _teams(block, lines, table)
    spare = spare_columns(block, lines)
    columns = [(name, table.by_name[name], *place) for name, place in block.places.items()]
    merged = any(bottom >= block.header.bottom for _, _, bottom, _ in block.sheet.merged)
    rows = []
    for physical in lines.workers:
        if len(physical) == 1 and not merged:
            # Nearly every row of nearly every file.
            cells = block.sheet.rows[physical[0]]
            raw = {n: cells[at] if at < len(cells) else "" for n, _, _, at in columns}
        else:
            raw = {n: _joined(block, column, physical, *place) for n, column, *place in columns}
        if (team := teams.get(physical[0])) and not as_text(raw.get("team", "")):
            raw["team"] = team
        first = physical[0]
        rows.append(
            Row(
                first + 1,
                raw,
                key=row_key(block.sheet.index, block.number, first + 1),
                table=place,
                sheet=block.sheet.name,
                lines=tuple(line + 1 for line in physical[1:]),
                spare=_spare(block, spare, first) if spare else {},
            )
        )
    return rows


def _joined(block: Block, column: Column, physical: Sequence[int], line: int, at: int) -> Any:
    """What the lines of one worker say of a column: amounts added up, the rest once.

    Numbers of which there are two are joined, so that the field refuses them.
    """
    sheet = block.sheet
    if len(physical) == 1:
        return _shown(block, column, physical[0], at)
    if any(m.line for m in block.mapping):
        own = physical[line] if line < len(physical) else -1
        return sheet.cell(own, at) if own >= 0 else ""
    cells = [_shown(block, column, row, at) for row in physical]
    said = [cell for cell in cells if cell not in ("", None) and as_text(cell)]
    if len(said) < 2:
        return said[0] if said else ""
    if column.adds_up:
        return _sum(column, said)
    different = list(dict.fromkeys(as_text(cell) for cell in said))
    if len(different) == 1:
        return said[0]
    if isinstance(column.field, RateField):
        return ""
    return " / ".join(different) if column.sealed else said[0]


def _sum(column: Column, cells: Sequence[Any]) -> Any:
    """The sum of several lines, or the first of them that is no number."""
    total = Decimal()
    for cell in cells:
        try:
            total += column.field.clean(cell) or 0
        except ValidationError:
            return cell
    return total


def _shown(block: Block, column: Column, row: int, at: int) -> Any:
    """A cell; of words that are merged down over several workers the merged one's."""
    cell = block.sheet.cell(row, at)
    if cell not in ("", None) or column.is_number or not block.sheet.merged:
        return cell
    anchor = block.sheet.shown_by.get((row, at))
    if anchor and anchor[1] == at and block.header.bottom <= anchor[0] < row:
        return block.sheet.cell(*anchor)
    return cell


def _teams(block: Block, lines: Lines, table: Table) -> dict[int, str]:
    """The first row of each worker → the team that stands in no cell of theirs."""
    if "team" not in table.by_name or not lines.workers:
        return {}
    teams = dict(lines.teams)
    if not teams and (place := block.places.get("team")):
        return _filled_down(block, lines, place[1])
    said = _team_above(block) or _team_of_sheet(block.sheet.name)
    return {rows[0]: teams.get(rows[0]) or said for rows in lines.workers}


def _filled_down(block: Block, lines: Lines, column: int) -> dict[int, str]:
    """A team that stands in the first of its rows only, as a csv keeps what was merged."""
    if block.sheet.merged:
        return {}
    rows = [worker[0] for worker in lines.workers]
    said = [as_text(block.sheet.cell(row, column)) for row in rows]
    if not said[0] or sum(map(bool, said)) * 2 > len(said):
        return {}
    teams, last = {}, ""
    for row, text in zip(rows, said, strict=True):
        last = text or last
        teams[row] = last
    return teams


def _team_above(block: Block) -> str:
    """班组：钢筋班 among the particulars above the header."""
    for row in range(block.above, block.header.top):
        for cell in block.sheet.rows[row]:
            if isinstance(cell, str) and (said := TEAM_SAID.search(as_text(cell))):
                return said[1]
    return ""


def _team_of_sheet(name: str) -> str:
    """A worksheet that is called after its team."""
    found = _TEAM_SHEET.match(name.strip())
    return found[1] if found else ""


def spare_columns(block: Block, lines: Lines) -> dict[int, str]:
    """The columns that nobody knows and that hold amounts, place → how people are told of them."""
    spare: dict[int, str] = {}
    rows = [row for worker in lines.workers for row in worker]
    for m in block.mapping:
        if m.column or m.index in block.other_month or is_without_meaning(m.heading):
            continue
        cells = [block.sheet.cell(row, m.index) for row in rows]
        if holds_numbers(cells):
            spare[m.index] = f"{m.letter} 列「{m.heading}」" if m.heading else f"{m.letter} 列"
    width = len(block.header.headings)
    for index in range(max(width, block.left), block.right):
        if holds_numbers([block.sheet.cell(row, index) for row in rows]):
            spare[index] = f"{column_letter(index)} 列"
    return spare


def holds_numbers(cells: Sequence[Any]) -> bool:
    """Whether most of what stands in a column is an amount; zeros say neither."""
    said = [text for cell in cells if cell not in ("", None) and (text := as_text(cell))]
    said = [text for text in said if text.strip("0.-¥ ")]
    return sum(map(is_amount, said)) * 2 > len(said)


def _spare(block: Block, spare: dict[int, str], row: int) -> dict[str, Any]:
    cells = {label: block.sheet.cell(row, at) for at, label in spare.items()}
    return {label: cell for label, cell in cells.items() if is_amount(cell)}


# Headings that say nothing of what any table is read for.
_WITHOUT_MEANING = re.compile(
    r"no|序号?|编号|行号|工号|顺序号|号|.*(?:签字|签名|签收|签章|盖章|手印|指纹|指印|按印|捺印|确认)"
    r"(?:栏|处|人|及.*|或.*|\d*日期)?|.*(?:领款人|领取人|收款人|领工资人)|备注\d?|说明|.*备注|性别|民族|年龄"
    r"|出生.*|籍贯|.*(?:住址|地址|住所)|户籍.*|户口.*|文化.*|学历|政治面貌|婚姻.*|血型|健康.*|体温.*|测温.*|.*紧急联系.*|入职.*|.*进场.*|.*退场.*|.*离场.*"
    r"|.*合同.*|(?:项目|工程|标段|工地).{0,4}|(?:用工|劳务|分包|总包|施工|所属|用人)?(?:单位|公司|企业|部门)(?:名称)?"
    r"|施工部位|部位|工作内容|施工内容|作业内容|工序|计量单位|单位|工程量|完成工程量|数量|面积|.*方式|.*日期|.*时间|是否.*|状态|.*照片|证书.*"
    r"|.*培训.*|.*教育.*|邮编|.*(?:工时|小时|小时数)|出勤情况|考勤情况|考勤记录|等级|技能.*|(?:出勤|考勤|上班)?\d{1,2}日"
    r"|人员类型|人员类别|用工形式|计酬方式|计薪方式|发放月份|月份|年月|年度|身份证有效期.*|发证机关|.*开户地|.*支行|.*联行号|.*户名|.*网点|持卡人"
    r"|班组长.*|组长.*|队长.*|负责人.*|.*(?:编码|代码)|证件类型|.*类型|.*类别|国籍|手机品牌|微信.*"
)
_MONEY_WORD = re.compile(
    r"费|金(?!融)|款(?!人)|薪|工资(?!卡|发放|支付|标准)|补(?!充)|贴|扣|奖|元|税|借|罚|酬(?!方式)"
)


def is_without_meaning(heading: str) -> bool:
    """Whether a column is known to say nothing that is read: 序号, 签字, 备注."""
    leaf = normalise(heading.rpartition("/")[2])
    if not leaf:
        return False
    known = _WITHOUT_MEANING.fullmatch(leaf) or _WITHOUT_MEANING.fullmatch(normalise(heading))
    harmless = re.search(r"签|收款人|领款人|日期|时间|方式|备注|月份", leaf)
    return known is not None and (harmless is not None or not _MONEY_WORD.search(leaf))
