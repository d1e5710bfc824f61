"""What forms of all apps do alike."""

from collections.abc import Iterable
from typing import Any

from django import forms

from core.choices import ChoiceSource, TypedChoiceField
from core.disclosure import Purpose
from core.fields import DateField, ProseField, TextField
from core.models import ProofOfService


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let a select of the form offer these choices, which only a selector knows."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} offers no choice.")
    field.choices = list(choices)


class SearchForm(forms.Form):
    """What is looked for on the search page."""

    q = TextField(
        label="名称、编号或代码",
        max_length=60,
        help_text="项目名称或编号、单位名称或统一社会信用代码、工资单编号、预警规则",
    )


def find_among(form: forms.BaseForm, name: str, source: ChoiceSource) -> None:
    """Let a field's choice be found by typing among what this source finds."""
    field = form.fields[name]
    if not isinstance(field, TypedChoiceField):
        raise TypeError(f"{name} is not found by typing.")
    field.source = source


class PurposeForm(forms.Form):
    """What full numbers are needed for."""

    purpose = forms.ChoiceField(label="用途", choices=[("", "请选择"), *Purpose.choices])
    reason = TextField(label="说明", max_length=200, required=False, help_text="选“其他”时必须写明")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("purpose") == Purpose.OTHER and not data.get("reason"):
            self.add_error("reason", "选择“其他”时请写明用途。")
        return data


class CheckForm(forms.Form):
    """The code on an official document."""

    code = TextField(
        label="核验码", max_length=24, help_text="文书左下角二维码旁的 16 位字母和数字"
    )


class ServiceForm(forms.Form):
    """送达回证: how a document reached its addressee."""

    manner = forms.ChoiceField(label="送达方式", choices=ProofOfService.Manner.choices)
    served_on = DateField(label="送达日期")
    recipient = TextField(label="收件人", max_length=60, help_text="签收人的姓名和职务")
    refused = forms.BooleanField(label="拒收", required=False)
    note = ProseField(
        label="说明", required=False, max_length=200, help_text="拒收时写明经过和见证人"
    )
    paper = forms.FileField(
        label="送达回证",
        required=False,
        help_text="签字的回证或邮寄凭证，PDF 或图片，不超过 20 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class RevokeForm(forms.Form):
    """撤销."""

    reason = ProseField(
        label="撤销理由", max_length=200, help_text="核验这份文书的人会看到“已撤销”"
    )
