"""Kept events in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crmplus.phonebook.models import NumberSettings
from pbxmanager.models import Call, Event
from softphone_connector import keys
from softphone_connector.inspector.reading import event_lines, with_calls
from softphone_connector.inspector.understanding import (
    EventDetail,
    clock,
    event_detail,
)
from tests.softphone_connector.cast import Cast, key_with_set, stored
from tests.softphone_connector.endpoints.sending import send
from tests.softphone_connector.inspector.kept import HOSTILE, NUMBER, event, line, ring
from tests.softphone_connector.talking import click


class TestLine:
    def test_an_ignored_number_says_that_it_is_one(self, people: Cast) -> None:
        NumberSettings.objects.create(pk=1, ignored_numbers=NUMBER)
        ring(people.key)
        found = line()
        assert (found.call, found.refusal, found.is_ignored) == (None, "", True)
        assert found.no_call == "Left out of the log: its number is to be ignored."

    def test_what_is_none_of_the_four_events_says_so(self, people: Cast) -> None:
        found = line(event())
        assert not found.is_ignored
        assert "none of the four events" in found.no_call

    def test_it_says_so_once(self, people: Cast) -> None:
        send(f"{people.key}/hold", {"extension": "201", "number": NUMBER})
        found = line()
        assert "is none of ours" in found.remarks[0]
        assert (found.no_call, found.is_ignored) == ("", False)

    def test_an_event_of_a_call_or_a_refused_one_gives_no_such_reason(
        self, people: Cast
    ) -> None:
        ring(people.key)
        assert (line().no_call, line().is_ignored) == ("", False)
        send(f"{people.key}/ringing", {"extension": "201", "call_id": "none"})
        assert line().refusal
        assert (line().no_call, line().is_ignored) == ("", False)

    def test_a_taken_event(self, people: Cast) -> None:
        ring(people.key, name="Julia Berg", direction="in", call_id="c1")
        found = line()
        path, _mark, query = found.sent.partition("?")
        assert path == "ringing"
        # PostgreSQL keeps them in an order of its own.
        assert set(query.split("&")) == {
            *("extension=201", f"number={NUMBER}", "call_id=c1"),
            *("name=Julia Berg", "direction=in"),
        }
        assert (found.kind, found.number, found.direction) == (
            "Ringing",
            NUMBER,
            "Inbound",
        )
        assert found.call == Call.objects.get()
        assert found.look
        assert found.look.word == "Ringing"
        assert found.sender.owner == "Anna"
        assert found.sender.key == stored(people.key)
        assert (found.refusal, found.remarks, found.drift) == ("", (), None)

    def test_a_refused_one_says_why_and_what_the_profile_knows(
        self, people: Cast
    ) -> None:
        key = keys.create(user=people.anna, profile="yealink")[1]
        answer = ring(key, number="$remotenumber")
        found = line()
        assert answer.status == 400
        assert "needs a number" in found.refusal
        assert "did not fill its variable in" in found.remarks[0]
        assert "Yealink" in found.remarks[0]
        assert "$remote" in found.remarks[0]
        assert "Yealink" not in found.refusal
        assert found.call is None

    def test_a_refused_one_without_the_parameter_names_the_variable_too(
        self, people: Cast
    ) -> None:
        key = keys.create(user=people.anna, profile="yealink")[1]
        send(f"{key}/ringing", {"extension": "201", "call_id": "c1"})
        assert "Yealink" in line().refusal
        assert line().remarks == ()

    def test_what_was_not_even_read_has_no_number(self, people: Cast) -> None:
        send(f"{people.key}/rings", {"number": NUMBER})
        found = line()
        assert "no event “rings”" in found.refusal
        assert not found.was_read
        assert found.number == ""

    def test_an_anonymous_caller_is_one(self, people: Cast) -> None:
        ring(people.key, number="anonymous")
        assert line().number == "anonymous"

    def test_secrets_are_masked(self, people: Cast) -> None:
        ring(people.key, password="geheim", link=f"http://x/{people.bens_key}")
        text = line().sent
        assert "geheim" not in text
        assert people.bens_key not in text
        assert "password=…" in text

    def test_a_click_and_a_test_call_have_their_user(self, people: Cast) -> None:
        click(people.anna, "201")
        assert line().sender.owner == "Anna, a click in the CRM"
        test = event(source=f"test:{people.ben.pk}")
        assert line(test).sender.owner == "Ben, calling oneself"
        assert not line(test).can_be_tried

    @pytest.mark.parametrize("source", ["key:999", "key:", "key:x", "huh", "", "key:²"])
    def test_a_source_that_is_gone_is_named_as_it_is(
        self, db: None, source: str
    ) -> None:
        assert line(event(source=source)).sender.owner == source

    def test_the_day_stands_there_unless_it_is_today(self, db: None) -> None:
        assert line(event()).day == ""
        assert line(event(timezone.now() - timedelta(days=3))).day

    def test_queries_do_not_grow_with_the_events(
        self, people: Cast, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for key in (people.key, people.bens_key, people.pbx_key) * 3:
            ring(key)
        click(people.anna, "201")
        # Events, legs, keys, users.
        with django_assert_num_queries(4):
            assert len(event_lines(with_calls(Event.objects.all()))) == 10

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_texts_are_shown_harmless(self, people: Cast, text: str) -> None:
        clean = text.encode("utf-8", "replace").decode()
        ring(people.key, name=clean, number=clean, extension=clean, cause=clean)
        ring(people.key, cause=clean)
        for one in event_lines(with_calls(Event.objects.all())):
            shown = f"{one.sent}{one.refusal}{one.remarks}{one.number}"
            assert not any(mark in shown for mark in "\x00\x1b\u202e\u2066\r\n")
            assert event_detail(one).parts


def rows(detail: EventDetail) -> set[tuple[str, str, str, str]]:
    return {(one.name, one.value, one.role, one.meaning) for one in detail.parts}


class TestDetail:
    def test_each_parameter_with_its_meaning(self, people: Cast) -> None:
        ring(people.key, number="030 23125101", foo="bar", call_id="")
        detail = event_detail(line())
        assert rows(detail) == {
            ("extension", "201", "Extension", "201"),
            ("number", "030 23125101", "Number", NUMBER),
            ("call_id", "", "Call ID", ""),
            ("foo", "bar", "", ""),
        }
        assert (detail.method, detail.remote) == ("GET", "10.0.0.7")
        assert detail.set_name == "Default"

    def test_names_and_fixed_values_of_the_keys_set(self, db: None) -> None:
        key, chosen = key_with_set(
            parameters={"number": "tel", "extension": "ext"}, event_parameter="what"
        )
        chosen.endpoints.create(kind="ringing", slug="rings", fixed={"extension": "7"})
        send(f"{key}/rings", {"tel": NUMBER, "ext": "201", "call_id": "c"})
        assert rows(event_detail(line())) == {
            ("tel", NUMBER, "Number", NUMBER),
            ("ext", "201", "", ""),
            ("call_id", "c", "", ""),
            ("", "7", "Extension", "7"),
        }

    def test_an_event_named_by_a_parameter(self, people: Cast) -> None:
        query = {"event": "ringing", "number": NUMBER, "call_id": "c"}
        send(people.key, query)
        parts = {one.name: one for one in event_detail(line()).parts}
        assert (parts["event"].role, parts["event"].meaning) == ("Event", "Ringing")
        # It was not sent: the key has only this one.
        assert (parts[""].role, parts[""].meaning) == ("Extension", "201")

    def test_nothing_is_understood_of_what_was_not_read(self, people: Cast) -> None:
        send(f"{people.key}/ringing", {"number": NUMBER, "direction": "sideways"})
        assert all(not one.meaning for one in event_detail(line()).parts)

    def test_a_service_has_its_own_words(self, db: None) -> None:
        key = keys.create(pbx_name="Placetel", profile="placetel")[1]
        send(
            key,
            method="POST",
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=b"event=IncomingCall&from=03023125101&to=03099&call_id=abc",
        )
        detail = event_detail(line())
        assert detail.has_own_format
        roles = {one.name: one.role for one in detail.parts if one.name}
        assert set(roles.values()) == {""}
        assert "Number" in {one.role for one in detail.parts}

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (0, "on time"),
            (-1.5, "on time"),
            (30, "30 seconds ahead"),
            (-90, "90 seconds before"),
        ],
    )
    def test_the_clock(self, seconds: float, words: str) -> None:
        assert words in clock(timedelta(seconds=seconds))

    def test_without_a_stated_time_there_is_no_clock(self, people: Cast) -> None:
        ring(people.key)
        assert event_detail(line()).clock == ""
        ring(people.key, at=str(timezone.now().timestamp() - 30))
        assert "30 seconds before" in event_detail(line()).clock

    def test_strange_rows_are_shown_all_the_same(self, db: None) -> None:
        strange = event(
            raw={
                "params": [1],
                "notes": ["x", {"code": "?"}],
                "fault": 3,
                "path": None,
            },
            refused="never_heard_of",
            direction="up",
        )
        found = line(strange)
        assert "never_heard_of" in found.refusal
        assert found.direction == ""
        assert event_detail(found).parts == []
