"""What bonds refuse, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "bond.no_such_setting": _("保证金政策没有“%(key)s”这一项。"),
        "bond.setting_unreadable": _("“%(setting)s”填写有误，请核对各栏的数字和选项。"),
        "bond.no_rate": _("本地区的保证金政策没有设定存储比例，请联系人社部门录入后再核定。"),
        "bond.no_policy": _("%(on)s 没有生效的保证金政策，请联系人社部门录入后再核定。"),
        "bond.days_unset": _("保证金政策没有设定“%(setting)s”，请先在政策中录入。"),
        "bond.policy_elsewhere": _("这个地区的保证金政策由当地（地州市或自治区）人社部门维护。"),
        "bond.policy_in_force": _(
            "这份政策已经施行，不能改动，否则以前的核定就说不清依据。请另立一份自今天起施行的政策。"
        ),
        "bond.policy_there": _("这个地区从这一天起已经有一份政策。"),
        "bond.policy_backdated": _("新政策最早自今天起施行。"),
        "bond.setting_confirmed": _("这一项已由%(by)s核实。"),
        "bond.setting_unset": _("这一项还没有设定，没有可以核实的内容。"),
        "bond.no_source": _("请写明依据，例如文件名称、文号和条款。"),
        "bond.no_contractor": _("项目还没有施工总承包单位，不能核定保证金。"),
        "bond.none_yet": _("这个项目的保证金还没有核定。"),
        "bond.officers_work": _("这件事由项目所在地人社部门办理，您的岗位不能办理。"),
        "bond.banks_work": _("这件事由保证金账户的开户银行或开立保函的银行办理。"),
        "bond.unexplained": _("请写明原因。"),
        "bond.moved": _(
            "没有办理：%(by)s已于 %(at)s 把这笔保证金办理为“%(status)s”，请按现在的状态办理。"
        ),
        "bond.not_to_store": _("这笔保证金%(status)s，现在不用存储。"),
        "bond.form_not_admitted": _("本地区不允许这种存储形式，请从允许的形式中选择。"),
        "bond.account_there": _("这笔保证金已有一个没有销户的账户。"),
        "bond.before_opening": _("日期不能早于开户日期 %(opened)s。"),
        "bond.above_contract": _("金额超过了施工合同额 %(contract)s 元，请核对。"),
        "bond.mismatch_unexplained": _("请写明哪里不符，让对方知道要改什么。"),
        "bond.entry_checked": _("这笔存入刚才已经核对过，请刷新后再看。"),
        "bond.reference_taken": _("这个银行流水号已经登记在这个账户上，同一笔不能记两次。"),
        "bond.not_banks_kind": _("银行在这里只登记存入、结息和支取利息。"),
        "bond.interest_short": _("利息余额 %(interest)s 元，不够支取这么多；本金不能支取。"),
        "bond.return_not_confirmed": _(
            "保证金%(status)s，人社部门出具返还（销户）确认书后才能返还本金和销户。"
        ),
        "bond.interest_left": _("账户还有利息 %(interest)s 元，请先由施工总承包单位支取。"),
        "bond.account_closed": _("这个账户刚才已经销户，请刷新后再看。"),
        "bond.paper_not_asked": _("这一事项不需要这份材料，请从清单中选择。"),
        "bond.no_ground": _("请写明免存依据。"),
        "bond.stored_already": _("这笔保证金已有存储或保函，不能免存。"),
        "bond.refund_under_way": _("保证金正在办理返还，不能重新核定。"),
        "bond.not_usable": _("这笔保证金%(status)s，不能动用。"),
        "bond.order_days": _("责令改正期限不能早于责令日期。"),
        "bond.order_running": _("责令改正期限到 %(until)s，期满仍未改正才能动用保证金。"),
        "bond.no_order": _("请写明责令限期改正文书的编号。"),
        "bond.lines_not_owed": _(
            "所选工资中有的已经支付、正在支付、尚未到期或不属于本项目，请刷新后重新选择。"
        ),
        "bond.no_account": _("这笔保证金没有保证金账户，请选择一份保函。"),
        "bond.not_covered": _("需要 %(total)s 元，可动用 %(held)s 元，不够支付，请减少所选工资。"),
        "bond.use_open": _("这笔保证金已有一次动用没有办结，请先办结。"),
        "bond.use_own": _("拟稿人不能自己签发，请由另一名监察员签发。"),
        "bond.use_moved": _("没有办理：这次动用刚才已经签发、撤回或办结，请按现在的状态办理。"),
        "bond.use_not_issued": _("支付（索赔）通知还没有签发，不能登记支付结果。"),
        "bond.line_not_in_use": _("这名工人不在这次动用的名单里。"),
        "bond.paid_before_issue": _("支付日期不能早于签发日期 %(issued)s。"),
        "bond.unpaid_unexplained": _("没有付成的，请写明原因。"),
        "bond.line_not_returned": _("这笔支付没有被退回，或这次动用已经办结，不能重新支付。"),
        "bond.works_go_on": _("工程还没有完工，不能申请返还保证金。"),
        "bond.not_refundable": _("这笔保证金%(status)s，现在不能申请返还。"),
        "bond.refund_barred": _("现在不能返还：%(bars)s。"),
        "bond.publicity_running": _("公示到 %(until)s 截止，期满后才能申请返还。"),
        "bond.refund_moved": _("没有办理：这次返还刚才已有人办理过，请按现在的状态办理。"),
        "bond.refusal_unexplained": _("请写明不予返还的原因，例如还欠谁的工资。"),
        "bond.refund_own": _("启动返还的人不能自己审核，请由另一名监察员审核。"),
        "bond.refund_reviewer": _("审核人不能自己确认，请由另一名监察员确认。"),
        "guarantee.above_limit": _("一家担保公司最多担保 %(limit)s 元，本地区不允许联合担保。"),
        "guarantee.needs_joint": _(
            "一家担保公司最多担保 %(limit)s 元，"
            "这个金额需要 %(count)s 家联合担保，请填写其他担保人。"
        ),
        "guarantee.days_out_of_order": _("日期应依次为开立、生效、到期，请核对。"),
        "guarantee.too_short": _("保函到期日不能早于计划竣工日期 %(end)s。"),
        "guarantee.below_least": _("保函有效期至少 %(months)s 个月。"),
        "guarantee.none_to_replace": _("要替换的保函已经失效或不属于这个项目。"),
        "guarantee.number_taken": _(
            "保函编号 %(number)s 已经用在一笔保证金上，一份保函只能用于一个项目，请核对。"
        ),
        "guarantee.no_such_clause": _("没有这一条除外条款，请刷新后重新勾选。"),
        "guarantee.unexplained": _("勾选了除外条款或不予认可的，请写明审核意见。"),
        "guarantee.not_on_demand": _("保函应为不可撤销、无条件、见索即付，这一份不能认可。"),
        "guarantee.reviewed_already": _("这份保函刚才已经审核过，请刷新后再看。"),
        "guarantee.not_standing": _("这份保函不在有效期内或正在索赔，不能动用。"),
    }
)
