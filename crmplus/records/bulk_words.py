"""What was done to many records, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.formats import number_format
from django.utils.translation import ngettext

from crmplus.records.bulk import count_of
from crmplus.records.bulk_models import BulkAct, BulkChange
from crmplus.records.countries import country_name


def facts(change: BulkChange) -> dict[str, Any]:
    """What ``said`` has to know of a change, as plain JSON: so that nobody need read
    its thousands of records, and it is known when they are forgotten.
    """
    whom = change.value
    if change.act == BulkAct.OWNER and whom:
        whom = str(get_user_model().objects.get(pk=whom))
    return {"act": change.act, "count": count_of(change), "whom": whom}


def done(change: BulkChange) -> str:
    """What was done to how many."""
    return said(facts(change))


def said(facts: Mapping[str, Any]) -> str:
    """The same, of what ``facts`` gave; "" of nothing."""
    if "act" not in facts:
        return ""
    return WORDS[BulkAct(facts["act"])](facts["whom"], facts["count"])


def undone(count: int) -> str:
    """How many are as they were."""
    return ngettext(
        "%(count)s entry is as it was.", "%(count)s entries are as they were.", count
    ) % {"count": number_format(count, force_grouping=True)}


def _owner_words(name: str, count: int) -> str:
    shown = number_format(count, force_grouping=True)
    if not name:
        return ngettext(
            "%(count)s entry has no owner now.",
            "%(count)s entries have no owner now.",
            count,
        ) % {"count": shown}
    return ngettext(
        "%(count)s entry now belongs to %(name)s.",
        "%(count)s entries now belong to %(name)s.",
        count,
    ) % {"count": shown, "name": name}


def _country_words(code: str, count: int) -> str:
    return ngettext(
        "The country of %(count)s entry is %(country)s now.",
        "The country of %(count)s entries is %(country)s now.",
        count,
    ) % {
        "count": number_format(count, force_grouping=True),
        "country": country_name(code),
    }


def _delete_words(_nobody: str, count: int) -> str:
    return ngettext(
        "%(count)s entry is in the recycle bin.",
        "%(count)s entries are in the recycle bin.",
        count,
    ) % {"count": number_format(count, force_grouping=True)}


WORDS = {
    BulkAct.OWNER: _owner_words,
    BulkAct.COUNTRY: _country_words,
    BulkAct.DELETE: _delete_words,
}
