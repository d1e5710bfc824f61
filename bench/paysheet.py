"""A pay sheet from file to database: ours, and django-import-export on the same rows."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets
from import_export.formats.base_formats import XLSX
from python_calamine import CalamineWorkbook

from bench.site import MONTH, NOW, Site, build, office_sheet, plain_sheet
from core import clock
from core.actor import SYSTEM
from core.fields import CardNumberField, IdNumberField, NameField
from core.import_preview import Preview
from core.sealed import blind_index
from core.touch import touch
from payroll.imports import PAY_SHEETS, place_of
from payroll.models import PayLine, PaySheet
from payroll.tables import PAY_SHEET
from workers.models import Engagement

WORKERS = 5_000
PREVIEW_SECONDS, COMMIT_SECONDS, TIMES_FASTER = 2.0, 1.0, 10.0
# How long the preview may take beside the parser alone, which knows no header, person or check.
TIMES_PARSER = 12.0


@dataclass(frozen=True)
class Times:
    """Seconds to the preview, and from there to the lines in the database."""

    preview: float
    commit: float

    @property
    def rows_per_second(self) -> float:
        return WORKERS / (self.preview + self.commit)


def main() -> bool:
    """Measure, print, and say whether the marks are met."""
    site = build(WORKERS)
    # A server that has been up for a while has its way to the broker open.
    touch(site.project.subject)
    mine, other = ours(site), theirs(site)
    ratio = mine.rows_per_second / other.rows_per_second
    print(f"pay sheet of {WORKERS} rows")
    for name, times in (("ours", mine), ("django-import-export", other)):
        print(
            f"  {name:<21} preview {times.preview:6.2f} s  commit {times.commit:6.2f} s"
            f"  {times.rows_per_second:8.0f} rows/s"
        )
    parser = parser_alone(office_sheet(site))
    times = mine.preview / parser
    print(f"  ratio {ratio:.1f}")
    print(f"  python-calamine alone {parser:.3f} s, the preview {times:.1f} times that")
    return (
        mine.preview < PREVIEW_SECONDS
        and mine.commit < COMMIT_SECONDS
        and ratio >= TIMES_FASTER
        and times <= TIMES_PARSER
    )


def parser_alone(content: bytes) -> float:
    """The seconds that python-calamine needs for the same file, the best of three."""

    def parse() -> None:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        book.get_sheet_by_index(0).to_python(skip_empty_area=False)

    return min(_timed(parse)[1] for _ in range(3))


def ours(site: Site) -> Times:
    """Receive, read in the child, check, stage sealed and make the first page; then commit."""
    content = office_sheet(site)
    place = place_of(site.project, site.employer, MONTH)

    def preview() -> Any:
        upload = PAY_SHEETS.read_now(
            BytesIO(content), name="9月.xlsx", actor=SYSTEM, place=place, now=clock.now()
        )
        page = Preview(PAY_SHEETS.staged(upload), PAY_SHEET, {"show": "rows"})
        assert (page.rows, upload.accepted) == (WORKERS, WORKERS), upload.issues[:3]
        return upload

    upload, to_preview = _timed(preview)
    _, to_commit = _timed(lambda: PAY_SHEETS.commit(upload, actor=SYSTEM, now=NOW))
    assert PayLine.everything.count() == WORKERS
    return Times(to_preview, to_commit)


def theirs(site: Site) -> Times:
    """A dry run and the import, from the plain sheet into a sheet of its own."""
    PayLine.everything.all().delete()
    sheet = PaySheet.everything.get()
    content = plain_sheet(site)

    def preview() -> Any:
        dataset = XLSX().create_dataset(content)
        result = _resource(sheet).import_data(dataset, dry_run=True)
        assert not result.has_errors(), result.row_errors()[:1]
        assert not result.invalid_rows, result.invalid_rows[0].error
        return dataset

    dataset, to_preview = _timed(preview)
    _, to_commit = _timed(lambda: _resource(sheet).import_data(dataset, dry_run=False))
    assert PayLine.everything.count() == WORKERS
    return Times(to_preview, to_commit)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


class WorkerWidget(widgets.ForeignKeyWidget):
    """The worker on the register whom an ID number names."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Engagement:
        number = IdNumberField().clean(value)
        worker = (
            Engagement.everything.select_related("person")
            .filter(person__id_index=blind_index(number, "id"))
            .first()
        )
        if worker is None:
            raise ValidationError("不在本项目实名名册")
        return worker


class LineResource(resources.ModelResource):
    """A pay line as django-import-export's documentation would write it."""

    engagement = fields.Field("engagement", "身份证号码", WorkerWidget(Engagement))
    row = fields.Field("row", "序号", widgets.IntegerWidget())
    days = fields.Field("days", "出勤天数", widgets.DecimalWidget())
    rate = fields.Field("rate", "日工资", widgets.DecimalWidget())
    overtime = fields.Field("overtime", "加班工资", widgets.DecimalWidget())
    gross = fields.Field("gross", "应发工资", widgets.DecimalWidget())
    advance = fields.Field("advance", "借支", widgets.DecimalWidget())
    deduction = fields.Field("deduction", "代扣", widgets.DecimalWidget())
    net = fields.Field("net", "实发工资", widgets.DecimalWidget())

    class Meta:
        model = PayLine
        import_id_fields = ("row",)
        fields = (
            *("engagement", "row", "days", "rate", "overtime"),
            *("gross", "advance", "deduction", "net"),
        )
        clean_model_instances = True

    def __init__(self, sheet: PaySheet) -> None:
        super().__init__()
        self.sheet = sheet

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """The checks of one row that no field makes."""
        if NameField().clean(row["姓名"]) == "":
            raise ValidationError("没有姓名")
        row["_card"] = CardNumberField().clean(row["银行卡号"])

    def before_save_instance(self, instance: PayLine, row: Any, **kwargs: Any) -> None:
        """Name and card as on the register, and the sum."""
        person, card = instance.engagement.person, instance.card
        if person.name != row["姓名"]:
            raise ValidationError("姓名与名册不一致")
        if bytes(card.number_index) != blind_index(row["_card"], "card"):
            raise ValidationError("卡号与名册不一致")
        if instance.net != instance.gross - instance.advance - instance.deduction:
            raise ValidationError("实发不符")

    def import_instance(self, instance: PayLine, row: Any, **kwargs: Any) -> None:
        """Hang the line on the sheet before it is validated."""
        instance.sheet = self.sheet
        super().import_instance(instance, row, **kwargs)
        instance.card = instance.engagement.person.cards.get(valid_to=None)

    def validate_instance(self, instance: PayLine, *args: Any, **kwargs: Any) -> None:
        """All but what only the bank fills."""
        instance.full_clean(exclude=["paid_on", "failed_on", "first_failed_on"])


def _resource(sheet: PaySheet) -> LineResource:
    return LineResource(sheet)
