"""What the register refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "register.clash": _("名册中有工人刚被别人登记，内容都还在，请重新核对后再入库。"),
        "card.not_in_use_yet": _("启用日期不能晚于今天，请在新卡启用后办理。"),
        "card.same": _("这就是该工人正在使用的工资卡，无需更换。"),
        "card.before_present": _("启用日期不能早于现用卡的启用日期 %(since)s。"),
        "card.taken": _("这张卡已登记在另一名工人名下，一张卡只能登记给一个人。"),
        "exit.to_come": _("退场日期不能晚于今天，请在退场当天或之后办理。"),
        "exit.before_entry": _("退场日期不能早于进场日期 %(entry)s。"),
        "exit.recorded": _("这名工人已经登记退场，请刷新页面。"),
        "register.masked_only": _("完整信息只对用人单位、总承包单位和人社监察员开放。"),
    }
)
