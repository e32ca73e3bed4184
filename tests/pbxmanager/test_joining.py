"""Which reports are one conversation."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from pbxmanager.events import CallEvent, Direction
from pbxmanager.gathering import Report
from pbxmanager.joining import continued, group
from pbxmanager.legs import legs
from tests.pbxmanager.cast import (
    CONNECTED,
    ENDED,
    IN,
    MISSED,
    OTHER_CUSTOMER,
    OUT,
    RINGING,
    click,
    event,
    told,
)

OWNERS = {"201": 1, "301": 1, "202": 2, "203": 3}
PBX_TELLS: dict[str, Any] = {"by": "pbx", "call_id": "p1"}


def report(*events: CallEvent) -> Report:
    """The report that some events of one source make."""
    first = events[0]
    its_legs = legs(told(*events))
    user = first.source.removeprefix("click:")
    return Report(
        id=hash((first.source, first.call_id, first.scope, first.at)),
        identity=(first.source, first.scope, first.call_id, 0),
        legs=tuple(its_legs),
        clicked_by=int(user) if user.isdigit() else None,
        owners=frozenset(OWNERS[leg.extension] for leg in its_legs if leg.extension),
    )


def phone(
    ext: str,
    rang: float | None,
    over: float | None = None,
    *,
    connected: float | None = None,
    **given: Any,
) -> Report:
    """What a phone tells of one call, at these seconds."""
    by = {"201": "anna", "301": "anna", "202": "ben", "203": "carl"}[ext]
    fields: dict[str, Any] = {"ext": ext, "by": by, **given}
    fields.setdefault("call_id", f"{fields['by']}-{ext}-{rang}-{over}")
    times = ((RINGING, rang), (CONNECTED, connected), (ENDED, over))
    return report(
        *(event(kind, when, **fields) for kind, when in times if when is not None)
    )


def parts(*reports: Report) -> list[list[int]]:
    """The conversations, as places in the list of reports; in any order given."""
    place = {one.id: index for index, one in enumerate(reports)}
    found = [
        sorted(sorted(place[one.id] for one in members) for members in group(order))
        for order in permutations(reports)
    ]
    assert all(one == found[0] for one in found)
    return found[0]


def one_call(*reports: Report) -> bool:
    return len(parts(*reports)) == 1


# One leg, told by several sources.


@pytest.mark.parametrize(
    ("pbx", "is_one"),
    [
        (phone("201", 0, 9, **PBX_TELLS), True),
        (phone("201", 8.9, 15, **PBX_TELLS), True),
        (phone("201", 9.1, 15, **PBX_TELLS), False),
        # A source that only tells the end may tell it late.
        (phone("201", None, 11, **PBX_TELLS), True),
        (phone("201", None, 11.1, **PBX_TELLS), False),
        # Its end got lost.
        (phone("201", 0.1, **PBX_TELLS), True),
        (phone("201", 9.1, **PBX_TELLS), False),
        (phone("202", 0, 9, number="302", **PBX_TELLS), False),
        (phone("201", 0, 9, number=OTHER_CUSTOMER, **PBX_TELLS), False),
        (phone("201", 0, 9, number="anonymous", **PBX_TELLS), False),
        # The direction may differ: a PBX that dials back.
        (phone("201", 0, 9, direction=OUT, **PBX_TELLS), True),
    ],
)
def test_phone_and_pbx_tell_the_same_leg(pbx: Report, is_one: bool) -> None:
    assert one_call(phone("201", 0, 9), pbx) is is_one


def test_one_source_does_not_tell_a_leg_twice() -> None:
    assert not one_call(phone("201", 0, 9), phone("201", 1, 9))


def test_two_ends_without_more_are_one_call_within_jitter() -> None:
    assert one_call(phone("201", None, 0), phone("201", None, 2, **PBX_TELLS))
    assert not one_call(phone("201", None, 0), phone("201", None, 2.1, **PBX_TELLS))


def test_a_ringing_whose_end_got_lost_is_believed_for_five_minutes() -> None:
    assert one_call(phone("201", 0), phone("201", 300, 310, **PBX_TELLS))
    assert not one_call(phone("201", 0), phone("201", 301, 310, **PBX_TELLS))


def test_a_queue_that_rings_twice_is_one_call_of_the_pbx() -> None:
    pbx = phone("201", 0, 14, **PBX_TELLS)

    assert one_call(pbx, phone("201", 0, 10), phone("201", 12, 14))


def test_what_a_pbx_tells_under_two_call_ids_are_two_calls() -> None:
    first, second = (
        phone("201", began, 60, by="pbx", call_id=f"p{began}") for began in (0, 10)
    )
    mine = phone("201", 0.1, 60), phone("201", 9.9, 60)
    only_the_end = phone("201", None, 60.5, by="desk", scope="")

    assert parts(first, second, *mine) == [[0, 2], [1, 3]]
    assert len(parts(first, second, only_the_end)) == 2


def test_two_phones_with_one_key_are_told_once_by_the_pbx() -> None:
    pbx = phone("201", 0, 9, **PBX_TELLS)

    assert one_call(pbx, phone("201", 0, 9), phone("201", 2, 9))
    assert parts(pbx, phone("201", 0, 9), phone("201", 3, 9)) == [[0, 1], [2]]


def test_two_calls_in_a_row_are_two() -> None:
    calls = [phone("201", 0, 9), phone("201", 20, 29)]
    pbx = [
        phone("201", 0, 9, **PBX_TELLS),
        phone("201", 20, 29, by="pbx", call_id="p2"),
    ]

    assert parts(*calls, *pbx) == [[0, 2], [1, 3]]


# x calls y, and y is called by x.


def call(ext: str, number: str, rang: float, direction: Direction = OUT) -> Report:
    return phone(
        ext, rang, 60, number=number, direction=direction, call_id=f"{direction}{rang}"
    )


@pytest.mark.parametrize(
    ("number", "rang", "is_one"),
    [("202", 2, True), ("202", 2.1, False), ("600", 1, True), ("600", 2.1, False)],
)
def test_caller_and_called_are_one_call(number: str, rang: float, is_one: bool) -> None:
    assert one_call(call("201", number, 0), call("202", "201", rang, IN)) is is_one


def test_a_called_phone_that_told_no_ringing() -> None:
    called = phone("202", None, 60, connected=1, number="201")

    assert one_call(call("201", "202", 0), called)


def test_a_number_that_rings_somebody_is_no_group() -> None:
    reports = (
        call("201", "202", 0),
        call("202", "201", 0.1, IN),
        call("203", "201", 0.2, IN),
    )

    assert parts(*reports) == [[0, 1], [2]]


def test_a_group_call_rings_several() -> None:
    reports = (
        call("201", "600", 0),
        call("202", "201", 0.1, IN),
        call("203", "201", 0.2, IN),
    )

    assert one_call(*reports)


def test_two_that_call_each_other_at_once_are_two_calls() -> None:
    reports = (
        call("201", "202", 0),
        call("202", "201", 0.1, IN),
        call("202", "201", 0.2),
        call("201", "202", 0.3, IN),
    )

    assert parts(*reports) == [[0, 1], [2, 3]]


def test_without_directions_who_rings_each_other_is_one_call() -> None:
    assert one_call(call("201", "202", 0, IN), call("202", "201", 0.1, IN))


# A ring group: one external caller rings several extensions.


@pytest.mark.parametrize(
    ("ben", "is_one"),
    [
        (phone("202", 2, 9), True),
        (phone("202", 2.1, 9), False),
        (phone("202", 2, 9, number="302"), False),
        (phone("202", 0, 9, number="anonymous"), False),
        (phone("202", 0, 9, direction=OUT), False),
        # Told late, but it stopped when Anna answered.
        (phone("202", None, 7), True),
        (phone("202", None, 7.1), False),
        (phone("202", 2.5, 3), True),
        (phone("202", 0, 60, connected=5), False),
        (phone("202", 2, 60, connected=5), False),
    ],
)
def test_a_ring_group_is_one_call(ben: Report, is_one: bool) -> None:
    assert one_call(phone("201", 0, 60, connected=5), ben) is is_one


def test_internal_callers_are_no_ring_group() -> None:
    ring = [phone(ext, 0, 9, number="302") for ext in ("201", "202")]

    assert not one_call(*ring)


def test_unanswered_rings_belong_together_through_others() -> None:
    assert one_call(phone("201", 0, 9), phone("202", 1.5, 9), phone("203", 3, 9))


def test_a_late_ring_links_what_seemed_apart() -> None:
    apart = phone("201", 0, 9), phone("203", 3, 9)

    assert not one_call(*apart)
    assert one_call(*apart, phone("202", 1.5, 9))


def test_who_did_not_answer_belongs_to_whose_answer_stopped_the_ringing() -> None:
    anna, ben = phone("201", 0, 60, connected=5), phone("202", 1, 60, connected=9)

    assert parts(anna, ben, phone("203", 0, 9)) == [[0], [1, 2]]
    assert parts(anna, ben, phone("203", 1, 5)) == [[0, 2], [1]]
    assert parts(anna, ben, phone("203", 1, 20)) == [[0], [1, 2]]
    rest = phone("203", 0, 9), phone("301", 0, 5)
    assert parts(anna, ben, *rest) == [[0, 3], [1, 2]]


def test_who_rang_with_others_shares_their_answer() -> None:
    anna = phone("201", 0, 60, connected=5)

    assert one_call(anna, phone("202", 2, 20), phone("203", 4, 20))


def test_a_group_that_is_called_twice_in_a_row_has_two_calls() -> None:
    first = phone("201", 0, 1), phone("202", 0.1, 1)
    again = phone("201", 1.9, 9), phone("202", 2, 9)
    answered = phone("201", 1.9, 9, connected=5)

    assert parts(*first, *again) == [[0, 1], [2, 3]]
    assert parts(*first, answered, again[1]) == [[0, 1], [2, 3]]


# A click in the CRM, and the call that a phone then reports.


@pytest.mark.parametrize(
    ("answer", "is_one"),
    [
        (phone("201", 1, 9, direction=OUT), True),
        (phone("201", 1, 9), True),
        (phone("301", 120, 130), True),
        (phone("201", 121, 130), False),
        (phone("201", -2, 9), True),
        (phone("201", -3, 9), False),
        (phone("202", 1, 9, direction=OUT), False),
        (phone("201", 1, 9, number=OTHER_CUSTOMER), False),
    ],
)
def test_a_click_waits_for_the_users_phones(answer: Report, is_one: bool) -> None:
    assert one_call(report(click(0, user=1)), answer) is is_one


def test_a_click_on_no_number_waits_for_nothing() -> None:
    nothing = report(click(0, user=1, number="anonymous"))

    assert not one_call(nothing, phone("201", 1, 9, number="anonymous"))


def test_the_first_call_takes_the_newest_click() -> None:
    clicks = report(click(0, user=1)), report(click(30, user=1))
    calls = phone("201", 31, 40, direction=OUT), phone("201", 60, 70, direction=OUT)

    assert parts(*clicks, *calls) == [[0, 3], [1, 2]]


def test_phone_and_pbx_take_one_click() -> None:
    clicks = report(click(0, user=1)), report(click(8, user=1))
    both = phone("201", 9, 40), phone("201", 9.5, 40, direction=OUT, **PBX_TELLS)

    assert parts(*clicks, *both) == [[0], [1, 2, 3]]


def test_a_conversation_begins_with_its_oldest_report() -> None:
    late, early = phone("201", 1, 9), phone("202", 0, 9)

    assert group([late, early]) == [[early, late]]
    assert group([]) == []


# Blind transfer.


@pytest.mark.parametrize(
    ("later", "is_continued"),
    [
        (phone("202", 58, 90), True),
        (phone("202", 62, 90), True),
        (phone("202", 62.1, 90), False),
        (phone("202", None, 61), False),
        (phone("201", 60, 90), False),
        (phone("202", 60, 90, number=OTHER_CUSTOMER), False),
        (phone("202", 60, 90, number="anonymous"), False),
        (phone("202", 60, 90, number="302"), False),
    ],
)
def test_a_blind_transfer_continues_the_call(later: Report, is_continued: bool) -> None:
    earlier = phone("201", 0, 60, connected=5)

    assert continued(later.legs, earlier.legs) is is_continued


def test_only_a_talk_is_continued() -> None:
    earlier = report(event(RINGING, 0), event(MISSED, 60))

    assert not continued(phone("202", 60, 90).legs, earlier.legs)
