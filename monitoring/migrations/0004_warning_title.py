"""Keep a warning's title with it, so that it is read also when its rule is retired."""

from typing import Any

from django.db import migrations, models

#: The catalogue's titles at the time of this migration.
TITLES = {
    "ACC-06": "专户余额不足",
    "ACC-07": "专户违规支出",
    "NTC-01": "告示牌未公示",
    "PAY-01": "未报送工资表",
    "PAY-02": "逾期未支付",
    "PAY-04": "出勤未发薪",
    "PAY-06": "低于最低工资",
    "PAY-10": "代发失败未处理",
    "WRK-02": "实名信息缺项",
}


def fill(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("monitoring", "EarlyWarning")._base_manager
    for code, title in TITLES.items():
        rows.filter(rule=code).update(title=title)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_event_kinds")]

    operations = [
        migrations.AddField(
            "earlywarning",
            "title",
            models.CharField("名称", max_length=40, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
