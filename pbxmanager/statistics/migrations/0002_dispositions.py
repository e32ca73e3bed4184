from django.db import migrations, models

SUMS = "calls", "talk", "talked", "wait", "waited", "back"


def fill(apps, schema_editor):
    """Until all days are counted anew, nobody has said what came of their calls."""
    count = apps.get_model("call_statistics", "Count")
    table = schema_editor.quote_name(count._meta.db_table)
    kept = ["grain", "start", "direction", "result"]
    for detail, source, people in ((4, 1, []), (5, 2, ["user_id", "extension"])):
        names = ", ".join(schema_editor.quote_name(one) for one in (*kept, *people))
        rest = "" if people else ", extension"
        nothing = "" if people else ", ''"
        sums = ", ".join(f"SUM({one})" for one in SUMS)
        schema_editor.execute(
            f"INSERT INTO {table} ({names}, {', '.join(SUMS)}, longest, detail,"
            f" disposition, weekday, hour{rest}) "
            f"SELECT {names}, {sums}, MAX(longest), {detail}, 0, -1, -1{nothing} "
            f"FROM {table} WHERE detail = {source} GROUP BY {names}"
        )


def empty(apps, schema_editor):
    apps.get_model("call_statistics", "Count").objects.filter(detail__gt=3).delete()


class Migration(migrations.Migration):
    # What is filled in and the new columns are two transactions: PostgreSQL changes
    dependencies = [
        ("call_statistics", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="count",
            name="disposition",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="upkeep",
            name="way",
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="count",
            name="detail",
            field=models.SmallIntegerField(
                choices=[
                    (1, "Hours"),
                    (2, "People"),
                    (3, "All"),
                    (4, "Chosen"),
                    (5, "Chosen By"),
                ]
            ),
        ),
        migrations.RunPython(fill, empty),
    ]
