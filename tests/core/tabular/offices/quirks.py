"""What the hands and programs of an office do to a workbook besides laying it out."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.core.tabular.offices.books import Book, Page

Quirk = Callable[[Book], None]
_WIDE = str.maketrans("0123456789.,Xx", "０１２３４５６７８９．，Ｘｘ")


def _cells(book: Book, change: Callable[[Any], Any]) -> None:
    for page in book.pages:
        for row in page.rows:
            row[:] = [change(cell) for cell in row]


def _is_id(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell) == 18 and cell[:17].isdigit()


def none(book: Book) -> None:
    pass


def unseen_marks(book: Book) -> None:
    def change(cell: Any) -> Any:
        if _is_id(cell):
            return f"\u202d{cell}\u202c"
        if isinstance(cell, str) and cell:
            return f"\ufeff{cell[:1]}\u200b{cell[1:]}\u2069"
        return cell

    _cells(book, change)


def wide_digits(book: Book) -> None:
    _cells(
        book,
        lambda c: str(c).translate(_WIDE) if isinstance(c, Decimal) or _is_id(c) else c,
    )


def thousands(book: Book) -> None:
    _cells(book, lambda c: f"{c:,.2f}" if isinstance(c, Decimal) and c >= 1000 else c)


def yuan(book: Book) -> None:
    _cells(book, lambda c: f"{c}元" if isinstance(c, Decimal) and c >= 100 else c)


def days_with_units(book: Book) -> None:
    def change(cell: Any) -> Any:
        if isinstance(cell, Decimal) and 0 < cell < 32:
            return f"{cell}个" if cell % 1 else f"{cell}天"
        return cell

    _cells(book, change)


def numbers_as_text(book: Book) -> None:
    _cells(book, lambda c: str(c) if isinstance(c, Decimal) else c)


def zeros_as_dashes(book: Book) -> None:
    _cells(book, lambda c: "-" if isinstance(c, Decimal) and c == 0 else c)


def spaced_words(book: Book) -> None:
    def change(cell: Any) -> Any:
        if isinstance(cell, str) and 2 <= len(cell) <= 4 and not cell.isascii():
            return f" {cell[0]}  {cell[1:]}\n"
        return cell

    _cells(book, change)


def quoted_numbers(book: Book) -> None:
    _cells(book, lambda c: f"'{c}" if _is_id(c) else c)


def gaps_in_cards(book: Book) -> None:
    def change(cell: Any) -> Any:
        if isinstance(cell, str) and len(cell) == 19 and cell.isdigit():
            return " ".join(cell[n : n + 4] for n in range(0, 19, 4))
        return cell

    _cells(book, change)


def _shift(page: Page, rows: int, columns: int) -> None:
    page.rows[:] = [[] for _ in range(rows)] + [["" for _ in range(columns)] + r for r in page.rows]
    page.merged[:] = [(a + rows, b + columns, c + rows, d + columns) for a, b, c, d in page.merged]
    page.hidden_rows = {row + rows for row in page.hidden_rows}
    page.hidden_columns = {column + columns for column in page.hidden_columns}


def pushed_in(book: Book) -> None:
    for page in book.pages:
        _shift(page, 2, 1)


def blank_lines(book: Book) -> None:
    """A blank line after the last, and zeros drawn down below it."""
    for page in book.pages:
        page.add()
        page.add("", "", "", "", "", "")


def notes_below(book: Book) -> None:
    for page in book.pages:
        page.add("以上工资已全部发放到位，本人签字确认。")
        page.add("项目负责人：", "", "劳资专管员：", "", "电话：0991-2660333")


def without_merges(book: Book) -> None:
    for page in book.pages:
        page.merged.clear()


def remark_column(book: Book) -> None:
    for page in book.pages:
        for row in page.rows:
            if row and row[0] == "序号":
                row.extend([""] * (page.width - len(row)))
                row.append("备注")


def empty_sheets(book: Book) -> None:
    book.pages += [Page("Sheet2"), Page("Sheet3")]


def list_of_choices(book: Book) -> None:
    page = Page("字典", hidden=True)
    for word in ("钢筋工", "木工", "泥工", "普工"):
        page.add(word)
    book.pages.append(page)


def own_file_name(book: Book) -> None:
    book.name = "2026年10月发放9月工资(终版)"


QUIRKS: dict[str, Quirk] = {
    quirk.__name__: quirk
    for quirk in (
        *(none, unseen_marks, wide_digits, thousands, yuan, days_with_units, numbers_as_text),
        *(zeros_as_dashes, spaced_words, quoted_numbers, gaps_in_cards, pushed_in, blank_lines),
        *(notes_below, without_merges, remark_column, empty_sheets, list_of_choices),
        *(own_file_name,),
    )
}
#: Those that need a workbook of several worksheets.
OF_WORKBOOKS = {"empty_sheets", "list_of_choices"}
