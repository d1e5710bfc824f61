"""The 农民工维权信息告示牌 as a PDF ready to print: one landscape page at any size of paper.

Three blocks after 条例 第三十四条: who takes part, what is paid and when, where to complain.
Everything is measured in A3 points and grows with the paper; a block whose text is long is set
smaller until it fits.
"""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO

from reportlab.lib.colors import HexColor, white
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core.documents import (
    BOLD,
    Area,
    Entries,
    Entry,
    Layout,
    Line,
    Paper,
    Style,
    depth,
    draw_qr,
    fit,
    largest,
    lay_out,
    measure,
    new_canvas,
    uyghur,
)
from core.documents import paper as paper_named
from core.money import yuan
from notices.content import UNKNOWN, BoardContent, Party
from notices.wording import Term, Wording, board_wording

_BLUE = HexColor("#103f78")
_PALE = HexColor("#edf3fa")
_RULE = HexColor("#9fb4cc")
_RED = HexColor("#b3261e")
_QUIET = HexColor("#44546a")
_A3 = (420 * mm, 297 * mm)
_LEGAL_BASIS = (
    "依据《保障农民工工资支付条例》第三十四条、"
    "《新疆农民工工资支付监控预警平台管理使用规程（试行）》第二部分第（六）项设立"
)
_MANY = 3
_LANGUAGES = {("zh",), ("zh", "ug")}


def board_pdf(
    content: BoardContent, paper: str = "A3", languages: Sequence[str] = ("zh", "ug")
) -> bytes:
    """The board on `paper` (A0-A4 or e.g. 1200x800 in mm), Chinese with Uyghur beneath or alone.

    The same content on the same paper gives the same bytes.

    :raises core.documents.UnknownPaper: for a size that does not exist.
    :raises ValueError: for languages other than zh or zh,ug.
    """
    if tuple(languages) not in _LANGUAGES:
        raise ValueError("告示牌的语言只能是 zh（中文）或 zh,ug（中文和维吾尔文）。")
    sheet = paper_named(paper)
    buffer = BytesIO()
    canvas = new_canvas(buffer, sheet, title=f"农民工维权信息告示牌 {content.project_name}")
    _Board(canvas, sheet, content, board_wording(), "ug" in languages).draw()
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


class _Board:
    """One board on one sheet; `unit` is one A3 point on it."""

    def __init__(
        self, canvas: Canvas, sheet: Paper, content: BoardContent, words: Wording, uyghur: bool
    ) -> None:
        self.canvas = canvas
        self.sheet = sheet
        self.content = content
        self.words = words
        self.uyghur = uyghur
        self.unit = min(sheet.width / _A3[0], sheet.height / _A3[1])

    def draw(self) -> None:
        u = self.unit
        page = Area(0, self.sheet.height, self.sheet.width, self.sheet.height).inset(20 * u, 20 * u)
        self._draw_frame(page)
        head, motto, project, body, foot = self._page_strips(page.inset(9 * u, 9 * u))
        self._draw_head(head)
        style = Style(16 * u, face=BOLD, colour=_RED, align="centre", leading=1.4)
        self._draw_pair("motto", motto.inset(10 * u), style, ratio=0.72)
        self._draw_project(project)
        parties, wages, channels = body.columns(40, 31, 29, gap=9 * u)
        self._draw_block("parties", parties, self._party_entries)
        wages, code = wages.rows(wages.height - 140 * u)
        self._draw_block("wages", wages, self._wage_entries)
        self._draw_code(code)
        self._draw_block("channels", channels, self._channel_entries)
        self._draw_foot(foot)

    def _page_strips(self, page: Area) -> list[Area]:
        u = self.unit
        head, motto, project = (100, 50, 74) if self.uyghur else (84, 34, 62)
        *strips, rest = page.rows(head * u, motto * u, project * u)
        body, foot = rest.rows(rest.height - 30 * u)
        return [*strips, body.inset(0, 5 * u), foot]

    def _draw_frame(self, page: Area) -> None:
        u = self.unit
        self.canvas.setStrokeColor(_BLUE)
        for width, inset in ((3.2, 0), (0.8, 4.5)):
            self.canvas.setLineWidth(width * u)
            area = page.inset(inset * u, inset * u)
            self.canvas.rect(area.x, area.top - area.height, area.width, area.height, fill=0)

    def _draw_head(self, area: Area) -> None:
        u = self.unit
        self._fill_area(area, _BLUE)
        style = Style(46 * u, face=BOLD, colour=white, align="centre", leading=1.25)
        self._draw_pair("title", area.inset(20 * u), style, ratio=0.48)

    def _draw_project(self, area: Area) -> None:
        content = self.content
        cells = (
            ("project", content.project_name, 32),
            ("project_code", content.project_code, 17),
            ("address", content.address or UNKNOWN, 24),
            ("period", content.period_text, 20),
            ("amount", content.amount_text, 16),
        )
        boxes = area.columns(*(share for *_, share in cells))
        for (key, value, _), box in zip(cells, boxes, strict=True):
            self._project_cell(box, key, value)

    def _project_cell(self, area: Area, key: str, value: str) -> None:
        u = self.unit
        self._outline_area(area)
        label, room = area.inset(7 * u, 5 * u).rows((34 if self.uyghur else 18) * u)
        self._draw_pair(key, label, Style(11 * u, colour=_QUIET), ratio=0.88)
        style = Style(15 * u, face=BOLD, leading=1.2)
        text = fit(value, style, room.width, room.height, smallest=0.4)
        text.draw(self.canvas, room.x, room.top - (room.height - text.height) / 2)

    def _draw_block(self, key: str, area: Area, entries: Entries) -> None:
        """A titled block, set as large as fits, its entries spread over the whole height."""
        u = self.unit
        bar, room = area.rows((45 if self.uyghur else 30) * u)
        self._fill_area(bar, _BLUE)
        style = Style(16 * u, face=BOLD, colour=white, align="centre", leading=1.15)
        self._draw_pair(key, bar.inset(6 * u), style, ratio=0.7)
        self._outline_area(area)
        set_entries = largest(entries, room.width, room.height, most=1.15, gap=9 * u)
        spare = room.height - sum(map(depth, set_entries))
        self._spread_entries(room, set_entries, spare / len(set_entries))

    def _spread_entries(self, room: Area, entries: list[Entry], gap: float) -> None:
        top = room.top
        for number, entry in enumerate(entries):
            if number:
                self.canvas.setStrokeColor(_RULE)
                self.canvas.setLineWidth(0.6 * self.unit)
                self.canvas.line(room.x, top, room.x + room.width, top)
            y = top - gap / 2
            for line in entry:
                line.draw(self.canvas, room.x, y)
                y -= line.height
            top -= depth(entry) + gap

    def _party_entries(self, width: float, factor: float) -> list[Entry]:
        content = self.content
        return [
            self._party_entry("owner", (content.owner,), width, factor),
            self._party_entry("contractor", (content.contractor,), width, factor),
            self._party_entry("project_department", (content.project_department,), width, factor),
            self._party_entry("project_manager", (content.project_manager,), width, factor),
            self._party_entry("labour_officer", (content.labour_officer,), width, factor),
            self._party_entry("subcontractors", content.subcontractors, width, factor),
            self._party_entry("industry_department", (content.industry_department,), width, factor),
        ]

    def _party_entry(
        self, key: str, parties: Sequence[Party], width: float, factor: float
    ) -> Entry:
        u = self.unit * factor
        pad = 8 * self.unit
        label_width = width * 0.33 - 2 * pad
        value_width = width * 0.67 - 2 * pad
        label = self._both_languages(
            self.words[key], Style(13.5 * u, align="centre", face=BOLD), label_width
        )
        values = self._party_names(parties, u, value_width)
        return (Line(((pad, label), (width * 0.33 + pad, values))),)

    def _party_names(self, parties: Sequence[Party], u: float, width: float) -> tuple[Layout, ...]:
        """Each party with its contact: beneath, or behind where there are many."""
        name, contact = Style(15 * u, face=BOLD, leading=1.25), Style(13 * u, leading=1.25)
        if not parties:
            return (lay_out("无", name, width),)
        if len(parties) > _MANY:
            numbered = enumerate(parties, start=1)
            lines = (f"{n}. {party.name}  {party.contact_line}" for n, party in numbered)
            return tuple(lay_out(line, contact, width) for line in lines)
        named = ((party.name or UNKNOWN, party.contact_line) for party in parties)
        texts = (pair for who, whom in named for pair in ((who, name), (whom, contact)))
        return tuple(lay_out(text, style, width) for text, style in texts if text)

    def _wage_entries(self, width: float, factor: float) -> list[Entry]:
        content = self.content
        offset = "pays_last_month" if content.pay_month_offset else "pays_this_month"
        pay_day = self.words[offset].filled(day=content.pay_day)
        big = Style(19 * self.unit * factor, face=BOLD, colour=_RED, leading=1.25)
        plain = Style(12 * self.unit * factor, leading=1.25)
        strong = Style(14 * self.unit * factor, face=BOLD, leading=1.25)
        notes = ["pays_before_holidays", *["pays_on_last_day"] * (content.pay_day > 28)]
        return [
            self._minimum_wage(width, factor),
            (
                self._label_line("pay_day", width, factor),
                self._paragraph_line(pay_day, big, width, ratio=0.66),
                *(self._paragraph_line(self.words[note], plain, width) for note in notes),
            ),
            (
                self._label_line("account", width, factor),
                self._value_line(content.account_text, strong, width),
                self._paragraph_line(self.words["paid_to_card"], plain, width),
            ),
            (
                self._label_line("bond", width, factor),
                self._value_line(content.bond_status or UNKNOWN, strong, width),
            ),
        ]

    def _minimum_wage(self, width: float, factor: float) -> Entry:
        label = self._label_line("minimum_wage", width, factor)
        wage = self.content.minimum_wage
        plain = Style(11.5 * self.unit * factor, colour=_QUIET, leading=1.3)
        if wage is None:
            return label, self._value_line(UNKNOWN, plain.scaled(1.4), width)
        since = f"{wage.county}  自{wage.effective_from.isoformat()}起执行"
        lines = [
            label,
            self._wage_rates(_wage_figure(wage.monthly), _wage_figure(wage.hourly), width, factor),
        ]
        lines.append(self._value_line(since, plain, width))
        if wage.unconfirmed:
            flag = Style(11.5 * self.unit * factor, face=BOLD, colour=_RED, leading=1.3)
            lines.append(self._side_by_side(self.words["unconfirmed"], flag, width))
        return tuple(lines)

    def _wage_rates(self, monthly: str, hourly: str, width: float, factor: float) -> Line:
        u = self.unit * factor
        pad = 8 * self.unit
        half = width / 2 - pad
        figure = Style(27 * u, face=BOLD, colour=_RED, align="centre", leading=1.15)
        unit = Style(12 * u, align="centre", leading=1.2)
        stacks = [
            (lay_out(amount, figure, half), *self._both_languages(self.words[key], unit, half))
            for amount, key in ((monthly, "monthly"), (hourly, "hourly"))
        ]
        return Line(((pad, stacks[0]), (width / 2, stacks[1])))

    def _channel_entries(self, width: float, factor: float) -> list[Entry]:
        content = self.content
        phone = Style(21 * self.unit * factor, face=BOLD, colour=_RED, leading=1.2)
        place = Style(13.5 * self.unit * factor, leading=1.3)

        def by_phone(key: str, party: Party) -> Entry:
            return (
                self._label_line(key, width, factor),
                self._value_line(party.name or UNKNOWN, place, width),
                self._value_line(party.phone or UNKNOWN, phone, width),
            )

        def by_place(key: str, text: str) -> Entry:
            return self._label_line(key, width, factor), self._value_line(
                text or UNKNOWN, place, width
            )

        return [
            by_phone("inspectorate_complaints", content.inspectorate),
            by_phone("industry_complaints", content.industry_department),
            by_place("arbitration", content.arbitration),
            by_place("legal_aid", content.legal_aid),
            (self._hotline_lines(width, factor),),
        ]

    def _hotline_lines(self, width: float, factor: float) -> Line:
        u = self.unit * factor
        pad = 5 * self.unit
        third = (width - 4 * pad) / 3
        number = Style(25 * u, face=BOLD, colour=_RED, align="centre", leading=1.2)
        name = Style(11.5 * u, align="centre", leading=1.25)
        content = self.content
        lines = (
            ("legal_service_hotline", content.legal_service_hotline),
            ("labour_hotline", content.labour_hotline),
            ("government_hotline", content.government_hotline),
        )
        stacks = [
            (lay_out(digits, number, third), *self._both_languages(self.words[key], name, third))
            for key, digits in lines
        ]
        columns = tuple((pad + i * (third + pad), stack) for i, stack in enumerate(stacks))
        return Line(columns, centred=False)

    def _draw_code(self, area: Area) -> None:
        """The QR code, and what it is for."""
        u = self.unit
        area = Area(area.x, area.top - 8 * u, area.width, area.height - 8 * u)
        self._fill_area(area, _PALE)
        self._outline_area(area)
        side = area.height - 12 * u
        draw_qr(self.canvas, self.content.url, area.x + 6 * u, area.top - 6 * u - side, side)
        words = Area(area.x + side + 16 * u, area.top, area.width - side - 24 * u, area.height)
        style = Style(14.5 * u, face=BOLD, colour=_BLUE, align="centre", leading=1.35)
        self._draw_pair("scan", words, style, ratio=0.82)

    def _draw_foot(self, area: Area) -> None:
        u = self.unit
        style = Style(10 * u, colour=_QUIET)
        content = self.content
        made = (
            f"告示牌编号 {content.board_code}  第 {content.version} 版  制作日期 {content.made_on}"
        )
        if self.uyghur and not self.words.reviewed:
            awaiting = self.words["awaiting_review"]
            made += f"  {awaiting.zh} / {awaiting.ug}"
        left, right = area.inset(2 * u).columns(50, 50, gap=10 * u)
        for text, room, align in ((_LEGAL_BASIS, left, "left"), (made, right, "right")):
            line = fit(text, style.aligned(align), room.width, style.size * 1.5, smallest=0.5)
            line.draw(self.canvas, room.x, room.top - (room.height - line.height) / 2)

    def _label_line(self, key: str, width: float, factor: float) -> Line:
        style = Style(13 * self.unit * factor, face=BOLD, colour=_BLUE, leading=1.35)
        return self._side_by_side(self.words[key], style, width)

    def _side_by_side(self, term: Term, style: Style, width: float) -> Line:
        """Chinese at the left and Uyghur at the right of one line, or beneath where it is long."""
        pad = 8 * self.unit
        chinese_width = min(measure(term.zh, style) * 1.02, width - 2 * pad)
        chinese = (lay_out(term.zh, style, chinese_width),)
        if not self.uyghur:
            return Line(((pad, chinese),))
        rest = width - 2 * pad - chinese_width - 6 * self.unit
        translated = lay_out(term.ug, uyghur(style, ratio=0.85), rest)
        if len(translated.lines) > 1:
            return self._paragraph_line(term, style, width, ratio=0.85)
        return Line(((pad, chinese), (width - pad - rest, (translated,))))

    def _value_line(self, text: str, style: Style, width: float) -> Line:
        pad = 8 * self.unit
        return Line(((pad, (lay_out(text, style, width - 2 * pad),)),))

    def _paragraph_line(self, term: Term, style: Style, width: float, ratio: float = 0.92) -> Line:
        pad = 8 * self.unit
        return Line(((pad, self._both_languages(term, style, width - 2 * pad, ratio)),))

    def _both_languages(
        self, term: Term, style: Style, width: float, ratio: float = 0.85
    ) -> tuple[Layout, ...]:
        """Chinese, with Uyghur beneath where the board has it."""
        chinese = lay_out(term.zh, style, width)
        if not self.uyghur:
            return (chinese,)
        return chinese, lay_out(term.ug, uyghur(style, ratio=ratio), width)

    def _draw_pair(self, key: str, area: Area, style: Style, ratio: float) -> None:
        """A term in the middle of an area, as large as fits."""

        def at(width: float, factor: float) -> list[Entry]:
            texts = self._both_languages(self.words[key], style.scaled(factor), width, ratio)
            return [(Line(((0.0, texts),)),)]

        ((line,),) = largest(at, area.width, area.height)
        line.draw(self.canvas, area.x, area.top - (area.height - line.height) / 2)

    def _fill_area(self, area: Area, colour: HexColor) -> None:
        self.canvas.setFillColor(colour)
        self.canvas.rect(area.x, area.top - area.height, area.width, area.height, 0, 1)

    def _outline_area(self, area: Area) -> None:
        self.canvas.setStrokeColor(_RULE)
        self.canvas.setLineWidth(0.8 * self.unit)
        self.canvas.rect(area.x, area.top - area.height, area.width, area.height, 1, 0)


def _wage_figure(amount: Decimal) -> str:
    """1,700 or 15.40: a standard is known by its short form."""
    return yuan(amount).removesuffix(".00")
