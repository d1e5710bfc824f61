"""What the imports of the register have in common."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from core import months
from core.actor import SYSTEM
from core.fields import same_name
from core.imports import SheetImport
from core.tabular.schema import Check, Issue, Row
from identity.models import Organisation
from projects.models import Project
from workers import selectors
from workers.models import RegisterUpload


class RegisterImport(SheetImport[RegisterUpload]):
    """A table for one employer on one project, and for one month where it is attendance."""

    model = RegisterUpload

    def context(self, upload: RegisterUpload) -> str:
        place = f"{upload.kind}/{upload.project.subject}/employer:{upload.employer.uscc}"
        return f"{place}/month:{months.iso(upload.month)}" if upload.month else place

    def within(self, upload: RegisterUpload) -> str:
        return upload.project.subject


def place_of(
    kind: RegisterImport, project: Project, employer: Organisation, month: date | None = None
) -> RegisterUpload:
    """An unsaved upload that says where a table goes."""
    return RegisterUpload(kind=kind.kind, project=project, employer=employer, month=month)


def month_of(upload: RegisterUpload) -> date:
    """The month of an attendance upload, which always has one."""
    if upload.month is None:
        raise ValueError("An attendance upload names its month.")
    return upload.month


def workers_of(
    upload: RegisterUpload, rows: Iterable[Row]
) -> dict[str, selectors.RegisteredWorker]:
    return selectors.workers_in_month(
        actor=SYSTEM,
        project=upload.project,
        employer=upload.employer,
        id_numbers=[row["id"] for row in rows if row.has("id")],
        month=month_of(upload),
    )


def on_register(upload: RegisterUpload) -> Check:
    def check(rows: Sequence[Row]) -> Iterator[Issue]:
        people = workers_of(upload, rows)
        for row in rows:
            if not row.has("id"):
                continue
            entry = people.get(row["id"])
            if entry is None:
                yield row.fault(
                    "id", "not_on_register", "本月不在该单位的实名名册上，请先办理实名登记。"
                )
            elif row.has("name") and not same_name(row["name"], entry.name):
                yield row.fault(
                    "name", "name_differs", "与实名名册上的姓名不符，请对照身份证原件核对。"
                )

    return check
