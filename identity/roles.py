"""The roles that a grant can carry, and which of them belong to whom."""

from django.db import models


class Role(models.TextChoices):
    """What somebody may come to do."""

    ENTERPRISE_ADMIN = "enterprise_admin", "企业管理员"
    PROJECT_MANAGER = "project_manager", "项目经理"
    LABOUR_OFFICER = "labour_officer", "劳资专管员"
    SUBCONTRACTOR_CLERK = "subcontractor_clerk", "分包经办人"
    OWNER_CLERK = "owner_clerk", "建设单位经办人"
    BANK_CLERK = "bank_clerk", "银行经办人"
    BUREAU_OFFICER = "bureau_officer", "人社监察员"
    INDUSTRY_OFFICER = "industry_officer", "行业主管部门人员"
    OPERATOR = "operator", "技术运营方"


#: Reach by region.
GOVERNMENT = frozenset({Role.BUREAU_OFFICER, Role.INDUSTRY_OFFICER})
#: Release wages, or answer for the bank that pays them.
RELEASES_MONEY = frozenset({Role.ENTERPRISE_ADMIN, Role.LABOUR_OFFICER, Role.BANK_CLERK})
#: See ID and card numbers in full and export them, for a stated purpose.
READS_IN_FULL = frozenset(
    {
        Role.ENTERPRISE_ADMIN,
        Role.PROJECT_MANAGER,
        Role.LABOUR_OFFICER,
        Role.SUBCONTRACTOR_CLERK,
        Role.BUREAU_OFFICER,
    }
)
#: Sign in with a one-time code: officers, the operator who can reach the machine room, whoever
#: moves money, and whoever takes personal data away.
SECOND_FACTOR = GOVERNMENT | RELEASES_MONEY | READS_IN_FULL | {Role.OPERATOR}
#: Reach by the organisation they work for.
ENTERPRISE = frozenset(
    {
        Role.ENTERPRISE_ADMIN,
        Role.PROJECT_MANAGER,
        Role.LABOUR_OFFICER,
        Role.SUBCONTRACTOR_CLERK,
        Role.OWNER_CLERK,
        Role.BANK_CLERK,
    }
)
