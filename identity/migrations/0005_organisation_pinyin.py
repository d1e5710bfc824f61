from django.db import migrations

import core.pinyin


def spell_names(apps, schema_editor):
    """Write the pinyin of the names that are there."""
    organisations = apps.get_model("identity", "Organisation")
    for row in organisations._default_manager.only("pk", "name").iterator(chunk_size=500):
        organisations._default_manager.filter(pk=row.pk).update(pinyin=core.pinyin.pinyin_of(row.name))


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_sign_in_ground")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="pinyin",
            field=core.pinyin.PinyinField(
                blank=True, default="", editable=False, max_length=200, of="name", verbose_name="拼音"
            ),
        ),
        migrations.RunPython(spell_names, migrations.RunPython.noop),
    ]
