"""What was done to many entries of the recycle bin, in sentences."""

from __future__ import annotations

from django.utils.translation import ngettext

from crmplus.recyclebin.bulk import Done


def restored(done: Done) -> str:
    """How many are back, and why not the others."""
    text = ngettext(
        "%(count)d entry is back.", "%(count)d entries are back.", done.count
    ) % {"count": done.count}
    return " ".join([text, *refused(done)])


def refused(done: Done) -> list[str]:
    """How many could not come back, and the first reasons; nothing if all could."""
    if not done.refused:
        return []
    text = ngettext(
        "%(count)d entry can’t come back.",
        "%(count)d entries can’t come back.",
        done.refused,
    ) % {"count": done.refused}
    return [text, *done.reasons]


def deleted(done: Done) -> str:
    """How many are gone."""
    return ngettext(
        "%(count)d entry is deleted for good.",
        "%(count)d entries are deleted for good.",
        done.count,
    ) % {"count": done.count}
