"""The one internal number by which colleagues know somebody, whatever phone rings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from crmplus.administration.audit import Subject, note_change
from pbxmanager.models import Extension
from pbxmanager.workplace.models import MainNumber

if TYPE_CHECKING:
    from crmplus.accounts.models import User

AREA = "workplace"
MAIN = "main_number"


def main_number_of(number: str) -> str:
    """The number by which the person at an extension is known; the extension itself
    where nobody has it. One query."""
    own = Extension.objects.filter(user=OuterRef("user"))
    chosen = MainNumber.objects.filter(
        user=OuterRef("user"), extension__user=F("user")
    ).values("extension__number")
    first = own.order_by("number").values("number")[:1]
    rows = Extension.objects.filter(number=number, user__isnull=False)
    found = rows.values_list(Coalesce(Subquery(chosen[:1]), Subquery(first)), flat=True)
    return found.first() or number


def phones_of(
    users: Collection[int] | None = None,
) -> Mapping[int, Sequence[Extension]]:
    """The extensions of some users (ids), or of all, the main one first; one query."""
    rows = Extension.objects.filter(user__isnull=False)
    if users is not None:
        rows = rows.filter(user__in=users)
    chosen = MainNumber.objects.filter(user=OuterRef("user"), extension=OuterRef("pk"))
    found: dict[int, list[Extension]] = defaultdict(list)
    marked = rows.annotate(chosen=Subquery(chosen.values("user")[:1]))
    for row in marked.order_by(F("chosen").desc(nulls_last=True), "number"):
        if row.user_id:
            found[row.user_id].append(row)
    return found


def known_numbers(users: Collection[int]) -> dict[int, str]:
    """The main numbers of some users (ids); who has no phone is left out. One query."""
    if not users:
        return {}
    return {user: phones[0].number for user, phones in phones_of(users).items()}


def choose_main(user: User, extension: Extension | None, actor: User) -> None:
    """Make an extension of a user's their main number; None: the first one again."""
    with transaction.atomic():
        before = MainNumber.objects.select_related("extension").filter(user=user)
        was = next((row.extension.number for row in before), "")
        if extension is None:
            before.delete()
        else:
            MainNumber.objects.update_or_create(
                user=user, defaults={"extension": extension}
            )
        note_change(
            actor,
            Subject(AREA, MAIN, str(user)),
            {"extension": was},
            {"extension": extension.number if extension else ""},
        )
