"""Clock-ins: a table cut by month, to which rows are only ever added."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

# The key of a cut table holds what it is cut by. The foreign key is checked at once: a table with
# checks outstanding takes no new month.
FORWARD = """
CREATE TABLE workers_clockin (
    id bigserial NOT NULL,
    "at" timestamptz NOT NULL,
    day date NOT NULL,
    device varchar(60) NOT NULL,
    engagement_id bigint NOT NULL REFERENCES workers_engagement (id),
    employer_id bigint NOT NULL,
    project_id bigint NOT NULL,
    PRIMARY KEY (id, "at"),
    CONSTRAINT clock_in_once UNIQUE (engagement_id, "at")
) PARTITION BY RANGE ("at");
CREATE FUNCTION workers_clockin_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Clock-ins are append-only.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER workers_clockin_rows BEFORE UPDATE OR DELETE ON workers_clockin
    FOR EACH ROW EXECUTE FUNCTION workers_clockin_guard();
"""
BACKWARD = """
DROP TABLE workers_clockin;
DROP FUNCTION workers_clockin_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ('identity', '0002_dictionaries'),
        ('projects', '0001_initial'),
        ('workers', '0002_trades'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARD, BACKWARD)],
            state_operations=[
                migrations.CreateModel(
                    name='ClockIn',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(verbose_name='打卡时间')),
                        ('day', models.DateField(verbose_name='考勤日')),
                        ('device', models.CharField(blank=True, max_length=60, verbose_name='设备')),
                        ('employer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='clock_ins', to='identity.organisation')),
                        ('engagement', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='clock_ins', to='workers.engagement')),
                        ('project', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='clock_ins', to='projects.project')),
                    ],
                    options={
                        'verbose_name': '打卡记录',
                        'verbose_name_plural': '打卡记录',
                        'abstract': False,
                        'constraints': [models.UniqueConstraint(fields=('engagement', 'at'), name='clock_in_once')],
                    },
                    managers=[
                        ('everything', django.db.models.manager.Manager()),
                    ],
                ),
            ],
        ),
    ]
