"""What adapters may ask about the installation: extensions, users, own numbers."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower

from crmplus.phonebook.normalise import Number, NumberPlan, head_number, normalise
from crmplus.phonebook.plan import is_own, number_plan
from pbxmanager.models import Extension
from softphone_connector.endpoints.text import clean

LENGTH = 150
MOST_NAMES = 20


class Installation:
    """Our extensions, their users' names and our numbers, looked up when asked."""

    def is_own(self, number: str) -> bool:
        """Whether a number is one of the installation's own."""
        plan = number_plan()
        return is_own(normalise(number, plan), plan)

    def extension(self, *names: str) -> str:
        """The known extension behind the first of these names that has one, else "".

        A full name counts where one user has it, and one extension.
        """
        wanted = [clean(name, LENGTH).strip() for name in names[:MOST_NAMES]]
        spellings = [list(dict.fromkeys(_spellings(name))) for name in wanted if name]
        if not spellings:
            return ""
        known, by_name = _known([text for some in spellings for text in some])
        for texts in spellings:
            for text in texts:
                lines = known.get(text) or by_name.get(text.lower(), [])
                if len(lines) == 1:
                    return lines[0]
        return ""


def _spellings(name: str) -> Iterator[str]:
    """How an extension could be kept that a service calls by this name."""
    yield name
    plan = number_plan()
    number = normalise(name, plan)
    if number.e164:
        yield number.e164
        yield from _behind_heads(number, plan)


def _behind_heads(number: Number, plan: NumberPlan) -> Iterator[str]:
    """What follows one of our head numbers: a direct-dial extension."""
    for text in plan.own_numbers:
        own = normalise(text.rstrip("* "), plan)
        is_open = text.rstrip().endswith("*")
        head = own.e164 if is_open else head_number(text, own, plan)
        if head and number.e164 and number.e164.startswith(head):
            yield number.e164[len(head) :]


def _known(texts: list[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Extensions by number, and by the full name of their user in lower case."""
    full = Lower(Concat("user__first_name", Value(" "), "user__last_name"))
    rows = (
        Extension.objects.annotate(full=full)
        .filter(Q(number__in=texts) | Q(full__in=[text.lower() for text in texts]))
        .order_by("number")
        .values_list("number", "full")
    )
    by_number: dict[str, list[str]] = {}
    by_name: dict[str, list[str]] = {}
    for number, name in rows:
        by_number[number] = [number]
        by_name.setdefault((name or "").strip(), []).append(number)
    return by_number, by_name
