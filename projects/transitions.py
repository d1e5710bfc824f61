"""What forms and services of projects agree on."""

from dataclasses import dataclass

from identity.models import Organisation
from identity.roles import Role
from projects.models import Participant, Project, ProjectOfficer

Part, Status = Participant.Role, Project.Status

#: Which kinds of organisation a part can be taken by; an unknown unit is made of the first kind.
KINDS_OF_PART: dict[str, tuple[Organisation.Kind, ...]] = {
    Part.PROFESSIONAL: (Organisation.Kind.SUBCONTRACTOR, Organisation.Kind.CONTRACTOR),
    Part.LABOUR: (Organisation.Kind.SUBCONTRACTOR,),
    Part.SUPERVISION: (Organisation.Kind.SUPERVISOR,),
    Part.OWNER: (Organisation.Kind.OWNER,),
}
#: The platform role that goes with an office on a project.
ROLE_OF_OFFICER = {
    ProjectOfficer.Role.MANAGER: Role.PROJECT_MANAGER,
    ProjectOfficer.Role.LABOUR: Role.LABOUR_OFFICER,
}


@dataclass(frozen=True, slots=True)
class Transition:
    """A named change of a project's status, from named ones, on a day."""

    name: str
    label: str
    sources: tuple[str, ...]
    target: str
    #: The column that keeps the day; "" where only the audit chain does.
    date_field: str = ""
    needs_reason: bool = False


TRANSITIONS = {
    transition.name: transition
    for transition in (
        Transition("start", "开工", (Status.PREPARING,), Status.UNDER_CONSTRUCTION, "actual_start"),
        Transition(
            "suspend", "停工", (Status.UNDER_CONSTRUCTION,), Status.SUSPENDED, needs_reason=True
        ),
        Transition("resume", "复工", (Status.SUSPENDED,), Status.UNDER_CONSTRUCTION),
        Transition(
            "complete",
            "完工",
            (Status.UNDER_CONSTRUCTION, Status.SUSPENDED),
            Status.COMPLETED,
            "actual_end",
        ),
    )
}
