"""The level of the facts, and the one that people raise a warning to."""

import django.db.models.deletion
import django.db.models.functions
from django.db import migrations, models

LEVELS = [("1", "蓝"), ("2", "黄"), ("3", "橙"), ("4", "红")]


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
        ("projects", "0001_initial"),
        ("monitoring", "0004_warning_title"),
    ]

    operations = [
        # The level of so far is that of the facts; the generated one is the higher of two.
        migrations.RemoveIndex("earlywarning", "early_warning_worst_first"),
        migrations.RemoveIndex("earlywarning", "early_warning_of_project"),
        migrations.AlterModelOptions(
            "earlywarning",
            {"abstract": False, "verbose_name": "预警", "verbose_name_plural": "预警"},
        ),
        migrations.RenameField("earlywarning", "level", "fact_level"),
        migrations.AlterField(
            "earlywarning",
            "fact_level",
            models.CharField("事实等级", max_length=1, choices=LEVELS),
        ),
        migrations.AddField(
            "earlywarning",
            "raised_level",
            models.CharField("升级后等级", max_length=1, choices=LEVELS, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "earlywarning",
            "level",
            models.GeneratedField(
                choices=LEVELS,
                db_persist=True,
                expression=django.db.models.functions.Greatest(
                    models.F("fact_level"), models.F("raised_level")
                ),
                output_field=models.CharField(choices=LEVELS, max_length=1),
                verbose_name="等级",
            ),
        ),
        migrations.AlterModelOptions(
            "earlywarning",
            {
                "abstract": False,
                "ordering": ["-level", "since", "pk"],
                "verbose_name": "预警",
                "verbose_name_plural": "预警",
            },
        ),
        migrations.AddIndex(
            "earlywarning",
            models.Index(
                fields=["-level", "since", "id"],
                condition=~models.Q(condition="cleared"),
                name="early_warning_worst_first",
            ),
        ),
        migrations.AddIndex(
            "earlywarning",
            models.Index(fields=["project", "-level"], name="early_warning_of_project"),
        ),
    ]
