"""What identity refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "grant.not_for_projects": _("这个岗位不能只授予一个项目。"),
        "grant.held_already": _("%(name)s已经可以以这个岗位办理本项目。"),
        "grant.none_on_project": _("这名用户没有本项目的授权。"),
    }
)
