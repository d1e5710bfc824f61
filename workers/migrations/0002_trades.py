"""Load the trades of the national data standard."""

import csv
from pathlib import Path

from django.db import migrations

TRADES = Path(__file__).resolve().parent.parent / "data" / "trades.csv"


def load(apps, schema_editor):
    with TRADES.open(encoding="utf-8") as file:
        rows = [apps.get_model("workers", "Trade")(**row) for row in csv.DictReader(file)]
    apps.get_model("workers", "Trade").objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("workers", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
