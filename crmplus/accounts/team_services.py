"""What is done with teams."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from crmplus.accounts.models import Team, User
from crmplus.accounts.user_changes import AREA, TEAM, noted
from crmplus.administration.audit import Subject, note_change


class TeamInUse(Exception):
    """Refused: the team still has members."""


def with_counts() -> QuerySet[Team]:
    """All teams by name, each with ``people``, the number of its members."""
    return Team.objects.annotate(people=Count("members")).order_by("name")


def save_team(actor: User, team: Team, members: Iterable[User] | None = None) -> None:
    """Store a new or renamed team; ``members``, if given, are all who are in it then.

    Each who comes in or leaves is a change of that user.
    """
    with transaction.atomic():
        before = Team.objects.filter(pk=team.pk).first() if team.pk else None
        team.save()
        _note(actor, before, team)
        if members is not None:
            _fill(actor, team, {user.pk for user in members})


def _fill(actor: User, team: Team, wanted: set[int]) -> None:
    moving = Q(pk__in=wanted) ^ Q(pk__in=team.members.values("pk"))
    rows = User.objects.filter(moving).select_for_update(of=("self",))
    for person in rows.select_related("team").order_by("pk"):
        with noted(actor, person):
            person.team = team if person.pk in wanted else None
            person.save(update_fields=["team"])


def delete_team(actor: User, team: Team) -> str:
    """Delete a team that nobody is in; gives what ``restore_team`` takes.

    Raises TeamInUse.
    """
    with transaction.atomic():
        locked = Team.objects.select_for_update().get(pk=team.pk)
        if locked.members.exists():
            raise TeamInUse
        kept = _signer().sign_object([locked.pk, locked.name])
        _note(actor, locked, None)
        locked.delete()
    return kept


def restore_team(actor: User, kept: str) -> Team | None:
    """Bring back a deleted team under its old key; None where that can't be done:
    there is one of that name or key, or nothing was deleted so.
    """
    try:
        pk, name = _signer().unsign_object(kept)
    except (BadSignature, ValueError):
        return None
    with transaction.atomic():
        if (Team.objects.filter(pk=pk) | Team.objects.filter(name=name)).exists():
            return None
        team = Team.objects.create(pk=pk, name=name)
        _note(actor, None, team)
    return team


def _note(actor: User, before: Team | None, after: Team | None) -> None:
    name = (before or after or Team()).name
    old, new = ({"name": one.name} if one else {} for one in (before, after))
    note_change(actor, Subject(AREA, TEAM, name), old, new)


def _signer() -> Signer:
    return Signer(salt=__name__)
