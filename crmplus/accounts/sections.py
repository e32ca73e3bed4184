"""The sections that add-ons bring to "my settings"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from crmplus import hooks
from crmplus.accounts.models import User


@dataclass(frozen=True)
class Section:
    """A section with its form, as the template shows it."""

    key: str
    title: str
    icon: str
    template: str
    form: Any


def sections(user: User, data: Any) -> list[Section]:
    """All sections for a user; ``data`` is the POST, or None."""
    return [
        Section(
            key=hook.key,
            title=str(hook.title),
            icon=hook.icon,
            template=hook.template,
            form=hook.form(user, data),
        )
        for hook in hooks.seen_by(user, hooks.SettingsSection)
    ]


def save_all(forms: Sequence[Any]) -> bool:
    """Save all forms or, if one is not valid, none."""
    valid = [form.is_valid() for form in forms]  # all of them, to show all errors
    if not all(valid):
        return False
    with transaction.atomic():
        for form in forms:
            form.save()
    return True
