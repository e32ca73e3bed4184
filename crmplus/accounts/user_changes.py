"""What admins change of users, for the log of changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.accounts.models import Team, User
from crmplus.administration.audit import Subject, note_change
from crmplus.administration.change_words import choices_of, labels_of

AREA: Final = "accounts"
USER: Final = "user"
TEAM: Final = "team"
# Nothing secret; of a password only that there is a new one.
FIELDS: Final = (
    "username",
    "first_name",
    "last_name",
    "email",
    "role",
    "language",
    "is_active",
    "team",
    "sees_records",
    "sees_calls",
    "sign_out_after",
    "must_change_password",
)
PASSWORD: Final = {"one_time_password": True}


@contextmanager
def noted(
    actor: User, person: User, more: dict[str, Any] | None = None
) -> Iterator[None]:
    """Keep how a user differs from what is stored once the body has saved them.

    ``more`` is what was done beside that. All in one transaction.
    """
    with transaction.atomic():
        stored = User.objects.filter(pk=person.pk).first() if person.pk else None
        before = _values(stored) if stored else {}
        yield
        subject = Subject(AREA, USER, person.username)
        note_change(actor, subject, before, _values(person) | (more or {}))


def _values(person: User) -> dict[str, Any]:
    return {name: _plain(getattr(person, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    """A team by its name: it may be gone when the change is read."""
    return value.name if isinstance(value, Team) else value


def register() -> None:
    """Tell the log of changes what they are called."""
    hooks.register(
        hooks.ChangeWords(
            area=AREA,
            kind=USER,
            title=_("User %(name)s"),
            label=labels_of(
                User,
                more={
                    "username": _("User name"),
                    "email": _("E-mail"),
                    "one_time_password": _("new one-time password"),
                },
            ),
            value=choices_of(User),
        )
    )
    hooks.register(
        hooks.ChangeWords(
            area=AREA, kind=TEAM, title=_("Team %(name)s"), label=labels_of(Team)
        )
    )
