from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('softphone_connector', '0003_lines_and_availability'),
    ]

    operations = [
        migrations.AlterField(
            model_name='unknownkeyattempt',
            name='reason',
            field=models.CharField(choices=[('missing', 'no key'), ('unknown', 'unknown key'), ('revoked', 'revoked key'), ('signature', 'wrong signature')], max_length=16, verbose_name='reason'),
        ),
    ]
