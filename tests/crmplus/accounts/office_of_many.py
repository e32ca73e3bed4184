"""Who there is, and what is whose: for the walk through all addresses.

Everything has a name and a number that nothing else has, so that an answer tells what
it shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from crmplus.accounts.models import Role, Scope, Team, User
from crmplus.api.tokens import create as create_token
from crmplus.jobs.models import Job
from crmplus.records.types import TYPES
from crmplus.recyclebin.models import SoftDeleteModel
from crmplus.saved_filters.models import SavedFilter
from crmplus.tickets.models import Activity, Ticket
from crmplus.timeline.models import Comment
from pbxmanager.models import (
    Call,
    Direction,
    Extension,
    Leg,
    MissedCaller,
    MissedPart,
    Status,
)

OWN, TEAM, OTHER, NOBODY = "own", "team", "other", "nobody"
ALL_OF_THEM = frozenset({OWN, TEAM, OTHER, NOBODY})
# Whose calls and records one meets, beside one's own.
MATE, STRANGER = "mate", "stranger"


@dataclass(frozen=True)
class Viewer:
    """A role with a scope, and whose records and calls it may see.

    ``rank`` says what it may do: see ``routes.Who``.
    """

    name: str
    rank: int
    role: str = Role.AGENT
    records: str = Scope.ALL
    calls: str = ""
    sees_records: frozenset[str] = ALL_OF_THEM
    sees_calls: frozenset[str] = ALL_OF_THEM


VIEWERS = (
    Viewer("anonymous", 0, "", sees_records=frozenset(), sees_calls=frozenset()),
    Viewer(
        "statistics",
        1,
        Role.STATISTICS,
        Scope.ALL,
        Scope.ALL,
        sees_records=frozenset(),
        sees_calls=frozenset(),
    ),
    # As new users are: all records, the calls of their team.
    Viewer("agent", 2, sees_calls=frozenset({OWN, TEAM})),
    Viewer(
        "agent of own",
        2,
        records=Scope.OWN,
        calls=Scope.OWN,
        sees_records=frozenset({OWN, NOBODY}),
        sees_calls=frozenset({OWN}),
    ),
    Viewer(
        "agent of team",
        2,
        records=Scope.TEAM,
        calls=Scope.TEAM,
        sees_records=frozenset({OWN, TEAM, NOBODY}),
        sees_calls=frozenset({OWN, TEAM}),
    ),
    Viewer(
        "supervisor of team",
        3,
        Role.SUPERVISOR,
        Scope.TEAM,
        Scope.TEAM,
        sees_records=frozenset({OWN, TEAM, NOBODY}),
        sees_calls=frozenset({OWN, TEAM}),
    ),
    Viewer("supervisor", 3, Role.SUPERVISOR),
    # What is set for an administrator does not matter.
    Viewer("admin", 4, Role.ADMIN, Scope.OWN, Scope.OWN),
)


@dataclass(frozen=True)
class Thing:
    """A record, a call or the like; ``secrets`` are its name and its number.

    ``scope`` is by what one sees it: "records", "calls", or "own" for who it belongs
    to and nobody else.
    """

    kind: str
    owner: str
    row: Any
    secrets: tuple[str, ...]
    scope: str = "records"

    @property
    def pk(self) -> int:
        return int(self.row.pk)

    @property
    def uid(self) -> UUID:
        uid: UUID = self.row.uid
        return uid


@dataclass
class World:
    """People, and for each of them one thing of each kind."""

    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def of_kind(self, kind: str, viewer: Viewer) -> list[Thing]:
        """The things of a kind that a viewer meets: one of each relation."""
        met = {viewer.name, MATE, STRANGER, ""}
        return [one for one in self.things if one.kind == kind and one.owner in met]

    def one(self, kind: str, owner: str) -> Thing:
        """The thing of a kind and an owner."""
        found = (one for one in self.things if (one.kind, one.owner) == (kind, owner))
        return next(found)

    def relation(self, viewer: Viewer, thing: Thing) -> str:
        """Whose a thing is, from the viewer's side."""
        if not thing.owner:
            return NOBODY
        if thing.owner == viewer.name:
            return OWN
        return OTHER if thing.owner == STRANGER else TEAM

    def sees(self, viewer: Viewer, thing: Thing) -> bool:
        """Whether a viewer may see a thing."""
        relation = self.relation(viewer, thing)
        if thing.scope == "own":
            return relation == OWN
        seen = viewer.sees_calls if thing.scope == "calls" else viewer.sees_records
        return relation in seen

    def hidden_from(self, viewer: Viewer) -> set[str]:
        """The names and numbers that no answer to a viewer may hold."""
        hidden = [one for one in self.things if not self.sees(viewer, one)]
        return {secret for one in hidden for secret in one.secrets}

    @property
    def job(self) -> Job:
        """A job of the mate's."""
        return Job.objects.get(user=self.users[MATE])

    # What is in it.

    def furnish(self) -> World:
        """Make all of it; everybody but the stranger is in one team."""
        team = Team.objects.create(name="Sales")
        for viewer in VIEWERS[1:]:
            self._person(viewer, team)
        mate, stranger = Viewer(MATE, 2), Viewer(STRANGER, 2)
        self._person(mate, team)
        self._person(stranger, None)
        for owner in (*self.users, ""):
            self._fill(owner)
        Job.objects.create(user=self.users[MATE], kind="export", about="contacts")
        return self

    def _person(self, viewer: Viewer, team: Team | None) -> None:
        user = User.objects.create(
            username=viewer.name.replace(" ", "."),
            role=viewer.role,
            sees_records=viewer.records,
            sees_calls=viewer.calls,
            team=team,
        )
        self.users[viewer.name] = user
        self.tokens[viewer.name] = create_token(user)[1]

    def _secrets(self) -> tuple[str, str]:
        number = next(self._count)
        return f"Quitzow{number:04}", f"5550{number:04}"

    def _fill(self, owner: str) -> None:
        user = self.users.get(owner)
        for kind in TYPES:
            self._record(kind, owner, user)
            self._record(kind, owner, user, deleted=True)
        self._calls(owner, user)
        self._comments(owner, user)
        self._work(owner, user)
        if user:
            self._own(owner, user)

    def _add(
        self,
        kind: str,
        owner: str,
        row: Any,
        secrets: tuple[str, ...],
        scope: str = "records",
    ) -> None:
        self.things.append(Thing(kind, owner, row, secrets, scope))

    def _record(
        self, kind: str, owner: str, user: User | None, *, deleted: bool = False
    ) -> None:
        name, number = self._secrets()
        names = {"last_name": name} if TYPES[kind].is_person else {"name": name}
        row = TYPES[kind].model.objects.create(
            **names, phone=f"+4930{number}", owner=user
        )
        if deleted:
            row.move_to_bin()
        self._add(f"deleted {kind}" if deleted else kind, owner, row, (name, number))

    def _calls(self, owner: str, user: User | None) -> None:
        extension = f"2{len(self.things):04}"
        if user:
            row = Extension.objects.create(number=extension, user=user)
            self._add("line", owner, row, (), "own")
        for kind in ("call", "deleted call"):
            name, number = self._secrets()
            call = self._call(user, extension, name, number)
            if kind != "call":
                _delete(call)
            self._add(kind, owner, call, (name, number), "calls")
        self._missed(owner, user, extension)

    def _call(
        self, user: User | None, extension: str, name: str, number: str, **more: Any
    ) -> Call:
        now = timezone.now() - timedelta(minutes=len(self.things))
        remote = {
            "number": f"+4930{number}",
            "number_kind": "e164",
            "e164": f"+4930{number}",
            "party": f"+4930{number}",
        }
        fields: dict[str, Any] = {
            "direction": Direction.INBOUND,
            "status": Status.ENDED,
            "connected_at": now,
            "ended_at": now,
            "duration": 0,
            **more,
        }
        call = Call.objects.create(
            user=user,
            extension=extension,
            name=name,
            started_at=now,
            **fields,
            **remote,
        )
        Leg.objects.create(
            call=call,
            user=user,
            extension=extension,
            direction=Direction.INBOUND,
            first_at=now,
            **remote,
        )
        return call

    def _missed(self, owner: str, user: User | None, extension: str) -> None:
        name, number = self._secrets()
        more = {"status": Status.MISSED, "connected_at": None}
        call = self._call(user, extension, name, number, **more)
        row = MissedCaller.objects.create(
            party=call.party,
            call=call,
            first_at=call.started_at,
            last_at=call.started_at,
        )
        MissedPart.objects.create(caller=row, user=user, extension=extension)
        self._add("missed", owner, row, (name, number), "calls")

    def _comments(self, owner: str, user: User | None) -> None:
        targets = {
            "contacts": ("contacts", "records"),
            "call": ("call", "calls"),
        }
        for kind, (target_kind, scope) in targets.items():
            target = self.one(kind, owner)
            for deleted in ("", "deleted "):
                name, _number = self._secrets()
                row = Comment.objects.create(
                    target_kind=target_kind,
                    target_id=target.pk,
                    author=user,
                    text=f"About {name}",
                )
                if deleted:
                    row.move_to_bin()
                self._add(
                    f"{deleted}comment on {target_kind}", owner, row, (name,), scope
                )

    def _work(self, owner: str, user: User | None) -> None:
        target = {
            "target_kind": "contacts",
            "target_id": self.one("contacts", owner).pk,
        }
        for deleted in ("", "deleted "):
            name, _number = self._secrets()
            ticket = Ticket.objects.create(subject=name, owner=user, **target)
            self._add(f"{deleted}ticket", owner, ticket, (name,))
            name, number = self._secrets()
            activity = Activity.objects.create(
                subject=name,
                number=f"+4930{number}",
                party=f"+4930{number}",
                owner=user,
                due_at=timezone.now(),
                **target,
            )
            self._add(f"{deleted}activity", owner, activity, (name, number))
            if deleted:
                _delete(ticket)
                _delete(activity)

    def _own(self, owner: str, user: User) -> None:
        name, _number = self._secrets()
        row = SavedFilter.objects.create(
            user=user, list_key="records:contacts", name=name, query="q=x"
        )
        self._add("saved filter", owner, row, (name,), "own")


def _delete(row: SoftDeleteModel) -> None:
    type(row).all_objects.filter(pk=row.pk).update(deleted_at=timezone.now())
