from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=Q(pay_month_offset__in=(0, 1)),
                name="project_pay_month",
                violation_error_message="工资在当月或次月支付。",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("entered_on")),
                name="participant_left_after_entry",
                violation_error_message="退场日期不能早于进场日期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="projectofficer",
            constraint=models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="project_officer_until_after_since",
                violation_error_message="离任日期不能早于任职日期。",
            ),
        ),
    ]
