"""What the two ends of an internal call see of each other."""

from __future__ import annotations

from pbxmanager.models import Call
from softphone_connector.cards import card_of
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import tell


def anna_calls_ben() -> Call:
    tell("ringing", "201", "202", direction="outbound", source="key:1", name="Ben")
    return tell("ringing", "202", "201", source="key:2", name="Anna")


def test_each_end_sees_the_other_one(people: Cast) -> None:
    call = anna_calls_ben()
    for user, number, colleague in (
        (people.anna, "202", "Ben"),
        (people.ben, "201", "Anna"),
    ):
        card = card_of(call, user)
        assert (card.remote.party, card.pretty) == (number, number)
        assert [match.title for match in card.matches] == [colleague]
        assert card.headline == "Internal call · Ringing"


def test_who_only_looks_on_sees_it_from_the_callers_side(people: Cast) -> None:
    assert card_of(anna_calls_ben(), people.karin).remote.party == "202"


def test_a_phones_name_is_shown_only_where_no_colleague_is_known(people: Cast) -> None:
    assert card_of(anna_calls_ben(), people.ben).name == ""
    call = tell("ringing", "201", "250", name="Reception")
    assert card_of(call, people.anna).name == "Reception"
    call = tell("ringing", "201", name="Kontor")
    assert card_of(call, people.anna).name == "Kontor"
