from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="statementimport",
            constraint=models.CheckConstraint(
                condition=Q(to_date__gte=F("from_date")), name="statement_ends_after_start"
            ),
        ),
    ]
