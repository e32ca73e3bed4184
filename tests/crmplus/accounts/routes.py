"""What each address of the product answers to whom: one rule for each.

A new address needs a rule here; without one ``test_who_may_what`` fails. A rule says
who may open it (the least role), and of what kind the thing is that it names: who may
not see that thing gets 404.

    "tickets:list": page(Who.AGENT),
    "tickets:ticket": page(Who.AGENT, "ticket"),
    "tickets:delete": post(Who.AGENT, "ticket"),

Things of a kind come from ``office_of_many``; ``args`` makes the address's parameters
where they are not just the ``pk`` or ``uid`` of the thing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from uuid import UUID

from crmplus.records.types import TYPES
from tests.crmplus.accounts.office_of_many import Thing, Viewer, World

Args = Callable[[World, Viewer, Thing | None], Mapping[str, Any]]
May = Callable[[World, Viewer, Thing], bool]
DONE = frozenset({200, 201, 204, 302})
# What is asked for lacks something: the view was reached, and refused the form.
FAULTY = frozenset({400, 409})


class Who(IntEnum):
    """The least role that may open an address."""

    ANYBODY = 0
    EVERYBODY = 1  # who is signed in, also for call statistics only
    AGENT = 2
    SUPERVISOR = 3
    ADMIN = 4


def of_thing(world: World, viewer: Viewer, thing: Thing | None) -> Mapping[str, Any]:
    """The primary key, where the address names a thing."""
    return {"pk": thing.pk} if thing else {}


@dataclass(frozen=True)
class Rule:
    """What an address answers: ``ok`` to who may, ``denied`` to who lacks the role,
    ``hidden`` where the thing is not for them. ``may`` says so where more is asked than
    to see the thing, ``only`` where more is asked than the role.
    """

    who: Who
    kind: str = ""
    method: str = "get"
    args: Args = of_thing
    data: Mapping[str, Any] = field(default_factory=dict)
    ok: Collection[int] = DONE
    denied: Collection[int] = (403,)
    may: May | None = None
    only: Callable[[Viewer], bool] | None = None
    # For an address without a name.
    url: str = ""
    is_walked: bool = True
    hidden: Collection[int] = (404,)


def page(who: Who, kind: str = "", **more: Any) -> Rule:
    """An address that is read."""
    return Rule(who, kind, **more)


def post(who: Who, kind: str = "", **more: Any) -> Rule:
    """An address that something is sent to."""
    return Rule(who, kind, method="post", **{"ok": DONE | FAULTY, **more})


def fixed(**kwargs: Any) -> Args:
    """The same parameters for everybody."""
    return lambda world, viewer, thing: kwargs


def keyed(name: str = "uid", **more: Any) -> Args:
    """A thing by its ``uid``, called ``name`` in the address."""
    return lambda world, viewer, thing: {name: thing.uid if thing else None, **more}


def also(**kwargs: Any) -> Args:
    """A thing by its key, and more parameters."""
    return lambda world, viewer, thing: {**of_thing(world, viewer, thing), **kwargs}


def whose(name: str) -> Args:
    """A colleague's key, called ``name`` in the address."""
    return lambda world, viewer, thing: {name: world.users["mate"].pk}


def lines_of(name: str) -> Args:
    """A colleague's key and the key of a line of theirs."""

    def args(world: World, viewer: Viewer, thing: Thing | None) -> Mapping[str, Any]:
        return {name: world.users["mate"].pk, "pk": world.one("line", "mate").pk}

    return args


def just_own(world: World, viewer: Viewer, thing: Thing) -> bool:
    """Who it belongs to, and nobody else."""
    return world.relation(viewer, thing) == "own"


def own_or_supervised(world: World, viewer: Viewer, thing: Thing) -> bool:
    """Who it belongs to; supervisors what they see."""
    own = just_own(world, viewer, thing)
    return own or (viewer.rank >= Who.SUPERVISOR and world.sees(viewer, thing))


def sees_all_calls(viewer: Viewer) -> bool:
    """Who sees the figures of everybody; that is no sight of any call."""
    return viewer.rank == Who.EVERYBODY or "other" in viewer.sees_calls


def a_mates_job(world: World, viewer: Viewer, thing: Thing | None) -> Mapping[str, Any]:
    """A job that is not the viewer's: nobody else sees it."""
    return {"uid": world.job.uid}


def both_seen(world: World, viewer: Viewer, thing: Thing) -> bool:
    """Both of ``beside`` are seen: where nobody owns the one, a mate owns the other."""
    sees_other = thing.owner or "team" in viewer.sees_records
    return bool(world.sees(viewer, thing) and sees_other)


def beside(kind: str) -> Args:
    """A record of a kind by its key, and as ``other`` one that nobody owns."""

    def args(world: World, viewer: Viewer, thing: Thing | None) -> Mapping[str, Any]:
        other = world.one(kind, "" if thing and thing.owner else "mate").pk
        return {**of_thing(world, viewer, thing), "other": other, "kind": kind}

    return args


# Nothing with this key: there, 404 is the answer to who may open the address.
NONE = fixed(pk=987_654)
MISSING = frozenset({404})
# Back to the page of all lines, with a word.
AWAY = frozenset({302})
A, ADMIN = Who.AGENT, Who.ADMIN

ACCOUNTS = {
    "home": page(Who.EVERYBODY),
    "accounts:sign-in": page(Who.ANYBODY),
    "accounts:sign-out": post(Who.ANYBODY),
    "accounts:my-settings": page(Who.EVERYBODY),
    "accounts:password": page(Who.EVERYBODY),
    "accounts:language": post(Who.ANYBODY, data={"language": "de"}),
    "accounts:theme": post(Who.EVERYBODY, data={"theme": "dark"}),
    "accounts:active": post(Who.EVERYBODY),
    "accounts:users": page(ADMIN),
    "accounts:new-user": page(ADMIN),
    "accounts:user": page(ADMIN, args=whose("pk")),
    "accounts:set-active": post(ADMIN, args=whose("pk"), data={"active": "1"}),
    "accounts:new-password": post(ADMIN, args=whose("pk")),
    "accounts:teams": page(ADMIN),
    "accounts:restore-team": post(ADMIN),
    "accounts:team": page(ADMIN, args=NONE, ok=MISSING),
    "accounts:delete-team": post(ADMIN, args=NONE, ok=MISSING),
}
ADMINISTRATION = {
    "administration:settings": page(ADMIN),
    "administration:add-ons": page(ADMIN),
    "administration:activate": post(ADMIN, args=fixed(key="none"), ok=MISSING),
    "administration:deactivate": post(ADMIN, args=fixed(key="none"), ok=MISSING),
    "administration:changes": page(ADMIN),
    "administration:health": page(ADMIN),
    "administration:cron-jobs": page(ADMIN),
    "administration:cron-job": page(ADMIN, args=fixed(command="pbx_clean_up")),
    "administration:cron-preview": page(ADMIN, args=fixed(command="pbx_clean_up")),
    "administration:cron-run": post(ADMIN, args=fixed(command="none"), ok=MISSING),
}
API = {
    "api:schema": page(Who.ANYBODY),
    "api:calls": page(A),
    "api:call": page(A, "call", args=keyed("id")),
    "api:call-comments": post(A, "call", args=keyed("id"), data={"text": "x"}),
    "api:phonebook": page(A, data={"number": "+49305550"}),
    "api:dial": post(A, data={"number": "030 1234567"}),
    "api:tickets-list": page(A),
    "api:tickets-detail": page(A, "ticket"),
    "api:activities-list": page(A),
    "api:activities-detail": page(A, "activity"),
    **{f"api:{kind}-list": page(A) for kind in TYPES},
    **{f"api:{kind}-detail": page(A, kind) for kind in TYPES},
}
CONTACT = also(kind="contacts")
RECORDS = {
    "records:search": page(A, data={"q": "Quitzow"}),
    "records:suggest": page(A, data={"q": "Quitzow"}),
    "records:organisation-names": page(A, data={"q": "Quitzow"}),
    **{f"records:{kind}": page(A) for kind in TYPES},
    "records:list": page(A, args=fixed(kind="contacts"), data={"q": "Quitzow"}),
    "records:count": page(A, args=fixed(kind="contacts")),
    "records:columns": post(A, args=fixed(kind="contacts")),
    "records:bulk": post(A, args=fixed(kind="contacts")),
    "records:bulk-undo": post(A, args=NONE, ok=MISSING),
    "records:create": page(A, args=fixed(kind="contacts")),
    "records:detail": page(A, "contacts", args=CONTACT),
    "records:edit": page(A, "contacts", args=CONTACT),
    "records:delete": post(A, "contacts", args=CONTACT),
    "records:field": page(A, "contacts", args=also(kind="contacts", name="email")),
    "records:not-the-same": post(A, "contacts", args=beside("contacts"), may=both_seen),
    "records:merge-with": page(A, "contacts", args=CONTACT),
    "records:merge": page(A, "contacts", args=beside("contacts"), may=both_seen),
    "records:convert": page(A, "leads"),
    "timeline:add": post(A, "contacts", args=CONTACT, data={"text": "x"}),
    "timeline:edit": page(A, "comment on contacts", may=just_own),
    "timeline:delete": post(A, "comment on call", may=just_own),
}
CALL = keyed()
CALLS = {
    "pbxmanager:list": page(A),
    "pbxmanager:detail": page(A, "call", args=CALL),
    "pbxmanager:choose": post(A, "call", args=CALL),
    "pbxmanager:comment": post(A, "call", args=CALL, data={"text": "x"}),
    "pbxmanager:delete": post(A, "call", args=CALL, may=own_or_supervised),
    # Only just after one has deleted it oneself.
    "pbxmanager:restore": post(A, "deleted call", args=CALL, ok=MISSING),
    "pbxmanager:block": post(Who.SUPERVISOR, "call", args=CALL),
    "pbxmanager:outcome": post(A, "call", args=CALL),
    # None of them has a recording.
    "pbxmanager:recording": page(A, "call", args=CALL, ok=MISSING),
    "pbxmanager:missed": page(A),
    "pbxmanager:missed-rows": page(A, data={"ids": ",".join(map(str, range(40)))}),
    "pbxmanager:missed-count": page(A),
    "pbxmanager:missed-take": post(A, "missed"),
    "pbxmanager:missed-release": post(A, "missed"),
    "pbxmanager:missed-done": post(A, "missed"),
    "pbxmanager:missed-undo": post(A, "missed"),
    "pbxmanager:missed-later": post(A, "missed"),
    "pbxmanager:export": post(A),
    "pbxmanager:settings": page(ADMIN),
    "pbxmanager:settings-new-set": page(ADMIN),
    "pbxmanager:settings-set": page(ADMIN, args=NONE, ok=MISSING),
    "pbxmanager:settings-set-copy": post(ADMIN, args=NONE, ok=MISSING),
    "pbxmanager:settings-set-delete": post(ADMIN, args=NONE, ok=MISSING),
    "pbxmanager:settings-set-default": post(ADMIN, args=NONE, ok=MISSING),
    "pbxmanager:settings-numbers": page(ADMIN),
    "pbxmanager:settings-rules": page(ADMIN),
    "pbxmanager:settings-outcomes": page(ADMIN),
    "pbxmanager:settings-new-outcome": page(ADMIN),
    "pbxmanager:settings-outcome": page(ADMIN, args=NONE, ok=MISSING),
    "pbxmanager:settings-move-outcome": post(ADMIN, args=NONE, ok=MISSING),
    "pbxmanager:settings-blocked": page(ADMIN),
    "pbxmanager:settings-blocked-again": post(ADMIN),
    "pbxmanager:settings-blocked-remove": post(ADMIN, args=NONE, ok=MISSING),
}
DEPUTY = fixed(user_pk=987_654, pk=987_654)
WORKPLACE = {
    "workplace:panel": page(A),
    "workplace:pin": post(A, ok=MISSING),
    "workplace:person": page(A, args=whose("pk")),
    "workplace:my-presence": page(A),
    "workplace:users-presence": page(ADMIN, args=whose("user_pk")),
    "workplace:menu": page(A),
    "workplace:status": post(A, data={"status": "available"}),
    "workplace:group-sign-in": post(A, ok=DONE | FAULTY | MISSING),
    "workplace:stand-in": post(A, ok=DONE | FAULTY | MISSING),
    "workplace:dial-for": post(A, ok=DONE | FAULTY | MISSING),
    "workplace:sign": post(A),
    "workplace:deputy-again": post(A, ok=DONE | FAULTY | MISSING),
    "workplace:my-deputy-remove": post(A, args=NONE, ok=MISSING),
    "workplace:users-deputy-remove": post(ADMIN, args=DEPUTY, ok=MISSING),
    "workplace:settings": page(ADMIN),
    "workplace:new-group": page(ADMIN),
    "workplace:group": page(ADMIN, args=NONE, ok=MISSING),
    "workplace:delete-group": post(ADMIN, args=NONE, ok=MISSING),
    "workplace:settings-breaks": page(ADMIN),
    "workplace:new-break": page(ADMIN),
    "workplace:break": page(ADMIN, args=NONE, ok=MISSING),
    "workplace:delete-break": post(ADMIN, args=NONE, ok=MISSING),
    "workplace:settings-deputies": page(ADMIN),
    "workplace:settings-numbers": page(ADMIN),
}
TICKETS = {
    "tickets:list": page(A),
    "tickets:create": page(A),
    "tickets:records": page(A, data={"q": "Quitzow"}),
    "tickets:ticket": page(A, "ticket"),
    "tickets:edit": page(A, "ticket"),
    "tickets:change": post(A, "ticket", data={"field": "status", "value": "waiting"}),
    "tickets:delete": post(A, "ticket"),
    "tickets:ticket-news": page(A, "ticket"),
    "tickets:my-day": page(A),
    "tickets:create-activity": page(A),
    "tickets:add": post(A),
    "tickets:activity": page(A, "activity"),
    "tickets:done": post(A, "activity"),
    "tickets:reopen": post(A, "activity"),
    "tickets:later": post(A, "activity", data={"due": "tomorrow"}),
    "tickets:delete-activity": post(A, "activity"),
    "tickets:reminder": page(A, "activity"),
    "tickets:activity-news": page(A, "activity"),
}
FILTERS = {
    "saved_filters:create": post(A),
    "saved_filters:change": post(A, "saved filter", data={"act": "later"}),
    "saved_filters:delete": post(A, "saved filter"),
    "saved_filters:default": post(A, "saved filter"),
}
USERS_LINE = lines_of("user_pk")
USER = whose("user_pk")
PHONES = {
    # Keys open these, whoever is signed in.
    "softphone_connector:softphone": page(Who.ANYBODY, url="/softphone", ok={401}),
    "softphone_connector:event": page(Who.ANYBODY, args=fixed(path="x"), ok={401}),
    "softphone_connector:popup": page(A, "call", args=CALL),
    "softphone_connector:card": page(A, "call", args=CALL),
    "softphone_connector:note": post(A, "call", args=CALL, data={"text": "x"}),
    "softphone_connector:choose": post(A, "call", args=CALL),
    "softphone_connector:outcome": post(A, "call", args=CALL),
    "softphone_connector:call-back": post(A, "call", args=CALL),
    # Whose call it is hides it; nobody else.
    # Only who has dialled for a boss; the calls walked here came in.
    "softphone_connector:for-boss": post(A, "call", args=CALL, ok=MISSING),
    "softphone_connector:private": post(
        A, "call", args=CALL, may=just_own, hidden=(403, 404)
    ),
    "softphone_connector:block": post(
        Who.SUPERVISOR, "call", args=CALL, denied=(403, 404)
    ),
    "softphone_connector:add": page(A, "call", args=CALL, data={"q": "Quitzow"}),
    "softphone_connector:dial": post(A, data={"number": "030 1234567"}),
    "softphone_connector:clients": page(A),
    "softphone_connector:client": page(A, args=fixed(key="none"), ok=MISSING),
    "softphone_connector:events": page(ADMIN),
    "softphone_connector:events-news": page(ADMIN),
    "softphone_connector:events-keyless": page(ADMIN),
    "softphone_connector:events-export": page(ADMIN),
    "softphone_connector:events-try": page(ADMIN),
    "softphone_connector:event-detail": page(ADMIN, args=NONE, ok=MISSING),
    "softphone_connector:event-try": post(ADMIN, args=NONE, ok=MISSING),
    "softphone_connector:keys": page(ADMIN),
    "softphone_connector:new-key": page(ADMIN),
    "softphone_connector:revoke-key": post(ADMIN, args=NONE, ok=MISSING),
    "softphone_connector:key-arrivals": page(ADMIN, args=NONE, ok=MISSING),
    "softphone_connector:disturb": post(A),
    "softphone_connector:my-phone": page(A),
    "softphone_connector:users-phone": page(ADMIN, args=USER),
    "softphone_connector:my-address": page(A),
    "softphone_connector:users-address": page(ADMIN, args=USER),
    "softphone_connector:my-line-new": page(A),
    "softphone_connector:users-line-new": page(ADMIN, args=USER),
    "softphone_connector:my-line": page(A, "line", hidden=AWAY),
    "softphone_connector:users-line": page(ADMIN, args=USERS_LINE),
    "softphone_connector:my-line-remove": page(A, "line", hidden=AWAY),
    "softphone_connector:users-line-remove": page(ADMIN, args=USERS_LINE),
    "softphone_connector:my-line-key": page(A, "line", hidden=AWAY),
    "softphone_connector:users-line-key": page(ADMIN, args=USERS_LINE),
    "softphone_connector:my-line-arrivals": page(A, "line", hidden=AWAY),
    "softphone_connector:users-line-arrivals": page(ADMIN, args=USERS_LINE),
    "softphone_connector:my-key-revoke": page(A, args=NONE, ok=AWAY),
    "softphone_connector:users-key-revoke": page(ADMIN, args=DEPUTY, ok=MISSING),
    "softphone_connector:my-line-call": post(
        A, "line", data={"step": "none"}, hidden=AWAY
    ),
}
BIN = {
    "recyclebin:list": page(A),
    "recyclebin:restore": post(A, "deleted contacts", args=also(key="contacts")),
    "recyclebin:restore-many": post(A, data={"type": "all"}),
    "recyclebin:delete": page(ADMIN, data={"type": "all"}),
}
IMPORT = {"args": fixed(uid=UUID(int=7)), "ok": MISSING}
OF_CONTACTS = fixed(kind="contacts")
EXCHANGE = {
    "exchange:export": post(
        A, args=OF_CONTACTS, data={"format": "csv", "columns": "all"}
    ),
    "exchange:example": page(A, args=OF_CONTACTS),
    "exchange:upload": page(A, args=OF_CONTACTS),
    # One's own imports alone, as jobs are.
    "exchange:mapping": page(A, **IMPORT),
    "exchange:preview": page(A, **IMPORT),
    "exchange:faulty": page(A, **IMPORT),
}
EVERYBODY = Who.EVERYBODY
JOB = {"args": a_mates_job, "ok": MISSING}
JOBS = {
    "jobs:list": page(EVERYBODY),
    "jobs:job": page(EVERYBODY, **JOB),
    "jobs:state": page(EVERYBODY, **JOB),
    "jobs:file": page(EVERYBODY, **JOB),
    "jobs:cancel": post(EVERYBODY, **JOB),
    "jobs:undo": post(EVERYBODY, **JOB),
    "jobs:again": post(EVERYBODY, **JOB),
}
SECRET = {"args": fixed(secret="none"), "ok": MISSING}
STATISTICS = {
    "statistics:page": page(EVERYBODY),
    "statistics:xlsx": page(EVERYBODY),
    "statistics:csv": page(EVERYBODY),
    "statistics:wall": page(EVERYBODY, only=sees_all_calls),
    "statistics:wall-figures": page(EVERYBODY, only=sees_all_calls),
    "statistics:linked-wall": page(Who.ANYBODY, **SECRET),
    "statistics:linked-wall-figures": page(Who.ANYBODY, **SECRET),
    "statistics:settings": page(ADMIN),
    "statistics:settings-person": post(ADMIN, args=whose("pk")),
    "statistics:settings-walls": page(ADMIN),
    "statistics:settings-wall-revoke": post(ADMIN, args=NONE, ok=MISSING),
}
RULES: dict[str, Rule] = {
    **ACCOUNTS,
    **ADMINISTRATION,
    **API,
    **RECORDS,
    **CALLS,
    **BIN,
    **WORKPLACE,
    **TICKETS,
    **FILTERS,
    **PHONES,
    **EXCHANGE,
    **JOBS,
    **STATISTICS,
    # Its answer never ends: see the tests of the live channel.
    "live:stream": page(Who.ANYBODY, is_walked=False),
}
