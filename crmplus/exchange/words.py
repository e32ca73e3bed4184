"""What came of an import, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from crmplus.jobs.models import Job


def said(job: Job) -> str:
    """What came of an import, in a sentence."""
    if "removed" in job.result:
        return _undone_words(job.result)
    if "created" not in job.result:
        return ""
    counts = job.result
    parts = [
        ngettext("%(count)s created", "%(count)s created", counts["created"]),
        ngettext("%(count)s updated", "%(count)s updated", counts["updated"]),
        ngettext("%(count)s skipped", "%(count)s skipped", counts["skipped"]),
        ngettext("%(count)s faulty", "%(count)s faulty", counts["faulty"]),
    ]
    names = ("created", "updated", "skipped", "faulty")
    return ", ".join(
        part % {"count": _shown(counts[name])}
        for part, name in zip(parts, names, strict=True)
        if counts[name] or name == "created"
    )


def _undone_words(counts: dict[str, Any]) -> str:
    parts = {
        "removed": ngettext(
            "%(count)s entry is in the recycle bin.",
            "%(count)s entries are in the recycle bin.",
            counts["removed"],
        ),
        "restored": ngettext(
            "%(count)s entry is as it was.",
            "%(count)s entries are as they were.",
            counts["restored"],
        ),
        "changed": ngettext(
            "%(count)s entry stays, because somebody changed it since.",
            "%(count)s entries stay, because somebody changed them since.",
            counts.get("changed", 0),
        ),
        "used": ngettext(
            "%(count)s entry stays, because somebody worked with it since.",
            "%(count)s entries stay, because somebody worked with them since.",
            counts.get("used", 0),
        ),
    }
    words = [
        part % {"count": _shown(counts[name])}
        for name, part in parts.items()
        if counts.get(name)
    ]
    return " ".join(words) or _("There was nothing to take back.")


def _shown(count: int) -> str:
    return number_format(count, force_grouping=True)
