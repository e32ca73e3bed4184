"""The profile of a key decides how its events are read."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmplus.phonebook.normalise import NumberPlan
from pbxmanager.endpoint_spec import EndpointSpec, Role
from pbxmanager.events import EventKind
from pbxmanager.models import Call
from pbxmanager.recorder import Refusal
from softphone_connector import keys
from softphone_connector.endpoints.events import plan_of
from softphone_connector.endpoints.faults import ParameterError
from softphone_connector.endpoints.params import (
    Stated,
    decoded,
    parse_duration,
    read,
)
from softphone_connector.endpoints.remedies import remark, remedy
from softphone_connector.profiles.ways import PLAIN, Ways, ways_of
from tests.softphone_connector.cast import Cast, stored
from tests.softphone_connector.endpoints.sending import kept, send, text

ENDPOINT = EndpointSpec(kind=EventKind.RINGING, slug="ringing")
ENCODED = Ways(profile="x", base64=True)


def in_base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


class TestBase64:
    @pytest.mark.parametrize(
        ("value", "only_ascii", "expected"),
        [
            (in_base64("+491711234567"), True, "+491711234567"),
            (in_base64("sip:201@pbx"), True, "sip:201@pbx"),
            (in_base64("???>>>").replace("+", " "), True, "???>>>"),
            (in_base64("Müller"), False, "Müller"),
            (in_base64("Müller"), True, in_base64("Müller")),
            ("04401234", True, "04401234"),
            ("+4930123", False, "+4930123"),
            ("anna", True, "anna"),
            ("Anna Schmidt", False, "Anna Schmidt"),
            ("", True, ""),
            (in_base64("\x00\x01"), True, in_base64("\x00\x01")),
        ],
    )
    def test_a_value_in_the_clear(
        self, value: str, only_ascii: bool, expected: str
    ) -> None:
        assert decoded(value, only_ascii=only_ascii) == expected

    @given(st.from_regex(r"[+ ]?[0-9]{1,20}", fullmatch=True))
    def test_digits_stay_digits(self, number: str) -> None:
        assert decoded(number, only_ascii=True) == number

    @given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
    def test_what_was_encoded_comes_back(self, value: str) -> None:
        assert decoded(in_base64(value), only_ascii=True) in {value, in_base64(value)}

    def test_only_a_client_that_encodes_is_read_so(self) -> None:
        sent = {"extension": in_base64("201a"), "number": in_base64("+49171"), "at": ""}
        assert read(sent, ENDPOINT, ways=ENCODED).extension == "201a"
        assert read(sent, ENDPOINT, ways=ENCODED).number == "+49171"
        assert read({"number": sent["number"]}, ENDPOINT).number == sent["number"]

    def test_other_parameters_are_never_encoded(self) -> None:
        assert read({"cause": "busy"}, ENDPOINT, ways=ENCODED).cause == "busy"


class TestDuration:
    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("95", 95),
            ("95.9", 95),
            ("00:01:35", 95),
            ("1:00:00", 3600),
            ("00:00:00", 0),
            ("1:35", None),
            ("00:61:00", None),
            ("-1", None),
            ("1h", None),
        ],
    )
    def test_in_seconds_or_as_a_clock(self, value: str, seconds: int | None) -> None:
        assert parse_duration(value) == seconds

    def test_a_clock_that_is_too_late_is_refused(self) -> None:
        assert read({"duration": "100:00:00"}, ENDPOINT).duration == 360_000
        with pytest.raises(ParameterError):
            read({"duration": "999:00:00"}, ENDPOINT)


class TestUnfilled:
    def test_a_variable_of_the_client_alone(self) -> None:
        ways = ways_of("auerswald")
        own = Ways(profile="p", variables={Role.NUMBER: "NUMBER"})
        assert not read({"number": "NUMBER"}, ENDPOINT, ways=own).number_stated
        assert read({"number": "NUMBER"}, ENDPOINT).number_stated
        assert not read({"number": "{NUMBER}"}, ENDPOINT, ways=ways).number_stated

    def test_the_note_names_client_and_role(self) -> None:
        read_it = read({"call_id": "$call_id"}, ENDPOINT, ways=ways_of("snom"))
        assert read_it.call_id == ""
        assert read_it.notes == [
            {
                "code": "placeholder",
                "parameter": "call_id",
                "value": "$call_id",
                "profile": "snom",
                "role": "call_id",
            }
        ]
        (note,) = read_it.notes
        assert "Snom desk phones profile: the variable for it is $call-id" in remark(
            note
        )

    def test_an_unfilled_extension_in_an_address(self) -> None:
        read_it = read(
            {"extension": "sip:$active_user@pbx"}, ENDPOINT, ways=ways_of("snom")
        )
        assert read_it.notes[0]["role"] == "extension"

    def test_without_a_profile_nothing_is_added(self) -> None:
        (note,) = read({"number": "$remote"}, ENDPOINT, ways=PLAIN).notes
        assert note.keys() == {"code", "parameter", "value"}
        assert remark(note).endswith("It was read as not stated.")

    @pytest.mark.parametrize(
        ("code", "variable"),
        [(Refusal.NO_NUMBER, "$remote"), (Refusal.NO_CALL, "$call-id")],
    )
    def test_a_refusal_names_the_variable(self, code: str, variable: str) -> None:
        said = remedy(code, {"parameter": "x", "profile": "snom"})
        assert f"the variable for it is {variable}" in said
        assert "profile" not in remedy(code, {"parameter": "x"})


class TestNumbers:
    def test_bare_international_ones_of_a_client(self) -> None:
        plan = NumberPlan()
        assert plan_of(plan, PLAIN) is plan
        wide = plan_of(plan, ways_of("sipgate"))
        assert wide == NumberPlan(bare_international=True)
        assert plan_of(plan, ways_of("sipgate")) is wide


def key_for(people: Cast, profile: str) -> str:
    return keys.create(user=people.anna, profile=profile)[1]


class TestKeys:
    def test_a_key_remembers_its_profile(self, people: Cast) -> None:
        secret = key_for(people, "yealink")
        assert keys.find(secret).profile == "yealink"
        assert not keys.find(secret).ids_restart

    def test_call_ids_that_restart_come_with_the_profile(self, people: Cast) -> None:
        assert keys.find(key_for(people, "fritzbox")).ids_restart
        assert not keys.find(people.key).ids_restart

    def test_a_signing_secret_is_sealed(self, people: Cast) -> None:
        secret = keys.create(
            pbx_name="P", profile="placetel", signing_secret="open sesame"
        )[1]
        assert "sesame" not in stored(secret).signing_secret
        assert stored(secret).signing_secret

    def test_a_profile_that_is_there_no_more_changes_nothing(
        self, people: Cast
    ) -> None:
        secret = key_for(people, "gone")
        answer = send(f"{secret}/ringing", {"extension": "201", "number": "0301234567"})
        assert answer.status == 204


class TestAnswer:
    def test_the_reason_names_the_client_and_its_variable(self, people: Cast) -> None:
        secret = key_for(people, "snom")
        answer = send(f"{secret}/ringing", {"extension": "201", "number": "$Remote_"})
        assert answer.status == 400
        assert "Snom desk phones profile: the variable for it is $remote" in text(
            answer
        )
        assert kept().raw["notes"][0]["profile"] == "snom"

    def test_base64_is_read_from_the_first_event_on(self, people: Cast) -> None:
        secret = key_for(people, "global-ip-tel")
        number = in_base64("+491711234567")
        send(f"{secret}/ringing", {"extension": "201", "number": number})
        assert Call.objects.get().e164 == "+491711234567"


def test_everything_else_is_read_as_ever() -> None:
    assert read({}, ENDPOINT, ways=ways_of("yealink")) == Stated()
