"""Forms of projects, their participants and officers."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet

from core.actor import Actor
from core.choices import TypedChoiceField, TypedFilter
from core.fields import (
    DateField,
    MoneyField,
    MonthField,
    NameField,
    PhoneField,
    ProseField,
    TextField,
)
from core.filters import DayFilter, FindFilter, ListFilter, OneOf
from core.forms import find_among, offer_choices
from identity import selectors as identity
from identity.choices import region_source
from identity.kinds import PROJECT_ROLES
from identity.models import Industry, Region
from identity.scope import region_prefix
from projects import selectors
from projects.choices import UnitField, partner_source
from projects.models import Participant, Project, ProjectOfficer, RectificationOrder
from projects.selectors.rectification import listed_orders
from projects.services import NewOfficer, NewWageTerm, UnitByCode
from projects.transitions import KINDS_OF_PART

_UNIT_HELP = "合作过的单位输入名称或拼音首字母查找；其他单位填写营业执照上的 18 位统一社会信用代码"


def _phone_input() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "tel", "data-private": True})


class ProjectForm(forms.ModelForm):
    """The particulars of a project, as the paper form groups them."""

    check_url = ""
    name = TextField(label="项目名称", help_text="与施工许可证或施工合同一致")
    permit_number = TextField(
        label="施工许可证编号",
        required=False,
        max_length=60,
        help_text="尚未取得的可以以后补上",
    )
    permit_issued_on = DateField(
        label="施工许可证核发日期", required=False, help_text="存储工资保证金的期限从这一天起算"
    )
    address = TextField(
        label="详细地址",
        max_length=200,
        help_text="到街道、路名和门牌，例如 昆仑大道 188 号",
    )
    region = TypedChoiceField(
        label="项目所在地", help_text="输入县市区的名称、代码或拼音首字母查找"
    )
    industry = forms.ChoiceField(label="行业主管部门")
    contract_amount = MoneyField(
        label="施工合同额",
        help_text="单位为元，例如 36,500,000.00",
        widget=forms.TextInput(attrs={"data-amount": True}),
    )
    contract_signed_on = DateField(label="施工合同签订日期", required=False)
    planned_start = DateField(label="计划开工日期")
    planned_end = DateField(label="计划竣工日期")

    class Meta:
        model = Project
        fields = (
            "name",
            "permit_number",
            "permit_issued_on",
            "category",
            "nature",
            "industry",
            "region",
            "address",
            "contract_amount",
            "contract_signed_on",
            "planned_start",
            "planned_end",
        )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.actor = actor
        offer_choices(self, "category", [("", "请选择"), *Project.Category.choices])
        find_among(self, "region", region_source(actor=actor, counties_only=True))
        industries = identity.industry_choices(actor=actor)
        offer_choices(self, "industry", [("", "请选择"), *industries])

    def clean_region(self) -> Region:
        return identity.region(self.cleaned_data["region"], actor=self.actor)

    def clean_industry(self) -> Industry:
        return identity.industry(self.cleaned_data["industry"], actor=self.actor)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("planned_start"), data.get("planned_end")
        if start and end and end < start:
            self.add_error("planned_end", "计划竣工日期不能早于计划开工日期。")
        return data

    @property
    def particulars(self) -> dict[str, Any]:
        """The columns of the project, as its services take them."""
        return {name: self.cleaned_data[name] for name in ProjectForm.Meta.fields}


class WageDaysForm(forms.Form):
    """On which days wages are handed in and paid."""

    sheet_day = forms.IntegerField(
        label="工资表报送日",
        min_value=1,
        max_value=31,
        initial=5,
        help_text="分包单位每月几号前报送工资表，1 至 31；当月没有这一天的按月末，"
        "遇节假日顺延到下一个工作日",
    )
    pay_day = forms.IntegerField(
        label="工资支付日",
        min_value=1,
        max_value=31,
        initial=15,
        help_text="每月几号支付工资，1 至 31；遇节假日提前到最近的工作日",
    )
    pay_month_offset = forms.TypedChoiceField(
        label="支付月份",
        coerce=int,
        initial=1,
        choices=[(0, "当月支付当月工资"), (1, "次月支付上月工资")],
        help_text="当月支付的，报送日以后的出勤算在下个月的工资表里",
    )

    @property
    def wage_term(self) -> NewWageTerm:
        data = self.cleaned_data
        return NewWageTerm(data["sheet_day"], data["pay_day"], data["pay_month_offset"])


class WageTermForm(WageDaysForm):
    """Other days from a wage month on."""

    since = MonthField(
        label="起始工资月份", help_text="从这个月的工资起按新的日子；已经过去的月份不变"
    )
    field_order = ("since", "sheet_day", "pay_day", "pay_month_offset")


class RegistrationForm(ProjectForm, WageDaysForm):
    """A new project: the particulars, the owner, and who answers for it."""

    #: As the page has them: the faults on top are read in that order. The owner follows these.
    field_order = (*ProjectForm.Meta.fields[:8], "owner_uscc", "owner_name")
    owner_uscc = UnitField(label="建设单位", help_text=_UNIT_HELP)
    owner_name = TextField(
        label="建设单位名称",
        required=False,
        help_text="平台上已有这家单位时可以不填；没有的填写全称，由人社部门核实",
    )
    manager_name = NameField(label="项目经理姓名")
    manager_phone = PhoneField(label="项目经理电话", widget=_phone_input())
    leader_name = NameField(label="项目负责人姓名")
    leader_phone = PhoneField(label="项目负责人电话", widget=_phone_input())
    labour_name = NameField(label="劳资专管员姓名")
    labour_phone = PhoneField(
        label="劳资专管员电话", widget=_phone_input(), help_text="将公示在维权信息告示牌上"
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, actor=actor, **kwargs)
        find_among(self, "owner_uscc", partner_source(actor=actor))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if uscc := data.get("owner_uscc"):
            fault = recognise(self, "owner_uscc", uscc, Participant.Role.OWNER)
            if fault is None and not data.get("owner_name"):
                self.add_error("owner_name", "平台上还没有这家单位，请填写单位名称。")
            elif fault:
                self.add_error("owner_uscc", fault)
        return data

    @property
    def owner(self) -> UnitByCode:
        return UnitByCode(self.cleaned_data["owner_uscc"], self.cleaned_data["owner_name"])

    @property
    def officers(self) -> list[NewOfficer]:
        data = self.cleaned_data
        return [
            NewOfficer(role, data[f"{role}_name"], data[f"{role}_phone"])
            for role in ProjectOfficer.Role.values
        ]


def recognise(form: Any, field: str, uscc: str, role: str) -> str | None:
    """Name a known unit under the field. None: nobody knows it; a sentence: its kind is wrong."""
    unit = identity.unit_by_uscc(uscc, actor=form.actor)
    if unit is None:
        return None
    form[field].help_text = f"平台已登记：{unit.name}（{unit.kind_label}）"
    if unit.kind in KINDS_OF_PART[role]:
        return ""
    label = Participant.Role(role).label
    return f"这个代码登记的是{unit.kind_label}，不能作为{label}，请核对。"


class ParticipantForm(forms.Form):
    """Another organisation on the project."""

    check_url = ""
    role = forms.ChoiceField(
        label="参建类型",
        choices=[(role, Participant.Role(role).label) for role in KINDS_OF_PART],
    )
    uscc = UnitField(label="单位", help_text=_UNIT_HELP)
    name = TextField(label="单位名称", required=False, help_text="平台上已有这家单位时可以不填")
    contact = NameField(label="联系人", required=False)
    phone = PhoneField(label="联系电话", required=False, widget=_phone_input())
    entered_on = DateField(label="进场日期")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.actor = actor
        find_among(self, "uscc", partner_source(actor=actor))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        uscc, role = data.get("uscc"), data.get("role")
        if uscc and role:
            fault = recognise(self, "uscc", uscc, role)
            if fault is None and not data.get("name"):
                self.add_error("name", "平台上还没有这家单位，请填写单位名称。")
            elif fault:
                self.add_error("uscc", fault)
        return data

    @property
    def participation(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        return {"unit": UnitByCode(data.pop("uscc"), data.pop("name")), **data}


class OfficerForm(forms.Form):
    """Who takes an office of the project."""

    role = forms.ChoiceField(label="职务", choices=ProjectOfficer.Role.choices)
    name = NameField(label="姓名")
    phone = PhoneField(label="联系电话", widget=_phone_input())
    since = DateField(label="任职日期")
    user = forms.ChoiceField(
        label="平台用户", required=False, help_text="本人在平台上有用户的，选上后可以办理本项目"
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer_choices(self, "user", [("", "没有"), *_colleague_choices(actor)])

    @property
    def officer(self) -> NewOfficer:
        data = self.cleaned_data
        return NewOfficer(data["role"], data["name"], data["phone"])

    @property
    def colleague(self) -> UUID | None:
        """The user of the platform that the officer is, if one was chosen."""
        chosen = self.cleaned_data["user"]
        return UUID(chosen) if chosen else None


class GrantForm(forms.Form):
    """A colleague whose work is limited to chosen projects."""

    user = forms.ChoiceField(label="用户")
    role = forms.ChoiceField(label="岗位")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer_choices(self, "user", _colleague_choices(actor))
        roles = identity.own_role_choices(actor=actor)
        offer_choices(self, "role", [choice for choice in roles if choice[0] in PROJECT_ROLES])


def _colleague_choices(actor: Actor) -> list[tuple[str, str]]:
    return [
        (str(user.uuid), f"{user.name}（{user.username}）")
        for user in identity.colleagues(actor=actor)
    ]


class DayForm(forms.Form):
    """The day on which something happened, and why."""

    on = DateField(label="日期")
    reason = TextField(label="原因", max_length=200, error_messages={"required": "请写明原因。"})

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason


class ProjectFilter(ListFilter):
    """The list of projects."""

    q = FindFilter(label="名称或编号", contains=("name",), exactly=("code",))
    status = OneOf(label="状态", choices=Project.Status.choices)
    region = TypedFilter(label="地区", method="within")
    industry = OneOf(label="行业")
    unit = TypedFilter(label="参建单位", method="with_unit")

    def __init__(self, params: Any, *, actor: Actor) -> None:
        super().__init__(params, selectors.listed(actor=actor), actor=actor)
        self.find_among("region", region_source(actor=actor))
        self.find_among("unit", partner_source(actor=actor))
        self.offer("industry", lambda: identity.industry_choices(actor=actor))

    def within(self, rows: QuerySet[Any], name: str, code: str) -> QuerySet[Any]:
        """The projects in a division and below it."""
        return rows.filter(region__code__startswith=region_prefix(code))

    def with_unit(self, rows: QuerySet[Any], name: str, uscc: str) -> QuerySet[Any]:
        """The projects in which a unit takes part, in whatever part."""
        return rows.filter(pk__in=selectors.projects_with(uscc, actor=self.actor))


class OrderFilter(ListFilter):
    """The list of 责令限期改正."""

    q = FindFilter(
        label="单位、项目或改正要求",
        contains=("organisation__name", "project__name", "demand"),
        exactly=("project__code",),
    )
    status = OneOf(label="状态", choices=RectificationOrder.Status.choices)
    until = DayFilter(label="期限不晚于", field_name="due_on", lookup_expr="lte")

    def __init__(self, params: Any, *, actor: Actor) -> None:
        super().__init__(params, listed_orders(actor=actor), actor=actor)


class SettleForm(forms.Form):
    """核查: what came of an order."""

    result = forms.ChoiceField(
        label="核查结果",
        choices=[
            (str(one.value), str(one.label))
            for one in RectificationOrder.Status
            if one != RectificationOrder.Status.OPEN
        ],
    )
    finding = ProseField(label="核查情况", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    paper = forms.FileField(
        label="核查材料",
        required=False,
        help_text="付款凭证、照片或笔录，PDF 或图片，不超过 20 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
