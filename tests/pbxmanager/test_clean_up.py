"""PBX Clean Up takes exactly what nobody finished and nobody touched."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from crmplus.accounts.models import User
from crmplus.tickets.services import (
    Activity,
    Ticket,
    create_ticket,
    schedule_call_back,
)
from crmplus.timeline.services import add_comment
from pbxmanager import clean_up as module
from pbxmanager import models
from pbxmanager.clean_up import clean_up
from pbxmanager.events import EventKind
from pbxmanager.housekeeping import give_up_overdue
from pbxmanager.recorder import record
from pbxmanager.saving import CALL, CLEAN_UP
from pbxmanager.state import CallState, overdue_at
from tests.pbxmanager.cast import (
    CONNECTED,
    ENDED,
    MISSED,
    OUT,
    RINGING,
    at,
    click,
    event,
)

pytestmark = pytest.mark.django_db
NIGHT = at(17 * 3600)  # 02:00 after a call at 09:00


@pytest.fixture
def lost() -> models.Call:
    call = record(event(RINGING, 0)).call
    assert call
    give_up_overdue(NIGHT)
    call.refresh_from_db()
    return call


def is_in_bin(call: models.Call) -> bool:
    call.refresh_from_db()
    return call.is_deleted


def test_a_lost_call_goes_to_the_bin(lost: models.Call) -> None:
    assert clean_up(NIGHT) == 1
    assert is_in_bin(lost)
    assert (lost.deleted_by, lost.deleted_by_job) == (None, CLEAN_UP)


def test_a_click_that_nobody_told_of_goes_to_the_bin(people: dict[str, User]) -> None:
    call = record(click(0, user=people["anna"].pk)).call
    assert call

    assert clean_up(NIGHT) == 1
    assert is_in_bin(call)


def test_a_second_run_finds_nothing(lost: models.Call) -> None:
    clean_up(NIGHT)

    assert clean_up(NIGHT) == 0


@pytest.mark.parametrize(("hours", "moved"), [(5.999, 0), (6, 1)])
def test_an_entry_must_be_six_hours_old(
    lost: models.Call, hours: float, moved: int
) -> None:
    assert clean_up(lost.started_at + timedelta(hours=hours)) == moved


@pytest.mark.parametrize("kind", [MISSED, ENDED])
def test_a_complete_call_stays(kind: EventKind) -> None:
    record(event(RINGING, 0))
    record(event(kind, 9))

    assert clean_up(NIGHT) == 0


def test_a_call_that_was_not_reached_stays() -> None:
    record(event(ENDED, 9, direction=OUT))

    assert clean_up(NIGHT) == 0


@pytest.mark.parametrize("kind", [RINGING, CONNECTED])
def test_a_running_call_stays(kind: EventKind) -> None:
    record(event(kind, 0))

    assert clean_up(NIGHT) == 0


def test_what_was_restored_once_stays(lost: models.Call) -> None:
    clean_up(NIGHT)
    lost.refresh_from_db()
    lost.restore()

    assert clean_up(NIGHT) == 0


def test_what_has_a_comment_stays(lost: models.Call, people: dict[str, User]) -> None:
    add_comment(CALL, lost.pk, people["anna"], "Will call again")

    assert clean_up(NIGHT) == 0


def test_a_comment_on_something_else_does_not_count(
    lost: models.Call, people: dict[str, User]
) -> None:
    add_comment("contacts", lost.pk, people["anna"], "Is on leave")

    assert clean_up(NIGHT) == 1


@pytest.mark.parametrize("kind", ["ticket", "activity"])
def test_what_a_ticket_or_an_activity_came_from_stays(
    lost: models.Call, people: dict[str, User], kind: str
) -> None:
    anna = people["anna"]
    if kind == "ticket":
        made: Ticket | Activity = create_ticket(anna, "Toner", call=lost.pk)
    else:
        made = schedule_call_back(anna, lost.number, NIGHT, call=lost.pk)
    assert clean_up(NIGHT) == 0
    made.move_to_bin(by=anna)
    assert clean_up(NIGHT) == 1


def test_a_ticket_of_another_call_does_not_count(
    lost: models.Call, people: dict[str, User]
) -> None:
    create_ticket(people["anna"], "Toner", call=lost.pk + 1)
    assert clean_up(NIGHT) == 1


def test_what_has_a_chosen_match_stays(lost: models.Call) -> None:
    lost.chosen_source, lost.chosen_id = "contacts", 7
    lost.save()

    assert clean_up(NIGHT) == 0


def test_what_somebody_else_deleted_stays_as_it_is(
    lost: models.Call, people: dict[str, User]
) -> None:
    lost.move_to_bin(by=people["anna"])

    assert clean_up(NIGHT) == 0
    lost.refresh_from_db()
    assert (lost.deleted_by, lost.deleted_by_job) == (people["anna"], "")


@pytest.mark.parametrize("kind", [MISSED, CONNECTED])
def test_a_late_event_takes_a_call_out_of_the_bin(
    lost: models.Call, kind: EventKind
) -> None:
    clean_up(NIGHT)
    recorded = record(event(kind, 60))

    assert recorded.call
    assert not recorded.call.is_deleted
    assert not is_in_bin(lost)
    assert (lost.deleted_by_job, lost.restored_at) == ("", None)


def test_a_late_event_leaves_in_the_bin_what_a_person_put_there(
    lost: models.Call, people: dict[str, User]
) -> None:
    lost.move_to_bin(by=people["anna"])
    record(event(MISSED, 60))

    assert is_in_bin(lost)
    assert lost.status == "missed"


def test_a_clean_up_at_the_same_moment_does_not_hide_a_repaired_call(
    lost: models.Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The late event has read the call before the clean-up took it."""

    def meanwhile(state: CallState) -> datetime | None:
        clean_up(NIGHT)
        return overdue_at(state)

    monkeypatch.setattr("pbxmanager.saving.overdue_at", meanwhile)
    record(event(MISSED, 60))

    assert not is_in_bin(lost)
    assert lost.duration == 0


def test_it_works_in_batches_and_tells_of_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    for number in range(5):
        record(event(RINGING, number, number="anonymous", call_id=str(number)))
    give_up_overdue(NIGHT)
    batches: list[int] = []

    assert clean_up(NIGHT, batches.append) == 5
    assert batches == [2, 2, 1]


@time_machine.travel(NIGHT, tick=False)
def test_the_present_counts_where_no_time_is_given(lost: models.Call) -> None:
    assert clean_up() == 1
    lost.refresh_from_db()
    assert lost.deleted_at == NIGHT


def test_a_batch_is_two_queries(
    lost: models.Call, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    savepoints = 2 * 2
    with django_assert_num_queries(3 + savepoints):
        clean_up(NIGHT)
