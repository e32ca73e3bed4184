"""The extensions to choose from in a filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from crmplus.accounts.models import full_name
from pbxmanager.models import Extension

MOST: Final = 500


def extension_choices(people: Sequence[int] | None) -> list[tuple[str, str]]:
    """Numbers, and numbers with whose they are, of some users (ids); None for all.

    The first choice is none of them. One query.
    """
    rows = Extension.objects.order_by("number")
    if people is not None:
        rows = rows.filter(user__in=people)
    names = ("user__first_name", "user__last_name", "user__username")
    found = rows.values_list("number", "label", *names)[:MOST]
    return [("", _("Extension")), *(_choice(*one) for one in found)]


def _choice(
    number: str, label: str, first: str | None, last: str | None, username: str | None
) -> tuple[str, str]:
    owner = full_name(first or "", last or "", username or "") or label
    return number, f"{number} · {owner}" if owner else number
