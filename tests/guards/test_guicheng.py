"""The 规程 held to the code: docs/guicheng.md has each sentence and names only what exists."""

import ast
import re
from dataclasses import dataclass, field
from functools import cache

import pytest
from django.core.management import get_commands
from django.urls import get_resolver

from monitoring.catalogue import RULES
from tests.guards.source import ROOT
from tests.guards.test_urls import addresses

REGULATION = (ROOT / "docs" / "guicheng.txt").read_text("utf-8")
ENTRIES = (ROOT / "docs" / "guicheng.md").read_text("utf-8")
#: What an entry may name, and what it says without naming anything.
NAMING = {"页面", "规则", "命令", "测试"}
SAYING = {"尚无程序", "无须程序"}
#: Which section of the work brings what is missing, with the clauses that it serves.
SECTIONS = {
    "预警引擎": "一(一)",
    "专户": "二(二)",
    "保证金": "二(三)",
    "实名制": "二(四)",
    "工资代发": "二(五)",
    "告示牌": "二(六)",
    "投诉举报": "二(七)",
    "数据对接": "一(一)、三(三)",
    "监督检查": "三(一)至三(三)",
}
#: "二、平台使用管理", "(一)工程项目管理。" and the two lines of the title.
_HEADING = re.compile(
    r"[一二三四]、.*|\([一二三四五六七]\)[^,]{2,16}。|新疆[^,]*平台|管理使用规程\(试行"
)


def sentences(text: str) -> list[str]:
    """The sentences of the regulation, headings left out."""
    parts = (part.strip() for line in text.splitlines() for part in re.findall("[^。]+。?", line))
    return [part for part in parts if part and not _HEADING.fullmatch(part)]


@dataclass
class Entry:
    """What docs/guicheng.md says about one sentence."""

    sentence: str
    #: (kind, names) of each line that names something, and the lines that say something.
    named: list[tuple[str, list[str]]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)


def entries(text: str) -> list[Entry]:
    """The entries; only after the first heading of a clause: what stands above explains."""
    found: list[Entry] = []
    for line in text.partition("\n## ")[2].splitlines():
        if line.startswith("> "):
            found.append(Entry(line.removeprefix("> ")))
        elif match := re.fullmatch(r"- (\S+?)：(.+)", line):
            kind, content = match.groups()
            if kind in NAMING:
                found[-1].named.append((kind, re.findall("`([^`]+)`", content)))
            else:
                found[-1].said.append((kind, content))
    return found


@cache
def names(kind: str) -> frozenset[str]:
    """What exists of a kind."""
    if kind == "页面":
        return frozenset(addresses(get_resolver().url_patterns))
    return frozenset(RULES if kind == "规则" else get_commands())


def is_test(name: str) -> bool:
    """Whether "file", "file::class" or "file::class::test" exists and is a test."""
    file, *inside = name.split("::")
    if not (ROOT / file).is_file() or "/test_" not in file:
        return False
    body = ast.parse((ROOT / file).read_text("utf-8")).body
    for word in inside:
        nodes = [n for n in body if isinstance(n, ast.ClassDef | ast.FunctionDef)]
        node = next((n for n in nodes if n.name == word), None)
        if node is None or not word.lower().startswith("test"):
            return False
        body = node.body
    return True


def faults(entry: Entry) -> list[str]:
    """What is wrong with an entry."""
    wrong = [] if entry.named or entry.said else ["says nothing"]
    for kind, named in entry.named:
        exists = is_test if kind == "测试" else names(kind).__contains__
        wrong += [f"{kind} {name}" for name in named if not exists(name)]
        wrong += [] if named else [f"{kind} names nothing"]
    for kind, words in entry.said:
        if kind not in SAYING:
            wrong.append(kind)
        elif kind == "尚无程序":
            told = re.findall("由“(.+?)”一节（(.+?)）", words)
            wrong += [] if told else [f"{words}: which section?"]
            wrong += [section for section, clause in told if SECTIONS.get(section) != clause]
    kinds = {kind for kind, _ in entry.named}
    if kinds and "测试" not in kinds:
        wrong.append("no test")
    return wrong


class TestEntries:
    def test_have_every_sentence_in_the_regulations_words_and_order(self):
        assert [entry.sentence for entry in entries(ENTRIES)] == sentences(REGULATION)

    @pytest.mark.parametrize("entry", entries(ENTRIES), ids=lambda entry: entry.sentence[:12])
    def test_name_what_exists(self, entry):
        assert faults(entry) == []


class TestRegulation:
    def test_is_whole(self):
        assert len(sentences(REGULATION)) == 22
        assert REGULATION.startswith("新疆农民工工资支付监控预警平台\n")
        assert REGULATION.endswith("负责解释。\n")


class TestCanary:
    @pytest.mark.parametrize(
        "line",
        [
            "- 页面：`projects:gone`\n- 测试：`tests/guards/test_guicheng.py`",
            "- 规则：`XXX-99`\n- 测试：`tests/guards/test_guicheng.py`",
            "- 命令：`fly`\n- 测试：`tests/guards/test_guicheng.py`",
            "- 测试：`tests/guards/test_gone.py`",
            "- 测试：`tests/guards/test_guicheng.py::TestGone`",
            "- 测试：`tests/guards/test_guicheng.py::TestCanary::test_gone`",
            "- 测试：`tests/guards/source.py`",
            "- 测试：所有测试",
            "- 页面：`projects:new`",
            "- 尚无程序：以后再说。",
            "- 尚无程序：甲，由“某某”一节（二(三)）补上。",
            "- 尚无程序：甲，由“保证金”一节（二(四)）补上。",
            "- 备注：没有。",
            "",
        ],
    )
    def test_finds_an_entry_that_serves_nothing(self, line):
        (entry,) = entries(f"\n## 一\n\n> 甲。\n\n{line}\n")
        assert faults(entry)

    def test_finds_a_sentence_without_an_entry(self):
        text = "一、平台\n\n(一)工程项目管理。甲应录入。乙应更新。"
        assert sentences(text) == ["甲应录入。", "乙应更新。"]
