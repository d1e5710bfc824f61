"""Load the divisions of Xinjiang (GB/T 2260) and the industries with their departments."""

import csv
from pathlib import Path

from django.db import migrations

REGIONS = Path(__file__).resolve().parent.parent / "data" / "regions.csv"
INDUSTRIES = [
    ("housing", "房屋建筑和市政", "住房和城乡建设部门"),
    ("transport", "交通运输", "交通运输部门"),
    ("water", "水利", "水利部门"),
    ("railway", "铁路", "铁路监管部门"),
    ("aviation", "民航", "民航管理部门"),
    ("telecom", "通信", "通信管理部门"),
    ("energy", "电力能源", "能源主管部门"),
    ("agriculture", "农业", "农业农村部门"),
    ("other", "其他", "其他行业主管部门"),
]


def load(apps, schema_editor):
    region = apps.get_model("identity", "Region")
    with REGIONS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            region.objects.create(
                code=row["code"],
                name=row["name"],
                parent_id=row["parent"] or None,
                kind=row["kind"],
            )
    apps.get_model("identity", "Industry").objects.bulk_create(
        apps.get_model("identity", "Industry")(code=code, name=name, department=department, order=n)
        for n, (code, name, department) in enumerate(INDUSTRIES, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
