from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def to_steps(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was done in one piece becomes one step, so that it can still be undone."""
    change_model = apps.get_model("records", "BulkChange")
    step_model = apps.get_model("records", "BulkStep")
    for change in change_model.objects.iterator(chunk_size=10):
        ids = [pk for _value, some in change.before for pk in some]
        step_model.objects.create(
            change=change,
            ids=ids,
            size=len(ids),
            before=change.before,
            count=len(ids),
        )


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_merges'),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ids', models.JSONField()),
                ('size', models.PositiveIntegerField()),
                ('before', models.JSONField(null=True)),
                ('count', models.PositiveIntegerField(default=0)),
                ('undone', models.PositiveIntegerField(null=True)),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='records.bulkchange')),
            ],
        ),
        migrations.RunPython(to_steps, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(
            model_name='bulkchange',
            name='before',
        ),
    ]
