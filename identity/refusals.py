"""What identity refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "credit.no_such_unit": _("平台上没有这个统一社会信用代码的单位，请核对代码。"),
        "credit.other_area": _("只能录入本部门管辖地区的记录。"),
        "credit.elsewhere": _("这条记录由适用地区的人社部门办理。"),
        "credit.days": _("终止日期不能早于起始日期。"),
        "credit.listed_already": _("%(name)s已经在名单上，不用再次录入。"),
        "credit.end_unexplained": _("请写明终止原因，例如移出决定的文号。"),
        "credit.ended_already": _("这条记录刚才已经终止，请刷新后再看。"),
        "region.other_prefecture": _("%(name)s的县市区代码应以 %(prefix)s 开头。"),
        "region.known": _("代码 %(number)s 已经是%(name)s。"),
        "organisation.known": _("这个统一社会信用代码已经登记。"),
        "organisation.as_before": _("名称和代码都和原来一样，没有改动。"),
        "organisation.not_registrable": _("这类单位不能在平台上登记。"),
        "organisation.not_in_order": _("单位待核实或已停用，先核实或恢复，再发邀请。"),
        "invitation.role_held": _("您在%(name)s已经有这个岗位，不必再接受邀请。"),
        "role.not_of_kind": _("这个岗位不适用于这类单位。"),
        "user.name_taken": _("这个用户名已经有人使用，请换一个。"),
        "user.own": _("不能停用自己。"),
        "user.own_role": _("不能修改自己的岗位和办理范围，请由本单位另一名管理人员办理。"),
        "user.has_tasks": _("%(name)s名下还有 %(count)s 项工作，请先选择接手的同事。"),
        "grant.beyond_office": _("办理范围不能超出本部门所在的%(name)s。"),
        "renewal.own": _("不能更换自己的登录凭据，请由别的管理人员办理。"),
        "renewal.takes_two": _("提出人不能自己确认，请由第二名管理人员办理。"),
        "renewal.in_pages": _("平台上的管理人员可以为%(name)s更换，请他们在页面上办理。"),
        "renewal.too_early": _("提出后 %(minutes)s 分钟以内不能在服务器上确认。"),
        "renewal.open_already": _("%(name)s已有一项更换在等待确认。"),
        "external.bound_already": _("这个统一认证用户已经绑定，或该用户已经绑定了另一个。"),
        "external.by_oneself": _("%(name)s经手资金或执法，须由本人登录后自己绑定。"),
        "external.none_bound": _("没有绑定统一认证。"),
        "grant.not_for_projects": _("这个岗位不能只授予一个项目。"),
        "grant.held_already": _("%(name)s已经可以以这个岗位办理本项目。"),
        "grant.none_on_project": _("这名用户没有本项目的授权。"),
    }
)
