"""How projects stand, as last judged."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.scope import Scope, ScopedModel, ScopedTable
from identity.scope import ByRegion
from projects.models import PARTIES, ByParticipation, Project


class Standing(ScopedTable):
    """A project's six systems as last judged, in the order of ``systems.NAMES``.

    Judged at night and within seconds of a write, so that a home page counts states instead of
    judging a province; a project's own pages judge it anew.
    """

    project = models.OneToOneField(Project, models.PROTECT, related_name="+")
    states = ArrayField(models.CharField(max_length=7), size=6, verbose_name="六项制度")
    judged_on = models.DateField("判断日期")

    scope: ClassVar[Scope] = Scope(ByRegion("project"), ByParticipation("project", *PARTIES))

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "制度落实情况"
