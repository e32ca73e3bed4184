from django.db import migrations

DEFAULTS = (
    ("reached", "talk", {}),
    ("call_back", "ringing", {"wants_call_back": True}),
    ("message", "chosen", {"for_inbound": False}),
    ("wrong_number", "done", {}),
    ("sold", "talk", {}),
    ("not_interested", "done", {}),
)


def make(apps, schema_editor):
    Disposition = apps.get_model("pbxmanager", "Disposition")
    Disposition.objects.bulk_create(
        Disposition(key=key, tone=tone, position=position, **more)
        for position, (key, tone, more) in enumerate(DEFAULTS, start=1)
    )


class Migration(migrations.Migration):

    dependencies = [
        ('pbxmanager', '0005_dispositions_and_missed'),
    ]

    operations = [
        migrations.RunPython(make, migrations.RunPython.noop, elidable=False),
    ]
