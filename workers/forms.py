"""What the pages of the register ask for."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet

from core import months
from core.actor import Actor
from core.choices import TypedChoiceField
from core.fields import (
    CardNumberField,
    DateField,
    IdNumberField,
    MonthField,
    PhoneField,
    TextField,
)
from core.filters import FindFilter, ListFilter, OneOf
from core.forms import find_among
from identity.models import Organisation
from projects.models import Project
from workers import selectors
from workers.choices import trade_source

SHEETS = ".xlsx,.xls,.xlsb,.ods,.csv"
_FILE_HELP = "xlsx、xls、xlsb、ods 或 csv，最大 20 MB。原表直接上传，不用改格式。"


def _offer_choices(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Let a choice field offer what a selector found."""
    cast("forms.ChoiceField", form.fields[name]).choices = choices


class RegisterFilter(ListFilter):
    """The register: who is on it now, unless the address asks for others."""

    start = {"presence": "on"}
    text = FindFilter(
        label="姓名或拼音",
        contains=("person__name", "person__pinyin"),
        # What is looked for stands in the address: the browser keeps numbers out of it.
        attrs={
            "pattern": "[^0-9]*",
            "title": "这里填姓名或拼音；身份证号请在“按身份证号查找”里填写。",
        },
    )
    trade = OneOf(label="工种", field_name="trade_id")
    employer = OneOf(label="用人单位", field_name="employer__uscc")
    presence = OneOf(
        label="在册情况",
        method="at_present",
        empty=None,
        choices=[("on", "在册"), ("left", "已退场"), ("all", "全部")],
    )

    def __init__(self, params: Any, *, actor: Actor, project: Project, as_of: date) -> None:
        rows = selectors.register_rows(actor=actor, project=project)
        super().__init__(params, rows, actor=actor)
        self.as_of = as_of
        self.offer("trade", lambda: selectors.trade_choices(actor=actor, project=project))
        self.offer("employer", lambda: selectors.employer_choices(actor=actor, project=project))

    def at_present(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Who has not left before ``as_of``, who has, or both."""
        if value == "on":
            return rows.filter(Q(left_on__isnull=True) | Q(left_on__gte=self.as_of))
        return rows.filter(left_on__lt=self.as_of) if value == "left" else rows


class FindForm(forms.Form):
    """One worker's ID number, sent in a body: an address stands in logs and histories."""

    number = IdNumberField(
        label="完整身份证号",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "data-private": True, "maxlength": 20}
        ),
    )


class RosterForm(forms.Form):
    """Whose roster, and the file."""

    employer = forms.ChoiceField(label="用人单位")
    file = forms.FileField(
        label="花名册", help_text=_FILE_HELP, widget=forms.FileInput(attrs={"accept": SHEETS})
    )

    def __init__(self, *args: Any, employers: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.employers = {str(one.uuid): one for one in employers}
        _offer_choices(self, "employer", [(key, one.name) for key, one in self.employers.items()])

    def clean_employer(self) -> Organisation:
        return self.employers[self.cleaned_data["employer"]]


class AttendanceForm(RosterForm):
    """Whose attendance of which month, and the file."""

    month = MonthField(label="考勤月份", help_text="例如 2026-09")
    file = forms.FileField(
        label="考勤表", help_text=_FILE_HELP, widget=forms.FileInput(attrs={"accept": SHEETS})
    )
    field_order = ("month", "employer", "file")

    def __init__(self, *args: Any, as_of: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.as_of = as_of

    def clean_month(self) -> date:
        """A month that has not begun has no attendance."""
        month: date = self.cleaned_data["month"]
        if month > months.first_day(self.as_of):
            raise forms.ValidationError("这个月还没有开始，请选择已经出勤的月份。")
        return month


class CompleteForm(forms.Form):
    """What a registration may still lack 规程二(四)."""

    trade = TypedChoiceField(label="工种", required=False)
    team = TextField(label="班组", max_length=40, required=False, help_text="例如 钢筋一班")
    contract_number = TextField(
        label="劳动合同编号", max_length=60, required=False, help_text="例如 XJ-2026-0001"
    )
    phone = PhoneField(
        label="联系方式",
        required=False,
        help_text="11 位手机号，或带区号的座机号；留空则不改动已登记的号码",
        widget=forms.TextInput(attrs={"inputmode": "tel", "data-private": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        find_among(self, "trade", trade_source())


class CardForm(forms.Form):
    """Another wage card, from a day on."""

    number = CardNumberField(
        label="新卡卡号",
        help_text="本人名下的银行卡，16 至 19 位",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-private": True}),
    )
    bank = TextField(label="开户银行", max_length=60, help_text="例如 中国建设银行乌鲁木齐某某支行")
    since = DateField(label="启用日期")


class LeaveForm(forms.Form):
    """The day on which a worker left."""

    on = DateField(label="退场日期")
