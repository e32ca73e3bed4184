"""The installation's number plan, and which numbers are its own."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from django.db import connection

from crmplus.phonebook.models import NumberSettings
from crmplus.phonebook.normalise import Number, NumberPlan, head_number, normalise

SECONDS = 5.0  # within which a change reaches the other server processes

_kept: list[tuple[float, NumberPlan]] = []


def number_plan() -> NumberPlan:
    """The installation's settings; read at most every few seconds."""
    now = time.monotonic()
    if _kept and now < _kept[0][0]:
        return _kept[0][1]
    plan = NumberSettings.load().plan()
    # What a rollback could undo must not be remembered.
    if not connection.in_atomic_block:
        _kept[:] = [(now + SECONDS, plan)]
    return plan


def forget_plan(**signal: Any) -> None:
    """Read the settings anew at the next use (a receiver of their ``post_save``)."""
    _kept.clear()


def is_own(number: Number, plan: NumberPlan) -> bool:
    """Whether a number is the installation's own, which never matches a record."""
    if not number.e164:
        return False
    exact, heads = _own(plan)
    return number.e164 in exact or bool(heads and number.e164.startswith(heads))


@lru_cache(maxsize=8)
def _own(plan: NumberPlan) -> tuple[frozenset[str], tuple[str, ...]]:
    exact, heads = set(), set()
    for text in plan.own_numbers:
        number = normalise(text.rstrip("* "), plan)
        if text.rstrip().endswith("*"):
            heads.add(number.key)
            continue
        exact.add(number.key)
        heads.add(head_number(text, number, plan) or "")
    return frozenset(exact), tuple(head for head in heads if head.startswith("+"))
