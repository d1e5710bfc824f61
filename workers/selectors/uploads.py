"""Rosters and attendance sheets on their way in."""

from uuid import UUID

from core.actor import Actor
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
    rows = RegisterUpload.objects.visible_to(actor).filter(
        project=project, kind=kind, state__in=[UploadState.READING, UploadState.PREVIEW]
    )
    return list(rows.select_related("employer", "original").defer("reading").order_by("-pk")[:10])
