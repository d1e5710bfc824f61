"""When wages are handed in and paid: agreed for wage months, never for those that are over."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any, ClassVar, NamedTuple, Protocol

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Func, OuterRef, Q, Value
from django.db.models.functions import JSONObject
from django.utils import timezone

from core.calendar import sheet_day_of, wage_due_day
from core.months import first_day, shift_month
from core.scope import Scope, ScopedModel, ScopedTable, once_a_request
from identity.scope import ByRegion
from projects.models.participant import ByParticipation

_DAY_OF_MONTH = [MinValueValidator(1), MaxValueValidator(31)]


class WageTerm(ScopedTable):
    """The days of a project's wages, agreed from a wage month on 条例14, 15.

    ``sheet_day`` and ``pay_day`` are days of the month, 1 to 31, cut to its last;
    ``pay_month_offset`` is 1 where both lie in the month after the wage month. A row is never
    changed: what is agreed later is a row of its own.
    """

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="wage_terms")
    since = models.DateField("起始工资月份")
    sheet_day = models.PositiveSmallIntegerField(
        "工资表报送日", default=5, validators=_DAY_OF_MONTH
    )
    pay_day = models.PositiveSmallIntegerField("工资支付日", default=15, validators=_DAY_OF_MONTH)
    pay_month_offset = models.PositiveSmallIntegerField(
        "支付月份", default=1, choices=[(0, "当月支付当月工资"), (1, "次月支付上月工资")]
    )
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人", max_length=60)

    scope: ClassVar[Scope] = Scope(ByRegion("project"), ByParticipation("project"))

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "工资支付约定"
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sheet_day__range=(1, 31), pay_day__range=(1, 31)),
                name="wage_term_days_of_month",
                violation_error_message="报送日和支付日应在 1 至 31 之间。",
            ),
            models.CheckConstraint(
                condition=Q(pay_month_offset__in=(0, 1)),
                name="wage_term_pay_month",
                violation_error_message="工资在当月或次月支付。",
            ),
            models.CheckConstraint(condition=Q(since__day=1), name="wage_term_since_first_day"),
        ]
        # A project's terms in the order of their agreement.
        indexes = [models.Index(fields=["project", "recorded_at"], name="wage_term_of_project")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.since:%Y-%m} {self.sheet_day}/{self.pay_day}"


class WageDays(Protocol):
    """What of a term the days of a month follow from."""

    @property
    def project_id(self) -> int: ...
    @property
    def since(self) -> date: ...
    @property
    def sheet_day(self) -> int: ...
    @property
    def pay_day(self) -> int: ...
    @property
    def pay_month_offset(self) -> int: ...
    @property
    def recorded_at(self) -> datetime: ...


class _ToldTerm(NamedTuple):
    """A term as PostgreSQL puts it into JSON."""

    project_id: int
    since: date
    sheet_day: int
    pay_day: int
    pay_month_offset: int
    recorded_at: datetime

    @classmethod
    def of(cls, project: int, told: Mapping[str, Any]) -> "_ToldTerm":
        since = date.fromisoformat(told["since"])
        recorded_at = datetime.fromisoformat(told["recorded_at"])
        days = told["sheet_day"], told["pay_day"], told["pay_month_offset"]
        return cls(project, since, *days, recorded_at)


def terms_of_project() -> ArraySubquery:
    """A project's terms in the order of their agreement, to be read with its row."""
    rows = WageTerm.everything.filter(project=OuterRef("pk")).order_by("recorded_at", "pk")
    return ArraySubquery(
        rows.values(
            told=JSONObject(
                since="since",
                sheet_day="sheet_day",
                pay_day="pay_day",
                pay_month_offset="pay_month_offset",
                recorded_at="recorded_at",
            )
        )
    )


#: Wage months before this many are past all their days, whatever is agreed: a sheet day on the 31st
#: of the month after moves over the longest holidays.
_PAST_FOR_SURE = 3


class WageTerms:
    """The one place from which a wage month has its days: each project's terms, by month.

    A month keeps the terms in force on its last day: of those agreed by then for it or a month
    before, the one agreed last. Months before the first agreement follow that.
    """

    def __init__(self, terms: Iterable[WageDays]) -> None:
        self.terms: dict[int, list[WageDays]] = defaultdict(list)
        for term in terms:
            self.terms[term.project_id].append(term)
        self._sheet_days = cache(sheet_day_of)
        self._due_days = cache(wage_due_day)

    @classmethod
    def of_projects(cls, projects: Collection[int] | None = None) -> "WageTerms":
        """The terms of these projects, None for all; one query a request."""
        key = "wage terms", None if projects is None else tuple(projects)
        return once_a_request(key, lambda: cls._read(projects))

    @classmethod
    def remembered(cls, project: int, told: Iterable[Mapping[str, Any]]) -> "WageTerms":
        """The terms that came with a project's row, by :func:`terms_of_project`; no query."""
        key = "wage terms", (project,)
        terms = (_ToldTerm.of(project, one) for one in told)
        return once_a_request(key, lambda: cls(terms))

    @classmethod
    def _read(cls, projects: Collection[int] | None) -> "WageTerms":
        rows = WageTerm.everything.order_by("recorded_at", "pk")
        if projects is not None:
            rows = rows.filter(project__in=projects)
        return cls(
            rows.values_list(
                *("project_id", "since", "sheet_day", "pay_day", "pay_month_offset"),
                "recorded_at",
                named=True,
            )
        )

    def term(self, project: int, month: date) -> WageDays:
        """The term of a project's wage month."""
        first, *later = self.terms[project]
        if not later:
            return first
        over = _begin_of(shift_month(month, 1))
        in_time = (one for one in later if one.since <= month and one.recorded_at < over)
        return max(in_time, key=lambda one: one.recorded_at, default=first)

    def sheet_day(self, project: int, month: date) -> date:
        """The day on which the month's sheet is handed in, a day off moved to the next workday."""
        term = self.term(project, month)
        return self._sheet_days(month, term.sheet_day, term.pay_month_offset)

    def due_day(self, project: int, month: date) -> date:
        """The day by which the month is paid 条例14, a day off moved to the workday before."""
        term = self.term(project, month)
        return self._due_days(month, term.pay_day, term.pay_month_offset)

    def next_wage_month(self, project: int, as_of: date) -> date:
        """The wage month whose due day is the next to come, ``as_of`` included."""
        month = shift_month(first_day(as_of), -1)
        while self.due_day(project, month) < as_of:
            month = shift_month(month, 1)
        return month

    def past_due(self, as_of: date) -> Q:
        """Rows with ``project`` and ``month`` whose due day lies before ``as_of``."""
        return self._past(as_of, self.due_day)

    def past_sheet_day(self, as_of: date) -> Q:
        """Rows with ``project`` and ``month`` whose sheet day lies before ``as_of``."""
        return self._past(as_of, self.sheet_day)

    def _past(self, as_of: date, day_of: Callable[[int, date], date]) -> Q:
        this_month = first_day(as_of)
        passed = Q(month__lte=shift_month(this_month, -_PAST_FOR_SURE))
        # A due day on the first may have moved into the month before.
        for back in range(1 - _PAST_FOR_SURE, 2):
            month = shift_month(this_month, back)
            ids = [project for project in self.terms if day_of(project, month) < as_of]
            if len(ids) == len(self.terms):
                passed |= Q(month=month)
            elif ids:
                passed |= Q(month=month, project__in=_one_of(ids))
        return passed


def _one_of(ids: list[int]) -> Func:
    """Ids as one parameter: the protocol takes 65,535 of them, a province has more rows."""
    ids_of = Value(ids, output_field=ArrayField(models.BigIntegerField()))
    return Func(ids_of, function="unnest", template="(SELECT %(function)s(%(expressions)s))")


@lru_cache(maxsize=1000)
def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
