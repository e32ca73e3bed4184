"""What is done with users: by pages, commands and other apps alike."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from crmplus.accounts.models import Role, User

# No 0/O, 1/l/I: a one-time password is read aloud or typed from a note.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 4, 4
# The password, whether it is to be changed first, and what says what a user may see,
# and for how long.
STAMPED = (
    "password",
    "role",
    "is_superuser",
    "is_active",
    "team_id",
    "sees_records",
    "sees_calls",
    "sign_out_after",
    "must_change_password",
)


class LastAdministrator(Exception):
    """Refused: nobody would be left who may administer."""


def stamp(user: User) -> str:
    """A digest that changes with the user's password, their rights or being active.

    Who holds something open on a user's behalf (a live stream) compares it now and
    then. It reads the fields ``STAMPED`` and nothing else.
    """
    state = "|".join(str(getattr(user, name)) for name in STAMPED)
    return salted_hmac("crmplus.accounts.stamp", state, algorithm="sha256").hexdigest()


def one_time_password() -> str:
    """A password to be changed at first sign-in, 79 bits: "k3mv-9xqa-…"."""
    groups = (
        "".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS)
    )
    return "-".join(groups)


def give_one_time_password(user: User) -> str:
    """Set a new one-time password and save; returns it, for it is kept nowhere."""
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save()
    return password


def save_user(user: User) -> None:
    """Save an edited user. Raises LastAdministrator."""
    with transaction.atomic():
        # Locked, so that two admins can't each remove the other at the same moment.
        admins = lock_administrators()
        if admins == {user.pk} and not (user.is_active and user.is_admin):
            raise LastAdministrator
        user.save()


def lock_administrators() -> set[int]:
    """Keep all administrators what they are until the transaction ends; their keys.

    Who edits one of them asks for all first: two who edit each other would each wait
    for the other.
    """
    rows = administrators().select_for_update().order_by("pk")
    return set(rows.values_list("pk", flat=True))


def deactivate(user: User) -> None:
    """Lock a user out; the sessions end, all records stay. Raises LastAdministrator."""
    user.is_active = False
    save_user(user)


def activate(user: User) -> None:
    """Let a user in again."""
    user.is_active = True
    user.save(update_fields=["is_active"])


def administrators() -> QuerySet[User]:
    """Everyone who may administer."""
    return User.objects.filter(
        Q(role=Role.ADMIN) | Q(is_superuser=True), is_active=True
    )


def search(users: QuerySet[User], text: str) -> QuerySet[User]:
    """Users in whose name, user name or e-mail all words of a text occur."""
    for word in text.split():
        users = users.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    return users
