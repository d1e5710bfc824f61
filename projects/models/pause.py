"""Times in which works rest: stops, weather, orders, the leave of the Spring Festival."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.scope import Everything, Scope, ScopedModel, ScopedQuerySet
from identity.scope import ByRegion
from projects.models.participant import ByParticipation


class PauseRows(ScopedQuerySet):
    """Pauses, filtered."""

    def covering(self, first: date, end: date) -> "PauseRows":
        """Those that last from ``first`` to the day before ``end`` without a gap."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=end), began_on__lte=first)


class Pause(ScopedModel):
    """A pause of a project's works; money owed is owed in it all the same.

    ``ended_on`` is the first day of works again, None while it lasts.
    """

    class Kind(models.TextChoices):
        STOPPED = "stopped", "停工"
        WEATHER = "weather", "恶劣天气或冬休"
        ORDERED = "ordered", "责令停工"
        FESTIVAL = "festival", "春节放假"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="pauses")
    kind = models.CharField("停工类型", max_length=8, choices=Kind)
    began_on = models.DateField("停工日期")
    ended_on = models.DateField("复工日期", null=True, blank=True)
    reason = models.CharField("原因", max_length=200)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人", max_length=60)

    scope: ClassVar[Scope] = Scope(ByRegion("project"), ByParticipation("project"))
    everything = Everything.from_queryset(PauseRows)()
    objects = PauseRows.as_manager()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "停工"
        ordering = ["-began_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("began_on")),
                name="pause_ends_after_begin",
                violation_error_message="复工日期应晚于停工日期。",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(ended_on__isnull=True),
                name="pause_one_open",
                violation_error_message="这个项目已经在停工中。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.began_on:%Y-%m-%d}"
