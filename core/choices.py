"""Long choices found by typing: what a form offers where a select would be too long.

With the script it is a combobox that asks an address of the app for what is typed; without it the
server reads what was typed: one that fits is taken, several are named. Guide: docs/ui.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse
from django_filters import Filter

from core.fields import fail
from core.pinyin import pinyin_of

#: How many are shown for what was typed.
SHOWN = 20
#: How many are named to who has no script.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; ``note`` tells those of one name apart."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceSource:
    """Where the choices of a field come from, cut to the actor whom it was made for.

    ``url``   answers :func:`options_response` for this source
    ``find``  the first ``limit`` that fit a text, the best first; "" finds the first of all
    ``get``   the choice of a value, None where it is none
    """

    url: str
    find: Callable[[str, int], Sequence[Option]]
    get: Callable[[str], Option | None]


def fit_of(text: str, name: str, code: str) -> int | None:
    """How a text fits a name, its pinyin, its initials or a code.

    0 where one of them begins with it, 1 where one only holds it, None where none does.
    """
    typed = text.lower().replace(" ", "")
    words = (name, code.lower(), *pinyin_of(name).split())
    if any(word.startswith(typed) for word in words):
        return 0
    return 1 if any(typed in word for word in words) else None


def source_of(known: Callable[[], Sequence[Option]], *, url: str) -> ChoiceSource:
    """A dictionary of some hundred entries, found by name, code, pinyin or initials.

    What begins with the text comes before what only holds it.
    """

    def find(text: str, limit: int) -> list[Option]:
        fits = [(fit_of(text, option.label, option.value), option) for option in known()]
        fitting = sorted(
            (pair for pair in fits if pair[0] is not None), key=lambda pair: pair[0] or 0
        )
        return [option for _, option in fitting[:limit]]

    def get(value: str) -> Option | None:
        return next((option for option in known() if option.value == value), None)

    return ChoiceSource(url, find, get)


def options_response(request: HttpRequest, source: ChoiceSource) -> JsonResponse:
    """What the combobox asks for: the choices that fit ``q``, and whether there are more."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    found = source.find(text, SHOWN + 1)
    options = [asdict(option) for option in found[:SHOWN]]
    return JsonResponse({"options": options, "more": len(found) > SHOWN})


class TypedChoiceInput(forms.Widget):
    """A text field over a hidden value; its name for what is typed is ``<name>_text``."""

    template_name = "components/typed_choice.html"
    source: ChoiceSource | None = None
    #: Whether what is typed is sent and read also where nothing was chosen.
    takes_text = False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str]:
        return str(data.get(name) or ""), str(data.get(f"{name}_text") or "").strip()

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        code, text = value if isinstance(value, tuple) else (str(value or ""), "")
        option = self.source.get(code) if self.source and code else None
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "code": option.value if option else "",
            "text": option.label if option else text or (code if self.takes_text else ""),
            "takes_text": self.takes_text,
            "url": self.source.url if self.source else "",
            "label": self.attrs.get("label", ""),
        }
        return context


class TypedChoiceField(forms.Field):
    """A choice of a :class:`ChoiceSource`; cleans to its value, "" where nothing is chosen."""

    widget = TypedChoiceInput
    default_error_messages = {"required": "还没有选择，请输入名称、代码或拼音查找。"}

    def __init__(self, *, source: ChoiceSource | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.source = source

    @property
    def source(self) -> ChoiceSource | None:
        return self._source

    @source.setter
    def source(self, source: ChoiceSource | None) -> None:
        self._source = self.widget.source = source

    def __deepcopy__(self, memo: dict[int, Any]) -> "TypedChoiceField":
        copied: TypedChoiceField = super().__deepcopy__(memo)
        copied.source = self._source
        return copied

    def clean(self, value: Any) -> str:
        code, text = value if isinstance(value, tuple) else (str(value or ""), "")
        chosen = self._chosen_row(code.replace("\x00", ""), text.replace("\x00", ""))
        if not chosen and self.required:
            fail("required", str(self.error_messages["required"]))
        return chosen

    def _chosen_row(self, code: str, text: str) -> str:
        if self._source is None or not (code or text):
            return ""
        option = self._source.get(code) if code else None
        if option is not None and text in ("", option.label):
            return option.value
        if not text:
            fail("invalid", "这个选项不在列表里，请重新选择。")
        found = self._source.find(text, NAMED + 1)
        if not found:
            fail("invalid", f"没有找到“{text}”，请换名称、代码或拼音再试。")
        fitting = [one for one in found if one.label == text] or found
        if len(fitting) > 1:
            names = "、".join(one.label for one in fitting[:NAMED])
            more = "等" if len(fitting) > NAMED else ""
            fail("invalid", f"“{text}”有几项符合：{names}{more}，请写全名称。")
        return fitting[0].value

    def has_changed(self, initial: Any, data: Any) -> bool:
        code = data[0] if isinstance(data, tuple) else data
        return str(initial or "") != str(code or "")


class TypedFilter(Filter):
    """A filter of a list whose choice is found by typing."""

    field_class = TypedChoiceField

    def __init__(self, *, label: str, **more: Any) -> None:
        super().__init__(label=label, required=False, **more)
