"""Which record an agent chose for a number that several records have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmplus.phonebook.models import Choice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmplus.accounts.models import User

Reference = tuple[str, int]


def choice(e164: str | None) -> Reference | None:
    """The source and object ID chosen for a number, None if nobody chose."""
    return choices([e164]).get(e164 or "")


def choices(numbers: Iterable[str | None]) -> dict[str, Reference]:
    """What was chosen for each of several E.164 numbers, in one query."""
    wanted = [int(number) for number in numbers if number]
    found = Choice.objects.filter(pk__in=wanted) if wanted else ()
    return {f"+{row.e164}": (row.source, row.object_id) for row in found}


def remember_choice(
    e164: str, source: str, object_id: int, user: User | None = None
) -> None:
    """Remember an agent's choice for a number, in place of an earlier one."""
    Choice.objects.update_or_create(
        e164=int(e164),
        defaults={"source": source, "object_id": object_id, "chosen_by": user},
    )
