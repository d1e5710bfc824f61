"""What an area asks for, from a day on: each setting with its source and how sure it is."""

import uuid
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from bonds.policy import CERTAINTY_LABELS, SETTINGS, Certainty, Policy, read_policy, read_value
from identity.models import Region


class BondPolicy(models.Model):
    """A bond policy of an area (自治区 or 地州市) from a day on; a later one takes its place.

    Once in force it is never changed, only confirmed: what was determined by it stays explained.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="bond_policies", verbose_name="管理地区"
    )
    since = models.DateField("施行日期")
    title = models.CharField("名称", max_length=100)
    created_at = models.DateTimeField("录入时间")
    created_by = models.CharField("录入人", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "保证金政策"
        ordering: ClassVar = ["region_id", "-since"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "since"],
                name="bond_policy_once",
                violation_error_message="这个地区从这一天起已经有一份政策。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.since:%Y-%m-%d} 起）"

    @property
    def subject(self) -> str:
        return f"bond_policy:{self.uuid}"

    @property
    def value(self) -> Policy:
        """The policy as amounts and deadlines are computed from it."""
        return read_policy({setting.key: setting.value for setting in self.settings.all()})


class PolicySetting(models.Model):
    """One setting of a policy; ``value`` None says that nothing is known to be set."""

    policy = models.ForeignKey(BondPolicy, models.CASCADE, related_name="settings")
    key = models.CharField("项目", max_length=30)
    value = models.JSONField("取值", null=True, encoder=DjangoJSONEncoder)
    source = models.CharField("依据", max_length=300, blank=True)
    certainty = models.CharField(
        "把握程度", max_length=10, choices=[(one.value, CERTAINTY_LABELS[one]) for one in Certainty]
    )
    confirmed_by = models.CharField("核实人", max_length=60, blank=True)
    confirmed_at = models.DateTimeField("核实时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "保证金政策条目"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "key"], name="bond_policy_setting_once")
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.policy_id}）"

    @property
    def label(self) -> str:
        return SETTINGS[self.key].label

    @property
    def read(self) -> Any:
        """The value as it is reckoned with; None where nothing is set."""
        return read_value(self.key, self.value)
