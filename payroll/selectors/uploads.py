"""Uploads of pay sheets as their pages read them."""

from uuid import UUID

from django.db.models import Q, QuerySet

from core.actor import Actor
from core.prepared import Given, PreparedQuery
from core.uploads import UploadState
from payroll.models import PaySheetUpload


def upload(uuid: UUID, actor: Actor) -> PaySheetUpload:
    """One upload.

    :raises PaySheetUpload.DoesNotExist: none, or out of scope.
    """
    return (
        PaySheetUpload.objects.visible_to(actor)
        .select_related("project", "employer", "job", "original", "sheet_made")
        # Sealed and large: opened only by whoever looks into it.
        .defer("reading")
        .get(uuid=uuid)
    )


def waiting(*, actor: Actor, project: int) -> list[PaySheetUpload]:
    """A project's uploads that were neither brought in nor set aside, newest first."""
    return _WAITING.rows(PaySheetUpload.scope.rows(actor), project=project)


def _waiting(scope: Q) -> QuerySet[PaySheetUpload]:
    rows = PaySheetUpload.everything.filter(
        scope,
        project_id=Given("project"),
        state__in=[UploadState.READING, UploadState.PREVIEW],
    )
    return rows.select_related("employer", "original").defer("reading").order_by("-created_at")


_WAITING = PreparedQuery(_waiting)


def listed_uploads(*, actor: Actor) -> QuerySet[PaySheetUpload]:
    """The uploads of pay sheets that the actor may see, whatever became of them."""
    rows = PaySheetUpload.objects.visible_to(actor)
    return rows.select_related("project", "employer", "original").defer("reading")
