"""Searches tickets by number, and by how the words of their subjects begin."""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef, Q, QuerySet

from crmplus.tickets import texts
from crmplus.tickets.models import Ticket, TicketWord

NUMBER = re.compile(r"(?:t-?)?([0-9]{1,18})", re.IGNORECASE)
LAST_CHARACTER = "\U0010ffff"
# Who finds more than that types more letters.
MANY = 500


def search(rows: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """Those of the rows that a text finds: by number, or by all of its words."""
    number = NUMBER.fullmatch(text.strip())
    found = Q(pk=int(number[1])) if number else Q(pk__in=[])
    if words := sorted(texts.words(text), key=len, reverse=True):
        found |= Q(pk__in=_with_words(words))
    return rows.filter(found)


def _with_words(words: list[str]) -> list[int]:
    """The keys of tickets that have words beginning so; the longest is looked up."""
    longest, *others = words
    rows = TicketWord.objects.filter(begins(longest))
    for word in others:
        same = TicketWord.objects.filter(begins(word), ticket=OuterRef("ticket"))
        rows = rows.filter(Exists(same))
    return list(rows.values_list("ticket_id", flat=True)[:MANY])


def begins(word: str) -> Q:
    """Words that begin so: one range of the index."""
    return Q(word__gte=word, word__lt=word + LAST_CHARACTER)


def search_bin(rows: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """As ``search``, in the recycle bin, which is small."""
    number = NUMBER.fullmatch(text.strip())
    return rows.filter(
        Q(pk=int(number[1])) if number else Q(subject__icontains=text.strip())
    )
