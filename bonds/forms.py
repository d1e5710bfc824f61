"""Forms of bonds: what contractors, banks and officers enter."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.tables import AccountNumberField
from bonds.models import Bond, BondEntry, Guarantee
from bonds.policy import CERTAINTY_LABELS, FORM_LABELS, GUARANTEES, Certainty
from bonds.services.common import Paper
from bonds.services.guarantees import NewGuarantee
from bonds.services.storing import BANK_KINDS, NewDeposit
from bonds.services.using import DisobeyedOrder, WorkerPayment
from bonds.transitions import EXCLUSIONS
from core.actor import Actor
from core.choices import TypedChoiceField
from core.fields import DateField, MoneyField, ProseField, TextField, UsccField
from core.filters import FindFilter, ListFilter, OneOf
from core.forms import find_among, offer_choices
from identity.choices import bank_source

_PAPERS = {"accept": ".pdf,.jpg,.jpeg,.png"}
_PAPER_HELP = "PDF 或照片，不超过 20 MB"


def _paper_field(label: str, help_text: str = _PAPER_HELP, *, pictures: bool = False) -> Any:
    accept = {"accept": ".jpg,.jpeg,.png,.heic,.webp"} if pictures else _PAPERS
    widget = forms.ClearableFileInput(attrs=accept)
    return forms.FileField(label=label, help_text=help_text, widget=widget)


def _paper(form: forms.Form, name: str) -> Paper:
    file = form.cleaned_data[name]
    return Paper(file, file.name)


def _amount_field(label: str, help_text: str = "单位为元") -> MoneyField:
    widget = forms.TextInput(attrs={"data-amount": True})
    return MoneyField(label=label, help_text=help_text, widget=widget)


class ReasonForm(forms.Form):
    """Why something is done; ``act`` tells the fields of a page's dialogs apart."""

    def __init__(self, *args: Any, act: str = "", **kwargs: Any):
        if act:
            kwargs["auto_id"] = f"{act}-%s"
        super().__init__(*args, **kwargs)

    reason = ProseField(label="原因", max_length=300)


class GroundForm(forms.Form):
    """On what ground nothing need be stored."""

    ground = ProseField(
        label="免存依据", max_length=300, help_text="写明符合哪一条、核实了什么、文号"
    )


class DepositForm(forms.Form):
    """A bond account as the contractor registers it."""

    bank = TypedChoiceField(label="经办银行", help_text="输入银行名称或拼音首字母查找")
    number = AccountNumberField(
        label="账号",
        help_text="9 至 22 位数字，可以带空格",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = TextField(label="账户名称", max_length=200)
    opened_on = DateField(label="开立日期")
    agreement = _paper_field("农民工工资保证金存款协议书", f"与经办银行签订，{_PAPER_HELP}")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        find_among(self, "bank", bank_source(actor=actor))

    @property
    def deposit(self) -> NewDeposit:
        data = self.cleaned_data
        return NewDeposit(UUID(data["bank"]), data["number"], data["name"], data["opened_on"])

    @property
    def paper(self) -> Paper:
        return _paper(self, "agreement")


class ReportForm(forms.Form):
    """What the contractor has paid in."""

    amount = _amount_field("存入金额")
    booked_on = DateField(label="存入日期")
    slip = _paper_field("银行回单")

    @property
    def paper(self) -> Paper:
        return _paper(self, "slip")


class CheckForm(forms.Form):
    """Whether a reported payment is so."""

    is_right = forms.TypedChoiceField(
        label="核对结果",
        choices=[("yes", "已入账"), ("no", "不符")],
        coerce=lambda value: value == "yes",
    )
    reference = TextField(label="银行流水号", required=False, max_length=70)
    note = TextField(label="说明", required=False, max_length=200, help_text="不符的必须写明")


class BookForm(forms.Form):
    """What a bank books on a bond account."""

    kind = forms.ChoiceField(label="种类", choices=[(one.value, one.label) for one in BANK_KINDS])
    amount = _amount_field("金额")
    booked_on = DateField(label="入账日期")
    reference = TextField(label="银行流水号", max_length=70)


class CloseForm(forms.Form):
    """The bank pays the principal back and closes the account."""

    booked_on = DateField(label="销户日期")
    reference = TextField(label="银行流水号", required=False, max_length=70)


class GuaranteeForm(forms.Form):
    """A guarantee as its paper says."""

    form = forms.ChoiceField(
        label="形式", choices=[(one.value, FORM_LABELS[one]) for one in GUARANTEES]
    )
    number = TextField(label="保函编号", max_length=60)
    guarantor = TextField(label="担保人", help_text="保函上的担保人全称")
    guarantor_uscc = UsccField(label="担保人统一社会信用代码")
    joint = ProseField(
        label="联合担保人",
        required=False,
        max_length=600,
        help_text="选填；每行一家：名称，统一社会信用代码",
    )
    beneficiary = TextField(label="受益人", help_text="项目所在地人社部门全称")
    amount = _amount_field("担保金额")
    kind = forms.ChoiceField(label="保证方式", choices=Guarantee.Kind.choices)
    issued_on = DateField(label="开立日期")
    valid_from = DateField(label="生效日期")
    valid_until = DateField(label="到期日")
    expiry_event = TextField(
        label="失效事件", required=False, max_length=200, help_text="选填；保函另有约定的写明"
    )
    is_unconditional = forms.BooleanField(label="无条件", required=False, initial=True)
    is_irrevocable = forms.BooleanField(label="不可撤销", required=False, initial=True)
    is_electronic = forms.BooleanField(label="电子保函", required=False)
    replaces = forms.ChoiceField(
        label="替换的保函", required=False, help_text="选填；续保、延期或更换时选择原来的保函"
    )
    original = _paper_field("保函原件扫描件")

    def __init__(self, *args: Any, replaceable: Sequence[tuple[str, str]], **kwargs: Any):
        kwargs.setdefault("initial", {}).setdefault("kind", Guarantee.Kind.ON_DEMAND)
        super().__init__(*args, **kwargs)
        offer_choices(self, "replaces", [("", "不替换"), *replaceable])

    def clean_joint(self) -> list[tuple[str, str]]:
        return list(self._joint_lines(self.cleaned_data["joint"]))

    def _joint_lines(self, text: str) -> Iterator[tuple[str, str]]:
        for line in filter(None, (one.strip() for one in text.splitlines())):
            name, _, code = line.replace("，", ",").rpartition(",")
            if not name.strip():
                raise ValidationError("每行写一家：名称，统一社会信用代码。")
            yield name.strip()[:100], str(UsccField().clean(code))

    @property
    def guarantee(self) -> NewGuarantee:
        left_out = {"original", "replaces"}
        data = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return NewGuarantee(**data)

    @property
    def replaced(self) -> UUID | None:
        return UUID(self.cleaned_data["replaces"]) if self.cleaned_data["replaces"] else None

    @property
    def paper(self) -> Paper:
        return _paper(self, "original")


class GuaranteeReviewForm(forms.Form):
    """What a reviewer finds in a guarantee."""

    accept = forms.TypedChoiceField(
        label="审核结论",
        choices=[("", "请选择"), ("yes", "认可"), ("no", "不予认可")],
        coerce=lambda value: value == "yes",
    )
    exclusions = forms.MultipleChoiceField(
        label="除外条款",
        required=False,
        choices=list(EXCLUSIONS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="保函里有的逐条勾选",
    )
    note = ProseField(
        label="审核意见",
        required=False,
        max_length=300,
        help_text="勾选了除外条款或不予认可的必须写明",
    )


class PaperForm(forms.Form):
    """A paper that an act asks for."""

    act = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(widget=forms.HiddenInput)
    file = _paper_field("文件")

    @property
    def paper(self) -> Paper:
        return _paper(self, "file")


class UseForm(forms.Form):
    """Who is to be paid from the bond, and on what order."""

    order_number = TextField(label="责令限期改正文书编号", max_length=60)
    order_issued_on = DateField(label="责令日期")
    order_until = DateField(label="责令改正期限", help_text="期满仍未改正的才能动用")
    reason = ProseField(label="事由", max_length=300)
    source = forms.ChoiceField(label="支付来源")
    lines = forms.MultipleChoiceField(
        label="支付给",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择要支付的工资。"},
    )

    def __init__(
        self,
        *args: Any,
        sources: Sequence[tuple[str, str]],
        payable: Sequence[tuple[str, str]],
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        offer_choices(self, "source", sources)
        lines = self.fields["lines"]
        if isinstance(lines, forms.MultipleChoiceField):
            lines.choices = list(payable)

    @property
    def order(self) -> DisobeyedOrder:
        data = self.cleaned_data
        return DisobeyedOrder(data["order_number"], data["order_issued_on"], data["order_until"])

    @property
    def guarantee(self) -> UUID | None:
        source = self.cleaned_data["source"]
        return UUID(source) if source != "cash" else None

    @property
    def chosen(self) -> list[UUID]:
        return [UUID(line) for line in self.cleaned_data["lines"]]


class PaymentsForm(forms.Form):
    """What became of workers' payments: a row of fields for each, those left empty untouched."""

    on = DateField(label="支付日期")

    def __init__(self, data: QueryDict | None, *, lines: Sequence[UUID], today: date):
        super().__init__(data, initial={"on": today})
        self.lines = lines
        for line in lines:
            self.fields[f"result-{line}"] = forms.ChoiceField(
                label="结果",
                required=False,
                choices=[("", "—"), ("paid", "已付"), ("failed", "未付成")],
            )
            self.fields[f"reference-{line}"] = TextField(
                label="流水号", required=False, max_length=70
            )
            self.fields[f"reason-{line}"] = TextField(label="原因", required=False, max_length=140)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for line in self.lines:
            if data.get(f"result-{line}") == "failed" and not data.get(f"reason-{line}"):
                self.add_error(f"reason-{line}", "没有付成的，请写明原因。")
        if not any(data.get(f"result-{line}") for line in self.lines):
            raise ValidationError("请至少登记一名工人的支付结果。")
        return data

    @property
    def payments(self) -> list[WorkerPayment]:
        data = self.cleaned_data
        return [
            WorkerPayment(
                line,
                data[f"result-{line}"] == "paid",
                data["on"],
                data[f"reference-{line}"],
                data[f"reason-{line}"],
            )
            for line in self.lines
            if data[f"result-{line}"]
        ]

    def rows(self) -> dict[UUID, list[Any]]:
        """The fields of each worker."""
        names = ("result", "reference", "reason")
        return {line: [self[f"{name}-{line}"] for name in names] for line in self.lines}


class RefundForm(forms.Form):
    """The promise that nothing is owed, and its photo on the board."""

    promise = _paper_field("无拖欠书面承诺")
    photo = _paper_field("承诺书张贴在告示牌上的照片", "照片，不超过 20 MB", pictures=True)

    @property
    def papers(self) -> dict[str, Paper]:
        return {name: _paper(self, name) for name in ("promise", "photo")}


class RefundReviewForm(forms.Form):
    """Whether a bond may be given back."""

    agree = forms.TypedChoiceField(
        label="审核结论",
        choices=[("", "请选择"), ("yes", "同意返还"), ("no", "不予返还")],
        coerce=lambda value: value == "yes",
    )
    opinion = ProseField(
        label="意见", required=False, max_length=500, help_text="不予返还的必须写明原因"
    )


class BondFilter(ListFilter):
    """Bonds by project, state, and what is missing."""

    q = FindFilter(
        label="项目或总承包单位",
        contains=("project__name", "contractor__name"),
        exactly=("project__code",),
    )
    status = OneOf(label="状态", choices=Bond.Status.choices)
    due_what = OneOf(label="待办", choices=Bond.Due.choices)
    missing = OneOf(
        label="存储", choices=[("on", "未存足"), ("off", "已存足")], method="by_missing"
    )

    def by_missing(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(missing__gt=0) if value == "on" else rows.filter(missing__lte=0)


class EntryFilter(ListFilter):
    """An account's movements."""

    kind = OneOf(label="种类", choices=BondEntry.Kind.choices)
    state = OneOf(label="核对", choices=BondEntry.State.choices)


class PolicyForm(forms.Form):
    """A new policy of an area, as a copy of the one that holds there."""

    region = forms.ChoiceField(label="管理地区")
    since = DateField(label="施行日期", help_text="最早自今天起")
    title = TextField(label="名称", max_length=100)

    def __init__(self, *args: Any, areas: Sequence[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer_choices(self, "region", areas)


class SourceForm(forms.Form):
    """Where a setting comes from and how sure it is; its value is read by its shape."""

    source = ProseField(
        label="依据", required=False, max_length=300, help_text="文件名称、文号、条款"
    )
    certainty = forms.ChoiceField(
        label="把握程度",
        choices=[
            (one.value, CERTAINTY_LABELS[one]) for one in Certainty if one != Certainty.UNSEEN
        ],
    )
