"""What the log of changes calls the settings of the workplace."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.administration.change_words import choices_of, labels_of
from pbxmanager.workplace.deputies import DEPUTY
from pbxmanager.workplace.main_numbers import AREA, MAIN
from pbxmanager.workplace.managing import GROUP, PAUSE
from pbxmanager.workplace.models import Deputy, Group, Pause

LABELS = {"numbers": _("numbers"), "members": _("members")}


def register() -> None:
    """Tell the log of changes."""
    for words in (
        hooks.ChangeWords(
            area=AREA,
            kind=GROUP,
            title=_("Group %(name)s"),
            label=labels_of(Group, more=LABELS),
        ),
        hooks.ChangeWords(
            area=AREA,
            kind=PAUSE,
            title=_("Break %(name)s"),
            label=labels_of(Pause),
            value=choices_of(Pause),
        ),
        hooks.ChangeWords(
            area=AREA,
            kind=DEPUTY,
            title=_("Deputies of %(name)s"),
            label=labels_of(Deputy),
        ),
        hooks.ChangeWords(
            area=AREA,
            kind=MAIN,
            title=_("Main number of %(name)s"),
            label={"extension": _("extension")}.get,
        ),
    ):
        hooks.register(words)
