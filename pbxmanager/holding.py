"""Acting on a call that may be joined into another one at this very moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.http import Http404

from pbxmanager.models import Call, MergedCall

# A call that was joined may itself be joined while one waits for it.
ATTEMPTS = 3


class CallGone(Http404):
    """The call was deleted for good meanwhile: there is nothing at its address."""


@contextmanager
def held(call: Call) -> Iterator[Call]:
    """Give a call as it is now, or the one that it was joined into meanwhile.

    A transaction, in which nobody else joins or deletes it: PostgreSQL locks the row,
    SQLite's transaction is a lock already. Raises CallGone.
    """
    with transaction.atomic():
        yield _locked(call)


def _locked(call: Call) -> Call:
    rows = Call.all_objects.select_for_update(of=("self",), no_key=True)
    for _ in range(ATTEMPTS):
        if found := rows.filter(pk=call.pk).first():
            return found
        home = MergedCall.objects.filter(uid=call.uid).values("call")
        if found := rows.filter(pk__in=home).first():
            return found
    raise CallGone(call.uid)
