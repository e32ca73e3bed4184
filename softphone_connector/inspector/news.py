"""What has come since the page was looked at last: asked for by the page itself.

Nothing is done when an event comes: whoever looks asks for what is new, by primary
key. On PostgreSQL a lower key may be committed after a higher one, so the page asks
from where it was two answers ago, and tells by the keys what it has already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Max

from crmplus import keyset
from pbxmanager.models import Event
from softphone_connector.inspector.filters import LOOKED_THROUGH, EventFilter
from softphone_connector.inspector.reading import EventLine, event_lines, with_calls

ORDER: Final = "-received_at"
# Nobody reads more at once, and each line costs the server half a millisecond that
# the endpoint might want; the others are counted.
AT_MOST: Final = 8
COUNTED: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class News:
    """What has come: the newest ``lines``, and the ``ids`` of all, newest first.

    ``seen`` is the key up to which it goes. ``is_cut`` says that there are more than
    the ``ids``.
    """

    lines: Sequence[EventLine]
    ids: Sequence[int]
    seen: int
    is_cut: bool

    def placed(self) -> list[tuple[EventLine, str]]:
        """The lines, each with its place in the list."""
        return [(line, keyset.place_of(line.event, ORDER)) for line in self.lines]

    @property
    def id_words(self) -> str:
        """The keys in one text: a template would take its time with so many."""
        return " ".join(map(str, self.ids))


def newest_id() -> int:
    """The primary key of the newest event, 0 for none."""
    newest: int | None = Event.objects.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def news_since(form: EventFilter, seen: int) -> News | None:
    """The events with a key above ``seen`` that pass the filters; None for none."""
    newest = newest_id()
    if newest <= seen:
        return None
    low = max(seen, newest - LOOKED_THROUGH)
    fresh = form.rows_between(low, newest).order_by("-pk")
    ids = list(fresh.values_list("pk", flat=True)[: COUNTED + 1])
    rows = Event.objects.filter(pk__in=ids[:AT_MOST]).order_by(ORDER, "-pk")
    return News(
        lines=event_lines(with_calls(rows)),
        ids=ids[:COUNTED],
        seen=newest,
        is_cut=len(ids) > COUNTED or low > seen,
    )
