"""An index for the jobs that no worker takes up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0003_xinjiang_holidays")]
    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["created_at"], name="job_queued"
            ),
        ),
    ]
