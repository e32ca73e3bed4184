"""What lists can be sorted by, with the indexes for it, and undoing bulk acts.

The keys of the rows that are there are written by one statement per table, from a small
table of the places and companies that occur: each is folded once.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crmplus.records.fields
from crmplus.records.keys import LAST_CHARACTER, fold_or_last

MODELS = ("contact", "lead", "organisation", "partner", "supplier")
BATCH = 1_000
FOLDED = '(SELECT f.key FROM folded f WHERE f.text = "records_{model}"."{column}")'
OF_ORGANISATION = """COALESCE(
    (SELECT o.name_key FROM "records_organisation" o
     WHERE o.id = "records_contact"."organisation_id"), %s)"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Write the keys of all records.

    One statement for a table: a second one would make PostgreSQL check the foreign
    keys of rows that this transaction has written, and refuse new indexes until then.
    """
    with schema_editor.connection.cursor() as cursor:
        for model in MODELS:
            columns = ["city", "company"] if model == "lead" else ["city"]
            fold_texts(cursor, model, columns)
            keys = [
                f'"{column}_key" = {FOLDED.format(model=model, column=column)}'
                for column in columns
            ]
            values = []
            if model == "contact":
                keys.append(f'"organisation_key" = {OF_ORGANISATION}')
                values.append(LAST_CHARACTER)
            cursor.execute(f'UPDATE "records_{model}" SET {", ".join(keys)}', values)
            cursor.execute("DROP TABLE folded")


def fold_texts(cursor: Any, model: str, columns: list[str]) -> None:
    """Make a small table of the texts of some columns, each with its key."""
    texts = set()
    for column in columns:
        cursor.execute(f'SELECT DISTINCT "{column}" FROM "records_{model}"')
        texts.update(text for (text,) in cursor.fetchall())
    pairs = [(text, fold_or_last(text)) for text in sorted(texts)]
    cursor.execute("CREATE TEMPORARY TABLE folded (text TEXT PRIMARY KEY, key TEXT)")
    for start in range(0, len(pairs), BATCH):
        cursor.executemany(
            "INSERT INTO folded VALUES (%s, %s)", pairs[start : start + BATCH]
        )


def key() -> Any:
    return crmplus.records.fields.KeyField(default="", editable=False, max_length=120)


def ordered(model: str) -> list[Any]:
    """The indexes of a model."""
    fields = {
        "city": ["city_key", "id"],
        "created": ["-created_at", "-id"],
        "mine": ["owner", "-changed_at", "-id"],
        "mine_new": ["owner", "-created_at", "-id"],
    }
    return [
        migrations.AddIndex(
            model, models.Index(fields=names, name=f"records_{model}_{name}")
        )
        for name, names in fields.items()
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(migrations.AddField(model, "city_key", key(), False) for model in MODELS),
        migrations.AddField("contact", "organisation_key", key(), False),
        migrations.RemoveIndex("lead", "records_lead_company"),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=False),
        *(operation for model in MODELS for operation in ordered(model)),
        migrations.AddIndex(
            "contact",
            models.Index(
                fields=["organisation_key", "id"], name="records_contact_firm"
            ),
        ),
        migrations.AddIndex(
            "lead",
            models.Index(fields=["company_key", "id"], name="records_lead_company"),
        ),
        migrations.CreateModel(
            name="BulkChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("kind", models.CharField(max_length=32)),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("owner", "Assign"),
                            ("country", "Set country"),
                            ("delete", "Move to recycle bin"),
                        ],
                        max_length=16,
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=32)),
                ("before", models.JSONField(default=list)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
