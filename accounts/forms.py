"""Forms of wage accounts: what the contractor enters and the bank reports."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import SpecialAccount, StatementEntry
from accounts.services import NewAccount
from accounts.services.accounts import STATUS_STEPS, Paper
from accounts.tables import AccountNumberField, full_name
from core.actor import Actor
from core.choices import TypedChoiceField
from core.fields import DateField, MoneyField, ProseField, TextField
from core.filters import DayFilter, FindFilter, ListFilter, OneOf
from core.forms import find_among, offer_choices
from identity.choices import bank_source


class PapersForm(forms.Form):
    """What may follow after an account was opened: branch, filing, agreement."""

    branch = TextField(label="开户网点", required=False, help_text="例如 某某支行天山区营业部")
    filed_on = DateField(
        label="备案日期",
        required=False,
        help_text="开户后 30 日内报当地人社部门备案",
    )
    agreement = forms.FileField(
        label="三方协议",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text="建设单位、总承包单位与开户银行签订，PDF 或照片，不超过 20 MB",
    )

    @property
    def paper(self) -> Paper | None:
        """The agreement, where one was uploaded."""
        file = self.cleaned_data.get("agreement")
        return Paper(file, file.name) if file else None


class AccountForm(PapersForm):
    """A wage account as the contractor registers it."""

    field_order = ("bank", "number", "name", "branch", "opened_on", "filed_on", "agreement")

    bank = TypedChoiceField(label="合作银行", help_text="输入银行名称或拼音首字母查找")
    number = AccountNumberField(
        label="账号",
        help_text="9 至 22 位数字，可以带空格",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = TextField(label="账户名称", max_length=200)
    opened_on = DateField(label="开立日期")

    def __init__(
        self, *args: Any, actor: Actor, contractor: str, project: str, today: date, **kwargs: Any
    ):
        asked = full_name(contractor, project)
        kwargs.setdefault("initial", {"name": asked})
        super().__init__(*args, **kwargs)
        self.today = today
        find_among(self, "bank", bank_source(actor=actor))
        self.fields["name"].help_text = f"应为“{asked}”；三方协议约定了简称的，按协议填写"

    def clean_opened_on(self) -> date:
        opened_on: date = self.cleaned_data["opened_on"]
        if opened_on > self.today:
            raise ValidationError("开立日期不能晚于今天，开户以后再登记。")
        return opened_on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opened_on, filed_on = data.get("opened_on"), data.get("filed_on")
        if opened_on and filed_on and filed_on < opened_on:
            self.add_error("filed_on", "备案日期不能早于开立日期。")
        return data

    @property
    def account(self) -> NewAccount:
        """What was entered, without the agreement."""
        return NewAccount(
            **{name: value for name, value in self.cleaned_data.items() if name != "agreement"}
        )


class FundingForm(forms.Form):
    """When and how much labour cost the owner pays in."""

    day = forms.IntegerField(
        label="每月拨付日", min_value=1, max_value=31, help_text="1 至 31；没有这一天的月份按月末"
    )
    amount = MoneyField(
        label="每期拨付金额",
        widget=forms.TextInput(attrs={"data-amount": True}),
        help_text="单位为元，按施工合同约定，应能满足当月工资",
    )
    since = DateField(label="起始日期")


class StatusForm(forms.Form):
    """What the bank reports of an account."""

    from_status = forms.CharField(widget=forms.HiddenInput)
    to_status = forms.ChoiceField(label="变更为", choices=SpecialAccount.Status.choices)
    reason = ProseField(
        label="原因和依据", max_length=200, help_text="例如 法院冻结裁定文号、主管部门销户通知文号"
    )

    def __init__(self, *args: Any, current: str, **kwargs: Any):
        kwargs.setdefault("initial", {"from_status": current})
        super().__init__(*args, **kwargs)
        self.current = current
        labels = dict(SpecialAccount.Status.choices)
        offer_choices(self, "to_status", [(to, labels[to]) for to in STATUS_STEPS.get(current, ())])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("from_status") != self.current:
            # Before any word about a choice that the new state does not offer.
            self.errors.clear()
            raise ValidationError("专户状态刚才已经变更，请刷新页面后再看。")
        return data


class MovementFilter(ListFilter):
    """An account's movements."""

    find = FindFilter(label="摘要或流水号", contains=("summary",), exactly=("bank_reference",))
    kind = OneOf(label="归类", choices=StatementEntry.Kind.choices)
    direction = OneOf(label="方向", choices=StatementEntry.Direction.choices)
    since = DayFilter(label="从", field_name="booked_on", lookup_expr="gte")
    until = DayFilter(label="到", field_name="booked_on", lookup_expr="lte")
