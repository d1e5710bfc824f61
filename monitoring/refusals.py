"""What the handling of warnings and thresholds refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "warning.reported_by_others": _("只有项目总承包单位和相关用人单位可以反馈处置情况。"),
        "warning.others_act": _(
            "这一步由属地人社部门或责任单位办理；上级人社部门可以督办，逾期未签收的可以代签。"
        ),
        "warning.extension_too_long": _("批准的天数应在 1 至 %(asked)s 个工作日之间。"),
        "warning.same_officer": _("复核人不能是签收人，请由另一名监察员复核销号。"),
        "warning.still_holds": _("事实尚未消除，不能销号；事实消除后系统自动解除。"),
        "warning.moved": _("这条预警现在是“%(handling)s”，您的操作没有生效，请刷新页面后再办理。"),
        "run.future": _("%(day)s 还没有到，只能试看（--dry-run），不能写入。"),
        "run.earlier": _("%(rules)s 已按 %(day)s 之后的日期判断过，更早的日期只能试看，不能写入。"),
        "setting.not_for_counties": _("参数由自治区或地州市设定，县市区执行。"),
        "setting.past": _("起始日期不能早于今天，过去的预警按当时的参数判断。"),
        "setting.looser": _("地州市只能比自治区的 %(above)s 更严，不能放宽。"),
        "setting.another_region": _("只能为本级管辖的地区设定参数。"),
    }
)
