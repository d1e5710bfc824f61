"""Regions, industries and organisations 规程三(四)."""

import uuid
from typing import ClassVar

from django.db import models

from core.pinyin import PinyinField
from core.scope import Scope, ScopedModel, ScopedTable
from core.validators import validate_uscc
from identity.scope import ByOrganisation, ByRegion, region_prefix


class Region(models.Model):
    """An administrative division, GB/T 2260: 自治区, 地州市, 县市区 or 兵团城市."""

    class Kind(models.TextChoices):
        AUTONOMOUS_REGION = "自治区", "自治区"
        PREFECTURE = "地州市", "地州市"
        COUNTY = "县市区", "县市区"
        CORPS_CITY = "兵团城市", "兵团城市"

    code = models.CharField("代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=40)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级")
    kind = models.CharField("层级", max_length=4, choices=Kind)

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The part of the code that every division below shares."""
        return region_prefix(self.code)


class Industry(models.Model):
    """An industry with the department in charge of it 规程一(二)."""

    code = models.CharField("代码", max_length=20, primary_key=True)
    name = models.CharField("名称", max_length=20)
    department = models.CharField("行业主管部门", max_length=30)
    order = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "行业"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class Organisation(ScopedTable):
    """A unit with a 统一社会信用代码 that takes part in projects, banks, or supervises."""

    class Kind(models.TextChoices):
        OWNER = "owner", "建设单位"
        CONTRACTOR = "contractor", "总承包单位"
        SUBCONTRACTOR = "subcontractor", "分包单位"
        SUPERVISOR = "supervisor", "监理单位"
        BANK = "bank", "合作银行"
        BUREAU = "bureau", "人社部门"
        DEPARTMENT = "department", "行业主管部门"
        OPERATOR = "operator", "技术运营方"

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", "正常"
        UNCONFIRMED = "unconfirmed", "待核实"
        DISABLED = "disabled", "停用"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uscc = models.CharField(
        "统一社会信用代码",
        max_length=18,
        unique=True,
        validators=[validate_uscc],
        error_messages={"unique": "这个统一社会信用代码已经登记。"},
    )
    name = models.CharField("单位名称", max_length=100)
    pinyin = PinyinField("拼音")
    kind = models.CharField("单位类型", max_length=20, choices=Kind)
    status = models.CharField("状态", max_length=20, choices=Status, default=Status.CONFIRMED)
    #: What a disabled unit was before, and is again when it is enabled.
    status_before = models.CharField(max_length=20, choices=Status, blank=True, editable=False)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="所在地")
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, verbose_name="主管行业"
    )
    phone = models.CharField("办公电话", max_length=30, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    scope: ClassVar[Scope] = Scope(ByRegion(industry=""), ByOrganisation())

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "单位"
        ordering = ["name"]
        indexes = [
            # The officer's list: units of a region by kind.
            models.Index(
                fields=["region", "kind"],
                name="organisation_region",
                opclasses=["varchar_pattern_ops", "varchar_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """How the audit chain names the organisation."""
        return f"organisation:{self.uscc}"
