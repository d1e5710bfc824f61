"""Sign-in goes by the platform's clock instead of Django's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_dictionaries")]
    operations = [
        migrations.RenameField("user", "last_login", "signed_in_at"),
        migrations.AlterField(
            "user",
            "signed_in_at",
            models.DateTimeField("最近登录", null=True, editable=False),
        ),
        migrations.AlterField("signin", "at", models.DateTimeField("时间")),
    ]
