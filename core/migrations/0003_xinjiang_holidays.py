"""Xinjiang's own festivals (自治区政府令 174 号): 肉孜节 one day, 古尔邦节 three, with 调休."""

from datetime import date, timedelta

from django.db import migrations

NOTICE_2025 = "自治区 2025 年放假通知"
ESTIMATE_2026 = "按回历推算，待自治区 2026 年放假通知核实"
# first day, last day, festival, source, confirmed
HOLIDAYS = [
    (date(2025, 3, 29), date(2025, 3, 31), "肉孜节", NOTICE_2025, True),
    (date(2025, 6, 6), date(2025, 6, 10), "古尔邦节", NOTICE_2025, True),
    (date(2026, 3, 20), date(2026, 3, 21), "肉孜节", ESTIMATE_2026, False),
    (date(2026, 5, 27), date(2026, 5, 29), "古尔邦节", ESTIMATE_2026, False),
]


def load(apps, schema_editor):
    CalendarDay = apps.get_model("core", "CalendarDay")
    for first, last, name, source, confirmed in HOLIDAYS:
        for n in range((last - first).days + 1):
            CalendarDay.objects.get_or_create(
                day=first + timedelta(days=n),
                defaults={"working": False, "name": name, "source": source, "confirmed": confirmed},
            )


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_is_append_only")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
