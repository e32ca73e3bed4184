"""What works and what does not: all health checks, one after the other.

One that fails says so as a finding, and the others still run. What needs the database
is left out while that does not answer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crmplus import hooks
from crmplus.administration import addons
from crmplus.administration.checkups import chores, database, services, setup
from crmplus.administration.checkups.reasons import reason
from crmplus.hooks import Finding, Level

logger = logging.getLogger(__name__)
# How long PostgreSQL may work on one query of a check.
QUERY_SECONDS = 2
SEVERITY = {Level.OK: 0, Level.INFO: 1, Level.WARNING: 2, Level.ERROR: 3}
PROBLEMS = frozenset({Level.WARNING, Level.ERROR})

DATABASE = hooks.HealthCheck(
    key="database",
    label=gettext_lazy("Database"),
    icon="database",
    run=database.look,
)
CHECKS = (
    hooks.HealthCheck(
        order=10,
        key="redis",
        label=gettext_lazy("Redis"),
        icon="server",
        run=services.look_at_redis,
        needs_database=False,
    ),
    hooks.HealthCheck(
        order=20,
        key="live",
        label=gettext_lazy("Live channel"),
        icon="broadcast",
        run=services.look_at_live_channel,
        needs_database=False,
    ),
    hooks.HealthCheck(
        order=30,
        key="cron",
        label=gettext_lazy("Cron jobs"),
        icon="clock-play",
        run=chores.look_at_jobs,
    ),
    hooks.HealthCheck(
        order=31,
        key="background",
        label=gettext_lazy("Background work"),
        icon="repeat",
        run=chores.look_at_loops,
    ),
    hooks.HealthCheck(
        order=40,
        key="add-ons",
        label=gettext_lazy("Add-ons"),
        icon="puzzle",
        run=setup.look_at_add_ons,
    ),
    hooks.HealthCheck(
        order=41,
        key="settings",
        label=gettext_lazy("Settings"),
        icon="settings",
        run=setup.look_at_settings,
        needs_database=False,
    ),
)


@dataclass(frozen=True)
class Checked:
    """A check with what it found, the worst first."""

    hook: hooks.HealthCheck
    findings: Sequence[Finding]

    @property
    def level(self) -> Level:
        """How bad the worst of it is."""
        return max((one.level for one in self.findings), key=SEVERITY.__getitem__)

    @property
    def problems(self) -> list[Finding]:
        """What needs attention."""
        return [one for one in self.findings if one.level in PROBLEMS]

    @property
    def rest(self) -> list[Finding]:
        """What needs none."""
        return [one for one in self.findings if one.level not in PROBLEMS]


@dataclass(frozen=True)
class Examination:
    """What all checks found, in their order; ``at`` is when they began (UTC)."""

    checked: Sequence[Checked]
    at: datetime = field(default_factory=timezone.now)

    @property
    def level(self) -> Level:
        """How bad the worst problem is; OK where there is none."""
        found = (one.level for one in self.checked if one.problems)
        return max(found, key=SEVERITY.__getitem__, default=Level.OK)

    @property
    def troubled(self) -> list[Checked]:
        """The checks that found problems, the worst first."""
        found = [one for one in self.checked if one.problems]
        return sorted(found, key=lambda one: -SEVERITY[one.level])

    @property
    def summary(self) -> str:
        """In one sentence whether there is something to do."""
        count = sum(len(one.problems) for one in self.checked)
        if not count:
            return _("Everything works")
        text = ngettext(
            "%(count)d thing needs attention",
            "%(count)d things need attention",
            count,
        )
        return text % {"count": count}


def register() -> None:
    """Let the host's own checks run."""
    for hook in CHECKS:
        hooks.register(hook)


def examine() -> Examination:
    """Look at everything now, in the active language."""
    at = timezone.now()
    fault = database.fault()
    found = [_checked(hook, fault) for hook in (DATABASE, *_hooks(fault))]
    return Examination(found, at)


def _hooks(fault: str) -> list[hooks.HealthCheck]:
    """The checks that count; which add-ons are active only the database knows."""
    found = hooks.registered(hooks.HealthCheck)
    return found if fault else [hook for hook in found if _counts(hook)]


def _counts(hook: hooks.HealthCheck) -> bool:
    try:
        return addons.app_is_active(hook.origin)
    except DatabaseError:
        # Not migrated yet: the check of the database says so.
        return True


def _checked(hook: hooks.HealthCheck, fault: str) -> Checked:
    findings = _away(hook, fault) if fault and hook.needs_database else _run(hook)
    return Checked(hook, sorted(findings, key=lambda one: -SEVERITY[one.level]))


def _away(hook: hooks.HealthCheck, fault: str) -> list[Finding]:
    if hook is DATABASE:
        return [database.unreachable(fault)]
    text = _("Not looked at, because the database does not answer.")
    return [Finding(level=Level.INFO, text=text)]


def _run(hook: hooks.HealthCheck) -> list[Finding]:
    try:
        with _bounded(hook):
            return list(hook.run()) or [Finding(text=_("Nothing to report."))]
    except Exception as error:
        logger.exception("The health check %s failed.", hook.key)
        text = _("This could not be looked at: %(reason)s")
        return [
            Finding(
                level=Level.ERROR,
                text=text % {"reason": reason(error)},
                remedy=_("The server's log says more."),
            )
        ]


@contextmanager
def _bounded(hook: hooks.HealthCheck) -> Iterator[None]:
    """Let no query take long, and a failed one not spoil those of the next check.

    On SQLite a transaction would keep writers waiting, and a failed query spoils none.
    """
    if not hook.needs_database or connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true)", [f"{QUERY_SECONDS}s"]
        )
        yield
