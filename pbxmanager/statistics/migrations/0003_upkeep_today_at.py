from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("call_statistics", "0002_dispositions")
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="upkeep",
            name="today_at",
            field=models.DateTimeField(null=True),
        ),
    ]
