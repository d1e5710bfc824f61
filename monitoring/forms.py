"""What officers and organisations fill in about warnings."""

from typing import Any

from django import forms

from core import attachments
from core.actor import Actor
from core.fields import DateField
from core.forms import offer
from identity.models import Region
from identity.selectors import region_choices
from monitoring.catalogue import RETIRED, RULES, Rule
from monitoring.models import EarlyWarning, Level
from monitoring.selectors import TO_REVIEW, WarningFilter, settable_regions


class WarningFilterForm(forms.Form):
    """The filters of the list, all in the address."""

    text = forms.CharField(label="项目名称或编号", required=False)
    level = forms.ChoiceField(label="等级", required=False)
    rule = forms.ChoiceField(label="规则", required=False)
    region = forms.ChoiceField(label="地区", required=False)
    handling = forms.ChoiceField(label="办理", required=False)
    condition = forms.ChoiceField(
        label="状况",
        required=False,
        choices=[
            (EarlyWarning.Condition.FIRING, "预警中"),
            (EarlyWarning.Condition.CLEARED, "已解除"),
            (TO_REVIEW, "待复核、销号"),
            ("all", "全部"),
        ],
    )

    def __init__(self, data: Any, *, actor: Actor) -> None:
        super().__init__(data)
        everything = [("", "全部")]
        levels = [(str(level.value), str(level.label)) for level in reversed(Level)]
        titles = RETIRED | {code: rule.title for code, rule in RULES.items()}
        rules = [(code, f"{code} {title}") for code, title in sorted(titles.items())]
        offer(self, "level", everything + levels)
        offer(self, "rule", everything + rules)
        offer(self, "handling", everything + list(EarlyWarning.Handling.choices))
        offer(self, "region", everything + region_choices(actor=actor))

    @property
    def wanted(self) -> WarningFilter:
        """The filter; what the address holds amiss is as if not asked for."""
        if not self.is_bound:
            return WarningFilter()
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        if values.get("condition") == "all":
            values["condition"] = ""
        return WarningFilter(**values)


class NoteForm(forms.Form):
    """A step with a word of explanation."""

    note = forms.CharField(
        label="说明",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明情况，便于对方和复核人了解。"},
    )


class SignForm(forms.Form):
    """签收."""

    note = forms.CharField(
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

    def keep_paper(self, actor: Actor) -> attachments.Attachment | None:
        """The paper, kept; None where none was sent.

        :raises core.attachments.AttachmentRefused: neither PDF nor picture, or too large.
        """
        paper = self.cleaned_data["paper"]
        if paper is None:
            return None
        return attachments.keep(
            paper, actor=actor, name=paper.name, kinds=attachments.PAPERS, sealed=True
        )


class ThresholdForm(forms.Form):
    """A threshold from a day on."""

    name = forms.ChoiceField(label="参数")
    region = forms.ChoiceField(label="适用地区", help_text="地州市只能比自治区更严")
    value = forms.DecimalField(label="值", min_value=0, max_digits=14, decimal_places=4)
    since = DateField(label="起始日期")
    reason = forms.CharField(label="理由", max_length=200, help_text="会记入审计和规则页面")

    def __init__(self, *args: Any, rule: Rule, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = {region.code: region for region in settable_regions(actor=actor)}
        offer(self, "name", rule.units.items())
        offer(self, "region", [(code, region.name) for code, region in self.regions.items()])

    def clean_region(self) -> Region:
        return self.regions[self.cleaned_data["region"]]
