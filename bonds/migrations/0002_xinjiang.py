"""Load the bond policy of Xinjiang, each setting with its source and how sure it is."""

import json
from datetime import UTC, datetime
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).parents[1] / "data" / "policies.json"


def load(apps, schema_editor):
    stated = json.loads(FILE.read_text(encoding="utf-8"))["xinjiang"]
    policy = apps.get_model("bonds", "BondPolicy").objects.create(
        region_id=stated["region"],
        since=stated["since"],
        title=stated["title"],
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        created_by="平台初始数据",
    )
    setting = apps.get_model("bonds", "PolicySetting")
    setting.objects.bulk_create(
        setting(policy=policy, key=key, **one) for key, one in stated["settings"].items()
    )


class Migration(migrations.Migration):
    # The region must be there first.
    dependencies = [("bonds", "0001_initial"), ("identity", "0002_dictionaries")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
