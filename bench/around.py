"""A big office for benches: people, calls, tickets and a bin around many contacts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from figures import calls_of

if TYPE_CHECKING:
    from django.db.models import Model

    from crmplus.accounts.models import User

PEOPLE, TEAMS, LINES = 500, 20, 1_000
BASE = 10_000  # calls that are made one by one; the others are copies of them
FIRM, FIRM_PEOPLE, FIRM_CALLS = "Konzern AG", 500, 5_000
RUNNING = 20
AT_ONCE = 5_000
ID, PLAIN = "id", '"{}"'
# A moment so many days earlier, a number with seven digits, a new UUID.
EARLIER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', {}, '-' || {} || ' days')",
    "postgresql": "{} - {} * interval '1 day'",
}
SEVEN = {"sqlite": "printf('%07d', {})", "postgresql": "lpad(({})::text, 7, '0')"}
UID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}


def fill_around(count: int) -> None:
    """Make so many calls with that many contacts, and all that hangs on both."""
    from crmplus.phonebook.upkeep import rebuild
    from pbxmanager.statistics.upkeep import run

    users = people()
    firm(count)
    rebuild()
    calls(count, users)
    calls_of_the_firm()
    running(users)
    work(count // 20, users)
    into_the_bin()
    execute("ANALYZE")
    run(thorough=True)


def people() -> list[User]:
    """An admin, agents in teams who see all, their own or their team's; each with a
    phone and a page that is open."""
    from django.utils import timezone

    from crmplus.accounts.models import Scope, Team, User
    from pbxmanager.models import Extension
    from pbxmanager.workplace.models import SignOfLife, Workplace

    teams = Team.objects.bulk_create(Team(name=f"Team {n:02}") for n in range(TEAMS))
    User.objects.create(username="boss", role="admin")
    User.objects.bulk_create(
        User(username=f"agent{n}", first_name=f"Agent {n}", last_name=f"A{n}")
        for n in range(PEOPLE - User.objects.count())
    )
    users = list(User.objects.exclude(username="boss").order_by("pk"))
    for number, user in enumerate(users):
        user.team = teams[number % TEAMS]
        user.sees_records = user.sees_calls = Scope.ALL
    for name, scope in (("user1", Scope.OWN), ("user2", Scope.TEAM)):
        user = next(one for one in users if one.username == name)
        user.sees_records = user.sees_calls = scope
    User.objects.bulk_update(users, ["team", "sees_records", "sees_calls"], 500)
    Extension.objects.bulk_create(
        Extension(number=str(LINES + n), user=user) for n, user in enumerate(users)
    )
    now = timezone.now() + timedelta(days=1)  # so that nobody is away when measured
    SignOfLife.objects.bulk_create(
        SignOfLife(user=user, seen_at=now, active_at=now) for user in users
    )
    Workplace.objects.bulk_create(Workplace(user=user) for user in users[::2])
    return users


def firm(count: int) -> None:
    """One organisation with 500 people, each of whom has a number."""
    from crmplus.records.models import Contact, Organisation

    one = Organisation.objects.create(name=FIRM, phone="030 9990-0")
    first = Contact.objects.order_by("pk").values_list("pk", flat=True)[:FIRM_PEOPLE]
    Contact.objects.filter(pk__in=list(first)).update(organisation=one)


def calls(count: int, users: list[User]) -> None:
    """So many calls, from today backwards, with a leg each."""
    from django.db import connection

    from pbxmanager.models import Call, Leg

    base = min(BASE, count)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    told = list(calls_of(today - timedelta(days=1), base, users))
    outcomes = [one.pop("leg") for one in told]
    made = Call.objects.bulk_create([Call(**one) for one in told], AT_ONCE)
    Leg.objects.bulk_create(
        [leg(call, outcome) for call, outcome in zip(made, outcomes, strict=True)],
        AT_ONCE,
    )
    first = made[0].pk
    earlier, seven = EARLIER[connection.vendor], SEVEN[connection.vendor]
    for step in range(count // base):
        moved = {
            name: earlier.format(f'"{name}"', step)
            for name in ("started_at", "connected_at", "ended_at")
        }
        # As the contacts' numbers are, so that each of them has calls.
        key = f"(({ID} - {first} + {step * base}) * 7919) % {count}"
        number = f"'+49302' || {seven.format(key)}"
        numbers = dict.fromkeys(("number", "e164", "party"), number)
        if not step:
            update(Call, numbers)
            continue
        copy(Call, base, {**moved, **numbers, ID: f"{ID} + {step * base}"}, first)
        legs = {"first_at": earlier.format('"first_at"', step)}
        legs |= {ID: f"{ID} + {step * base}", "call_id": f"call_id + {step * base}"}
        copy(Leg, base, legs, Leg.objects.order_by("pk")[:1].get().pk)
    reset_sequences(Call, Leg)


def leg(call: Any, outcome: str) -> Any:
    from pbxmanager.models import Leg

    return Leg(
        call=call,
        extension=call.extension,
        user_id=call.user_id,
        direction=call.direction,
        first_at=call.started_at,
        connected_at=call.connected_at,
        over_at=call.ended_at,
        outcome=outcome or ("answered" if call.connected_at else "not_reached"),
    )


def calls_of_the_firm() -> None:
    """5,000 of the calls were with those 500 people."""
    from django.db import connection

    from pbxmanager.models import Call

    every = max(1, Call.objects.count() // FIRM_CALLS)
    key = SEVEN[connection.vendor].format(f"({ID} / {every}) % {FIRM_PEOPLE}")
    update(
        Call,
        dict.fromkeys(("number", "e164", "party"), f"'+49302' || {key}"),
        f"{ID} % {every} = 0",
    )


def running(users: list[User]) -> None:
    """Some people are on the phone just now, and for a day."""
    from django.utils import timezone

    from pbxmanager.models import Call, Leg

    now = timezone.now()
    for number, user in enumerate(users[5 : 5 + RUNNING]):
        talks = now if number % 2 else None
        call = Call.objects.create(
            direction="inbound",
            status="connected" if talks else "ringing",
            user=user,
            started_at=now,
            connected_at=talks,
            overdue_at=now + timedelta(days=1),
            **dict.fromkeys(("number", "e164", "party"), f"+4930200{number:05}"),
        )
        Leg.objects.create(
            call=call,
            user=user,
            direction="inbound",
            first_at=now,
            rang_at=now,
            connected_at=talks,
        )


def work(count: int, users: list[User]) -> None:
    """So many tickets and comments, a fifth of the tickets at the organisation, and as
    many missed callers."""
    from crmplus.records.models import Contact, Organisation
    from crmplus.tickets.models import Ticket
    from crmplus.timeline.models import Comment
    from pbxmanager.missed_models import MissedCaller
    from pbxmanager.models import Call

    rng, first = random.Random(2), Contact.objects.order_by("pk")[:1].get().pk
    firm_id = Organisation.objects.get(name=FIRM).pk
    Ticket.objects.bulk_create(
        (
            Ticket(
                subject=f"Ticket {n}",
                owner=rng.choice(users),
                created_by=rng.choice(users),
                target_kind="organisations" if n % 5 == 0 else "contacts",
                target_id=firm_id if n % 5 == 0 else first + n,
            )
            for n in range(count)
        ),
        AT_ONCE,
    )
    Comment.objects.bulk_create(
        (
            Comment(
                target_kind="contacts" if n % 2 else "call",
                target_id=first + n,
                author=rng.choice(users),
                text="Wants the new price list.",
            )
            for n in range(count)
        ),
        AT_ONCE,
    )
    missed = Call.objects.filter(status="missed").order_by("-started_at")
    found = {call.party: call for call in missed[:count]}
    MissedCaller.objects.bulk_create(
        (
            MissedCaller(
                party=party,
                call=call,
                first_at=call.started_at,
                last_at=call.started_at,
                is_open=number % 4 == 0,
            )
            for number, (party, call) in enumerate(found.items())
        ),
        AT_ONCE,
    )


def into_the_bin() -> None:
    """Every fiftieth contact and call was deleted."""
    from django.db.models import F
    from django.utils import timezone

    from crmplus.accounts.models import User
    from crmplus.records.models import Contact
    from pbxmanager.models import Call

    boss = User.objects.get(username="boss")
    for model in (Contact, Call):
        every: Any = model.objects
        rows = every.annotate(rest=F("pk") % 50).filter(rest=7)
        rows.update(deleted_at=timezone.now(), deleted_by=boss)


def copy(
    model: type[Model], count: int, changed: Mapping[str, str], first: int
) -> None:
    """Copy the first rows of a model, with other values (SQL) in some columns."""
    from django.db import connection

    names = [field.column for field in model._meta.concrete_fields]
    if "uid" in names:
        changed = {**changed, "uid": UID[connection.vendor]}
    plain = ", ".join(PLAIN.format(name) for name in names)
    values = ", ".join(changed.get(name, PLAIN.format(name)) for name in names)
    table = model._meta.db_table
    execute(
        f"INSERT INTO {table} ({plain}) SELECT {values} FROM {table} "  # noqa: S608
        f"WHERE id >= {first} AND id < {first + count}"
    )


def update(model: type[Model], changed: Mapping[str, str], where: str = "") -> None:
    """Give all rows, or some, other values (SQL)."""
    values = ", ".join(f"{name} = {value}" for name, value in changed.items())
    only = f" WHERE {where}" if where else ""
    execute(f"UPDATE {model._meta.db_table} SET {values}{only}")  # noqa: S608


def execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def reset_sequences(*models: type[Model]) -> None:
    """Let keys go on behind those that were written by hand."""
    from django.core.management.color import no_style
    from django.db import connection

    statements: Iterable[str] = connection.ops.sequence_reset_sql(no_style(), models)
    for statement in statements:
        execute(statement)
