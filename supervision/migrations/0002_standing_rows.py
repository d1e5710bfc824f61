"""How projects stand as rows with days, one a system, in the place of one list a project."""

from typing import Any

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models
from django.db.models import F, Q

#: The order of the lists that stood in the table before.
SYSTEMS = ("register", "account", "bond", "agency", "notice", "monthly")


def carry_over(apps: Any, schema_editor: Any) -> None:
    old = apps.get_model("supervision", "StandingList")._base_manager
    new = apps.get_model("supervision", "Standing")
    rows = (
        new(project_id=one.project_id, system=system, state=state, since=one.judged_on)
        for one in old.iterator(chunk_size=1000)
        for system, state in zip(SYSTEMS, one.states, strict=True)
    )
    new._base_manager.bulk_create(rows, batch_size=5000)


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
        ("projects", "0001_initial"),
        ("supervision", "0001_initial"),
    ]

    operations = [
        # Equality of numbers and texts beside the overlap of days, in one constraint.
        BtreeGistExtension(),
        migrations.RenameModel("Standing", "StandingList"),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.CharField(max_length=20, verbose_name="制度")),
                ("state", models.CharField(choices=[("yes", "已落实"), ("no", "未落实"), ("unknown", "未知")], max_length=7, verbose_name="状态")),
                ("since", models.DateField(verbose_name="起")),
                ("until", models.DateField(null=True, verbose_name="止")),
                ("project", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project")),
            ],
            options={"verbose_name": "制度落实情况", "verbose_name_plural": "制度落实情况", "abstract": False},
            managers=[("everything", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="DailyStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日期")),
                ("system", models.CharField(max_length=20, verbose_name="制度")),
                ("carried_out", models.PositiveIntegerField(verbose_name="已落实")),
                ("not_carried_out", models.PositiveIntegerField(verbose_name="未落实")),
                ("unknown", models.PositiveIntegerField(verbose_name="未知")),
                ("industry", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.industry", verbose_name="行业")),
                ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.region", verbose_name="县市区")),
            ],
            options={"verbose_name": "制度落实日合计", "verbose_name_plural": "制度落实日合计", "abstract": False},
            managers=[("everything", django.db.models.manager.Manager())],
        ),
        migrations.AddConstraint(
            "dailystanding",
            models.UniqueConstraint(fields=("day", "region", "industry", "system"), name="daily_standing_once"),
        ),
        migrations.AddConstraint(
            "standing",
            models.UniqueConstraint(condition=Q(until=None), fields=("project", "system"), name="standing_one_open"),
        ),
        migrations.AddConstraint(
            "standing",
            models.CheckConstraint(condition=Q(("until", None), ("until__gte", F("since")), _connector="OR"), name="standing_days_in_order"),
        ),
        migrations.AddConstraint(
            "standing",
            django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("project", "="),
                    ("system", "="),
                    (models.Func("since", "until", function="daterange", output_field=django.contrib.postgres.fields.ranges.DateRangeField()), "&&"),
                ],
                name="standing_no_overlap",
            ),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.DeleteModel("StandingList"),
    ]
