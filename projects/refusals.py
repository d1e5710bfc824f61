"""What projects refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "project.registers_elsewhere": _("项目由施工总承包单位的企业管理员登记。"),
        "project.contractors_work": _("这件事由施工总承包单位的相应岗位办理，您的岗位不能办理。"),
        "project.employers_work": _("只能办理本单位用工的事情，您的单位或岗位不能办理这件事。"),
        "project.grants_elsewhere": _("项目授权由本单位的企业管理员办理，您的岗位不能办理。"),
        "project.tab_closed": _("您的单位在这个项目上的身份不能查看“%(tab)s”。"),
    }
)
