"""The one plug-in mechanism: an app ships ``crmplus_hooks.py`` and registers there.

A hook is an object of one of the classes below. ``hooks.register(MenuEntry(...))``
adds it, ``hooks.registered(MenuEntry)`` lists all of its class in their order.
The host never imports an add-on; it asks here. What an add-on registered counts only
while the add-on is active, but for what keeps its data in order (see ``Hook.lasts``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.apps import apps

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern, URLResolver
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise


@dataclass(frozen=True, kw_only=True)
class Hook:
    """Base of all hooks; ``order`` sorts them (low first, then by registration).

    ``origin`` is the app that registered it, filled in by ``discover``. A class that
    ``lasts`` counts also while the add-on of that app is not active.
    """

    lasts: ClassVar[bool] = False
    order: int = 100
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class ShownHook(Hook):
    """A hook that only some users see: ask ``seen_by``.

    ``roles`` names the roles that see it; empty are all who work with records and
    calls. Who may see call statistics alone (role "statistics") sees nothing of it
    unless that role is named, for hooks show customers, numbers or calls.
    """

    roles: Sequence[str] = ()


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
class PhoneSource(Hook):
    """A model and those of its fields that hold phone numbers.

    ``key`` names it in references and URLs ("contacts"). ``order`` is its rank
    among several matches of one number. ``fields`` maps a field's name to its label.
    ``region`` gives a record's ISO 3166 region, or "" for the system's. Where it reads
    one field, or none, ``region_field`` names that ("" for none): the index is then
    rebuilt without making records.
    Numbers in ``trunk_fields`` are head numbers: they also match by prefix.
    ``organisation`` names the organisation a record belongs to, "" for none.
    ``visible`` narrows a query to what a user may see.
    ``create_url`` takes ``?phone=`` (and ``?name=``) and opens a form to create such a
    record, ``create_label`` is the button's text ("New contact").
    ``search(user, text, limit)`` finds records whose name begins with a text.
    ``noted(user, record, before)`` keeps in the record's history what somebody else
    changed: the values of the fields that were, by name.
    ``members(user, record)`` gives the records that belong to one, as pairs of their
    source's key and the record: an organisation's people. What happened with them
    shows on its page, too; a hundred are enough.
    """

    lasts: ClassVar[bool] = True
    key: str
    model: type[Model]
    fields: Mapping[str, Text]
    label: Text
    label_plural: Text
    icon: str
    title: Callable[[Any], str]
    url: Callable[[Any], str]
    region: Callable[[Any], str] = field(default=lambda record: "")
    region_field: str | None = None
    organisation: Callable[[Any], str] = field(default=lambda record: "")
    trunk_fields: Sequence[str] = ()
    select_related: Sequence[str] = ()
    visible: Callable[[Any, QuerySet[Any]], QuerySet[Any]] | None = None
    create_url: str = ""
    create_label: Text = ""
    members: Callable[[Any, Any], Sequence[tuple[str, Any]]] | None = None
    search: Callable[[Any, str, int], Sequence[Any]] | None = None
    noted: Callable[[Any, Any, Mapping[str, str]], object] | None = None


@dataclass(frozen=True, kw_only=True)
class Attached(Hook):
    """Rows of an app that hang on records by reference: a phone source's key, an ID.

    ``move(old, new)`` gives what hangs on one record to another, and returns what
    ``take_back(old, new, moved)`` needs to undo just that, as plain JSON. ``forget(key,
    ids)`` deletes or lets go what hangs on records that are deleted for good. All run
    in the transaction of who asks.
    """

    lasts: ClassVar[bool] = True
    key: str
    move: Callable[[tuple[str, int], tuple[str, int]], Any]
    take_back: Callable[[tuple[str, int], tuple[str, int], Any], object]
    forget: Callable[[str, Sequence[int]], object]


@dataclass(frozen=True)
class Link:
    """What others show of a thing that is no record: a call, a ticket."""

    title: str
    icon: str
    url: str


@dataclass(frozen=True, kw_only=True)
class LinkTarget(Hook):
    """Things that are no records, and that others refer to by a kind and an ID.

    ``kind`` stands in references ("call", "ticket"). ``load(user, ids)`` gives those
    that a user may see, by ID; ``find(user, text)`` the ID of what has a text in its
    address, None for nothing. With ``takes_comments`` people write comments on it as
    on records. ``visible(user)`` is a query of those that a user may see, deleted ones
    too: they may see deleted comments on these.
    """

    kind: str
    load: Callable[[Any, Collection[int]], Mapping[int, Link]]
    find: Callable[[Any, str], int | None]
    takes_comments: bool = False
    visible: Callable[[Any], QuerySet[Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class Colleagues(Hook):
    """Who sits at internal numbers.

    ``find(numbers)`` gives the names, best first, of those numbers it knows.
    """

    find: Callable[[Collection[str]], Mapping[str, Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class LastContact(Hook):
    """Knows when there was last contact with a record.

    ``of(references)`` takes pairs of a phone source's key and a record's ID and gives
    the time (UTC) of those it knows of.
    """

    key: str
    of: Callable[[Sequence[tuple[str, int]]], Mapping[tuple[str, int], datetime]]


@dataclass(frozen=True, kw_only=True)
class MenuEntry(ShownHook):
    """An entry of the module bar; ``section`` is ``modules`` or ``settings``.

    ``count`` gives the number shown beside it for a request, 0 for none. ``help`` is
    the sentence under it on the page of all settings. An entry for the role
    "statistics" leads to a view that is ``accounts.rights.open_to_statistics``.
    ``keys`` opens it from anywhere ("g c"): see keys.js.
    """

    key: str
    label: Text
    icon: str
    url_name: str
    section: str = "modules"
    count: Callable[[HttpRequest], int] | None = None
    help: Text = ""
    keys: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordPanel(Hook):
    """A panel on the page of every record that has phone numbers.

    ``context(request, source_key, record)`` gives the template's context, or None
    where the panel has nothing to say.
    """

    key: str
    title: Text
    icon: str
    template: str
    context: Callable[[HttpRequest, str, Any], dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class HomePanel(ShownHook):
    """A panel on the home page, such as the agent's last calls.

    ``context(request)`` gives the template's context, or None where the panel has
    nothing to say.
    """

    key: str
    title: Text
    icon: str
    template: str
    context: Callable[[HttpRequest], dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class SetupStep(Hook):
    """Something that must be done once before all works; the home page leads to it.

    It is for admins, or with ``for_admins`` off for all others who work with records
    and calls. ``done(user)`` says whether it is done; it costs one small query at most.
    ``url_name`` is the page where one does it.
    """

    key: str
    label: Text
    help: Text
    url_name: str
    done: Callable[[Any], bool]
    for_admins: bool = True


@dataclass(frozen=True, kw_only=True)
class TimelineSource(Hook):
    """Adds entries to the timeline of a record.

    ``entries(user, source_key, record, before, limit)`` gives at most ``limit``
    ``crmplus.timeline.Entry`` objects older than ``before`` (UTC), newest first.
    """

    key: str
    label: Text
    entries: Callable[..., Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class SettingsSection(ShownHook):
    """A section of "my settings": a form of its own, saved together with the page.

    ``form(user, data)`` makes the form (data is None on GET); the form's ``save()``
    stores it.
    """

    key: str
    title: Text
    icon: str
    form: Callable[..., Any]
    template: str = ""


@dataclass(frozen=True, kw_only=True)
class UserPage(ShownHook):
    """A page of a user's settings, beside "my settings".

    ``url_name`` is the address of one's own, ``user_url_name`` takes a user's ID and
    is for admins.
    """

    key: str
    label: Text
    icon: str
    url_name: str
    user_url_name: str


@dataclass(frozen=True, kw_only=True)
class CreateEntry(ShownHook):
    """Something that "New" in the top bar offers beside records: a page with a form."""

    key: str
    label: Text
    icon: str
    url_name: str


@dataclass(frozen=True, kw_only=True)
class TopbarItem(ShownHook):
    """A template that stands in the top bar of every page of a signed-in user."""

    key: str
    template: str


@dataclass(frozen=True, kw_only=True)
class BinType(ShownHook):
    """A model whose deleted rows the recycle bin lists (a ``SoftDeleteModel``).

    ``visible(user, rows)`` narrows them to those a user may see and restore.
    ``search(rows, text)`` narrows them to those that a text finds. ``notes(entries)``
    gives a sentence and an address about some of them, by ID ("Merged into …").
    ``restore(entry, user)`` brings one back where that takes more than its own
    ``restore``; it may raise ``recyclebin.services.CannotRestore``. ``forget(ids)``
    deletes what hangs on those that are deleted for good.
    """

    key: str
    model: type[Model]
    label: Text
    icon: str
    title: Callable[[Any], str]
    visible: Callable[[Any, QuerySet[Any]], QuerySet[Any]] | None = None
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    notes: Callable[[Sequence[Any]], Mapping[int, tuple[str, str]]] | None = None
    restore: Callable[[Any, Any], object] | None = None
    forget: Callable[[Sequence[int]], object] | None = None


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


class Level(StrEnum):
    """How good or bad a finding is; ``INFO`` is worth knowing, and nothing to mend."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """A line of a finding's table; ``url`` is the page of what its first cell names.

    A cell is a text, a number, a time (UTC), or None for never.
    """

    cells: Sequence[str | int | datetime | None]
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class FindingTable:
    """Rows under columns, the worst first; ``left_out`` counts those not shown."""

    columns: Sequence[Text]
    rows: Sequence[FindingRow]
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a health check found: a sentence, and what to do about it ("" for nothing).

    ``url`` is the page where one does it, ``link`` its name.
    """

    level: Level = Level.OK
    text: str
    remedy: str = ""
    url: str = ""
    link: str = ""
    table: FindingTable | None = None


@dataclass(frozen=True, kw_only=True)
class HealthCheck(Hook):
    """Something an admin wants to know to be well: see ``administration.health``.

    ``run()`` looks anew, in the active language and zone. It must cost the same
    however much there is, and wait two seconds at most for anybody. What it raises
    becomes a finding. Whether its add-on is active is asked by who runs it: checks
    are listed also while the database is away, and those that need it are left out.
    """

    lasts: ClassVar[bool] = True
    key: str
    label: Text
    icon: str
    run: Callable[[], Sequence[Finding]]
    needs_database: bool = True


@dataclass(frozen=True, kw_only=True)
class PageFragment(ShownHook):
    """A template included at the end of every page of a signed-in user."""

    key: str
    template: str
    context: Callable[[HttpRequest], dict[str, Any]] | None = None
    scripts: Sequence[str] = ()
    styles: Sequence[str] = ()


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


# Whom a hook is for that names no role: Role.AGENT, and with it all above.
WORKING = ("agent",)
H = TypeVar("H", bound=Hook)
S = TypeVar("S", bound=ShownHook)
Gate = Callable[[str], bool]
_hooks: list[Hook] = []
_gates: list[Gate] = []
# The app whose hooks are being imported.
_discovered: list[str] = [""]


def register(hook: Hook) -> None:
    """Add a hook for as long as the process runs."""
    _hooks.append(replace(hook, origin=_discovered[-1]))


def guard(gate: Gate) -> None:
    """Let ``gate(app)`` say whether what an app registered counts at present."""
    _gates.append(gate)


def registered(kind: type[H]) -> list[H]:
    """The hooks of a class, in their order; without those that do not count now."""
    found = [
        hook
        for hook in _hooks
        if type(hook) is kind
        and (kind.lasts or all(gate(hook.origin) for gate in _gates))
    ]
    return cast("list[H]", sorted(found, key=lambda hook: hook.order))


def seen_by(user: Any, kind: type[S]) -> list[S]:
    """Those of ``registered`` that a signed-in user sees, by role."""
    return [
        hook
        for hook in registered(kind)
        if any(user.has_role(role) for role in hook.roles or WORKING)
    ]


@contextmanager
def temporarily(hook: Hook) -> Iterator[None]:
    """Register a hook for one test; of no app, it always counts."""
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)


def discover() -> None:
    """Import ``crmplus_hooks`` of every installed app, once at start-up."""
    for config in apps.get_app_configs():
        name = f"{config.name}.crmplus_hooks"
        if find_spec(name):
            _discovered.append(config.name)
            import_module(name)
            _discovered.pop()
