"""Hooks about what runs: add-ons, jobs, loops, doors, the live channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from crmplus.hooks.base import Hook, ShownHook

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern, URLResolver

    from crmplus.hooks.base import Text


@dataclass(frozen=True, kw_only=True)
class AddOn(Hook):
    """What one buys: apps that work only while an activation code says so.

    ``key`` stands in the code. Pages, menus and the like of its ``apps`` are gone
    while it is not active; ``cron_commands`` do not run. Modules in ``doors`` hold
    views that answer by themselves then. ``stops`` names, each in a sentence, what
    ends with it; data always stay.
    """

    lasts: ClassVar[bool] = True
    key: str
    name: Text
    description: Text
    icon: str
    apps: Sequence[str]
    cron_commands: Sequence[str] = ()
    doors: Sequence[str] = ()
    stops: Sequence[Text] = ()


@dataclass(frozen=True, kw_only=True)
class JobKind(Hook):
    """Long work of one kind, with progress: see ``crmplus.jobs``.

    ``run(job, progress)`` does it and gives its result as plain JSON; ``undo(job,
    progress)`` takes it back, where that can be. ``said(job)`` puts the result into a
    sentence. Who has ``role`` may have such jobs; ``may_see(user, job)`` says whether
    they still may see what one brought. ``template`` shows more of it on its page:
    ``context(request, job)`` gives its context. A kind with ``then(job)`` is a step of
    something else: no list shows it, and when it is done one goes on to that address.
    """

    lasts: ClassVar[bool] = True
    key: str
    label: Text
    icon: str
    run: Callable[[Any, Any], Mapping[str, Any] | None]
    undo: Callable[[Any, Any], Mapping[str, Any] | None] | None = None
    said: Callable[[Any], str] | None = None
    role: str = "agent"
    may_see: Callable[[Any, Any], bool] | None = None
    template: str = ""
    context: Callable[[HttpRequest, Any], dict[str, Any]] | None = None
    then: Callable[[Any], str] | None = None


@dataclass(frozen=True, kw_only=True)
class CronPreview:
    """What a cron job would do now: figures by label, and the first entries.

    ``rows`` are texts under ``columns``.
    """

    figures: Mapping[str, int]
    columns: Sequence[Text] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, kw_only=True)
class CronJob(Hook):
    """A management command that the system's cron runs, as admins see it.

    It takes ``--trigger`` (see ``CronRun``). ``counts`` names what it counts ({"moved":
    "Moved"}). ``preview(limit)`` says what it would do, with ``limit`` entries at most;
    None where it can't say.
    """

    lasts: ClassVar[bool] = True
    command: str
    label: Text
    schedule: str
    help: Text = ""
    counts: Mapping[str, Text] = field(default_factory=dict)
    preview: Callable[[int], CronPreview] | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeWords(Hook):
    """What the log of changes of settings calls a kind of thing of a module.

    ``title`` has ``%(name)s`` where things of this kind have names; ``named`` makes
    the name of the one that was stored. ``label(field)`` and ``value(field, value)``
    put a field's name and a plain value in words, in the active language; None for
    what they do not know.
    """

    lasts: ClassVar[bool] = True
    area: str
    kind: str
    title: Text
    named: Callable[[str], Text] = str
    label: Callable[[str], Text | None] = field(default=lambda name: None)
    value: Callable[[str, Any], Text | None] = field(default=lambda name, value: None)


@dataclass(frozen=True, kw_only=True)
class LiveSnapshot(ShownHook):
    """What a live stream starts with: ``messages(user_id)`` gives messages (dicts).

    Runs in a worker thread, outside of any request. Of ``roles`` only "statistics"
    counts here: it opens the messages to who may see call statistics alone.
    """

    key: str
    messages: Callable[[int], Sequence[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class BackgroundLoop(Hook):
    """A function that the server calls every ``seconds``, in one of N servers.

    It runs in a worker thread; what it raises is logged and it is called again.
    ``everywhere``: in each of the servers, for what each has in its own memory.
    """

    lasts: ClassVar[bool] = True
    key: str
    seconds: float
    run: Callable[[], object]
    everywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class DemoData(Hook):
    """What an app adds to the demo; ``load()`` may run again and doubles nothing.

    It gives how many rows it made.
    """

    lasts: ClassVar[bool] = True
    key: str
    label: Text
    load: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class ApiRoutes(Hook):
    """Addresses of the JSON API: ``urls`` are paths below ``/api/``."""

    lasts: ClassVar[bool] = True
    key: str
    urls: Sequence[URLPattern | URLResolver]


@dataclass(frozen=True, kw_only=True)
class AsgiPath(Hook):
    """A lean path at the ASGI door, beside Django, for a small hot URL.

    ``prefix`` is the path's beginning; ``app`` an ASGI application. ``start`` is
    called when the server begins, ``stop`` as soon as it is told to end: what waits
    for ever must end then. Both are quick and run in the event loop's thread.
    """

    lasts: ClassVar[bool] = True
    prefix: str
    app: Callable[..., Any]
    start: Callable[[], object] | None = None
    stop: Callable[[], object] | None = None
