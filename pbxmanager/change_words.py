"""What the log of changes calls the settings of the PBX Manager."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.administration.change_words import choices_of, labels_of
from pbxmanager import endpoint_words
from pbxmanager.block_list import BLOCKED
from pbxmanager.blocking import BlockedNumber
from pbxmanager.dispositions import DEFAULTS, DISPOSITION, Disposition
from pbxmanager.endpoint_changes import DEFAULT, ENDPOINT_SET
from pbxmanager.rules import RULES, RuleSettings
from pbxmanager.settings_state import AREA


def register() -> None:
    """Tell the log of changes."""
    for words in (
        hooks.ChangeWords(
            area=AREA,
            kind=ENDPOINT_SET,
            title=_("Endpoint set %(name)s"),
            label=endpoint_words.label_of,
            value=endpoint_words.value_of,
        ),
        hooks.ChangeWords(
            area=AREA,
            kind=DEFAULT,
            title=_("Default endpoint set"),
            label={"set": _("endpoint set")}.get,
        ),
        hooks.ChangeWords(
            area=AREA,
            kind=RULES,
            title=_("Rules"),
            label=labels_of(RuleSettings),
            value=choices_of(RuleSettings),
        ),
        hooks.ChangeWords(
            area=AREA,
            kind=BLOCKED,
            title=_("Blocked number %(name)s"),
            label=labels_of(BlockedNumber),
        ),
        hooks.ChangeWords(
            area=AREA,
            kind=DISPOSITION,
            title=_("Outcome %(name)s"),
            named=lambda name: _(DEFAULTS[name]) if name in DEFAULTS else name,
            label=labels_of(Disposition),
            value=choices_of(Disposition),
        ),
    ):
        hooks.register(words)
