"""What core refuses, in words."""

from django.utils.translation import gettext_noop as _

from core.errors import declare_refusals

declare_refusals(
    {
        "state.changed": _(
            "没有办理：刚才已经有人办理过，状态变了。请刷新页面，按现在的状态办理。"
        ),
    }
)
