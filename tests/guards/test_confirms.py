"""What destroys, ends, releases or confirms something asks before it acts.

Every form of every template that is posted from the page itself, not from a dialog: one that
holds nothing to fill in, or whose button's word is heavy, carries ``data-confirm`` (static/core/
confirms.js opens the dialog). A new app's templates are found by themselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.guards.test_frontend import ROOT, files

#: Words of buttons that end, give up, release or vouch for something.
HEAVY = re.compile(
    r"结束|解除|确认|作废|停用|收回|退回|销号|撤回|撤销|不同意|生成告示|核实|放款|代发|删除|注销|退场"
)
#: What there is to fill in or to choose.
FIELD = re.compile(
    r"as_field_group|_fields.html|\{\{\s*\w*form(\.\w+)?\s*\}\}|<select|<textarea"
    r"|<input(?![^>]*type=\"hidden\")"
)
FORM = re.compile(r"<form\b([^>]*\bmethod=\"post\"[^>]*)>(.*?)</form>", re.DOTALL)
DIALOG = re.compile(r"\{% dialog .*?\{% enddialog %\}", re.DOTALL)
BUTTON = re.compile(r"<button\b([^>]*)>(.*?)</button>", re.DOTALL)
#: (template, the button's words): acts at once, and may.
AT_ONCE = {
    (
        "components/topbar.html",
        "切换为{{ unit.name }}",
    ): "nothing is done, the way back is the same",
    ("components/topbar.html", "退出登录"): "everybody expects it, signing in again undoes it",
    ("identity/invitation_join.html", "以现在的用户接受"): "is the page that asks",
    ("identity/sessions.html", "绑定统一认证"): "leads to the other side's page, which asks",
    ("identity/step_up.html", "确认办理"): "is the page that asks, for the code",
    ("imports/upload.html", "再试一次"): "reads the same file again, nothing is written",
    ("imports/upload.html", "下载标注后的原表"): "a download",
    ("imports/preview.html", "下载标注后的原表"): "a download",
    ("imports/upload.html", "下载原表"): "a download",
    ("imports/list.html", "原表"): "a download",
    ("imports/list.html", "标注后"): "a download",
    ("imports/_grid.html", "新增一行"): "撤销上一步 takes it back",
    ("imports/_grid.html", "撤销上一步"): "what it takes back stands on the same page",
    ("imports/_grid.html", "恢复"): "撤销上一步 takes it back",
    ("imports/_grid.html", "删去"): "the row stays in sight with 恢复 beside it",
    ("imports/_changes.html", "改回原表"): "撤销上一步 takes it back",
    ("imports/_changes.html", "恢复这一行"): "撤销上一步 takes it back",
    ("imports/_changes.html", "去掉这一行"): "撤销上一步 takes it back",
    ("imports/_settle.html", "改为{{ month|month }}"): "nothing is written, it is read anew",
    ("imports/_settle.html", "读取隐藏的内容"): "nothing is written, the other choice stays",
    ("imports/_settle.html", "不读取隐藏的内容"): "nothing is written, the other choice stays",
}


@dataclass(frozen=True)
class Form:
    """A form that is posted from the page itself."""

    template: str
    attributes: str
    content: str

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """Attributes and words of what sends it."""
        found = BUTTON.findall(self.content)
        return [(head, _words(text)) for head, text in found if 'type="button"' not in head]

    @property
    def must_ask(self) -> bool:
        if not FIELD.search(self.content):
            return True
        return any(HEAVY.search(words) or "danger" in head for head, words in self.buttons)

    @property
    def asks(self) -> bool:
        return "data-confirm=" in self.attributes


def _words(text: str) -> str:
    """A button's words without marks; of two words both."""
    text = re.sub(r"<span class=\"vh\">.*?</span>|\{%.*?%\}|<[^>]+>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text).strip()


def forms_of(name: str, text: str) -> Iterator[Form]:
    for attributes, content in FORM.findall(DIALOG.sub("", text)):
        yield Form(name, attributes, content)


def all_forms() -> list[Form]:
    pages = {str(path).split("templates/", 1)[1]: path for path in files("**/templates/**/*.html")}
    texts = ((name, (ROOT / path).read_text()) for name, path in pages.items())
    return [form for name, text in texts for form in forms_of(name, text)]


def silent(forms: list[Form]) -> list[tuple[str, str]]:
    """(template, words) of what acts without asking."""
    acting = (form for form in forms if form.must_ask and not form.asks)
    return [(form.template, words) for form in acting for _, words in form.buttons]


class TestForms:
    def test_that_act_ask_first(self) -> None:
        assert set(silent(all_forms())) - set(AT_ONCE) == set()

    def test_that_may_act_at_once_are_there(self) -> None:
        assert set(AT_ONCE) <= set(silent(all_forms()))

    def test_say_what_happens(self) -> None:
        asking = [form for form in all_forms() if form.asks]
        assert len(asking) >= 10
        for form in asking:
            question = re.search(r'data-confirm="(.*?)"\s+data-once', form.attributes, re.DOTALL)
            assert question is not None, form
            assert "。" in question[1] or "confirm }}" in question[1], form


class TestCanary:
    @pytest.mark.parametrize(
        "text",
        [
            '<form method="post">{% csrf_token %}<button class="button">更新</button></form>',
            '<form method="post">{{ form.note.as_field_group }}<button>销号</button></form>',
            '<form method="post">{{ form }}<button class="button-danger">好</button></form>',
            '<form method="post">\n<input type="hidden" name="a">\n<button>好</button></form>',
        ],
    )
    def test_that_acts_at_once_is_found(self, text: str) -> None:
        assert len(silent(list(forms_of("a.html", text)))) == 1
        assert (
            silent(list(forms_of("a.html", text.replace("<form", '<form data-confirm="。"')))) == []
        )

    def test_in_a_dialog_is_asked_about_already(self) -> None:
        text = (
            '{% dialog "a" "甲" %}<form method="post"><button>删除</button></form>{% enddialog %}'
        )
        assert silent(list(forms_of("a.html", text))) == []
