"""Tags and filters of every page; built in, so no ``{% load %}``. Guide: docs/ui.md.

Markup lies in ``templates/components/``; what is here chooses words, tones and shapes.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import calendar, clock, masking, money, months
from core.filters import ListFilter
from core.listing import ListColumn, ListGroup, ListHead, ListPage

register = template.Library()

#: What stands where nothing is known.
BLANK = "—"
#: A deadline this many working days away is drawn as near.
NEAR = 2
LEVELS = {"red": "红色", "orange": "橙色", "yellow": "黄色", "blue": "蓝色"}
GLYPHS = {"good": "check", "info": "info", "warn": "warn", "bad": "warn"}
#: Django's message levels in the tones of this design.
MESSAGE_TONES = {"success": "good", "warning": "warn", "error": "bad"}

for _mask in (
    masking.mask_name,
    masking.mask_id,
    masking.mask_phone,
    masking.mask_card,
    masking.mask_account,
):
    register.filter(_mask.__name__, _mask)


@register.filter
def yuan(value: Decimal | int | None) -> str:
    """An amount in 元 with separators and two decimals: 1,234.50."""
    return BLANK if value is None else money.yuan(value)


@register.filter
def capitals(value: Decimal | int | None) -> str:
    """An amount in 大写."""
    return BLANK if value is None else money.capitals(value)


@register.filter
def month(value: date | None) -> str:
    """A wage month by its first day: 2026年9月."""
    return BLANK if value is None else months.month_label(value)


@register.filter
def day(value: date | None) -> str:
    """A day: 2026-09-30."""
    return BLANK if value is None else _local_day(value).strftime("%Y-%m-%d")


@register.filter
def moment(value: datetime | None) -> str:
    """A moment by the platform's clock: 2026-09-30 14:05."""
    return BLANK if value is None else _local_day(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def percent(value: Decimal | float | None) -> str:
    """A share between 0 and 1 with one decimal: 93.5%."""
    return BLANK if value is None else f"{value * 100:.1f}%"


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign from static/icons.svg, silent to screen readers: words stand beside it."""
    return _icon(name, static("icons.svg"))


@lru_cache(maxsize=200)
def _icon(name: str, file: str) -> SafeString:
    return format_html(
        '<svg class="icon icon-{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        name,
        file,
        name,
    )


@register.simple_tag
def level_badge(level: str) -> SafeString:
    """A warning level (red, orange, yellow, blue) by colour, word and shape."""
    return format_html(
        '<span class="level level-{}">{}{}</span>', level, icon(f"level-{level}"), LEVELS[level]
    )


@register.simple_tag
def status_tag(label: str, tone: str = "plain") -> SafeString:
    """A state in words; ``tone`` is good, wait, warn, bad or plain."""
    return format_html('<span class="tag tag-{}">{}</span>', tone, label)


@register.simple_tag
def deadline(due: date | None, today: date | None = None, unit: str = "days") -> SafeString:
    """How far away ``due`` is, ahead and behind in the same unit.

    What is agreed by date (报送, 支付, 拨付) counts in days; what an authority sets (签收, 处置) in
    "workdays".
    """
    if due is None:
        return format_html('<span class="deadline">{}</span>', "无期限")
    words, tone = deadline_words(due, today or clock.today(), unit)
    return format_html(
        '<time class="deadline deadline-{}" datetime="{}" title="{}">{}</time>',
        tone,
        due.isoformat(),
        due.isoformat(),
        words,
    )


def deadline_words(due: date, today: date, unit: str = "days") -> tuple[str, str]:
    """The words for a deadline and their tone (bad, warn or plain)."""
    if due == today:
        return "今天到期", "warn"
    first, last = sorted((due, today))
    if unit == "workdays":
        count, noun = calendar.working_days_between(first, last), "个工作日"
    else:
        count, noun = (last - first).days, "天"
    if due < today:
        return (f"已逾期 {count} {noun}" if count else "已逾期"), "bad"
    tone = "warn" if calendar.working_days_between(today, due) <= NEAR else "plain"
    # A deadline on the holiday that has begun: no working day is left.
    return (f"还剩 {count} {noun}" if count else f"{due:%m-%d} 到期"), tone


@register.simple_tag
def fact(label: str, value: object, note: str = "") -> SafeString:
    """One line of a ``<dl class="facts">``."""
    shown = BLANK if value in (None, "") else value
    hint = format_html('<span class="hint">{}</span>', note) if note else ""
    return format_html("<div><dt>{}</dt><dd>{}{}</dd></div>", label, shown, hint)


@register.simple_tag
def reveal_link(masked: str, url: str) -> SafeString:
    """A masked value with the way to its full form, which asks for a purpose."""
    return format_html(
        '<span class="masked"><span>{}</span><a href="{}">查看完整</a></span>', masked, url
    )


@register.simple_tag
def figure(
    label: str, value: object, unit: str = "", note: str = "", url: str = "", tone: str = ""
) -> SafeString:
    """One figure of a ``<div class="figures">``; ``tone`` bad, warn or nothing."""
    return _render_component(
        "figure", label=label, value=value, unit=unit, note=note, url=url, tone=tone
    )


@register.simple_tag
def empty(
    title: str, note: str = "", url: str = "", label: str = "", glyph: str = "tray"
) -> SafeString:
    """What an empty list says: that nothing is there and what to do next."""
    return _render_component("empty", title=title, note=note, url=url, label=label, glyph=glyph)


@register.simple_tag
def steps(*names: str, current: int) -> SafeString:
    """The steps of one errand; ``current`` counts from one."""
    return _render_component("steps", steps=names, current=current)


@register.simple_tag
def watermark(text: str) -> SafeString:
    """The viewer's name over a page that shows personal data in full."""
    return _render_component("watermark", text=text)


@register.simple_tag
def form_errors(form: Any) -> SafeString:
    """The faults of a form with links to their fields; nothing where there are none."""
    return _render_component("form_errors", form=form)


@register.inclusion_tag("components/list_bar.html", takes_context=True)
def list_bar(
    context: Context, page: ListPage[Any], filter: ListFilter | None = None
) -> dict[str, Any]:
    """Above a list: its find box and filters, and on a phone the orders it can be put in."""
    fields = filter.form.visible_fields() if filter else []
    return {
        "request": _request_of(context),
        "page": page,
        "heads": _sort_links(context, page),
        "sort_key": page.table.address_key("sort"),
        "form": filter.form if filter else None,
        "finds": [field for field in fields if _input_type(field) == "search"],
        "fields": [field for field in fields if _input_type(field) != "search"],
        "asked": len(filter.answers) if filter else 0,
    }


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(
    context: Context,
    next: str | None = None,
    previous: str | None = None,
    total: int | None = None,
    unit: str = "条",
) -> dict[str, Any]:
    """Keyset paging: ``?after=`` and ``?before=`` beside the filters in the address."""
    return {
        "request": _request_of(context),
        "next": next,
        "previous": previous,
        "total": total,
        "unit": unit,
    }


@register.simple_block_tag
def page_header(content: str, title: str, *crumbs: str, note: str = "") -> SafeString:
    """The page's heading; ``crumbs`` are url, label, url, label…; the content is its buttons."""
    pairs = list(zip(crumbs[::2], crumbs[1::2], strict=True))
    return _render_component("page_header", content=content, title=title, crumbs=pairs, note=note)


@register.simple_block_tag
def panel(
    content: str,
    title: str = "",
    count: int | None = None,
    url: str = "",
    label: str = "查看全部",
    id: str = "",
    flush: bool = False,
) -> SafeString:
    """A framed part of a page; ``flush`` lets a table run to its edges."""
    return _render_component(
        "panel",
        content=content,
        title=title,
        count=count,
        url=url,
        label=label,
        id=id,
        flush=flush,
    )


@register.simple_block_tag
def table(content: str, caption: str, cards: bool = False, wide: bool = False) -> SafeString:
    """A table that is no list. On a phone ``cards`` turns its rows into cards; a ``wide`` one is
    scrolled sideways, and says so."""
    return _render_component("table", content=content, caption=caption, cards=cards, wide=wide)


@register.simple_block_tag(takes_context=True)
def list_table(
    context: Context, content: str, page: ListPage[Any], caption: str, wide: bool = False
) -> SafeString:
    """A list (core.listing): headings that sort, its rows as content, its totals.

    ``wide`` where it may be wider than the window: then it says that it scrolls.

    Cells are ``<td {{ page.cell.amount }}>``; the first ends with ``{{ page.more }}``.
    """
    return _render_component(
        "list_table",
        heads=_sort_links(context, page),
        content=content,
        page=page,
        caption=caption,
        wide=wide,
    )


@register.simple_block_tag
def list_group(
    content: str, page: ListPage[Any], group: ListGroup, unit: str = "条", open: Any = False
) -> SafeString:
    """The rows of a group of a list under their heading, which opens them on a phone.

    ``open`` where they stand open there, too: what was looked for is not hidden again.
    """
    return _render_component(
        "list_group",
        content=content,
        columns=len(page.table.columns),
        group=group,
        unit=unit,
        open=bool(open),
    )


@register.inclusion_tag("components/list_foot.html", takes_context=True)
def list_foot(context: Context, page: ListPage[Any], unit: str = "条") -> dict[str, Any]:
    """How many there are, and the way to the pages before and after."""
    before, after = (page.table.address_key(key) for key in ("before", "after"))
    return {
        "page": page,
        "unit": unit,
        "previous": _changed_address(context, {before: page.previous, after: ""}),
        "next": _changed_address(context, {after: page.next, before: ""}),
    }


@register.filter
def list_sum(value: Any, column: ListColumn) -> str:
    """A total of a list as its column writes figures; empty where the column has none."""
    if value is None:
        return ""
    if column.kind == "money":
        return money.yuan(value)
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: str = "") -> SafeString:
    """A notice; ``tone`` is good, info, warn or bad, or a level of Django's messages."""
    tone = MESSAGE_TONES.get(tone, tone)
    glyph = GLYPHS.get(tone, "info")
    return _render_component("alert", content=content, tone=tone, title=title, glyph=glyph)


@register.simple_block_tag
def fieldset(content: str, title: str, note: str = "") -> SafeString:
    """A group of fields as on the paper form."""
    return _render_component("fieldset", content=content, title=title, note=note)


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:
    """A dialog opened by a button with ``data-opens="<id>"``."""
    return _render_component("dialog", content=content, id=id, title=title)


def _render_component(name: str, **context: object) -> SafeString:
    return render_to_string(f"components/{name}.html", context)


def _sort_links(context: Context, page: ListPage[Any]) -> list[tuple[ListHead, str]]:
    """Each heading with the address that sorts by it, "" where it does not sort."""
    sort, before, after = (page.table.address_key(key) for key in ("sort", "before", "after"))
    return [
        (head, head.sort and _changed_address(context, {sort: head.sort, before: "", after: ""}))
        for head in page.heads
    ]


def _changed_address(context: Context, changes: dict[str, str]) -> str:
    """This page's query with some of its parts put otherwise, or left out where empty."""
    request = _request_of(context)
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for key, value in changes.items():
        query.pop(key, None)
        if value:
            query[key] = value
    return f"?{query.urlencode()}"


def _request_of(context: Context) -> HttpRequest | None:
    return context.get("request")


def _local_day(value: date) -> date:
    """The same moment in the platform's time zone; a plain day stays as it is."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def _input_type(field: BoundField) -> str:
    return getattr(field.field.widget, "input_type", "")
