"""The demo's figures: some people whose figures are shown, months of calls before the
two weeks that phones told of, and the counts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from crmplus.accounts.models import User
from pbxmanager.figures import contacts
from pbxmanager.models import (
    Call,
    Direction,
    Disposition,
    Extension,
    Leg,
    Outcome,
    Status,
)
from pbxmanager.statistics import upkeep
from pbxmanager.statistics.models import ShownPerson

SHOWN: Final = ("admin", "anna", "ben", "karin", "sofia")
# So far back that the last 30 days have some before to compare with; each costs the
# first start 20 ms.
DAYS: Final = 84
OF_PHONES: Final = 14
CALLS_A_DAY: Final = 16
SEED: Final = 90
WEEKEND: Final = 5
AT_ONCE: Final = 500
OUTCOMES: Final = {
    Status.ENDED: Outcome.ANSWERED,
    Status.MISSED: Outcome.MISSED,
    Status.NOT_REACHED: Outcome.NOT_REACHED,
}
# What calls come to, and how often.
INBOUND: Final = ((Status.ENDED, 82), (Status.MISSED, 18))
OUTBOUND: Final = ((Status.ENDED, 72), (Status.NOT_REACHED, 28))


def load() -> int:
    """Show the figures of some of the demo's people, once, and count its calls."""
    if ShownPerson.objects.exists():
        return 0
    rows = [ShownPerson(user=user) for user in User.objects.filter(username__in=SHOWN)]
    made = ShownPerson.objects.bulk_create(rows)
    oldest = Call.objects.order_by("started_at").first()
    if oldest:
        calls = Call.objects.bulk_create(_calls(oldest), batch_size=AT_ONCE)
        Leg.objects.bulk_create(map(_leg, calls), batch_size=AT_ONCE)
    upkeep.keep_up()
    return len(made)


def _calls(oldest: Call) -> Iterator[Call]:
    """Calls of the days before the demo's own ones, with the same people.

    They are written as they are, for phones to tell of each would take ten seconds.
    """
    chance = random.Random(SEED)  # noqa: S311  (demo data, no secret)
    lines = list(Extension.objects.filter(user__isnull=False).order_by("number"))
    parties = list(contacts().order_by("pk")[:200])
    offered = list(Disposition.objects.filter(is_active=True))
    midnight = timezone.localtime(oldest.started_at).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    for back in range(1, DAYS - OF_PHONES if lines and parties else 0):
        day = midnight - timedelta(days=back)
        # A little more each week, so that comparisons have something to say.
        many = CALLS_A_DAY - back // 14 if day.weekday() < WEEKEND else 1
        for _ in range(many):
            line, party = chance.choice(lines), chance.choice(parties)
            yield _call(chance, day, line, party, chance.choice([*offered, None]))


def _call(
    chance: random.Random,
    day: datetime,
    line: Extension,
    party: Call,
    chosen: Disposition | None,
) -> Call:
    """A call of a day with the number of another one; who talked may say what came
    of it."""
    inbound = chance.random() < 0.6
    ends = INBOUND if inbound else OUTBOUND
    status = chance.choices([one for one, _ in ends], [share for _, share in ends])[0]
    at = day + timedelta(hours=chance.triangular(7.5, 18, 10.5))
    wait = round(chance.triangular(2, 45, 7))
    talks = status == Status.ENDED
    talk = round(chance.lognormvariate(4.8, 0.9)) if talks else 0
    if chosen and not (chosen.for_inbound if inbound else chosen.for_outbound):
        chosen = None
    told: dict[str, Any] = {
        name: getattr(party, name)
        for name in ("number", "number_kind", "e164", "party", "name")
    }
    return Call(
        **told,
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
        status=status,
        extension=line.number,
        user_id=line.user_id,
        started_at=at,
        connected_at=at + timedelta(seconds=wait) if talks else None,
        ended_at=at + timedelta(seconds=wait + talk),
        wait=wait,
        duration=talk,
        disposition=chosen if talks else None,
    )


def _leg(call: Call) -> Leg:
    """The one phone that a call was at."""
    return Leg(
        call=call,
        extension=call.extension,
        user_id=call.user_id,
        direction=call.direction,
        number=call.number,
        number_kind=call.number_kind,
        e164=call.e164,
        first_at=call.started_at,
        rang_at=call.started_at,
        connected_at=call.connected_at,
        ended_at=call.ended_at,
        outcome=OUTCOMES[Status(call.status)],
    )
