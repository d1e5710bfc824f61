"""The first return of a line is kept through retries."""

from django.db import migrations, models
from django.db.models import Q

# By the bank's items; where a line was returned before there were any, by its own day.
_FIRST_RETURNS = """
UPDATE payroll_payline AS line
SET first_failed_on = coalesce(
    (SELECT min(item.settled_on) FROM payroll_paymentitem AS item
     WHERE item.line_id = line.id AND item.status = 'failed'),
    line.failed_on
)
WHERE line.failed_on IS NOT NULL OR EXISTS (
    SELECT FROM payroll_paymentitem AS item WHERE item.line_id = line.id AND item.status = 'failed'
)
"""


class Migration(migrations.Migration):
    dependencies = [("payroll", "0006_claims")]

    operations = [
        migrations.AddField(
            model_name="payline",
            name="first_failed_on",
            field=models.DateField(null=True, verbose_name="首次退回日期"),
        ),
        migrations.RunSQL(_FIRST_RETURNS, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="payline", name="pay_line_failed"),
        migrations.AddIndex(
            model_name="payline",
            index=models.Index(
                fields=["first_failed_on"],
                condition=Q(first_failed_on__isnull=False, paid_on__isnull=True),
                name="pay_line_returned",
            ),
        ),
        migrations.RemoveConstraint(model_name="payline", name="pay_line_failed_has_day"),
        migrations.AddConstraint(
            model_name="payline",
            constraint=models.CheckConstraint(
                condition=~Q(status="30")
                | Q(failed_on__isnull=False, first_failed_on__isnull=False),
                name="pay_line_failed_has_day",
            ),
        ),
    ]
