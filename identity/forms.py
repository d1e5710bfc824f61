"""Forms of sign-in, organisations, users and divisions."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import PasswordChangeForm
from django.db.models import QuerySet

from core.actor import Actor
from core.choices import TypedChoiceField, TypedFilter
from core.fields import NameField, PhoneField, ProseField, TextField, UsccField
from core.filters import FindFilter, ListFilter, OneOf
from core.forms import find_among, offer_choices
from identity import selectors
from identity.choices import region_source
from identity.kinds import (
    GOVERNMENT_KINDS,
    PROJECT_ROLES,
    REGISTRABLE_KINDS,
    ROLES_OF_KIND,
    UsernameField,
)
from identity.models import Organisation, User
from identity.scope import region_prefix

_NEW = {"autocomplete": "new-password"}


class SignInForm(forms.Form):
    """Name and password; case and spaces of the name do not count."""

    refusal = "没有登录"

    username = forms.CharField(
        label="用户名",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}, render_value=False),
    )

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().lower()


def _code_field() -> forms.RegexField:
    return forms.RegexField(
        r"^\d{6}$",
        label="动态口令",
        help_text="手机口令程序上正显示的 6 位数字",
        error_messages={"invalid": "动态口令是 6 位数字。"},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "maxlength": "6",
                "autofocus": True,
                "data-private": True,
            }
        ),
    )


class CodeForm(forms.Form):
    """The six digits that the authenticator shows, at sign-in."""

    refusal = "没有登录"

    code = _code_field()


class StepUpForm(forms.Form):
    """The six digits again, before something that cannot be taken back (identity.step_up)."""

    refusal = "没有办理"

    one_time_code = _code_field()


class PasswordForm(PasswordChangeForm):
    """A new password for oneself."""

    refusal = "密码没有修改，请重新填写"

    field_order = ["old_password", "new_password1", "new_password2"]
    #: When the old password may be tried again, after too many wrong ones.
    blocked_until = ""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "现在的密码"
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password1"].help_text = STRENGTH_HELP
        self.fields["new_password2"].label = "再输一次新密码"
        self.fields["new_password2"].help_text = ""


STRENGTH_HELP = (
    "至少 10 位，字符种类不限，几个词连在一起就很好；不含用户名、姓名和手机号码，"
    "不全是数字，不用常见或泄露过的密码"
)


class AcceptForm(forms.Form):
    """What an invited person sets: name, sign-in name and password."""

    name = NameField(label="姓名")
    username = UsernameField(
        label="用户名", help_text="4 至 40 位字母、数字、点或横线，以字母开头，例如 zhang.wei"
    )
    password = forms.CharField(
        label="密码", strip=False, widget=forms.PasswordInput(attrs=_NEW), help_text=STRENGTH_HELP
    )
    again = forms.CharField(
        label="再输一次密码", strip=False, widget=forms.PasswordInput(attrs=_NEW)
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password = data.get("password")
        if password and data.get("again") and password != data["again"]:
            self.add_error("again", "两次输入的密码不一样。")
        elif password:
            user = User(username=data.get("username", ""), name=data.get("name", ""))
            try:
                password_validation.validate_password(password, user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class OrganisationForm(forms.Form):
    """An organisation as an officer registers it, with its first user."""

    check_url = ""
    uscc = UsccField(label="统一社会信用代码", help_text="营业执照上的 18 位代码")
    name = TextField(label="单位名称", help_text="与营业执照一致")
    kind = forms.ChoiceField(label="单位类型")
    region = TypedChoiceField(label="所在地", help_text="输入名称、代码或拼音查找")
    industry = forms.ChoiceField(
        label="主管行业", required=False, help_text="只有行业主管部门需要选择"
    )
    phone = PhoneField(label="办公电话", required=False)
    address = TextField(label="地址", required=False, max_length=200)
    first_user = NameField(
        label="首位用户姓名", help_text="企业为企业管理员；凭邀请链接自己设置用户名和密码"
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.actor = actor
        kinds = [(kind.value, kind.label) for kind in REGISTRABLE_KINDS]
        offer_choices(self, "kind", [("", "请选择"), *kinds])
        find_among(self, "region", region_source(actor=actor))
        industries = selectors.industry_choices(actor=actor)
        offer_choices(self, "industry", [("", "不适用"), *industries])

    def clean_uscc(self) -> str:
        uscc = self.cleaned_data["uscc"]
        if selectors.unit_by_uscc(uscc, actor=self.actor):
            raise forms.ValidationError("这个统一社会信用代码已经登记。")
        return uscc

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        department = data.get("kind") == Organisation.Kind.DEPARTMENT
        if department and not data.get("industry"):
            self.add_error("industry", "请选择这个部门主管的行业。")
        if not department:
            data["industry"] = ""
        return data

    @property
    def organisation(self) -> Organisation:
        """What was filled in, not saved yet."""
        data = self.cleaned_data
        names = ("uscc", "name", "kind", "phone", "address")
        return Organisation(
            region_id=data["region"],
            industry_id=data["industry"] or None,
            **{name: data[name] for name in names},
        )


class ConfirmForm(forms.Form):
    """A 待核实 unit, checked against the register of firms."""

    name = TextField(label="单位名称", help_text="以登记机关公示的名称为准，可以改正")


class CorrectForm(forms.Form):
    """An organisation's name and code as its licence has them."""

    name = TextField(label="单位名称")
    uscc = UsccField(label="统一社会信用代码", help_text="营业执照或法人证书上的 18 位代码")


class InviteForm(forms.Form):
    """Who is invited."""

    name = NameField(label="被邀请人姓名")


class UserForm(forms.Form):
    """A colleague who shall sign in."""

    check_url = ""
    name = NameField(label="姓名")
    username = UsernameField(
        label="用户名", help_text="4 至 40 位字母、数字、点或横线，以字母开头，例如 zhang.wei"
    )
    phone = PhoneField(
        label="手机号码",
        required=False,
        widget=forms.TextInput(attrs={"data-private": True, "inputmode": "tel"}),
    )
    role = forms.ChoiceField(label="岗位")
    reach = forms.ChoiceField(
        label="办理范围",
        choices=[("all", "本单位全部项目"), ("chosen", "只限指定项目")],
        help_text="只限指定项目的，建立后到项目的“参建与人员”里逐个授权",
    )

    def __init__(self, *args: Any, organisation: Organisation, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer_choices(self, "role", selectors.role_choices(organisation, actor=actor))
        if organisation.kind in GOVERNMENT_KINDS:
            del self.fields["reach"]

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError("这个用户名已经有人使用，请换一个。")
        return username

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reach") == "chosen" and data.get("role") not in PROJECT_ROLES:
            self.add_error("reach", "这个岗位办理本单位全部项目，不能只限指定项目。")
        return data


class UserEditForm(forms.Form):
    """What a manager changes about a user: role, reach, telephone."""

    refusal = "没有修改"

    phone = PhoneField(
        label="手机号码",
        required=False,
        widget=forms.TextInput(attrs={"data-private": True, "inputmode": "tel"}),
    )
    role = forms.ChoiceField(label="岗位")
    reach = forms.ChoiceField(
        label="办理范围",
        choices=[("all", "本单位全部项目"), ("chosen", "只限指定项目")],
        help_text="改为只限指定项目的，到项目的“参建与人员”里逐个授权",
    )
    region = forms.ChoiceField(label="管辖地区", help_text="不超出本部门所在的地区")

    def __init__(
        self, *args: Any, user: User, organisation: Organisation, actor: Actor, **kwargs: Any
    ):
        grants = user.actor_for(organisation.pk).grants
        roles = ROLES_OF_KIND[organisation.kind]
        first = next((grant for grant in grants if grant.role in roles), None)
        chosen = bool(grants) and all(grant.project for grant in grants)
        kwargs["initial"] = {
            "phone": str(user.phone or ""),
            "role": first.role if first else roles[0],
            "reach": "chosen" if chosen or not grants else "all",
            "region": (first.region if first else "") or organisation.region_id,
        }
        super().__init__(*args, **kwargs)
        offer_choices(self, "role", selectors.role_choices(organisation, actor=actor))
        if organisation.kind in GOVERNMENT_KINDS:
            del self.fields["reach"]
            offer_choices(self, "region", selectors.regions_below(organisation.region, actor=actor))
        else:
            del self.fields["region"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reach") == "chosen" and data.get("role") not in PROJECT_ROLES:
            self.add_error("reach", "这个岗位办理本单位全部项目，不能只限指定项目。")
        return data

    @property
    def changes(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        return {
            "phone": data["phone"],
            "role": data["role"],
            "chosen_projects_only": data.get("reach") == "chosen",
            "region": data.get("region", ""),
        }


class LeavingForm(forms.Form):
    """Who takes over what somebody who leaves answers for."""

    refusal = "没有停用"

    successor = forms.ChoiceField(label="接手的同事", required=False)

    def __init__(self, *args: Any, uuid: UUID, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = selectors.successor_choices(uuid, actor=actor)
        offer_choices(self, "successor", [("", "请选择"), *choices])

    def clean_successor(self) -> UUID | None:
        chosen = self.cleaned_data["successor"]
        return UUID(chosen) if chosen else None


class RenewalForm(forms.Form):
    """What was lost, and how the manager knows that it is really this person who asks."""

    refusal = "没有更换"

    what = forms.ChoiceField(
        label="更换",
        choices=[("password", "密码"), ("device", "动态口令"), ("both", "密码和动态口令")],
    )
    # Prose: kept as it was written, punctuation and all.
    reason = ProseField(
        label="原因和核实方式",
        max_length=200,
        help_text="例如：本人到场，手机丢失，已查看身份证件",
    )


class SubjectForm(forms.Form):
    """A user's subject at the 统一认证."""

    refusal = "没有绑定"

    subject = TextField(
        label="统一认证的用户标识", max_length=255, help_text="认证服务给出的 sub，不是姓名或用户名"
    )


class ColleagueForm(forms.Form):
    """Somebody who begins to work for the actor's own unit, by a link."""

    refusal = "没有邀请"

    name = NameField(label="被邀请人姓名")
    role = forms.ChoiceField(label="岗位")

    def __init__(self, *args: Any, organisation: Organisation, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # Beside other forms of the page.
        self.auto_id = "id_colleague_%s"
        offer_choices(self, "role", selectors.role_choices(organisation, actor=actor))


class OrganisationFilter(ListFilter):
    """The officer's list of organisations."""

    q = FindFilter(label="名称、代码或拼音", contains=("name", "pinyin"), exactly=("uscc",))
    kind = OneOf(label="类型", choices=Organisation.Kind.choices)
    status = OneOf(label="状态", choices=Organisation.Status.choices)
    region = TypedFilter(label="所在地", method="within")

    def __init__(self, params: Any, *, actor: Actor) -> None:
        super().__init__(params, selectors.listed_organisations(actor=actor), actor=actor)
        self.find_among("region", region_source(actor=actor))

    def within(self, rows: QuerySet[Any], name: str, code: str) -> QuerySet[Any]:
        """The organisations of a division and below it."""
        return rows.filter(region__code__startswith=region_prefix(code))


class RegionForm(forms.Form):
    """A county that the dictionary does not hold yet."""

    code = forms.RegexField(
        r"^65\d{4}$",
        label="代码",
        help_text="GB/T 2260 的 6 位代码，以民政部公布的为准",
        error_messages={"invalid": "代码应为 65 开头的 6 位数字。"},
    )
    name = TextField(label="名称", max_length=40, help_text="例如 和安县")
    parent = forms.ChoiceField(label="所属地州市")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer_choices(self, "parent", selectors.prefecture_choices(actor=actor))
