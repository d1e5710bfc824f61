"""What the register puts into shared pages."""

from core.hooks import declare
from projects.hook_kinds import Part, ProjectTab

#: People concern the site and whoever supervises it; owner and bank see none of them.
_SITE = frozenset({Part.SUBCONTRACTOR})
declare(
    ProjectTab(key="workers", order=40, label="实名制", page="workers:register", opens_to=_SITE),
    ProjectTab(key="attendance", order=50, label="考勤", page="workers:attendance", opens_to=_SITE),
)
