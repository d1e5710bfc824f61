"""What wage accounts refuse, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "account.banks_work": _("专户状态由开户银行变更。"),
        "account.unexplained": _("请写明变更原因，例如冻结文书的文号。"),
        "account.no_such_step": _("专户不能这样变更状态。"),
        "account.barred": _("现在不能销户：%(bars)s。"),
        "account.moved": _("专户状态刚才已经变更，请刷新页面后再看。"),
        "statement.another_account": _("对账单 %(statement)s 的账号不是这个账户。"),
        "statement.another_content": _("对账单 %(statement)s 与已收到的同号对账单内容不同。"),
        "statement.another_movement": _("流水 %(reference)s 的金额或方向前后不同。"),
    }
)
