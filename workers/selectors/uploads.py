"""Rosters and attendance sheets on their way in."""

from uuid import UUID

from django.db.models import Q, QuerySet

from core.actor import Actor
from core.prepared import Given, PreparedQuery
from core.uploads import UploadState
from projects.models import Project
from workers.models import RegisterUpload


def upload(*, actor: Actor, uuid: UUID | str, kind: str) -> RegisterUpload:
    """One upload of a kind that the actor may see.

    :raises RegisterUpload.DoesNotExist: none, or out of scope.
    """
    rows = RegisterUpload.objects.visible_to(actor).filter(kind=kind)
    # Sealed and large: opened only by whoever looks into it.
    rows = rows.select_related("project", "employer", "original", "job").defer("reading")
    return rows.get(uuid=uuid)


def waiting(*, actor: Actor, project: Project, kind: str) -> list[RegisterUpload]:
    """Uploads of a kind that somebody still has to look at, the newest first."""
    scope = RegisterUpload.scope.rows(actor)
    return _WAITING.rows(scope, project=project.pk, kind=kind)


def _waiting(scope: Q) -> QuerySet[RegisterUpload]:
    rows = RegisterUpload.everything.filter(
        scope,
        project=Given("project"),
        kind=Given("kind"),
        state__in=[UploadState.READING, UploadState.PREVIEW],
    )
    return rows.select_related("employer", "original").defer("reading").order_by("-pk")[:10]


_WAITING = PreparedQuery(_waiting)


def listed_uploads(*, actor: Actor) -> QuerySet[RegisterUpload]:
    """The uploads of rosters and attendance that the actor may see, whatever became of them."""
    rows = RegisterUpload.objects.visible_to(actor)
    return rows.select_related("project", "employer", "original").defer("reading")
