"""What a profile's page tells, and the catalogue it tells it from."""

from __future__ import annotations

import pytest
from django.utils import translation

from pbxmanager.endpoint_spec import Role
from pbxmanager.events import Direction, EventKind
from softphone_connector.profiles import profiles
from softphone_connector.profiles.hints import hint
from softphone_connector.profiles.shape import (
    ClientKind,
    Doubt,
    How,
    Lack,
    Quirk,
    Statement,
    Step,
)
from softphone_connector.profiles.telling import (
    Ability,
    abilities,
    key_steps,
    lacks,
    steps,
)
from softphone_connector.profiles.ways import PLAIN, ways_of
from softphone_connector.profiles.words import (
    ALL_EVENTS,
    CATALOGUE,
    EVENTS,
    HOWS,
    KINDS,
    event_label,
    sentence,
)

YES, CONCLUDED, NO = Ability.YES, Ability.CONCLUDED, Ability.NO


def lacking(key: str) -> set[Lack]:
    return {statement.code for statement in lacks(profiles()[key])}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("key", "inbound", "outbound"),
    [
        ("yealink", [YES, YES, YES, YES], [YES, YES, YES, CONCLUDED]),
        ("mitel", [YES, YES, YES, CONCLUDED], [YES, YES, YES, CONCLUDED]),
        ("3cx", [YES, NO, NO, NO], [NO, NO, NO, NO]),
        ("3cx-crm", [NO, CONCLUDED, YES, CONCLUDED], [NO, CONCLUDED, YES, CONCLUDED]),
        ("wildix", [YES, YES, NO, NO], [YES, YES, NO, NO]),
    ],
)
def test_the_table_of_what_a_client_reports(
    key: str, inbound: list[Ability], outbound: list[Ability]
) -> None:
    rows = abilities(profiles()[key])
    assert [row.inbound for row in rows] == inbound
    assert [row.outbound for row in rows] == outbound
    assert [row.event for row in rows] == [
        EventKind.RINGING,
        EventKind.CONNECTED,
        EventKind.ENDED,
        EventKind.MISSED,
    ]


def test_a_client_that_reports_nothing_has_no_table() -> None:
    assert abilities(profiles()["zoiper"]) == []
    assert lacking("zoiper") == {Lack.NOTHING}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("yealink", set()),
        ("mitel", {Lack.FORWARDED, Lack.NO_MISSED}),
        (
            "3cx",
            {Lack.NO_END, Lack.NO_CONNECTED, Lack.NO_OUTBOUND, Lack.NO_EXTENSION},
        ),
        ("3cx-crm", {Lack.LATE, Lack.NO_NAME}),
        ("wildix", {Lack.INTERNAL, Lack.NO_END}),
        ("fritzbox", {Lack.MAPPED, Lack.NO_NAME}),
        ("microsip", {Lack.NO_EXTENSION, Lack.NO_NAME, Lack.NO_MISSED}),
        (
            "jitsi",
            {Lack.NO_END, Lack.NO_CONNECTED, Lack.NO_OUTBOUND, Lack.NO_EXTENSION},
        ),
    ],
)
def test_what_a_client_can_not_report(key: str, expected: set[Lack]) -> None:
    assert lacking(key) == expected
    assert len(lacks(profiles()[key])) == len(expected)


def test_a_key_for_each_user_comes_first_where_nobody_says_whose_call_it_is() -> None:
    assert key_steps(profiles()["3cx"])[0].code is Step.ONE_KEY_EACH
    assert key_steps(profiles()["mitel"]) == []
    codes = [step.code for step in key_steps(profiles()["sipgate"])]
    assert codes == [Step.SIGNING_KEY]
    assert not set(codes) & {step.code for step in steps(profiles()["sipgate"])}


def test_dialling_from_outside_comes_last() -> None:
    codes = [step.code for step in steps(profiles()["grandstream-gxp"])]
    assert codes == [Step.NO_SCHEME, Step.ALLOW_DIALLING]


class TestWords:
    def test_every_code_has_its_sentence(self) -> None:
        for kind in (Step, Quirk, Lack, Doubt):
            assert set(CATALOGUE[kind]) == set(kind)
        assert set(KINDS) == set(ClientKind)
        assert set(HOWS) == set(How)

    def test_every_sentence_can_be_said_of_every_client(self) -> None:
        for profile in profiles().values():
            for statement in (
                *key_steps(profile),
                *steps(profile),
                *lacks(profile),
                *profile.quirks,
                *profile.unconfirmed,
            ):
                text = sentence(profile, statement)
                assert text
                assert "%(" not in text
                assert statement.what in text

    def test_a_lack_names_the_client(self) -> None:
        found = sentence(profiles()["3cx"], Statement(Lack.NO_END))
        assert found.startswith("3CX desktop app, web client reports no end: these")

    def test_every_event_has_a_label(self) -> None:
        assert event_label() is ALL_EVENTS
        assert event_label(EventKind.RINGING, Direction.OUTBOUND) in EVENTS.values()
        for profile in profiles().values():
            for setting in profile.events:
                assert event_label(setting.event, setting.direction)


class TestHints:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("$call_id", "Snom desk phones profile: the variable for it is $call-id."),
            ("", "Snom desk phones profile: the variable for it is $call-id."),
            (" $call-id ", "Snom desk phones profile: $call-id is the right name"),
        ],
    )
    def test_the_variable_is_named(self, value: str, expected: str) -> None:
        assert hint("snom", Role.CALL_ID, value).startswith(expected)

    def test_a_client_without_such_a_variable(self) -> None:
        assert "has no variable for it" in hint("3cx", "call_id", "$id")

    @pytest.mark.parametrize(
        ("key", "role"), [("", "number"), ("gone", "number"), ("snom", "colour")]
    )
    def test_nothing_is_said_where_nothing_is_known(self, key: str, role: str) -> None:
        assert hint(key, role, "$x") == ""

    def test_in_the_active_language(self) -> None:
        with translation.override("en"):
            assert "profile" in hint("snom", "number", "$x")


class TestWays:
    def test_of_a_profile(self) -> None:
        ways = ways_of("sipgate")
        assert ways.bare_international
        assert not ways.base64
        assert ways_of("global-ip-tel").base64

    @pytest.mark.parametrize("key", ["", "gone"])
    def test_plain_without_one(self, key: str) -> None:
        assert ways_of(key) is PLAIN

    def test_a_variable_is_known_as_it_stands(self) -> None:
        ways = ways_of("3cx-crm")
        assert ways.is_variable(" [Agent] ")
        assert ways.is_variable("[CallStartTimeUTC]-[Agent]-[Number]")
        assert not ways.is_variable("")
        assert not PLAIN.is_variable("")
