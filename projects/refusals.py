"""What projects refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "project.registers_elsewhere": _("项目由施工总承包单位的企业管理员登记。"),
        "project.contractors_work": _("这件事由施工总承包单位的相应岗位办理，您的岗位不能办理。"),
        "project.employers_work": _("只能办理本单位用工的事情，您的单位或岗位不能办理这件事。"),
        "project.grants_elsewhere": _("项目授权由本单位的企业管理员办理，您的岗位不能办理。"),
        "project.registered_already": _(
            "本单位在这个县（市、区）已经登记过同名项目，编号 %(number)s。"
            "确实是另一个项目的，请在名称里写明标段或期数。"
        ),
        "project.changed_meanwhile": _(
            "别人刚刚修改过这个项目。您填的都还在，请对照“动态”里的修改核对后再保存一次。"
        ),
        "project.before_start": _("日期不能早于实际开工日期 %(start)s。"),
        "project.before_pause": _("日期不能早于停工日期 %(begun)s。"),
        "project.no_pause_reason": _("请写明停工原因。"),
        "wage_term.month_over": _(
            "%(month)s 已经过去，它的报送日和支付日不能再改；请从本月或以后的工资月份起约定。"
        ),
        "wage_term.unchanged": _("从 %(month)s 起本来就是这样约定的，没有变化。"),
        "participant.contractor_itself": _("本单位已经是施工总承包单位。"),
        "participant.name_missing": _("平台上还没有这家单位，请填写单位名称。"),
        "participant.wrong_kind": _(
            "这个代码登记的是%(kind)s，不能作为%(part)s，请核对代码或参建类型。"
        ),
        "participant.disabled": _("这家单位已经停用，请联系人社部门。"),
        "participant.taken": _("这家单位已经以这个类型参建，或者这个类型只能有一家且已经有了。"),
        "participant.contractor_stays": _("施工总承包单位不能退场；项目结束请办理完工。"),
        "participant.before_entry": _("退场日期不能早于进场日期 %(entry)s。"),
        "participant.left_already": _("这家单位已经退场。"),
        "officer.before_present": _("任职日期不能早于现任的任职日期。"),
        "officer.unchanged": _("%(name)s已经是现任，电话和平台用户也没有变化。"),
        "rectification.open": _(
            "%(organisation)s因同一件事已有一份责令改正待核查，核查之后才能再责令。"
        ),
        "rectification.not_over": _("改正期限到 %(day)s 为止，过了期限才能认定逾期未改正。"),
        "project.tab_closed": _("您的单位在这个项目上的身份不能查看“%(tab)s”。"),
    }
)
