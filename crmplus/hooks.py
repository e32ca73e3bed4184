"""The one plug-in mechanism: an app ships ``crmplus_hooks.py`` and registers there.

A hook is an object of one of the classes below. ``hooks.register(MenuEntry(...))``
adds it, ``hooks.registered(MenuEntry)`` lists all of its class in their order.
The host never imports an add-on; it asks here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar, cast

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
    """Base of all hooks; ``order`` sorts them (low first, then by registration)."""

    order: int = 100


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
    """

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
    search: Callable[[Any, str, int], Sequence[Any]] | None = None


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
class MenuEntry(Hook):
    """An entry of the module bar; ``section`` is ``modules`` or ``settings``.

    ``roles`` names the roles that see it (empty: all). ``count`` gives the number
    shown beside it for a request, 0 for none. ``help`` is the sentence under it on
    the page of all settings.
    """

    key: str
    label: Text
    icon: str
    url_name: str
    section: str = "modules"
    roles: Sequence[str] = ()
    count: Callable[[HttpRequest], int] | None = None
    help: Text = ""


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
class HomePanel(Hook):
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
class TimelineSource(Hook):
    """Adds entries to the timeline of a record.

    ``entries(user, source_key, record, before, limit)`` gives at most ``limit``
    ``crmplus.timeline.Entry`` objects older than ``before`` (UTC), newest first.
    """

    key: str
    label: Text
    entries: Callable[..., Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class SettingsSection(Hook):
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
class BinType(Hook):
    """A model whose deleted rows the recycle bin lists (a ``SoftDeleteModel``).

    ``roles`` names the roles that see them (empty: all), ``visible(user, rows)``
    narrows them to those a user may see and restore.
    """

    key: str
    model: type[Model]
    label: Text
    icon: str
    title: Callable[[Any], str]
    roles: Sequence[str] = ()
    visible: Callable[[Any, QuerySet[Any]], QuerySet[Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class CronJob(Hook):
    """A management command that the system's cron runs, as admins see it."""

    command: str
    label: Text
    schedule: str
    help: Text = ""


@dataclass(frozen=True, kw_only=True)
class PageFragment(Hook):
    """A template included at the end of every page of a signed-in user."""

    key: str
    template: str
    context: Callable[[HttpRequest], dict[str, Any]] | None = None
    scripts: Sequence[str] = ()
    styles: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class LiveSnapshot(Hook):
    """What a live stream starts with: ``messages(user_id)`` gives messages (dicts).

    Runs in a worker thread, outside of any request.
    """

    key: str
    messages: Callable[[int], Sequence[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class BackgroundLoop(Hook):
    """A function that the server calls every ``seconds``, in one of N servers.

    It runs in a worker thread; what it raises is logged and it is called again.
    """

    key: str
    seconds: float
    run: Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class DemoData(Hook):
    """What an app adds to the demo; ``load()`` may run again and doubles nothing.

    It gives how many rows it made.
    """

    key: str
    label: Text
    load: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class ApiRoutes(Hook):
    """Addresses of the JSON API: ``urls`` are paths below ``/api/``."""

    key: str
    urls: Sequence[URLPattern | URLResolver]


@dataclass(frozen=True, kw_only=True)
class AsgiPath(Hook):
    """A lean path at the ASGI door, beside Django, for a small hot URL.

    ``prefix`` is the path's beginning; ``app`` an ASGI application. ``start`` is
    called when the server begins, ``stop`` as soon as it is told to end: what waits
    for ever must end then. Both are quick and run in the event loop's thread.
    """

    prefix: str
    app: Callable[..., Any]
    start: Callable[[], object] | None = None
    stop: Callable[[], object] | None = None


H = TypeVar("H", bound=Hook)
_hooks: list[Hook] = []


def register(hook: Hook) -> None:
    """Add a hook for as long as the process runs."""
    _hooks.append(hook)


def registered(kind: type[H]) -> list[H]:
    """All hooks of a class, in their order."""
    found = [hook for hook in _hooks if type(hook) is kind]
    return cast("list[H]", sorted(found, key=lambda hook: hook.order))


@contextmanager
def temporarily(hook: Hook) -> Iterator[None]:
    """Register a hook for one test."""
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
            import_module(name)
