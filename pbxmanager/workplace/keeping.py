"""What happens by itself: wrap-ups end, people become away."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from pbxmanager.workplace import presences, shifts, told

WRAP_UP_SECONDS = 2.0
AWAY_SECONDS = 30.0
# A turn that comes late must not leave anybody out; told twice does no harm.
OVERLAP = 2


def end_wrap_ups() -> int:
    """Make all available whose wrap-up is over; gives how many."""
    return shifts.end_wrap_ups()


def notice_away() -> int:
    """Tell of those whose pages have fallen silent; gives how many."""
    within = timedelta(seconds=AWAY_SECONDS * OVERLAP)
    gone = set(presences.just_gone(timezone.now(), within))
    told.teller.people_changed(gone)
    return len(gone)
