"""What the imports of the register have in common: where a table goes."""

from datetime import date

from core import months
from core.imports import SheetImport
from identity.models import Organisation
from projects.models import Project
from workers.models import RegisterUpload


def place_of(
    kind: SheetImport[RegisterUpload],
    project: Project,
    employer: Organisation,
    month: date | None = None,
) -> RegisterUpload:
    """An unsaved upload that says where a table goes."""
    return RegisterUpload(kind=kind.kind, project=project, employer=employer, month=month)


def place_code(upload: RegisterUpload) -> str:
    """One employer on one project, and one month where it is attendance."""
    place = f"{upload.kind}/{upload.project.subject}/employer:{upload.employer.uscc}"
    return f"{place}/month:{months.month_code(upload.month)}" if upload.month else place


def project_of(upload: RegisterUpload) -> str:
    """The project that audit entries of the upload belong to."""
    return upload.project.subject


def month_of(upload: RegisterUpload) -> date:
    """The month of an attendance upload, which always has one."""
    if upload.month is None:
        raise ValueError("An attendance upload names its month.")
    return upload.month
