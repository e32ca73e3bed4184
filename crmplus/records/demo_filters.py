"""The demo's saved filters: what a supervisor shares, and what anna keeps."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from crmplus.saved_filters import services
from crmplus.saved_filters.models import SavedFilter, Sharing

SHARED_BY, KEPT_BY = "karin", "anna"
SHARED = (
    ("records:leads", "Ohne Zuständige", "owner=none"),
    ("records:leads", "Neueste zuerst", "sort=created"),
    ("records:contacts", "Meine Ansprechpartner", "owner=me"),
    ("records:contacts", "Österreich", "country=AT&sort=city"),
)
KEPT = (("records:contacts", "Berlin", "city=Berlin&sort=organisation"),)


def load() -> int:
    """Make what is not there yet; gives how many filters."""
    if SavedFilter.all_objects.exists():
        return 0
    users = {user.username: user for user in get_user_model().objects.all()}
    if not {SHARED_BY, KEPT_BY} <= set(users):
        return 0
    for row in SHARED:
        saved = services.keep(users[SHARED_BY], *row)
        services.share(users[SHARED_BY], saved, Sharing.ALL)
    for row in KEPT:
        services.keep(users[KEPT_BY], *row)
    return len(SHARED) + len(KEPT)
