from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payroll", "0003_settled_days")]

    operations = [
        migrations.AddField(
            model_name="paymentorder",
            name="accepted_at",
            field=models.DateTimeField(null=True, verbose_name="银行受理时间"),
        ),
    ]
