"""What payroll refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "paysheet.employers_work": _("这份工资表由用人单位或总包单位办理，您的岗位不能办理。"),
        "paysheet.waits_for_review": _(
            "本月工资表 %(number)s 正在等待审核，要换表请先由总包退回。"
        ),
        "paysheet.worker_listed": _(
            "有人刚刚列入了本月已审核的工资表 %(number)s，一个人一个月不能发两次。"
            "上传的内容都还在，请再次确认入库，看清是哪几行后改正。"
        ),
        "paysheet.no_signed_copy": _("还没有上传农民工本人签字的工资表扫描件，请先上传再提交。"),
        "paysheet.empty": _("工资表里没有人，不能提交。"),
        "paysheet.return_unexplained": _("请写明退回原因，让对方知道要改什么。"),
        "paysheet.void_unexplained": _("请写明作废原因。"),
        "paysheet.payment_begun": _("这张工资表已下达代发指令，不能作废。"),
        "paysheet.submitted_anew": _(
            "没有办理：您打开页面以后，这张表被退回又重新提交过，内容可能变了。"
            "请按现在的内容重新核对后再办理。"
        ),
        "paysheet.moved": _(
            "没有办理：%(by)s已于 %(at)s 把工资表 %(number)s 办理为“%(status)s”，"
            "请按现在的状态办理。"
        ),
        "paysheet.in_state": _(
            "没有办理：工资表 %(number)s 现在是“%(status)s”，请按现在的状态办理。"
        ),
        "payment.under_way": _("这张工资表正在代发，不用再次提交。"),
        "payment.not_approved": _("这张工资表%(status)s，审核通过后才能代发。"),
        "payment.no_account": _("项目还没有登记工资专用账户，请先登记专户。"),
        "payment.account_barred": _("工资专用账户%(status)s，请先与开户银行联系。"),
        "payment.line_taken": _(
            "%(worker)s的这笔工资已经发放、正在代发或另有代付，不能再次支付。请刷新后重新选择。"
        ),
        "payment.nothing_to_pay": _("这张工资表没有待发放的工资。"),
        "payment.no_card": _("%(workers)s没有正在使用的工资卡，请先在实名制名册中登记。"),
        "payment.not_covered": _(
            "专户余额 %(balance)s 元（%(on)s 银行数据），本次需 %(total)s 元，"
            "还差 %(missing)s 元。请建设单位拨付到账后再代发。"
        ),
        "minimum_wage.confirmed": _("%(by)s已经核实过这个标准。"),
    }
)
