"""What officers and organisations fill in about warnings."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from core import attachments
from core.actor import Actor
from core.choices import TypedFilter
from core.fields import DateField, ProseField
from core.filters import FindFilter, ListFilter, OneOf
from core.forms import offer_choices
from identity.choices import region_source
from identity.models import Region
from identity.scope import region_prefix
from monitoring import selectors
from monitoring.catalogue import RETIRED, RULES, Rule
from monitoring.coverage import held_back
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


class NoteForm(forms.Form):
    """A step with a word of explanation."""

    note = ProseField(
        label="说明",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明情况，便于对方和复核人了解。"},
    )


class SignForm(forms.Form):
    """签收."""

    note = ProseField(
        label="签收意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReportForm(NoteForm):
    """处置反馈 with papers."""

    paper = forms.FileField(
        label="佐证材料",
        required=False,
        help_text="付款凭证、照片或说明，PDF 或图片，不超过 20 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def keep_paper(self, actor: Actor, now: datetime) -> attachments.Attachment | None:
        """The paper, kept; None where none was sent.

        :raises Refused: neither PDF nor picture, or too large.
        """
        paper = self.cleaned_data["paper"]
        if paper is None:
            return None
        return attachments.store_attachment(
            paper,
            actor=actor,
            name=paper.name,
            kinds=attachments.PAPERS,
            sealed=True,
            field="paper",
            now=now,
        )


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
