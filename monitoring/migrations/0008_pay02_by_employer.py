"""PAY-02 is told by employer and month: what was told by its sheet keeps its history."""

from django.db import migrations

# Of several sheets of one month the worst goes on; the others stay on record under their sheets.
_BY_EMPLOYER = """
UPDATE monitoring_earlywarning AS warning
SET subject = 'employer:' || project.code || '/' || employer.uscc
FROM projects_project AS project, identity_organisation AS employer
WHERE warning.rule = 'PAY-02' AND warning.subject LIKE 'sheet:%'
    AND project.id = warning.project_id AND employer.id = warning.employer_id
    AND warning.id = (
        SELECT other.id FROM monitoring_earlywarning AS other
        WHERE other.rule = 'PAY-02' AND other.project_id = warning.project_id
            AND other.employer_id = warning.employer_id AND other.period = warning.period
            AND other.subject LIKE 'sheet:%'
        ORDER BY other.condition = 'cleared', other.level DESC, other.id LIMIT 1
    )
    AND NOT EXISTS (
        SELECT FROM monitoring_earlywarning AS taken
        WHERE taken.rule = 'PAY-02' AND taken.period = warning.period
            AND taken.subject = 'employer:' || project.code || '/' || employer.uscc
    )
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0007_warning_feed")]

    operations = [migrations.RunSQL(_BY_EMPLOYER, migrations.RunSQL.noop)]
