"""The words of tickets, to search by."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from crmplus.tickets import texts

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:  # Django's fields take no type parameters when they run.
    CharField = models.CharField


class BytewiseField(CharField):
    """Text that the database compares byte by byte, in every language alike."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, str | None]:
        # SQLite compares bytewise unless told otherwise.
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}


class TicketWord(models.Model):
    """A word of a ticket's subject, to search by how it begins."""

    word = BytewiseField(max_length=texts.WORD_LENGTH)
    ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.CASCADE, related_name="words"
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["word", "ticket"], name="tickets_word")
        ]

    def __str__(self) -> str:
        return self.word
