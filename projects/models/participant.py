"""Who takes part in a project, and the reaches that taking part opens.

The reaches stand beside the table that they read: what an organisation's people see of a project
is decided by its parts in it.
"""

import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q, QuerySet

from core.actor import Actor
from core.prepared import Given, PreparedQuery
from core.scope import NOTHING, Reach, Scope, ScopedModel, ScopedTable, once_a_request
from identity.models import Organisation
from identity.roles import Role
from identity.scope import ByRegion


class ParticipantRole(models.TextChoices):
    """参建单位类型, codes of the national data standard."""

    PROFESSIONAL = "001", "专业分包单位"
    LABOUR = "006", "劳务分包单位"
    SUPERVISION = "007", "监理单位"
    OWNER = "008", "建设单位"
    CONTRACTOR = "009", "施工总承包单位"


SUBCONTRACTORS = (ParticipantRole.PROFESSIONAL, ParticipantRole.LABOUR)
EMPLOYERS = (ParticipantRole.CONTRACTOR, *SUBCONTRACTORS)
#: Whose people see what concerns a project as a whole.
PARTIES = (ParticipantRole.OWNER, *EMPLOYERS)
#: The parts of its organisation in which a grant lets somebody act.
PARTS_OF_ROLE: dict[str, tuple[ParticipantRole, ...]] = {
    Role.ENTERPRISE_ADMIN: tuple(ParticipantRole),
    Role.PROJECT_MANAGER: EMPLOYERS,
    Role.LABOUR_OFFICER: EMPLOYERS,
    Role.SUBCONTRACTOR_CLERK: EMPLOYERS,
    Role.OWNER_CLERK: (ParticipantRole.OWNER,),
}


@dataclass(frozen=True, slots=True)
class Participation:
    """A part that an actor's grants open: which organisation's, in which project, as what."""

    organisation: int
    project: int
    part: str


def participations(actor: Actor) -> list[Participation]:
    """The parts in projects that the actor's grants open; asked once a request."""
    return once_a_request(("participations", actor), lambda: _read_participations(actor))


def _read_participations(actor: Actor) -> list[Participation]:
    grants = [one for one in actor.grants if one.organisation and one.role in PARTS_OF_ROLE]
    kinds = [(one.role, one.project is not None) for one in grants]
    values: dict[str, Any] = {}
    for number, one in enumerate(grants):
        values |= {f"organisation{number}": one.organisation, f"project{number}": one.project}
    return [Participation(*row) for row in _PARTICIPATIONS.rows(*kinds, **values)]


def _granted_parts(*kinds: tuple[str, bool]) -> QuerySet[Any, tuple[int, int, str]]:
    """Of grants by their role and whether they are for one project."""
    granted = NOTHING
    for number, (role, is_of_project) in enumerate(kinds):
        rows = Q(organisation=Given(f"organisation{number}"), role__in=PARTS_OF_ROLE[role])
        if is_of_project:
            rows &= Q(project__uuid=Given(f"project{number}"))
        granted |= rows
    found = Participant.everything.filter(granted).order_by()
    return found.values_list("organisation", "project", "role")


_PARTICIPATIONS = PreparedQuery(_granted_parts)


def project_ids(actor: Actor, *parts: str) -> list[int]:
    """The projects in which the actor's organisation takes part, as one of these or as anything.

    Ids and no sub-query: PostgreSQL reaches rows by an index for ids that it is told, and reads a
    whole table where they hide in a sub-query behind ``OR``.
    """
    held = participations(actor)
    return sorted({one.project for one in held if not parts or one.part in parts})


class ByParticipation(Reach):
    """Whoever takes part in a project sees what hangs on it.

    ``path`` leads from the row to the project, "" where the row is one; ``parts`` are those that
    open it, by default any.
    """

    def __init__(self, path: str, *parts: str) -> None:
        self.column = f"{path}_id__in" if path else "pk__in"
        self.parts = parts

    def rows(self, actor: Actor) -> Q:
        projects = project_ids(actor, *self.parts)
        return Q(**{self.column: projects}) if projects else NOTHING


class ByEmployer(Reach):
    """A subcontractor sees what concerns the people that it employs on a project.

    ``path`` leads from the row to the project, ``employer`` to the organisation whose people the
    row is about.
    """

    def __init__(self, path: str = "project", employer: str = "employer") -> None:
        self.project, self.employer = f"{path}_id__in", f"{employer}_id"

    def rows(self, actor: Actor) -> Q:
        projects: dict[int, set[int]] = {}
        for one in participations(actor):
            if one.part in SUBCONTRACTORS:
                projects.setdefault(one.organisation, set()).add(one.project)
        seen = NOTHING
        for organisation, ids in projects.items():
            seen |= Q(**{self.project: sorted(ids), self.employer: organisation})
        return seen


class Participant(ScopedTable):
    """An organisation's part in a project."""

    #: Participant.Role, where the part is meant and no role of a user.
    Role = ParticipantRole
    #: The parts whose organisations employ workers of their own on a project.
    EMPLOYERS = EMPLOYERS
    SUBCONTRACTORS = SUBCONTRACTORS

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="participants")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="participations", verbose_name="单位"
    )
    role = models.CharField("参建类型", max_length=3, choices=Role)
    contact = models.CharField("联系人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    entered_on = models.DateField("进场日期")
    left_on = models.DateField("退场日期", null=True, blank=True)

    scope: ClassVar[Scope] = Scope(ByRegion("project"), ByParticipation("project", *PARTIES))

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "参建单位"
        ordering = ["role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation", "role"],
                condition=Q(left_on__isnull=True),
                name="participant_once",
                violation_error_message="这家单位已经以同样身份参建。",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(role__in=["008"], left_on__isnull=True),
                name="participant_one_owner",
                violation_error_message="一个项目只有一家建设单位。",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(role__in=["009"], left_on__isnull=True),
                name="participant_one_contractor",
                violation_error_message="一个项目只有一家施工总承包单位。",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("entered_on")),
                name="participant_left_after_entry",
                violation_error_message="退场日期不能早于进场日期。",
            ),
        ]
        indexes = [
            # "My projects" of an enterprise.
            models.Index(fields=["organisation", "role", "project"], name="participant_of")
        ]

    def __str__(self) -> str:
        return f"{self.organisation}（{self.get_role_display()}）"

    @property
    def is_current(self) -> bool:
        """Whether the organisation has not left."""
        return self.left_on is None
