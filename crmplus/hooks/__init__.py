"""The one plug-in mechanism: an app ships ``crmplus_hooks.py`` and registers there.

A hook is an object of one of the classes below. ``hooks.register(MenuEntry(...))``
adds it, ``hooks.registered(MenuEntry)`` lists all of its class in their order.
The host never imports an add-on; it asks here. What an add-on registered counts only
while the add-on is active, but for what keeps its data in order (see ``Hook.lasts``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.apps import apps

from crmplus.hooks.base import Hook, ShownHook
from crmplus.hooks.health import Finding, FindingRow, FindingTable, HealthCheck, Level
from crmplus.hooks.pages import (
    CreateEntry,
    HomePanel,
    MenuEntry,
    PageFragment,
    SettingsSection,
    SetupStep,
    TopbarItem,
    UserPage,
)
from crmplus.hooks.records import (
    Attached,
    BinType,
    Colleagues,
    LastContact,
    Link,
    LinkTarget,
    PhoneSource,
    RecordPanel,
    TimelineSource,
)
from crmplus.hooks.running import (
    AddOn,
    ApiRoutes,
    AsgiPath,
    BackgroundLoop,
    ChangeWords,
    CronJob,
    CronPreview,
    DemoData,
    JobKind,
    LiveSnapshot,
)

if TYPE_CHECKING:
    from crmplus.hooks.base import Text

__all__ = [
    "AddOn",
    "ApiRoutes",
    "AsgiPath",
    "Attached",
    "BackgroundLoop",
    "BinType",
    "ChangeWords",
    "Colleagues",
    "CreateEntry",
    "CronJob",
    "CronPreview",
    "DemoData",
    "Finding",
    "FindingRow",
    "FindingTable",
    "Gate",
    "HealthCheck",
    "HomePanel",
    "Hook",
    "JobKind",
    "LastContact",
    "Level",
    "Link",
    "LinkTarget",
    "LiveSnapshot",
    "MenuEntry",
    "PageFragment",
    "PhoneSource",
    "RecordPanel",
    "SettingsSection",
    "SetupStep",
    "ShownHook",
    "Text",
    "TimelineSource",
    "TopbarItem",
    "UserPage",
    "discover",
    "guard",
    "register",
    "registered",
    "seen_by",
    "temporarily",
]

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
