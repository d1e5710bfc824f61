"""What the pages of pay sheets ask for."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from core import months
from core.actor import Actor
from core.fields import DateField, MonthField, ProseField
from core.filters import FindFilter, ListFilter, OneOf
from identity.models import Organisation
from payroll.models import PaymentOrder
from payroll.selectors.order_list import listed_orders


class UploadForm(forms.Form):
    """Whose sheet of which month, and the file."""

    month = MonthField(label="工资月份", help_text="例如 2026-09")
    employer = forms.ChoiceField(label="用人单位")
    file = forms.FileField(
        label="工资支付表",
        help_text="xlsx、xls、xlsb、ods 或 csv，最大 20 MB。原表直接上传，不用改格式。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsb,.ods,.csv,.txt"}),
    )

    def __init__(
        self, *args: Any, employers: Sequence[Organisation], as_of: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.as_of = as_of
        self.employers = {str(one.uuid): one for one in employers}
        field = cast(forms.ChoiceField, self.fields["employer"])
        field.choices = [(key, one.name) for key, one in self.employers.items()]

    def clean_employer(self) -> Organisation:
        return self.employers[self.cleaned_data["employer"]]

    def clean_month(self) -> date:
        """A month that has not begun has no wages."""
        month: date = self.cleaned_data["month"]
        if month > months.first_day(self.as_of):
            raise forms.ValidationError("这个月还没有开始，请选择已经出勤的月份。")
        return month


class SignedCopyForm(forms.Form):
    """The scan that the workers signed."""

    file = forms.FileField(
        label="签字工资表扫描件",
        help_text="PDF、JPG 或 PNG，最大 20 MB。多页请合并成一个 PDF。",
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class ProgressForm(forms.Form):
    """How far the works came in the month."""

    progress = ProseField(
        label="当月工程进度",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如：3 号楼主体完成至 12 层，累计完成产值 42%。",
    )


class ReasonForm(forms.Form):
    """Why a sheet is returned or withdrawn."""

    reason = ProseField(
        label="原因",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明哪一行、哪一项不对，要怎么改。",
    )


class SeenForm(forms.Form):
    """The time of the submission that a reviewer judges, as the page carried it."""

    seen = forms.DateTimeField()


class MinimumWageForm(forms.Form):
    """A county's minimum wage from a day on."""

    since = DateField(label="施行日期")
    tier = forms.IntegerField(label="档次", min_value=1, max_value=6)
    monthly = forms.DecimalField(
        label="月最低工资标准",
        min_value=1,
        max_digits=8,
        decimal_places=2,
        widget=forms.TextInput(attrs={"data-amount": True, "inputmode": "decimal"}),
    )
    hourly = forms.DecimalField(
        label="小时最低工资标准",
        min_value=1,
        max_digits=6,
        decimal_places=2,
        widget=forms.TextInput(attrs={"data-amount": True, "inputmode": "decimal"}),
    )
    source = ProseField(
        label="依据", max_length=200, help_text="文件名称和文号，例如：新政办发〔2021〕…号"
    )


#: What the bank has, or may have, work to do for, as one choice of the filter.
_OPEN = "open"


class OrderFilter(ListFilter):
    """The list of payment orders."""

    q = FindFilter(
        label="项目名称或指令编号", contains=("sheet__project__name",), exactly=("number",)
    )
    status = OneOf(
        label="状态",
        choices=[(_OPEN, "在办"), *PaymentOrder.Status.choices],
        method="in_state",
    )

    def __init__(self, params: Any, *, actor: Actor) -> None:
        super().__init__(params, listed_orders(actor=actor), actor=actor)

    def in_state(self, rows: QuerySet[Any], name: str, status: str) -> QuerySet[Any]:
        """The orders of one state, or all that are under way."""
        return rows.filter(status__in=PaymentOrder.OPEN if status == _OPEN else [status])
