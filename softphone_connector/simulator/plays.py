"""What the simulator plays: one call, a busy day, a storm."""

from __future__ import annotations

import queue
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from softphone_connector.simulator.phone import (
    Phone,
    Refused,
    SimulatedCall,
    Step,
    Unreachable,
)

WORKERS = 8
DAY_SECONDS = 9 * 3600
DAY_CALLS = 120


def new_id() -> str:
    return f"sim-{uuid.uuid4().hex[:12]}"


def steps(ending: str, ring: float, talk: float) -> tuple[Step, ...]:
    """The events of a call that is ``answered``, ``missed``, ``busy``, ``rejected``."""
    ringing = Step(0, "ringing")
    if ending == "answered":
        return (ringing, Step(ring, "connected"), Step(talk, "ended"))
    cause = "" if ending == "missed" else ending
    return (ringing, Step(ring, "missed", cause))


@dataclass
class Tally:
    """What came of a storm: answers in seconds, and what went wrong."""

    sent: int = 0
    took: list[float] = field(default_factory=list)
    refused: int = 0
    unreachable: int = 0

    def percentile(self, share: float) -> float:
        """The time in seconds within which that share of the answers came."""
        if not self.took:
            return 0.0
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def busy_day(
    extensions: Sequence[str], numbers: Sequence[str], chance: random.Random
) -> Iterator[tuple[float, SimulatedCall]]:
    """A day's calls, each with its start in seconds since the morning."""
    for start in sorted(chance.uniform(0, DAY_SECONDS) for _ in range(DAY_CALLS)):
        ending = chance.choices(("answered", "missed", "busy"), (70, 25, 5))[0]
        talk = chance.lognormvariate(4.6, 0.8)
        yield (
            start,
            SimulatedCall(
                extension=chance.choice(extensions),
                number=chance.choice(numbers),
                direction=chance.choice(("inbound", "inbound", "outbound")),
                call_id=new_id(),
                steps=steps(ending, chance.uniform(3, 20), talk),
            ),
        )


def play_day(
    make_phone: Callable[[], Phone],
    calls: Sequence[tuple[float, SimulatedCall]],
    speed: float,
    told: Callable[[], object],
) -> None:
    """Play a day's events in their order, ``speed`` times as fast as life.

    Raises Unreachable and Refused.
    """
    with closing(make_phone()) as phone:
        began = time.monotonic()
        for at, call, step in _in_order(calls):
            time.sleep(max(0.0, began + at / speed - time.monotonic()))
            phone.tell(call, step)
            told()


def _in_order(
    calls: Sequence[tuple[float, SimulatedCall]],
) -> list[tuple[float, SimulatedCall, Step]]:
    events = []
    for start, call in calls:
        at = start
        for step in call.steps:
            at += step.after
            events.append((at, call, step))
    return sorted(events, key=lambda event: event[0])


def storm(
    make_phone: Callable[[], Phone],
    extensions: Sequence[str],
    numbers: Sequence[str],
    rate: float,
    seconds: float,
    told: Callable[[], object],
) -> Tally:
    """Report ``rate`` events a second for some seconds from several connections."""
    tally, lock = Tally(), threading.Lock()
    waiting: queue.Queue[tuple[SimulatedCall, Step] | None] = queue.Queue()

    def work() -> None:
        with closing(make_phone()) as phone:
            while (todo := waiting.get()) is not None:
                _tell(phone, todo, tally, lock)
                told()

    workers = [threading.Thread(target=work, daemon=True) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    began = time.monotonic()
    for count, todo in enumerate(_endless(extensions, numbers, int(rate * seconds))):
        time.sleep(max(0.0, began + count / rate - time.monotonic()))
        waiting.put(todo)
    for _ in workers:
        waiting.put(None)
    for worker in workers:
        worker.join()
    return tally


def _endless(
    extensions: Sequence[str], numbers: Sequence[str], most: int
) -> Iterator[tuple[SimulatedCall, Step]]:
    sent = 0
    chance = random.Random()  # noqa: S311  (no secret)
    while sent < most:
        call = SimulatedCall(
            extension=chance.choice(extensions),
            number=chance.choice(numbers),
            direction="inbound",
            call_id=new_id(),
            steps=steps("answered", 0, 0),
        )
        for step in call.steps[: most - sent]:
            sent += 1
            yield call, step


def _tell(
    phone: Phone,
    todo: tuple[SimulatedCall, Step],
    tally: Tally,
    lock: threading.Lock,
) -> None:
    took, fault = 0.0, ""
    try:
        took = phone.tell(*todo)
    except Refused:
        fault = "refused"
    except Unreachable:
        fault = "unreachable"
    with lock:
        tally.sent += 1
        if fault:
            setattr(tally, fault, getattr(tally, fault) + 1)
        else:
            tally.took.append(took)
