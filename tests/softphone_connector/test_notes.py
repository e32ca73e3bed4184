"""The comment of a popup: one for each person and call."""

from __future__ import annotations

import pytest
from django.test import TestCase

from crmplus.timeline.models import Comment
from crmplus.timeline.services import add_comment
from pbxmanager.models import Call
from pbxmanager.saving import CALL
from softphone_connector.notes import note_of, save_note
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import tell


@pytest.fixture
def call(people: Cast) -> Call:
    return tell("ringing", "201")


def texts(call: Call) -> list[str]:
    rows = Comment.objects.filter(target_kind=CALL, target_id=call.pk).order_by("pk")
    return [row.text for row in rows]


def version(call: Call) -> int:
    return Call.objects.get(pk=call.pk).version


def test_what_is_typed_is_one_comment(call: Call, people: Cast) -> None:
    for text in ("W", "Wants", " Wants a list \r\nsoon "):
        save_note(call, people.anna, text)
    assert texts(call) == ["Wants a list \nsoon"]


def test_each_person_has_an_own_one(call: Call, people: Cast) -> None:
    save_note(call, people.anna, "Anna's")
    save_note(call, people.ben, "Ben's")
    save_note(call, people.ben, "Ben's own")
    assert texts(call) == ["Anna's", "Ben's own"]
    note = note_of(call, people.anna)
    assert note
    assert note.author == people.anna


@pytest.mark.parametrize("empty", ["", "  \n", "\x00"])
def test_an_emptied_one_goes_to_the_recycle_bin(
    call: Call, people: Cast, empty: str
) -> None:
    save_note(call, people.anna, "A mistake")
    save_note(call, people.anna, empty)
    assert texts(call) == []
    assert Comment.all_objects.get().deleted_by == people.anna


@pytest.mark.parametrize("empty", ["", " ", "\x00\x00"])
def test_nothing_is_no_comment_and_no_change(
    call: Call, people: Cast, empty: str
) -> None:
    before = version(call)
    save_note(call, people.anna, empty)
    assert texts(call) == []
    assert version(call) == before


def test_the_others_are_told_of_each_change(call: Call, people: Cast) -> None:
    before = version(call)
    save_note(call, people.anna, "one")
    after = version(call)
    assert after > before
    save_note(call, people.anna, "one ")
    assert version(call) == after
    save_note(call, people.anna, "two")
    assert version(call) > after


def test_the_newest_of_several_is_gone_on_with(call: Call, people: Cast) -> None:
    add_comment(CALL, call.pk, people.anna, "written on the call's page")
    add_comment(CALL, call.pk, people.anna, "a second one")
    save_note(call, people.anna, "a second one, longer")
    assert texts(call) == ["written on the call's page", "a second one, longer"]


def test_it_is_saved_before_anybody_is_told(call: Call, people: Cast) -> None:
    with TestCase.captureOnCommitCallbacks() as told:
        save_note(call, people.anna, "said")
    assert len(told) == 1
