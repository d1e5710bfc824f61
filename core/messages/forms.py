"""How somebody wants to be told, and the filter of one's messages."""

from typing import Any

from django import forms
from django_filters import ChoiceFilter

from core.actor import Actor
from core.filters import FindFilter, ListFilter
from core.messages import selectors
from core.messages.models import MessagePreference, MessageRows


class MessageFilter(ListFilter):
    """New or all, and by words."""

    q = FindFilter(label="标题或内容", contains=("title", "body"))
    state = ChoiceFilter(
        label="状态",
        choices=(("new", "未读"), ("read", "已读")),
        empty_label="全部",
        method="in_state",
    )

    def __init__(self, params: Any, *, actor: Actor) -> None:
        super().__init__(params, selectors.listed(actor=actor), actor=actor)

    def in_state(self, rows: MessageRows, name: str, value: str) -> MessageRows:
        return rows.filter(read_at__isnull=value == "new")


class PreferenceForm(forms.Form):
    """Channels, quiet hours and the time of the day's digest."""

    sms = forms.BooleanField(label="短信", required=False, help_text="发往本单位为您登记的手机")
    mail = forms.BooleanField(label="邮件", required=False)
    email = forms.EmailField(
        label="邮箱",
        required=False,
        max_length=100,
        help_text="填写或更换后，打开确认邮件中的链接才生效",
        error_messages={"invalid": "这不是一个邮箱地址，请核对。"},
    )
    quiet_from = forms.TimeField(
        label="免打扰开始",
        help_text="22:00；这段时间里的消息等到结束时再发",
        error_messages={"invalid": "时间请写成 22:00 这样。"},
        widget=forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off"}),
    )
    quiet_to = forms.TimeField(
        label="免打扰结束",
        help_text="08:30；与开始相同表示不设免打扰",
        error_messages={"invalid": "时间请写成 08:30 这样。"},
        widget=forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off"}),
    )
    digest_at = forms.ChoiceField(
        label="每日汇总时间",
        choices=MessagePreference.DigestAt.choices,
        help_text="北京时间，工作日一天一条；红色预警和督办不等汇总",
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip()
