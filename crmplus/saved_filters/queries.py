"""Query strings as they are kept: only what filters and sorts, always in one order."""

from __future__ import annotations

from django.http import QueryDict

from crmplus.saved_filters.models import QUERY_LENGTH

FROM = "filter"
ALL = "all"
# Where in the list one is, and what it was reached by.
PASSING = frozenset({"after", "before", "page", "next", FROM})
MOST_PARAMETERS = 50


def canonical(params: QueryDict) -> str:
    """The query of some parameters as it is kept, "" if nothing in it filters.

    Two lists that show the same have the same one. What is hostile or too long is
    left out.
    """
    pairs = sorted(
        (name, value.strip())
        for name, values in params.lists()
        if name not in PASSING and "\x00" not in name
        for value in values
        if value.strip() and "\x00" not in value
    )
    query = QueryDict(mutable=True)
    for name, value in pairs[:MOST_PARAMETERS]:
        query.appendlist(name, value)
    text = query.urlencode()
    return text if len(text) <= QUERY_LENGTH else ""


def canonical_text(query: str) -> str:
    """As ``canonical``, for a query string that somebody sent."""
    return canonical(QueryDict(query.removeprefix("?")[: QUERY_LENGTH * 2]))
