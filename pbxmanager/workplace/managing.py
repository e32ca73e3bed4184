"""What an admin changes of groups and breaks, with its entry in the log of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from crmplus.administration.audit import Subject, note_change
from pbxmanager.workplace import routing
from pbxmanager.workplace.main_numbers import AREA
from pbxmanager.workplace.models import Group, GroupNumber, Membership, Pause

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from pbxmanager.workplace.forms import GroupForm, PauseForm

GROUP: Final = "group"
PAUSE: Final = "pause"


def save_group(form: GroupForm, actor: User) -> Group:
    """Store a group as its valid form says; who stays a member stays signed in."""
    with transaction.atomic():
        pk = form.instance.pk
        before = _group_values(Group.objects.get(pk=pk)) if pk else {}
        group = form.save()
        numbers, members = form.cleaned_data["numbers"], form.cleaned_data["members"]
        group.numbers.exclude(number__in=numbers).delete()
        GroupNumber.objects.bulk_create(
            (GroupNumber(group=group, number=number) for number in numbers),
            ignore_conflicts=True,
        )
        group.memberships.exclude(user__in=members).delete()
        Membership.objects.bulk_create(
            (Membership(group=group, user=user) for user in members),
            ignore_conflicts=True,
        )
        after = _group_values(group)
        note_change(actor, Subject(AREA, GROUP, group.name), before, after)
        routing.forget()
    return group


def save_pause(form: PauseForm, actor: User) -> Pause:
    """Store a break as its valid form says."""
    with transaction.atomic():
        pk = form.instance.pk
        before = _pause_values(Pause.objects.get(pk=pk)) if pk else {}
        pause = form.save()
        note_change(
            actor, Subject(AREA, PAUSE, pause.name), before, _pause_values(pause)
        )
    return pause


def delete(row: Group | Pause, kind: str, actor: User) -> None:
    """Move a group or a break to the recycle bin."""
    with transaction.atomic():
        values = _group_values(row) if isinstance(row, Group) else _pause_values(row)
        note_change(actor, Subject(AREA, kind, row.name), values, {})
        row.move_to_bin(by=actor)


def _group_values(group: Group) -> dict[str, Any]:
    members = group.memberships.select_related("user")
    return {
        "name": group.name,
        "numbers": sorted(group.numbers.values_list("number", flat=True)),
        "wrap_up": group.wrap_up,
        "needs_sign_in": group.needs_sign_in,
        "members": sorted(str(member.user) for member in members),
    }


def _pause_values(pause: Pause) -> dict[str, Any]:
    return {"name": pause.name, "icon": pause.icon, "minutes": pause.minutes}
