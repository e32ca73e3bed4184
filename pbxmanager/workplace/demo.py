"""The demo's workplace: two groups, breaks, a deputy, and a person with many phones."""

from __future__ import annotations

from crmplus.accounts.models import User
from pbxmanager.models import Extension
from pbxmanager.workplace import shifts
from pbxmanager.workplace.models import (
    Deputy,
    Group,
    GroupNumber,
    MainNumber,
    Membership,
    Pause,
    PauseIcon,
    Pin,
    Status,
)

GROUPS = {
    "Sales": ("600", 20, ("anna", "ben", "lena", "jakub")),
    "Support": ("610", 45, ("david", "sofia", "jakub", "lena")),
}
PAUSES = (
    ("Lunch", PauseIcon.LUNCH, 45),
    ("Coffee", PauseIcon.COFFEE, 15),
    ("Meeting", PauseIcon.MEETING, None),
)
PHONES = {"203": "Desk", "223": "Softphone", "233": "App", "243": "Mobile"}
BOSS, ASSISTANT, HOLDER = "karin", "anna", "karin"
SIGNED_IN = ("anna", "ben", "david", "jakub")


def load() -> int:
    """Make the demo's groups, breaks and deputies, once."""
    if Group.all_objects.exists() or Pause.all_objects.exists():
        return 0
    users = {user.username: user for user in User.objects.all()}
    pauses = Pause.objects.bulk_create(
        Pause(name=name, icon=icon, minutes=minutes) for name, icon, minutes in PAUSES
    )
    made = len(pauses)
    for name, (number, wrap_up, members) in GROUPS.items():
        group = Group.objects.create(name=name, wrap_up=wrap_up)
        GroupNumber.objects.create(group=group, number=number)
        made += 1 + len(
            Membership.objects.bulk_create(
                Membership(group=group, user=users[one], is_signed_in=one in SIGNED_IN)
                for one in members
                if one in users
            )
        )
    if {BOSS, ASSISTANT} <= users.keys():
        Deputy.objects.create(
            boss=users[BOSS], assistant=users[ASSISTANT], is_signed_in=True
        )
        made += 1 + _phones(users)
    _say(users, pauses[0])
    return made


def _phones(users: dict[str, User]) -> int:
    """Give one person several phones; colleagues see the first."""
    holder = users[HOLDER]
    made = 0
    for number, label in PHONES.items():
        extension, is_new = Extension.objects.get_or_create(
            number=number, defaults={"user": holder, "label": label}
        )
        if not is_new and extension.user_id == holder.pk:
            extension.label = label
            extension.save(update_fields=["label"])
        made += is_new
    first = Extension.objects.filter(user=holder).order_by("number").first()
    if first:
        MainNumber.objects.get_or_create(user=holder, defaults={"extension": first})
    return made


def _say(users: dict[str, User], lunch: Pause) -> None:
    """Let some have said something, and pin some."""
    said = {"lena": (Status.PAUSE, lunch), "david": (Status.NOT_AVAILABLE, None)}
    for name, (status, pause) in said.items():
        if name in users:
            shifts.change(users[name].pk, status, pause)
    if {"anna", "ben", "karin"} <= users.keys():
        Pin.objects.bulk_create(
            Pin(user=users["anna"], colleague=users[name]) for name in ("ben", "karin")
        )
