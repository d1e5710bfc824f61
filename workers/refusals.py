"""What the register refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "register.masked_only": _("完整信息只对用人单位、总承包单位和人社监察员开放。"),
    }
)
