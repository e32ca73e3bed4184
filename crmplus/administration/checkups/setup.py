"""What is installed and how it is set: add-ons, and the settings of the environment."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import ERROR, WARNING, CheckMessage, Tags
from django.core.checks.registry import registry
from django.urls import reverse
from django.utils.translation import gettext as _

from crmplus import hooks
from crmplus.administration.licensing import Standing, State, day, standings
from crmplus.hooks import Finding, Level


def look_at_add_ons() -> list[Finding]:
    """Each add-on: whether it is active, and for how long."""
    found = [_add_on(one) for one in standings()]
    return found or [Finding(text=_("There are no add-ons."))]


def _add_on(one: Standing) -> Finding:
    facts = {
        "name": one.add_on.name,
        "day": day(one.statement.valid_until) if one.statement else "",
    }
    if one.state is State.ACTIVE:
        return Finding(text=_("%(name)s is active until %(day)s.") % facts)
    level, text, remedy = {
        State.EXPIRING: (
            Level.WARNING,
            _("%(name)s expires soon: its last day is %(day)s."),
            _("Ask whoever issued the activation code for a new one."),
        ),
        State.EXPIRED: (
            Level.ERROR,
            _("%(name)s has expired: its last day was %(day)s."),
            _("Ask whoever issued the activation code for a new one."),
        ),
        State.REFUSED: (
            Level.ERROR,
            _("%(name)s is not active: its code does not count any more."),
            _("Ask whoever issued the activation code for a new one."),
        ),
        State.OFF: (Level.INFO, _("%(name)s is not active."), ""),
    }[one.state]
    return Finding(
        level=level,
        text=text % facts,
        remedy=remedy,
        url=reverse("administration:add-ons"),
        link=_("Add-on manager"),
    )


def look_at_settings() -> list[Finding]:
    """What the system checks of the product's own apps say; none asks a service."""
    found = [_setting(message) for message in _messages()]
    return found or [Finding(text=_("The settings fit together."))]


def _messages() -> Iterator[CheckMessage]:
    ours = _packages()
    for check in registry.get_checks():
        mine = check.__module__.partition(".")[0] in ours
        if mine and Tags.database not in check.tags:
            yield from check(app_configs=None, databases=None)


def _packages() -> set[str]:
    """The host's package, and those of the apps that bring health checks."""
    origins = [hook.origin for hook in hooks.registered(hooks.HealthCheck)]
    return {"crmplus"} | {origin.partition(".")[0] for origin in origins}


def _setting(message: CheckMessage) -> Finding:
    level = Level.INFO
    if message.level >= WARNING:
        level = Level.WARNING
    if message.level >= ERROR:
        level = Level.ERROR
    text = f"{message.msg} ({message.id})" if message.id else message.msg
    return Finding(level=level, text=text, remedy=message.hint or "")
