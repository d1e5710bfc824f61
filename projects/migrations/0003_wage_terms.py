"""Terms of wages become rows, agreed from a wage month on; the columns' values come along."""

import django.core.validators
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

_COPY = """
INSERT INTO projects_wageterm
    (project_id, since, sheet_day, pay_day, pay_month_offset, recorded_at, recorded_by)
SELECT id, date_trunc('month', least(planned_start, registered_at::date))::date,
    sheet_day, pay_day, pay_month_offset, registered_at, '登记项目时'
FROM projects_project
"""
# The columns come back with the term agreed last.
_COPY_BACK = """
UPDATE projects_project AS p
SET sheet_day = t.sheet_day, pay_day = t.pay_day, pay_month_offset = t.pay_month_offset
FROM (SELECT DISTINCT ON (project_id) * FROM projects_wageterm
      ORDER BY project_id, recorded_at DESC, id DESC) AS t
WHERE t.project_id = p.id
"""
_DAYS = [
    django.core.validators.MinValueValidator(1),
    django.core.validators.MaxValueValidator(31),
]
# A project without terms would have no due day, and every rule would stop at it.
_HAS_TERM = """
CREATE FUNCTION projects_has_wage_term() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM projects_wageterm WHERE project_id = NEW.id)
       AND EXISTS (SELECT FROM projects_project WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'project % has no wage term', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER project_has_wage_term AFTER INSERT ON projects_project
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION projects_has_wage_term();
"""
_HAS_TERM_BACK = """
DROP TRIGGER project_has_wage_term ON projects_project;
DROP FUNCTION projects_has_wage_term();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_days_in_order")]

    operations = [
        migrations.CreateModel(
            name="WageTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="起始工资月份")),
                (
                    "sheet_day",
                    models.PositiveSmallIntegerField(
                        default=5, validators=_DAYS, verbose_name="工资表报送日"
                    ),
                ),
                (
                    "pay_day",
                    models.PositiveSmallIntegerField(
                        default=15, validators=_DAYS, verbose_name="工资支付日"
                    ),
                ),
                (
                    "pay_month_offset",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "当月支付当月工资"), (1, "次月支付上月工资")],
                        default=1,
                        verbose_name="支付月份",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                ("recorded_by", models.CharField(max_length=60, verbose_name="登记人")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wage_terms",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "工资支付约定",
                "verbose_name_plural": "工资支付约定",
                "ordering": ["recorded_at", "pk"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["project", "recorded_at"], name="wage_term_of_project")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(sheet_day__range=(1, 31), pay_day__range=(1, 31)),
                        name="wage_term_days_of_month",
                        violation_error_message="报送日和支付日应在 1 至 31 之间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(pay_month_offset__in=(0, 1)),
                        name="wage_term_pay_month",
                        violation_error_message="工资在当月或次月支付。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(since__day=1), name="wage_term_since_first_day"
                    ),
                ],
            },
            managers=[("everything", django.db.models.manager.Manager())],
        ),
        migrations.RunSQL(_COPY, _COPY_BACK),
        migrations.RunSQL(_HAS_TERM, _HAS_TERM_BACK),
        migrations.RemoveConstraint(model_name="project", name="project_days_of_month"),
        migrations.RemoveConstraint(model_name="project", name="project_pay_month"),
        migrations.RemoveField(model_name="project", name="sheet_day"),
        migrations.RemoveField(model_name="project", name="pay_day"),
        migrations.RemoveField(model_name="project", name="pay_month_offset"),
    ]
