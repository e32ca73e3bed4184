"""Searches tickets by number, and by how the words of their subjects begin.

Either few have the words, and those are looked up by their keys, or many do: then some
are met soon as the list is read in its order, and each is asked for its words. Which of
the two it is, a look at the first of them tells. So whoever sees few tickets finds
theirs, however many others have the words.
"""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef, Q, QuerySet

from crmplus.tickets import texts
from crmplus.tickets.models import Ticket, TicketWord

NUMBER = re.compile(r"(?:t-?)?([0-9]{1,18})", re.IGNORECASE)
LAST_CHARACTER = "\U0010ffff"
# So many are few: looked up and sorted within 50 ms among a million.
FEW = 20_000


def search(rows: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """Those of the rows that a text finds: by number, or by all of its words."""
    number = NUMBER.fullmatch(text.strip())
    found = Q(pk=int(number[1])) if number else Q(pk__in=[])
    if words := sorted(texts.words(text), key=len, reverse=True):
        found |= _with_words(words)
    return rows.filter(found)


def _with_words(words: list[str]) -> Q:
    """The condition that a ticket has words beginning so; the longest is looked up."""
    longest, *others = words
    rows = TicketWord.objects.filter(begins(longest))
    for word in others:
        rows = rows.filter(_has(word, "ticket"))
    few = list(rows.values_list("ticket_id", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return Q(pk__in=set(few))
    condition = Q()
    for word in words:
        condition &= Q(_has(word, "pk"))
    return condition


def _has(word: str, ticket: str) -> Exists:
    """Whether the ticket that a column of the query names has a word beginning so."""
    return Exists(TicketWord.objects.filter(begins(word), ticket=OuterRef(ticket)))


def begins(word: str) -> Q:
    """Words that begin so: one range of the index."""
    return Q(word__gte=word, word__lt=word + LAST_CHARACTER)


def search_bin(rows: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """As ``search``, in the recycle bin, which is small."""
    number = NUMBER.fullmatch(text.strip())
    return rows.filter(
        Q(pk=int(number[1])) if number else Q(subject__icontains=text.strip())
    )
