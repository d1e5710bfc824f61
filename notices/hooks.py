"""What notice boards put into shared pages."""

from core.hooks import declare
from projects.hook_kinds import ProjectTab

declare(ProjectTab(key="notice", order=70, label="告示牌", page="notices:project"))
