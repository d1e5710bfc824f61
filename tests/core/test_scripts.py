"""The small helps of static/core/*.js, in a real browser."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from core import money
from wagemon.testing import find_chromium

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine"),
]

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "core"
#: In the order of templates/base.html.
NAMES = re.findall(r"core/(\w+)\.js", (SCRIPTS.parents[1] / "templates/base.html").read_text())
ADDRESS = "http://platform.test/"
PAGE = """<!doctype html><meta charset="utf-8"><body data-viewer="{viewer}">
<main id="main"><form id="project" data-draft data-once action="/sent/" novalidate>
<input name="name"><input name="phone" data-private><input id="price" name="price" data-amount>
<div data-drop><input type="file" name="proof"><p class="drop-name"></p></div>
<input data-day><input data-month><button>保存</button></form>
<form id="end" action="/sent/" data-confirm="登录马上结束。
  不能撤销。" data-once novalidate>
<input name="note" required><button class="button-danger">结束登录</button></form>
<form id="find" action="/sent/" data-sparse>
<input name="q"><input name="status"><button>查找</button></form>
<div data-combo="/choices/"><input type="text" id="place" name="region_text" data-label="地区">
<input type="hidden" name="region"><p role="status"></p></div></main>
<button data-opens="box">退回</button><dialog id="box"><button data-closes>取消</button></dialog>
<div id="connection"></div>{scripts}</body>""".replace(
    "{scripts}", "".join(f'<script src="/{name}.js" defer></script>' for name in NAMES)
)


def choices_for(text: str) -> dict[str, Any]:
    """What the server of this page finds."""
    places = [("650102", "天山区", "乌鲁木齐市"), ("650103", "沙依巴克区", "乌鲁木齐市")]
    found = [] if text == "zzz" else places
    options = [{"value": code, "label": name, "note": note} for code, name, note in found]
    return {"options": options, "more": False}


#: Who is signed in at a page: ADDRESS is 张伟's, at his firm.
VIEWERS = {
    "/": "zhangwei/1",
    "/other-unit/": "zhangwei/2",
    "/liqiang/": "liqiang/1",
    "/signin/": "",
}


def answer(route: Route) -> None:
    name = urlsplit(route.request.url).path
    if name.endswith(".js"):
        route.fulfill(path=SCRIPTS / name[1:])
    elif name == "/choices/":
        route.fulfill(
            json=choices_for(parse_qs(urlsplit(route.request.url).query).get("q", [""])[0])
        )
    else:
        page = PAGE.replace("{viewer}", VIEWERS.get(name, VIEWERS["/"]))
        if name == "/fault/":
            # The page of a fault of ours does not know who reads it.
            page = page.replace(' data-viewer="zhangwei/1"', "")
        route.fulfill(body=page, content_type="text/html; charset=utf-8")


@pytest.fixture(scope="module")
def context() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser.new_page()
        browser.close()


@pytest.fixture
def page(context: Page) -> Page:
    context.route("**/*", answer)
    context.goto(ADDRESS)
    context.evaluate("sessionStorage.clear()")
    context.goto(ADDRESS)
    return context


@pytest.mark.parametrize(
    "amount",
    [
        *["0", "0.05", "0.5", "10", "100.05", "1200", "1000.05", "10005", "107000.53", "1000000"],
        *["10010000", "20500000", "30000300", "100000001.2", "100005000", "9876543210.99"],
    ],
)
def test_amounts_read_as_the_server_writes_them(page: Page, amount: str) -> None:
    page.fill("#price", amount)
    value = Decimal(amount)
    assert page.inner_text("output") == f"{money.yuan(value)} 元 · {money.capitals(value)}"


def test_what_is_no_amount_is_not_read(page: Page) -> None:
    page.fill("#price", "十二")
    assert page.inner_text("output") == ""


def test_a_chosen_file_is_named_with_its_size(page: Page) -> None:
    page.set_input_files(
        "[type=file]", {"name": "协议.pdf", "mimeType": "application/pdf", "buffer": b"0" * 2048}
    )
    assert page.inner_text(".drop-name") == "协议.pdf（2 KB）"


class TestDraft:
    def test_is_offered_again_without_what_is_private(self, page: Page) -> None:
        page.fill("[name=name]", "天山区棚改三期")
        page.fill("[name=phone]", "13800001234")
        page.goto(ADDRESS)
        page.click("text=接着填")
        assert page.input_value("[name=name]") == "天山区棚改三期"
        assert page.input_value("[name=phone]") == ""

    def test_is_gone_once_the_form_was_received(self, page: Page) -> None:
        page.fill("[name=name]", "天山区棚改三期")
        page.click("text=保存")
        page.wait_for_url("**/sent/**")
        page.goto(ADDRESS)
        assert page.locator(".draft-note").count() == 0

    def test_goes_when_it_is_old(self, page: Page) -> None:
        page.fill("[name=name]", "天山区棚改三期")
        nine_hours = 9 * 3600 * 1000
        page.evaluate(
            """(age) => { for (const [key, text] of Object.entries(sessionStorage)) {
                const draft = JSON.parse(text);
                draft.at -= age;
                sessionStorage.setItem(key, JSON.stringify(draft));
            } }""",
            nine_hours,
        )
        page.goto(ADDRESS)
        assert page.evaluate("sessionStorage.length") == 0

    def test_stays_in_its_tab_and_in_no_storage_of_the_browsers(self, page: Page) -> None:
        page.fill("[name=name]", "天山区棚改三期")
        assert page.evaluate("localStorage.length") == 0
        assert "天山区棚改三期" in page.evaluate("JSON.stringify(sessionStorage)")

    @pytest.mark.parametrize("next_page", ["liqiang/", "signin/"])
    def test_is_gone_where_another_person_or_nobody_is_signed_in(
        self, page: Page, next_page: str
    ) -> None:
        page.fill("[name=name]", "天山区棚改三期")
        page.goto(ADDRESS + next_page)
        assert page.evaluate("sessionStorage.length") == 0

    @pytest.mark.parametrize("next_page", ["other-unit/", "fault/"])
    def test_outlives_another_unit_and_a_fault_and_is_not_offered_there(
        self, page: Page, next_page: str
    ) -> None:
        page.fill("[name=name]", "天山区棚改三期")
        page.goto(ADDRESS + next_page)
        assert page.locator(".draft-note").count() == 0
        page.goto(ADDRESS)
        page.click("text=接着填")
        assert page.input_value("[name=name]") == "天山区棚改三期"

    @pytest.mark.parametrize("next_page", ["signin/", "fault/"])
    def test_is_not_taken_of_what_nobody_in_particular_types(
        self, page: Page, next_page: str
    ) -> None:
        page.goto(ADDRESS + next_page)
        page.fill("[name=name]", "天山区棚改三期")
        assert page.evaluate("sessionStorage.length") == 0


KEPT = {
    "action": "/sent/?tab=1",
    "fields": [
        *[["name", "天山区棚改三期"], ["phone", "13800001234"], ["kinds", "b"], ["kinds", "c"]],
        *[["agreed", "on"], ["size", "small"], ["secret", "不该填"], ["gone", "没有这一栏"]],
    ],
}
KEPT_FORM = """<script id="kept-form" type="application/json">{kept}</script>
<form id="other" method="post" action="/else/"><input name="name"></form>
<dialog id="ask"><form id="lost" method="post" action="/sent/">
<input type="hidden" name="secret" value="alt"><input name="name"><input name="phone" value="1">
<select name="kinds" multiple>
<option selected>a</option><option>b</option><option>c</option></select>
<input type="checkbox" name="agreed"><input type="checkbox" name="sealed" checked>
<input type="radio" name="size" value="large" checked>
<input type="radio" name="size" value="small">
<input type="file" name="proof"></form></dialog>"""


class TestKeptForm:
    """A form whose session was lost, put in again from what the server kept (kept.js)."""

    @pytest.fixture
    def restored(self, context: Page) -> Page:
        data = json.dumps(KEPT, ensure_ascii=False)
        body = PAGE.replace("{viewer}", VIEWERS["/"])
        body = body.replace(
            '<form id="project"', KEPT_FORM.replace("{kept}", data) + '<form id="project"'
        )
        context.route("**/*", answer)
        context.route(
            "**/kept/",
            lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"),
        )
        context.goto(ADDRESS + "kept/")
        return context

    def test_holds_what_was_sent(self, restored: Page) -> None:
        assert restored.input_value("#lost [name=name]") == "天山区棚改三期"
        assert restored.input_value("#lost [name=phone]") == "13800001234"
        chosen = (
            "[...document.querySelector('#lost [name=kinds]').selectedOptions].map((o) => o.text)"
        )
        assert restored.evaluate(chosen) == ["b", "c"]
        assert restored.is_checked("#lost [name=agreed]")
        assert not restored.is_checked("#lost [name=sealed]")
        assert restored.is_checked("#lost [value=small]")

    def test_is_the_one_that_was_sent_in_its_open_dialog(self, restored: Page) -> None:
        assert restored.locator("#ask").is_visible()
        assert restored.input_value("#other [name=name]") == ""
        assert restored.input_value("#project [name=name]") == ""

    def test_takes_nothing_into_hidden_fields(self, restored: Page) -> None:
        assert restored.input_value("#lost [name=secret]") == "alt"


def test_a_second_click_does_not_submit_again(page: Page) -> None:
    sent = page.evaluate(
        """() => { const form = document.getElementById("project"); let sent = 0;
        form.addEventListener("submit", (event) => {
          if (!event.defaultPrevented) sent += 1;
          event.preventDefault();
        });
        form.requestSubmit(); form.requestSubmit(); return sent; }"""
    )
    assert sent == 1


def test_dialogs_open_and_close(page: Page) -> None:
    page.click("[data-opens]")
    assert page.locator("#box").is_visible()
    page.click("[data-closes]")
    assert not page.locator("#box").is_visible()


def test_a_lost_connection_is_said_in_words(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:sendError'))")
    assert "连不上服务器" in page.inner_text("#connection")


def test_what_is_missing_is_said_in_chinese_and_forgiven_once_it_is_there(page: Page) -> None:
    page.evaluate("document.querySelector('[name=name]').required = true")
    page.click("main button")
    assert page.url == ADDRESS
    assert page.inner_text("[data-complaint]") == "没有填写，请补上。"
    assert page.evaluate("document.activeElement.name") == "name"
    page.fill("[name=name]", "天山路改造")
    assert page.locator("[data-complaint]").count() == 0
    page.click("main button")
    page.wait_for_url("**/sent/**")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        *[("20261128", "2026-11-28"), ("2026.11.8", "2026-11-08"), ("2026/1/8", "2026-01-08")],
        *[("2026年11月28日", "2026-11-28"), ("２０２６-11-28", "2026-11-28"), ("明天", "明天")],
    ],
)
def test_days_are_written_one_way(page: Page, typed: str, written: str) -> None:
    page.fill("[data-day]", typed)
    page.press("[data-day]", "Tab")
    assert page.input_value("[data-day]") == written


@pytest.mark.parametrize(("typed", "written"), [("202609", "2026-09"), ("2026年9月", "2026-09")])
def test_months_are_written_one_way(page: Page, typed: str, written: str) -> None:
    page.fill("[data-month]", typed)
    page.press("[data-month]", "Tab")
    assert page.input_value("[data-month]") == written


def test_a_lists_address_holds_only_what_was_asked(page: Page) -> None:
    page.fill("#find [name=q]", "天山")
    page.click("#find button")
    page.wait_for_url("**/sent/**")
    assert urlsplit(page.url).query == "q=%E5%A4%A9%E5%B1%B1"


class TestCombobox:
    """The keyboard and the names of a choice that is found by typing."""

    TEXT = "#place"
    VALUE = "[data-combo] input[type=hidden]"

    def ask(self, page: Page, text: str) -> None:
        page.fill(self.TEXT, text)
        page.wait_for_selector("[role=option][aria-selected=true]")

    def test_is_one_to_a_screen_reader(self, page: Page) -> None:
        self.ask(page, "ts")
        field = page.locator(self.TEXT)
        assert field.get_attribute("role") == "combobox"
        assert field.get_attribute("aria-expanded") == "true"
        named = field.get_attribute("aria-activedescendant")
        assert (
            page.locator(f"[id='{named}'][aria-selected=true]").inner_text() == "天山区 乌鲁木齐市"
        )
        assert page.inner_text("[data-combo] [role=status]") == "2 项"

    def test_is_chosen_from_by_keyboard(self, page: Page) -> None:
        self.ask(page, "ts")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert page.input_value(self.VALUE) == "650103"
        assert page.input_value(self.TEXT) == "沙依巴克区"
        assert page.locator(self.TEXT).get_attribute("aria-expanded") == "false"
        assert page.url == ADDRESS

    def test_is_chosen_from_by_mouse(self, page: Page) -> None:
        self.ask(page, "ts")
        page.click("text=沙依巴克区")
        assert page.input_value(self.VALUE) == "650103"

    def test_closes_on_escape_and_chooses_nothing(self, page: Page) -> None:
        self.ask(page, "ts")
        page.keyboard.press("Escape")
        assert page.locator("[role=listbox]").is_hidden()
        assert page.input_value(self.VALUE) == ""

    def test_typed_over_keeps_no_old_value(self, page: Page) -> None:
        self.ask(page, "ts")
        page.keyboard.press("Enter")
        page.fill(self.TEXT, "没有的地方")
        page.press(self.TEXT, "Tab")
        assert page.input_value(self.VALUE) == ""
        assert page.inner_text("[data-combo] [role=status]") == "请从列出的里面选一项。"

    def test_emptied_is_nothing_chosen(self, page: Page) -> None:
        self.ask(page, "ts")
        page.keyboard.press("Enter")
        page.fill(self.TEXT, "")
        page.press(self.TEXT, "Tab")
        assert page.input_value(self.VALUE) == ""

    def test_says_that_nothing_was_found(self, page: Page) -> None:
        page.fill(self.TEXT, "zzz")
        page.wait_for_function("document.querySelector('[data-combo] [role=status]').textContent")
        assert "没有找到" in page.inner_text("[data-combo] [role=status]")


class TestConfirmedForm:
    def ask(self, page: Page) -> None:
        page.fill("#end input", "核实过")
        page.click("#end button")
        page.wait_for_selector("dialog[open]")

    def test_is_asked_about_in_the_words_of_its_button(self, page: Page) -> None:
        self.ask(page)
        assert page.url == ADDRESS
        assert page.inner_text("dialog[open] h2") == "结束登录"
        assert page.inner_text("dialog[open] p") == "登录马上结束。不能撤销。"
        # Who presses Enter without looking has done nothing.
        assert page.evaluate("document.activeElement.textContent") == "取消"

    def test_is_sent_once_it_is_confirmed(self, page: Page) -> None:
        self.ask(page)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        page.get_by_role("dialog").get_by_role("button", name="结束登录").dblclick()
        page.wait_for_url("**/sent/**")
        assert len([url for url in sent if "/sent/" in url]) == 1

    @pytest.mark.parametrize("way", ["取消", "Escape"])
    def test_is_not_sent_when_it_is_left(self, page: Page, way: str) -> None:
        self.ask(page)
        if way == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("dialog").get_by_role("button", name="取消").click()
        assert page.locator("dialog[open]").count() == 0
        assert page.url == ADDRESS
        # And it is asked about again.
        self.ask(page)

    def test_says_first_what_is_missing(self, page: Page) -> None:
        page.click("#end button")
        assert page.locator("dialog[open]").count() == 0
        assert page.inner_text("#end [data-complaint]") == "没有填写，请补上。"


SWAP = """(left) => {
    const main = document.getElementById("main");
    main.innerHTML = "<table><tbody>" + left.map((row) =>
        `<tr><td><button id="${row}">修改</button></td></tr>`).join("") + "</tbody></table>";
}"""

TELL = """([name, part]) => document.dispatchEvent(
    new CustomEvent(name, { detail: { [part]: document.body } }))"""


@pytest.mark.parametrize(
    ("left", "goes_to"),
    [(["a", "c"], "c"), (["a"], "a"), (["a", "b", "c"], "b")],
    ids=["the row in its place", "the last row", "the row itself"],
)
def test_who_mends_a_row_goes_on_at_its_place(page: Page, left: list[str], goes_to: str) -> None:
    page.evaluate(SWAP, ["a", "b", "c"])
    page.focus("#b")
    page.evaluate(TELL, ["htmx:beforeSwap", "target"])
    page.evaluate(SWAP, left)
    page.evaluate(TELL, ["htmx:afterSettle", "elt"])
    assert page.evaluate("document.activeElement.id") == goes_to
