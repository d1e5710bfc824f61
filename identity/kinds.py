"""What forms and services of identity agree on."""

import re

from core.fields import TextField, fail
from identity.models import Organisation
from identity.roles import Role

#: The roles that people of an organisation may carry, the leading one first: it is the role of
#: the first user, who is invited.
ROLES_OF_KIND: dict[str, tuple[Role, ...]] = {
    Organisation.Kind.CONTRACTOR: (
        Role.ENTERPRISE_ADMIN,
        Role.PROJECT_MANAGER,
        Role.LABOUR_OFFICER,
    ),
    Organisation.Kind.SUBCONTRACTOR: (Role.ENTERPRISE_ADMIN, Role.SUBCONTRACTOR_CLERK),
    Organisation.Kind.OWNER: (Role.ENTERPRISE_ADMIN, Role.OWNER_CLERK),
    Organisation.Kind.SUPERVISOR: (Role.ENTERPRISE_ADMIN,),
    Organisation.Kind.BANK: (Role.ENTERPRISE_ADMIN, Role.BANK_CLERK),
    Organisation.Kind.BUREAU: (Role.BUREAU_OFFICER,),
    Organisation.Kind.DEPARTMENT: (Role.INDUSTRY_OFFICER,),
    Organisation.Kind.OPERATOR: (Role.OPERATOR,),
}
#: The organisations whose people officers look after, for they have no 企业管理员.
GOVERNMENT_KINDS = (Organisation.Kind.BUREAU, Organisation.Kind.DEPARTMENT)
#: What an officer may register; the operator's organisation is made at the command line.
REGISTRABLE_KINDS = tuple(kind for kind in Organisation.Kind if kind != Organisation.Kind.OPERATOR)
#: The roles that may be held for chosen projects only.
PROJECT_ROLES = (Role.PROJECT_MANAGER, Role.LABOUR_OFFICER, Role.SUBCONTRACTOR_CLERK)


class UsernameField(TextField):
    """A sign-in name: letters, digits, dot, hyphen, underscore; its case does not count."""

    _format = re.compile(r"[a-z][a-z0-9._-]{3,39}", re.ASCII)

    def read(self, value: object, text: str) -> str:
        name = text.lower()
        if not self._format.fullmatch(name):
            fail("format", "用户名应为 4 至 40 位字母、数字、点或横线，以字母开头。")
        return name
