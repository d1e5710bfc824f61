"""Every page is Chinese, has one heading and a name, and holds nothing that the policy stops."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from string import ascii_uppercase

import lxml.html
import pytest
from lxml.html import HtmlElement

from tests.guards.access_table import NO_PAGES, TABLE
from tests.guards.walk import PAGES, Walked
from tests.guards.world import World

pytestmark = pytest.mark.django_db
#: Latin that is right on a Chinese page: file kinds, units, codes, addresses.
LATIN = re.compile(
    r"(?:xlsx?|xlsb|ods|csv|pdf|jpe?g|png|tiff?|zip|mb|kb|a3|a4|id|qr|uscc|https?|utf|gb\d*)"
    r"|(?:XJ|GZD|DF|BZ|BND|PAY|ACC|WRK|NTC|FED|LIMITS|SM|GB)[-\w]*"
    r"|[A-Z]?\d[-\w./:]*|[0-9a-f]{8,}|[A-Z0-9]{10,}",
    re.IGNORECASE,
)
WORDS = re.compile(r"[A-Za-z][A-Za-z0-9_-]+")
READ_ALOUD = ("placeholder", "title", "aria-label", "alt", "data-label")


def english(tree: HtmlElement, known: set[str]) -> list[str]:
    """Latin words that a reader meets, but for codes and those that are known."""
    texts = tree.xpath("//body//text()[not(ancestor::script or ancestor::code or ancestor::svg)]")
    spoken = [value for name in READ_ALOUD for value in tree.xpath(f"//body//@{name}") if value]
    found = WORDS.findall(" ".join([*texts, *spoken, *tree.xpath("//title/text()")]))
    return sorted({word for word in found if not LATIN.fullmatch(word)} - known)


def faults(tree: HtmlElement) -> Iterator[str]:
    """What a whole page must have and may not have."""
    if not tree.get("lang", "").startswith("zh"):
        yield "html lang"
    if len(tree.xpath("//h1")) != 1:
        yield f"{len(tree.xpath('//h1'))} h1"
    if not re.search(r"[\u4e00-\u9fff]", tree.findtext(".//title") or ""):
        yield "title"
    if tree.xpath("//*[@style] | //style"):
        yield "style"
    if tree.xpath("//script[not(@src)]"):
        yield "script"
    if tree.xpath("//@*[starts-with(name(), 'on')]"):
        yield "handler"
    yield from (f"id {name} twice" for name in repeated(tree.xpath("//@id")))
    yield from (f"field {name} without a label" for name in unlabelled(tree))


def repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def unlabelled(tree: HtmlElement) -> Iterator[str]:
    """Fields that nobody says the name of."""
    named = set(tree.xpath("//label/@for"))
    for field in tree.xpath("//input[not(@type='hidden' or @type='submit')] | //select"):
        told = field.get("id") in named or field.get("aria-label") or field.get("aria-labelledby")
        if not told and not field.xpath("ancestor::label"):
            yield field.get("name", "?")


@pytest.fixture(scope="module")
def known(world) -> set[str]:
    """Names of the cast, which are sign-in names with a 甲; of its files and their columns after
    Z; and examples."""
    files = {"roster", "usual", "faults", "attendance"}
    columns = {f"A{letter}" for letter in ascii_uppercase}
    return {*vars(world.cast.users), *files, *columns, "zhang", "wei"}


@pytest.fixture
def read(world):
    return partial(parsed, world)


def parsed(world: World, page: Walked) -> HtmlElement:
    answer = page.read(world)
    assert answer.status_code == 200, f"{page.name}: {answer.status_code}"
    assert answer["Content-Type"].startswith("text/html")
    return lxml.html.fromstring(answer.content.decode())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
class TestPage:
    def test_speaks_chinese_and_is_well_made(self, read, known, page):
        tree = read(page)
        assert (english(tree, known), list(faults(tree))) == ([], [])


#: An import keeps its name from the choice of the file to the end.
IMPORTS = re.compile(r"(.*_)?upload$")


class TestTitles:
    def test_tell_the_pages_apart(self, read):
        named = [page for page in PAGES if not IMPORTS.fullmatch(page.name.partition(":")[2])]
        titles = {page.name: read(page).findtext(".//title").strip() for page in named}
        same = repeated(list(titles.values()))
        assert {name: title for name, title in titles.items() if title in same} == {}


class TestErrors:
    @pytest.mark.parametrize(
        ("persona", "url", "status"),
        [
            ("county", "/nowhere/", 404),
            ("county", "/projects/XJ0000000000000/", 404),
            ("other_admin", "/projects/XJ6501022026001/people/", 404),
            ("labour", "/projects/XJ6501022026001/edit/", 403),
            ("sub", "/organisations/", 403),
            ("anonymous", "/b/NOWHERE2222222/", 404),
            ("county", "/warnings/?after=nonsense", 404),
        ],
    )
    def test_are_explained_in_chinese(self, world, known, persona, url, status):
        answer = world.ask(persona, url)
        tree = lxml.html.fromstring(answer.content.decode())
        assert answer.status_code == status
        assert (english(tree, known), list(faults(tree))) == ([], [])


class TestWalk:
    def test_leaves_out_only_what_is_no_page(self, world):
        assert set(TABLE) >= NO_PAGES
        assert len(PAGES) > 35


BAD = """<html lang="en"><head><title>Home</title><style>a {}</style></head>
<body onload="go()"><h1>工资</h1><h1>Wages</h1><p id="a" style="color:red">This field is required.
</p><p id="a">xlsx XJ6501022026001</p><input name="q" placeholder="Search">
<script>go()</script></body></html>"""


class TestCanary:
    def test_is_seen_in_all_its_faults(self):
        tree = lxml.html.fromstring(BAD)
        assert english(tree, set()) == [
            *("Home", "Search", "This", "Wages", "field", "is", "required")
        ]
        assert list(faults(tree)) == [
            *("html lang", "2 h1", "title", "style", "script", "handler"),
            *("id a twice", "field q without a label"),
        ]
