"""What is on record of a unit's good faith: the 失信 list, arrears found, clean years found.

Dated rows, never overwritten: a past day is judged by what was entered by then.
"""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.actor import Actor
from core.money import MoneyModelField
from core.scope import Everything, Reach, Scope, ScopedModel, ScopedQuerySet
from identity.models.organisations import Organisation, Region
from identity.scope import ByOrganisation, ByRegion


class Published(Reach):
    """The 失信 list is public: everybody who signed in sees its rows."""

    def rows(self, actor: Actor) -> Q:
        return Q(kind="listed")


class CreditRows(ScopedQuerySet):
    """Credit entries, filtered."""

    def standing(self, on: date) -> "CreditRows":
        """Those whose time covers a day."""
        return self.filter(Q(until=None) | Q(until__gt=on), since__lte=on)


class CreditEntry(ScopedModel):
    """A dated finding about a unit; ``until`` is the day from which it no longer holds.

    ``region`` says where it counts: 650000 everywhere. Of ``clean`` the time since which nobody
    was owed wages, as an officer has found; of ``arrears`` the day they were found.
    """

    class Kind(models.TextChoices):
        LISTED = "listed", "严重失信主体名单"
        ARREARS = "arrears", "拖欠工资记录"
        CLEAN = "clean", "无拖欠核实"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="credit_entries", verbose_name="单位"
    )
    kind = models.CharField("种类", max_length=8, choices=Kind)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="适用地区")
    since = models.DateField("起始日期")
    until = models.DateField("终止日期", null=True, blank=True)
    amount = MoneyModelField("拖欠金额", null=True, blank=True)
    ground = models.CharField("事由", max_length=300)
    document = models.CharField("文书或公告", max_length=100, blank=True)
    entered_at = models.DateTimeField("录入时间")
    entered_by = models.CharField("录入人", max_length=60)
    ended_at = models.DateTimeField("终止录入时间", null=True, blank=True)
    ended_by = models.CharField("终止录入人", max_length=60, blank=True)
    ended_why = models.CharField("终止原因", max_length=200, blank=True)

    scope: ClassVar[Scope] = Scope(
        Published(),
        ByRegion(industry=""),
        ByRegion("organisation", ""),
        ByOrganisation("organisation"),
    )
    everything = Everything.from_queryset(CreditRows)()
    objects = CreditRows.as_manager()

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "信用记录"
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="credit_entry_days",
                violation_error_message="终止日期不能早于起始日期。",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(kind="listed", until__isnull=True),
                name="credit_listed_once",
                violation_error_message="这家单位已经在名单上。",
            ),
        ]
        # ORG-01 and a unit's record.
        indexes = [models.Index(fields=["organisation", "kind"], name="credit_of_unit")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_kind_display()} {self.since:%Y-%m-%d}"

    @property
    def subject(self) -> str:
        return f"credit:{self.uuid}"
