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
    return bool(number.e164) and _among(number.key, _read(plan.own_numbers, plan))


def is_ignored(number: Number, plan: NumberPlan) -> bool:
    """Whether a number's calls are to be left out of the log."""
    if not (plan.ignored_numbers and number.key):
        return False
    return _among(number.key, _read(plan.ignored_numbers, plan))


def _among(key: str, numbers: tuple[frozenset[str], tuple[str, ...]]) -> bool:
    exact, heads = numbers
    return key in exact or bool(heads and key.startswith(heads))


@lru_cache(maxsize=16)
def _read(
    texts: tuple[str, ...], plan: NumberPlan
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Numbers in any notation: the single ones, and what all of a block begin with."""
    exact, heads = set(), set()
    for text in texts:
        number = normalise(text.rstrip("* "), plan)
        if text.rstrip().endswith("*"):
            heads.add(number.key)
            continue
        exact.add(number.key)
        heads.add(head_number(text, number, plan) or "")
    return frozenset(exact), tuple(head for head in heads if head.startswith("+"))
