"""Sessions that know whose they are (identity.sessions)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0100_dictionaries")]

    operations = [
        migrations.CreateModel(
            name="UserSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        verbose_name="session key",
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("user_id", models.BigIntegerField(null=True)),
                ("signed_in_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["user_id", "-signed_in_at"], name="session_of_user")
                ],
            },
        )
    ]
