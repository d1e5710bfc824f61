"""The front end keeps to Chromium 109 (the last for Windows 7) and to the content policy.

Each rule has a canary that it must catch, so that a guard that has gone hollow shows.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

NEWER_CSS = {
    "colour functions of 111 and later": r"\b(ok)?l(ch|ab)\(|color-mix\(|light-dark\(",
    "@scope, @starting-style, @view-transition": r"@(scope|starting-style|view-transition)\b",
    "subgrid": r"\bsubgrid\b",
    "popover, anchors": r":popover-open|anchor-name|position-anchor|\banchor\(",
    "text-wrap": r"\btext-wrap\b",
    "field-sizing, interpolate-size": r"\b(field-sizing|interpolate-size)\b",
    "scroll-driven animation": r"\b(animation|scroll|view)-timeline\b",
    ":user-valid, :user-invalid": r":user-(in)?valid",
    "linear() easing, round()": r"\b(linear|round)\(",
    ":nth-child(… of …)": r":nth-(last-)?child\([^)]* of ",
    "addresses of other hosts": r"url\([\"']?(https?:)?//|@import",
    "nesting marked by &": r"(^|[{;}\s])&",
}
CSS_CANARIES = [
    "a { color: oklch(50% 0 0); }",
    "@scope (main) { a { color: red; } }",
    "a { grid-template-rows: subgrid; }",
    "a:popover-open { color: red; }",
    "h1 { text-wrap: balance; }",
    "textarea { field-sizing: content; }",
    "a { animation-timeline: scroll(); }",
    "input:user-invalid { color: red; }",
    "a { transition-timing-function: linear(0, 1); }",
    "li:nth-child(2 of .a) { color: red; }",
    "@import url(https://cdn.example/a.css);",
    "a { &:hover { color: red; } }",
]
NEWER_JS = {
    "array copies of 110": r"\.(toSorted|toReversed|toSpliced|with)\(",
    "grouping": r"\b(Object|Map)\.groupBy\b",
    "Promise.withResolvers, Promise.try": r"\bPromise\.(withResolvers|try)\b",
    "Array.fromAsync, Iterator.from": r"\bArray\.fromAsync\b|\bIterator\.from\b",
    "set algebra": r"\.(union|intersection|difference|isSubsetOf)\(",
    "popovers, view transitions": r"\b(showPopover|togglePopover|startViewTransition)\b",
    "URL.canParse, AbortSignal.any": r"\bURL\.canParse\b|\bAbortSignal\.any\b",
    "regular expressions with v": r"/[a-z]*v[a-z]*\.(test|exec)\(",
    "eval and its kin": r"\beval\(|\bnew Function\b|document\.write|\.innerHTML\b",
    "addresses of other hosts": r"[\"'`](https?:)?//\w",
}
JS_CANARIES = [
    "rows.toSorted()",
    "Object.groupBy(rows, key)",
    "Promise.withResolvers()",
    "Array.fromAsync(rows)",
    "seen.union(other)",
    "menu.showPopover()",
    "URL.canParse(text)",
    r"/[\p{L}]/v.test(text)",
    "eval(text)",
    'fetch("https://cdn.example/x")',
]
BARRED_HTML = {
    "style attributes and elements": r"\sstyle\s*=|<style\b",
    "inline scripts": r"<script\b(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*[\"']|javascript:",
    "htmx that needs eval": r"\shx-on\b|\shx-(vals|headers)=[\"']js:|hx-trigger=[\"'][^\"']*\[",
    "files of other hosts": (
        r"<(script|link|img|iframe|use|source)\b[^>]*(src|href)=[\"'](https?:)?//"
    ),
    "fields that speak the browser's language": r"type=[\"'](date|month|time|datetime-local)[\"']",
    "forms that the browser checks in its own words": (
        r"<form\b(?![^>]*\bnovalidate)(?![^>]*/signout/)"
    ),
    "popover attributes": r"\spopover(target)?\b\s*[=>]",
    "English on buttons": r"<button\b[^>]*>\s*[A-Za-z][A-Za-z ]*\s*</button>",
}
HTML_CANARIES = [
    '<p style="color: red">',
    "<script>alert(1)</script>",
    '<button hx-on:click="go()">',
    '<script src="https://cdn.example/a.js"></script>',
    '<input type="date" name="on">',
    '<form class="form" method="post">',
    '<div popover="auto">',
    '<button class="button">Save</button>',
]


def files(pattern: str) -> list[Path]:
    """The project's own files; what is generated or installed lies in hidden folders or var/."""
    found = (path.relative_to(ROOT) for path in ROOT.glob(pattern))
    return sorted(
        path for path in found if path.parts[0] != "var" and not path.parts[0].startswith(".")
    )


def faults(text: str, rules: dict[str, str]) -> list[str]:
    return [name for name, pattern in rules.items() if re.search(pattern, text, re.MULTILINE)]


def bare(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def nested(css: str) -> Iterator[str]:
    """Rules inside rules; media queries and keyframes may hold rules."""
    open_rules: list[str] = []
    for head, mark in re.findall(r"([^{};]*)([{};])", bare(css)):
        if mark == "{":
            if open_rules and not open_rules[-1].startswith("@"):
                yield head.strip()
            open_rules.append(head.strip())
        elif mark == "}" and open_rules:
            open_rules.pop()


def hits(paths: list[Path], rules: dict[str, str]) -> dict[str, list[str]]:
    found = {str(path): faults(bare((ROOT / path).read_text()), rules) for path in paths}
    return {path: names for path, names in found.items() if names}


def unused(kind: str) -> list[str]:
    """Files of a kind that no template loads."""
    pages = "".join((ROOT / path).read_text() for path in files("**/templates/**/*.html"))
    names = (str(path.relative_to("static")) for path in files(f"static/**/*.{kind}"))
    return [name for name in names if f'{{% static "{name}" %}}' not in pages]


class TestStylesheet:
    def test_keeps_to_chromium_109(self) -> None:
        assert hits(files("static/**/*.css"), NEWER_CSS) == {}

    def test_nests_no_rules(self) -> None:
        sheets = files("static/**/*.css")
        assert [name for path in sheets for name in nested((ROOT / path).read_text())] == []

    def test_of_every_file_is_used_by_a_page(self) -> None:
        assert unused("css") == []

    @pytest.mark.parametrize(
        ("rule", "canary"), list(zip(NEWER_CSS, CSS_CANARIES, strict=True)), ids=list(NEWER_CSS)
    )
    def test_every_rule_bites(self, rule: str, canary: str) -> None:
        assert rule in faults(canary, NEWER_CSS)

    def test_nesting_is_seen(self) -> None:
        assert list(nested("@media print { a { color: red; b { color: blue; } } }")) == ["b"]


class TestScript:
    def test_keeps_to_chromium_109(self) -> None:
        scripts = files("static/**/*.js")
        assert Path("static/core/start.js") in scripts
        assert hits(scripts, NEWER_JS) == {}

    def test_of_every_file_is_used_by_a_page(self) -> None:
        assert unused("js") == []

    @pytest.mark.parametrize(
        ("rule", "canary"), list(zip(NEWER_JS, JS_CANARIES, strict=True)), ids=list(NEWER_JS)
    )
    def test_every_rule_bites(self, rule: str, canary: str) -> None:
        assert rule in faults(canary, NEWER_JS)


def long_lines(path: Path, limit: int = 160) -> list[str]:
    lines = enumerate((ROOT / path).read_text().split("\n"), start=1)
    return [f"{path}:{number}" for number, line in lines if len(line) > limit]


def without_summary(page: str) -> set[str]:
    """The forms whose fields stand in a dialog of the page and whose faults do not."""
    dialogs = "".join(re.findall(r"{% dialog .*?{% enddialog %}", page, re.DOTALL))
    shown = set(re.findall(r"{{ (\w+)\.\w+\.as_field_group", dialogs))
    return shown - set(re.findall(r"{% form_errors (\w+)", dialogs))


class TestTemplates:
    def test_can_be_read_line_by_line(self) -> None:
        pages = files("templates/**/*.html")
        assert [line for path in pages for line in long_lines(path)] == []

    def test_hold_nothing_that_the_content_policy_stops(self) -> None:
        pages = files("**/templates/**/*.html")
        assert Path("templates/base.html") in pages
        assert hits(pages, BARRED_HTML) == {}

    @pytest.mark.parametrize(
        ("rule", "canary"),
        list(zip(BARRED_HTML, HTML_CANARIES, strict=True)),
        ids=list(BARRED_HTML),
    )
    def test_every_rule_bites(self, rule: str, canary: str) -> None:
        assert rule in faults(canary, BARRED_HTML)

    def test_show_a_dialogs_faults_inside_the_dialog(self) -> None:
        # core/dialogs.js opens a dialog again that holds a summary; one outside it links to fields
        # that nobody sees.
        pages = [(path, (ROOT / path).read_text()) for path in files("templates/**/*.html")]
        assert [f"{path}: {form}" for path, text in pages for form in without_summary(text)] == []

    def test_a_dialog_without_summary_is_seen(self) -> None:
        fields = "{{ leaving_form.successor.as_field_group }}"
        page = f"{{% form_errors leaving_form %}}{{% dialog 'a' 'b' %}}{fields}{{% enddialog %}}"
        assert without_summary(page) == {"leaving_form"}
