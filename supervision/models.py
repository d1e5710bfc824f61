"""How projects stand: their six systems as last judged, with history, and the days' totals."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from core.scope import Scope, ScopedModel, ScopedTable
from identity.models import Industry, Region
from identity.scope import ByRegion
from projects.models import PARTIES, ByParticipation, Project


class State(models.TextChoices):
    """The values are those of ``projects.hook_kinds.SystemState``."""

    CARRIED_OUT = "yes", "已落实"
    NOT_CARRIED_OUT = "no", "未落实"
    UNKNOWN = "unknown", "未知"


class Standing(ScopedTable):
    """How one of a project's six systems stood, from a day up to another; ``until`` None: still.

    Judged at night and within seconds of a write, so that a home page counts rows instead of
    judging a province; a project's own pages judge it anew. A new row is written only where the
    state changed.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    #: Key of a ``projects.hook_kinds.System``.
    system = models.CharField("制度", max_length=20)
    state = models.CharField("状态", max_length=7, choices=State)
    since = models.DateField("起")
    #: The first day on which it stood otherwise; the day it began itself where it changed at once.
    until = models.DateField("止", null=True)

    scope: ClassVar[Scope] = Scope(ByRegion("project"), ByParticipation("project", *PARTIES))

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "制度落实情况"
        constraints = [
            # Also the index of the home pages: what stands now.
            models.UniqueConstraint(
                fields=["project", "system"], condition=Q(until=None), name="standing_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="standing_days_in_order"
            ),
            ExclusionConstraint(
                name="standing_no_overlap",
                expressions=[
                    ("project", RangeOperators.EQUAL),
                    ("system", RangeOperators.EQUAL),
                    (
                        Func("since", "until", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


class DailyStanding(ScopedTable):
    """How many projects under construction carried a system out on a day, by place and industry."""

    day = models.DateField("日期")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="县市区")
    industry = models.ForeignKey(Industry, models.PROTECT, related_name="+", verbose_name="行业")
    system = models.CharField("制度", max_length=20)
    carried_out = models.PositiveIntegerField("已落实")
    not_carried_out = models.PositiveIntegerField("未落实")
    unknown = models.PositiveIntegerField("未知")

    scope: ClassVar[Scope] = Scope(ByRegion())

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "制度落实日合计"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "region", "industry", "system"], name="daily_standing_once"
            )
        ]
