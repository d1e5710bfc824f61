"""The small helps of static/app.js, in a real browser."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from core import money
from wagemon.testing import find_chromium

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine"),
]

SCRIPT = Path(__file__).resolve().parents[2] / "static" / "app.js"
ADDRESS = "http://platform.test/"
PAGE = """<!doctype html><meta charset="utf-8"><body data-viewer="张伟">
<main id="main"><form id="project" data-draft data-once action="/sent/">
<input name="name"><input name="phone" data-private><input id="price" name="price" data-amount>
<div data-drop><input type="file" name="proof"><p class="drop-name"></p></div>
<button>保存</button></form></main>
<button data-opens="box">退回</button><dialog id="box"><button data-closes>取消</button></dialog>
<div id="connection"></div><script src="/app.js"></script></body>"""


def answer(route: Route) -> None:
    if route.request.url.endswith("/app.js"):
        route.fulfill(path=SCRIPT)
    else:
        route.fulfill(body=PAGE, content_type="text/html; charset=utf-8")


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
    context.evaluate("localStorage.clear()")
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
        page.evaluate("localStorage.setItem('draft:x', JSON.stringify({at: 0, values: []}))")
        page.goto(ADDRESS)
        assert page.evaluate("localStorage.length") == 0


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
    name = page.locator("[name=name]")
    assert name.evaluate("field => field.validationMessage") == "没有填写，请补上。"
    name.fill("天山路改造")
    assert name.evaluate("field => field.checkValidity()")


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
