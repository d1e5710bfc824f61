"""What wage accounts refuse, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "account.banks_work": _("专户状态由开户银行变更。"),
    }
)
