"""Columns that are sorted and searched by how they begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

from crmplus.records.keys import KEY_LENGTH, LAST_CHARACTER, one_line

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
    EmailField = models.EmailField[str, str]
    URLField = models.URLField[str, str]
else:  # Django's fields take no type parameters when they run.
    CharField, EmailField = models.CharField, models.EmailField
    URLField = models.URLField


def begins_with(column: str, text: str) -> Q:
    """Rows whose bytewise column begins with a text: one range of its index.

    LIKE would need an index of its own on PostgreSQL, and finds none on SQLite.
    """
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST_CHARACTER})


class LineField(CharField):
    """One line of text as people see it; whoever wrote it may have been hostile."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Called by ``save`` and ``bulk_create``."""
        value = one_line(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return super().pre_save(model_instance, add)

    def to_python(self, value: Any) -> Any:
        """Called by validation: what only has unseen characters counts as empty."""
        text = super().to_python(value)
        return one_line(text) if isinstance(text, str) else text


class BytewiseField(CharField):
    """Text that the database compares byte by byte, in every language alike."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, str | None]:
        # SQLite compares bytewise unless told otherwise.
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}


class KeyField(BytewiseField):
    """A folded text that the record's method ``of`` gives anew at every save."""

    def __init__(self, *, of: str = "", **options: Any) -> None:
        self.of = of
        options = {"max_length": KEY_LENGTH, "editable": False, **options}
        super().__init__(**options)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Called by ``save`` and ``bulk_create`` (migrations know no methods)."""
        if self.of:
            value = getattr(model_instance, self.of)()
            setattr(model_instance, self.attname, value)
        return super().pre_save(model_instance, add)


class WebsiteField(URLField):
    """An address on the web; what is typed without a scheme gets https."""

    def formfield(self, *args: Any, **options: Any) -> Any:
        return super().formfield(*args, **{"assume_scheme": "https", **options})


class LowercaseEmailField(EmailField, BytewiseField):
    """An e-mail address in lower case, for nobody minds the case of his own."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname).strip().lower()
        setattr(model_instance, self.attname, value)
        return super().pre_save(model_instance, add)


def list_indexes() -> list[models.Index]:
    """The orders in which lists are read, also those of one owner."""
    name = "%(app_label)s_%(class)s_"
    return [
        models.Index(fields=["city_key", "id"], name=f"{name}city"),
        models.Index(fields=["-created_at", "-id"], name=f"{name}created"),
        models.Index(fields=["owner", "-changed_at", "-id"], name=f"{name}mine"),
        models.Index(fields=["owner", "-created_at", "-id"], name=f"{name}mine_new"),
    ]
