"""``manage.py simulate``: a softphone without a phone, to see the product work."""

from __future__ import annotations

import os
import random
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from crmplus.conf import env
from crmplus.phonebook.models import PhoneIndex
from pbxmanager.models import Extension
from softphone_connector import keys
from softphone_connector.models import SoftphoneKey
from softphone_connector.simulator.phone import (
    Phone,
    Refused,
    SimulatedCall,
    Step,
    Unreachable,
)
from softphone_connector.simulator.plays import (
    busy_day,
    new_id,
    play_day,
    steps,
    storm,
)

PBX_NAME = "Simulator"
FAVOURITE = "201"
MOST_NUMBERS = 500
ENDINGS = ("answered", "missed", "busy", "rejected")


class Command(BaseCommand):
    """One call, a busy day or a storm, over HTTP."""

    help = (
        "Acts as a softphone: reports a call (default), a busy day or a storm of "
        "events to a running server."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What to play, and how."""
        parser.add_argument(
            "play", nargs="?", default="call", choices=("call", "day", "storm")
        )
        parser.add_argument("--url", default=env.base_url)
        parser.add_argument("--key", help="a softphone key; the demo makes its own")
        parser.add_argument("--extension", help=f"default: {FAVOURITE}, else the first")
        parser.add_argument("--number", help="default: the number of some record")
        parser.add_argument(
            "--direction", default="inbound", choices=("inbound", "outbound")
        )
        parser.add_argument("--ending", default="answered", choices=ENDINGS)
        parser.add_argument("--ring", type=float, default=5, help="seconds of ringing")
        parser.add_argument("--talk", type=float, default=15, help="seconds of talk")
        parser.add_argument("--speed", type=float, default=60, help="of a day: × life")
        parser.add_argument("--rate", type=float, default=100, help="of a storm: per s")
        parser.add_argument("--seconds", type=float, default=30, help="of a storm")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play, and say in words what went wrong."""
        secret = options["key"] or simulator_key()

        def make_phone() -> Phone:
            return Phone(options["url"], secret)

        plays = {"call": self._call, "day": self._day, "storm": self._storm}
        try:
            plays[options["play"]](make_phone, options)
        except Unreachable as error:
            raise CommandError(
                f"No server answers at {error}. Start it with bin/run, or name "
                "another address: --url http://…"
            ) from error
        except Refused as error:
            raise CommandError(f"The server refused the event. {error}") from error

    def _call(self, make_phone: Any, options: dict[str, Any]) -> None:
        call = SimulatedCall(
            extension=options["extension"] or extensions()[0],
            number=options["number"] or random.choice(numbers()),  # noqa: S311
            direction=options["direction"],
            call_id=new_id(),
            steps=steps(options["ending"], options["ring"], options["talk"]),
        )
        self.stdout.write(f"{call.direction}: {call.number} – {call.extension}")

        def told(step: Step) -> None:
            self.stdout.write(f"  {step.event} {step.cause}".rstrip())

        with closing(make_phone()) as phone:
            phone.play(call, told)

    def _day(self, make_phone: Any, options: dict[str, Any]) -> None:
        chance = random.Random()  # noqa: S311  (no secret)
        calls = list(busy_day(extensions(), numbers(), chance))
        events = sum(len(call.steps) for _, call in calls)
        with Progress(console=Console(stderr=True)) as progress:
            bar = progress.add_task("A busy day", total=events)
            play_day(make_phone, calls, options["speed"], lambda: progress.advance(bar))
        self.stdout.write(f"{len(calls)} calls, {events} events")

    def _storm(self, make_phone: Any, options: dict[str, Any]) -> None:
        rate, seconds = options["rate"], options["seconds"]
        with Progress(console=Console(stderr=True)) as progress:
            bar = progress.add_task("A storm", total=int(rate * seconds))
            tally = storm(
                make_phone,
                extensions(),
                numbers(),
                rate,
                seconds,
                lambda: progress.advance(bar),
            )
        p50, p99 = (1000 * tally.percentile(share) for share in (0.5, 0.99))
        self.stdout.write(
            f"{tally.sent} events, {tally.refused} refused, {tally.unreachable} not "
            f"sent; answered within {p50:.1f} ms (median), {p99:.1f} ms (p99)"
        )


def extensions() -> list[str]:
    """The extensions that belong to somebody, the favourite first."""
    found = list(
        Extension.objects.filter(user__isnull=False).values_list("number", flat=True)
    )
    if not found:
        raise CommandError(
            "No extension belongs to a user. Load the demo (manage.py demo), or name "
            "one: --extension 201"
        )
    return sorted(found, key=lambda number: (number != FAVOURITE, number))


def numbers() -> list[str]:
    """Numbers of records, in E.164."""
    rows = PhoneIndex.objects.filter(e164__gt=0).values_list("e164", flat=True)
    found = [f"+{e164}" for e164 in rows[:MOST_NUMBERS]]
    if not found:
        raise CommandError("No record has a number. Name one: --number +493012345")
    return found


def simulator_key() -> str:
    """The simulator's own PBX key, made on first use; in production one is named."""
    path = env.data_dir / "simulator_key"
    if path.exists():
        secret = path.read_text(encoding="ascii").strip()
        digest = keys.hashed(secret)
        if SoftphoneKey.objects.filter(hash=digest, revoked_at=None).exists():
            return secret
    if env.https:
        raise CommandError(
            "This is no place to try things out in. Name a softphone key: --key "
            "sk_…. manage.py softphone_key create --pbx NAME makes one."
        )
    _key, secret = keys.create(pbx_name=PBX_NAME)
    _keep(path, secret)
    return secret


def _keep(path: Path, secret: str) -> None:
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret)
