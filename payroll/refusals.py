"""What payroll refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "paysheet.employers_work": _("这份工资表由用人单位或总包单位办理，您的岗位不能办理。"),
    }
)
