"""What officers and organisations fill in about warnings."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from core import attachments
from core.actor import Actor
from core.choices import TypedFilter
from core.fields import DateField, ProseField, TextField
from core.filters import FindFilter, ListFilter, OneOf
from core.forms import offer_choices
from identity import selectors as identity
from identity.choices import region_source
from identity.models import Region
from identity.scope import region_prefix
from monitoring import selectors
from monitoring.catalogue import RETIRED, RULES, Rule
from monitoring.coverage import held_back
from monitoring.desk import Desk, parties_to_order
from monitoring.models import Coverage, EarlyWarning, Level
from monitoring.selectors import LIVE, TO_REVIEW, settable_regions
from projects.choices import partner_source
from projects.selectors import projects_with


class WarningFilter(ListFilter):
    """The list of warnings: those that are not mended, unless the address asks for others."""

    start = {"condition": LIVE}
    text = FindFilter(
        label="项目名称或编号", contains=("project__name",), exactly=("project__code",)
    )
    level = OneOf(
        label="等级", choices=[(str(one.value), str(one.label)) for one in reversed(Level)]
    )
    rule = OneOf(label="规则")
    region = TypedFilter(label="地区", method="within")
    unit = TypedFilter(label="参建单位", method="with_unit")
    handling = OneOf(label="办理", choices=EarlyWarning.Handling.choices)
    condition = OneOf(
        label="状况",
        method="in_condition",
        empty=None,
        choices=[
            (LIVE, "未解除"),
            *EarlyWarning.Condition.choices,
            (TO_REVIEW, "待复核、销号"),
            ("all", "全部"),
        ],
    )

    def __init__(self, params: Any, *, actor: Actor) -> None:
        super().__init__(params, selectors.listed(actor=actor), actor=actor)
        titles = RETIRED | {code: rule.title for code, rule in RULES.items()}
        self.offer("rule", lambda: [(code, f"{code} {titles[code]}") for code in sorted(titles)])
        self.find_among("region", region_source(actor=actor))
        self.find_among("unit", partner_source(actor=actor))

    def within(self, rows: QuerySet[Any], name: str, code: str) -> QuerySet[Any]:
        """The warnings of projects in a division and below it."""
        return rows.filter(project__region__code__startswith=region_prefix(code))

    def with_unit(self, rows: QuerySet[Any], name: str, uscc: str) -> QuerySet[Any]:
        """The warnings of projects in which a unit takes part."""
        return rows.filter(project__in=projects_with(uscc, actor=self.actor))

    def in_condition(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        if value == TO_REVIEW:
            return rows.to_review(self.actor)
        if value == LIVE:
            return rows.live()
        return rows if value == "all" else rows.filter(condition=value)


class CoverageFilter(ListFilter):
    """What is held back, by rule and state."""

    text = FindFilter(
        label="项目名称或编号", contains=("project__name",), exactly=("project__code",)
    )
    rule = OneOf(label="规则")
    state = OneOf(label="状态", choices=Coverage.State.choices)
    region = TypedFilter(label="地区", method="within")

    def __init__(self, params: Any, *, actor: Actor) -> None:
        super().__init__(params, held_back(actor=actor), actor=actor)
        self.offer(
            "rule", lambda: [(code, f"{code} {RULES[code].title}") for code in sorted(RULES)]
        )
        self.find_among("region", region_source(actor=actor))

    def within(self, rows: QuerySet[Any], name: str, code: str) -> QuerySet[Any]:
        """Of projects in a division and below it."""
        return rows.filter(project__region__code__startswith=region_prefix(code))


class ActForm(forms.Form):
    """What an act asks for; ``desk`` is the warning as the actor stands towards it."""

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.desk = desk

    def given(self, actor: Actor, now: datetime) -> dict[str, Any]:
        """What the act's service takes; a paper that came with it is kept.

        :raises Refused: neither PDF nor picture, or too large.
        """
        given = dict(self.cleaned_data)
        if "paper" in given and (paper := given.pop("paper")):
            given["attachment"] = attachments.store_attachment(
                paper,
                actor=actor,
                name=paper.name,
                kinds=attachments.PAPERS,
                sealed=True,
                field="paper",
                now=now,
            )
        return given


def _paper_field(help_text: str) -> forms.FileField:
    return forms.FileField(
        label="佐证材料",
        required=False,
        help_text=f"{help_text}，PDF 或图片，不超过 20 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


def _days_field(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=1, max_value=60, initial=3, help_text="工作日，从次日起算"
    )


class NoteForm(ActForm):
    """A step with a word of explanation."""

    note = ProseField(
        label="说明",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明情况，便于对方和复核人了解。"},
    )


class SignForm(ActForm):
    """签收."""

    note = ProseField(
        label="签收意见", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReportForm(NoteForm):
    """处置反馈 with papers."""

    paper = _paper_field("付款凭证、照片或说明")


class ReviewForm(NoteForm):
    """复核、误报注销 with papers."""

    paper = _paper_field("核查笔录、银行回单或照片")


class CommentForm(NoteForm):
    """补充情况."""

    paper = _paper_field("照片或说明")


class RemindForm(NoteForm):
    """催办, with the record of the call."""

    spoken_to = TextField(
        label="联系人", required=False, max_length=60, help_text="接电话的人，没有打通的写明"
    )
    field_order = ("spoken_to", "note")


class TalkForm(NoteForm):
    """约谈."""

    on = DateField(label="约谈日期")
    people = TextField(label="被约谈人", max_length=60, help_text="姓名和职务")
    paper = _paper_field("约谈笔录")
    field_order = ("on", "people", "note", "paper")


class OrderForm(ActForm):
    """责令限期改正."""

    organisation = forms.ChoiceField(label="责任单位")
    demand = ProseField(
        label="改正要求",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明做什么、到什么程度，如：足额支付 9 月工资",
    )
    days = _days_field("改正期限")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "organisation", parties_to_order(self.desk.warning))


class TransferForm(NoteForm):
    """移送."""

    addressee = TextField(label="移送单位", max_length=60)
    field_order = ("addressee", "note")


class IndustryForm(TransferForm):
    """转行业主管部门: that of the project's industry."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.desk.warning.project
        self.fields["addressee"].initial = project.industry.department if project else ""


class SuperviseForm(NoteForm):
    """督办."""

    days = _days_field("办结期限")


class ExtensionForm(NoteForm):
    """延期申请."""

    days = _days_field("申请延期")
    field_order = ("days", "note")


class DecideForm(NoteForm):
    """批准或不予延期."""

    granted = forms.TypedChoiceField(
        label="决定",
        choices=[("yes", "批准"), ("no", "不予延期")],
        coerce=lambda value: value == "yes",
    )
    days = forms.IntegerField(
        label="批准天数", required=False, min_value=0, max_value=60, help_text="工作日，不超过申请"
    )
    field_order = ("granted", "days", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked := self.desk.asks_extension:
            self.fields["days"].initial = asked.detail["days"]

    def clean_days(self) -> int:
        return self.cleaned_data["days"] or 0


class AssignForm(ActForm):
    """指定经办人."""

    handler = forms.ChoiceField(label="经办人")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = identity.colleagues(actor=self.desk.actor)
        offer_choices(self, "handler", [(str(one.uuid), one.name) for one in colleagues])


class ThresholdForm(forms.Form):
    """A threshold from a day on."""

    name = forms.ChoiceField(label="参数")
    region = forms.ChoiceField(label="适用地区", help_text="地州市只能比自治区更严")
    value = forms.DecimalField(label="值", min_value=0, max_digits=14, decimal_places=4)
    since = DateField(label="起始日期")
    reason = ProseField(label="理由", max_length=200, help_text="会记入审计和规则页面")

    def __init__(self, *args: Any, rule: Rule, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = {region.code: region for region in settable_regions(actor=actor)}
        offer_choices(self, "name", rule.units.items())
        offer_choices(
            self, "region", [(code, region.name) for code, region in self.regions.items()]
        )

    def clean_region(self) -> Region:
        return self.regions[self.cleaned_data["region"]]
