"""What must happen by itself: cron jobs, and the loops of the server."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus import hooks, words
from crmplus.administration.checkups.reasons import one_line
from crmplus.administration.jobs import Job, jobs
from crmplus.administration.models import CronRun
from crmplus.administration.schedulers import Schedulers, schedulers
from crmplus.hooks import Finding, Level
from crmplus.leadership import leader


def look_at_jobs() -> list[Finding]:
    """Each cron job: whether it runs, and who starts it."""
    now = timezone.now()
    seen = schedulers(now)
    found = jobs(now, ZoneInfo(settings.TIME_ZONE), shown=1)
    findings = [one for job in found for one in _job(job, seen)]
    return findings or [Finding(text=_("There are no cron jobs."))]


def _job(job: Job, seen: Schedulers) -> list[Finding]:
    if job.rests:
        text = _("%(job)s rests: the add-on %(name)s is not active.")
        facts = {"job": job.label, "name": job.rests.name}
        return [Finding(level=Level.INFO, text=text % facts)]
    problems = [*_failed(job), *_unattended(job, seen)]
    return problems or [_well(job, seen)]


def _failed(job: Job) -> list[Finding]:
    last = job.last
    if last is None or last.ok is not False:
        return []
    text = _("%(job)s failed, %(time)s: %(error)s")
    facts = {
        "job": job.label,
        "time": words.relative(last.started_at, job.now),
        "error": one_line(last.error),
    }
    return [
        _warning(
            job,
            text % facts,
            _("Do what the error says, then run the job by hand."),
        )
    ]


def _unattended(job: Job, seen: Schedulers) -> list[Finding]:
    """A job that is overdue, or that nothing is seen to start."""
    if not job.overdue and _starter(job, seen):
        return []
    text = _("Nobody starts %(job)s, as far as this server can see.")
    remedy = _(
        "Run manage.py crontab add as the user that the server runs as, or run Celery "
        "beat. The operations guide says how."
    )
    if job.overdue:
        text = _("%(job)s is overdue: it has never run, although its time has come.")
        if job.last:
            text = _("%(job)s is overdue: it ran last %(time)s.")
    if seen.cron_has(job.command) or seen.beat_is_alive:
        remedy = _("See in the log of cron, or of Celery, why it did not start.")
    last = words.relative(job.last.started_at, job.now) if job.last else ""
    return [_warning(job, text % {"job": job.label, "time": last}, remedy)]


def _starter(job: Job, seen: Schedulers) -> str:
    """Who starts a job; another server may, whose crontab can't be seen from here."""
    if seen.cron_has(job.command):
        return _("the system's cron")
    if seen.beat_is_alive:
        return _("Celery beat")
    by_itself = job.last and job.last.trigger != CronRun.Trigger.HAND
    return _("another server") if by_itself else ""


def _well(job: Job, seen: Schedulers) -> Finding:
    facts = {
        "job": job.label,
        "starter": _starter(job, seen),
        "due": words.relative(job.due, job.now),
        "time": words.relative(job.last.started_at, job.now) if job.last else "",
    }
    text = _("%(job)s is started by %(starter)s. Next run: %(due)s.")
    if job.last:
        text = _(
            "%(job)s is started by %(starter)s. Last run: %(time)s, next run: %(due)s."
        )
    return Finding(text=text % facts)


def _warning(job: Job, text: str, remedy: str) -> Finding:
    return Finding(
        level=Level.WARNING,
        text=text,
        remedy=remedy,
        url=reverse("administration:cron-job", args=[job.command]),
        link=job.label,
    )


def look_at_loops() -> list[Finding]:
    """Whether a server process does the work that comes up all the time.

    The one that leads holds a lock; that nobody has it says that nobody leads.
    """
    if not hooks.registered(hooks.BackgroundLoop):
        return [Finding(text=_("There is no background work."))]
    trial = leader()
    try:
        nobody = trial.mine()
    finally:
        trial.release()
    if not nobody:
        return [Finding(text=_("A server process does the background work."))]
    return [
        Finding(
            level=Level.WARNING,
            text=_(
                "No server process does the background work: calls without an end stay "
                "open, and old events are kept."
            ),
            remedy=_(
                "Start the server with uvicorn, as the operations guide says. If it "
                "has only just started, look again in a minute."
            ),
        )
    ]
