"""What the pages of notice boards ask for."""

from typing import Any

from django import forms

from core.documents import UnknownPaper, paper
from core.fields import DateField, OfficePhoneField, TextField

PAPERS = (("A3", "A3"), ("A2", "A2"), ("A1", "A1"), ("A0", "A0"), ("1200x800", "1200×800 毫米"))
LANGUAGES = (("zh,ug", "中文和维吾尔文"), ("zh", "只要中文"))


class DownloadForm(forms.Form):
    """Paper and languages of a board to print; beside the listed sizes any in millimetres."""

    paper = forms.CharField(required=False, max_length=12, widget=forms.Select(choices=PAPERS))
    lang = forms.ChoiceField(required=False, choices=LANGUAGES)

    def clean_paper(self) -> str:
        name = self.cleaned_data["paper"] or "A3"
        try:
            paper(name)
        except UnknownPaper as unknown:
            raise forms.ValidationError(str(unknown)) from unknown
        return name

    def clean_lang(self) -> tuple[str, ...]:
        return tuple((self.cleaned_data["lang"] or "zh,ug").split(","))


class PostingForm(forms.Form):
    """A board that hangs on site, with the photo that shows it."""

    photo = forms.FileField(
        label="现场照片",
        help_text="拍下整块告示牌，字要看得清。JPG、PNG、HEIC 或 WebP，最大 15 MB。",
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    place = TextField(label="张贴位置", max_length=100, help_text="例如 工地大门口、生活区食堂门口")
    posted_on = DateField(label="张贴日期")


def _phone_field(label: str) -> OfficePhoneField:
    """An office's telephone: with extension, or short as 12333."""
    return OfficePhoneField(
        label=label,
        required=False,
        help_text="例如 0991-2660333",
        widget=forms.TextInput(attrs={"inputmode": "tel", "maxlength": "30"}),
    )


class DetailsForm(forms.Form):
    """What the registers of the platform do not hold; an office of the platform's goes before."""

    department = TextField(
        label="项目部名称",
        max_length=100,
        required=False,
        help_text="例如 昆仑大道安置房二期项目部",
    )
    department_phone = _phone_field("项目部电话")
    bond_status = TextField(
        label="工资保证金存储情况",
        max_length=100,
        required=False,
        help_text="平台已有这个项目的保证金记录时，告示牌按记录写明，不用这里的内容",
    )
    inspectorate = TextField(label="劳动保障监察机构", max_length=60, required=False)
    inspectorate_phone = _phone_field("劳动保障监察投诉电话")
    industry_department = TextField(label="行业主管部门", max_length=60, required=False)
    industry_phone = _phone_field("行业主管部门投诉电话")
    arbitration = TextField(
        label="劳动争议调解仲裁申请渠道",
        max_length=150,
        required=False,
        help_text="机构名称、地址、电话",
    )
    legal_aid = TextField(
        label="法律援助申请渠道", max_length=150, required=False, help_text="机构名称、地址、电话"
    )

    @classmethod
    def of(cls, details: Any) -> "DetailsForm":
        """The form with what was entered so far."""
        names = cls.base_fields
        return cls(initial={name: getattr(details, name) for name in names} if details else None)
