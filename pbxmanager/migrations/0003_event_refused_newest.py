from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pbxmanager', '0002_rules_block_list'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('refused', ''), _negated=True), fields=['received_at'], name='event_refused_newest'),
        ),
    ]
