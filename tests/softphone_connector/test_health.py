"""What the health page says of phones: extensions, keys, clocks, requests."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.urls import reverse
from django.utils import timezone

from crmplus.hooks import Finding, Level
from pbxmanager.models import Event, Extension, Leg
from softphone_connector import health_events, health_lines, keys
from softphone_connector.endpoints.handler import handle
from softphone_connector.endpoints.requests import EventRequest
from softphone_connector.health import look_at_keyless, look_at_keys
from softphone_connector.health_events import (
    distrusted,
    look_at_clocks,
    look_at_refused,
    offset,
)
from softphone_connector.health_lines import look_at_extensions
from softphone_connector.models import SoftphoneKey, UnknownKeyAttempt
from tests.softphone_connector.cast import stored
from tests.softphone_connector.talking import talk, tell

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def cells(found: Finding) -> list[tuple[object, ...]]:
    assert found.table
    return [tuple(row.cells) for row in found.table.rows]


def send(secret: str, path: str, query: str, ago: float = 0) -> int:
    """A request of a phone, so many seconds ago; gives the status."""
    answer = handle(
        EventRequest(
            method="GET",
            path=f"{secret}/{path}",
            query=query.encode(),
            body=b"",
            headers={},
            remote="192.0.2.7",
            received_at=timezone.now() - ago * SECOND,
        )
    )
    return answer.status


class TestExtensions:
    def test_are_none(self, db):
        (found,) = look_at_extensions()
        assert found.level == Level.INFO
        assert found.url == reverse("accounts:users")

    def test_that_never_reported(self, people, django_assert_num_queries):
        last = talk("201", ago=3600).started_at
        with django_assert_num_queries(4):
            silent, others = look_at_extensions()
        assert silent.level == Level.WARNING
        assert silent.text == "2 extensions have never reported a call."
        assert cells(silent) == [("202", "Ben", None), ("203", "Ben", None)]
        phone = reverse("softphone_connector:users-phone", args=[people.ben.pk])
        assert silent.table.rows[0].url == phone
        assert others.level == Level.OK
        assert others.text == "1 extension reports its calls."
        assert cells(others) == [("201", "Anna", last)]

    def test_that_all_report(self, people):
        for extension in ("201", "202", "203"):
            talk(extension, ago=60)
        (found,) = look_at_extensions()
        assert found.text == "3 extensions report their calls."

    def test_that_are_quiet_or_free(self, people):
        talk("201", ago=40 * 86400)
        talk("202")
        talk("203")
        Extension.objects.create(number="299")
        people.anna.is_active = False
        people.anna.save()
        (found,) = look_at_extensions()
        assert found.level == Level.INFO
        assert found.text == (
            "2 extensions report their calls. 1 extension has been quiet for 30 days. "
            "1 extension is free."
        )
        assert [row[:2] for row in cells(found)] == [
            ("299", "–"),
            ("201", "–"),
            ("202", "Ben"),
            ("203", "Ben"),
        ]
        assert found.table.rows[0].url == ""

    def test_a_click_or_a_test_call_is_no_report(self, people):
        tell("ringing", "201", source=f"test:{people.anna.pk}")
        tell("dialled", "202", source=f"click:{people.ben.pk}", direction="outbound")
        assert Leg.objects.count() == 2
        assert look_at_extensions()[0].text.startswith("3 extensions have never")

    def test_a_report_counts_also_behind_later_clicks(self, people, monkeypatch):
        last = talk("201", ago=3600).started_at
        for number in range(4):
            tell(
                "dialled",
                "201",
                f"+49305554{number:02}",
                source=f"click:{people.anna.pk}",
                direction="outbound",
            )
        assert ("201", "Anna", last) in cells(look_at_extensions()[1])
        monkeypatch.setattr(health_lines, "DEPTH", 3)
        assert "3 extensions" in look_at_extensions()[0].text

    def test_beyond_those_that_are_shown(self, people, monkeypatch):
        monkeypatch.setattr(health_lines, "SHOWN", 2)
        (found,) = look_at_extensions()
        assert (len(cells(found)), found.table.left_out) == (2, 1)


class TestKeys:
    def test_are_none(self, db):
        (found,) = look_at_keys()
        assert found.level == Level.INFO
        assert found.url == reverse("softphone_connector:clients")

    def test_are_new(self, people, django_assert_num_queries):
        with django_assert_num_queries(2):
            (found,) = look_at_keys()
        assert found.level == Level.INFO
        assert found.text == "3 keys are not in use: never, or not for 30 days."

    def test_are_all_used(self, people):
        SoftphoneKey.objects.update(last_used_at=timezone.now() - 29 * DAY)
        (found,) = look_at_keys()
        assert found.level == Level.OK
        assert found.text == "3 keys, all used within the last 30 days."

    def test_are_not_used(self, people):
        now = timezone.now()
        anna, pbx = stored(people.key), stored(people.pbx_key)
        made = now - 60 * DAY
        SoftphoneKey.objects.update(created_at=made, last_used_at=now)
        SoftphoneKey.objects.filter(pk=anna.pk).update(last_used_at=now - 31 * DAY)
        SoftphoneKey.objects.filter(pk=pbx.pk).update(
            last_used_at=None, profile="yealink"
        )
        keys.revoke(keys.create(user=people.ben)[0])
        (found,) = look_at_keys()
        assert found.level == Level.WARNING
        assert found.text.startswith("2 keys are not in use")
        first, second = cells(found)
        assert first[:2] == (f"{pbx.prefix}…", "Asterisk")
        assert "Yealink" in str(first[2])
        assert first[3:] == ("–", made, None)
        assert second == (f"{anna.prefix}…", "Anna", "–", "–", made, now - 31 * DAY)
        assert people.key not in str(found)
        phone = reverse("softphone_connector:users-phone", args=[people.anna.pk])
        assert [row.url for row in found.table.rows] == ["", phone]


class TestRequestsWithoutAKey:
    def test_are_none(self, people):
        assert look_at_keyless()[0].level == Level.OK

    def test_are_counted_by_kind(self, people):
        now = timezone.now()
        for ago, reason, count in (
            (2 * DAY, "unknown", 100),
            (5 * SECOND, "unknown", 3),
            (3 * SECOND, "revoked", 1),
            (1 * SECOND, "unknown", 4),
        ):
            UnknownKeyAttempt.objects.create(
                at=now - ago,
                remote="192.0.2.7",
                prefix="sk_abcd",
                reason=reason,
                count=count,
                total=count,
            )
        (found,) = look_at_keyless()
        assert found.level == Level.WARNING
        assert found.text == "8 requests of the last 24 hours had no valid key."
        assert cells(found) == [
            ("192.0.2.7", "unknown key", "sk_abcd…", 7, now - 1 * SECOND),
            ("192.0.2.7", "revoked key", "sk_abcd…", 1, now - 3 * SECOND),
        ]

    def test_come_from_phones(self, people):
        assert send("sk_nobody", "ringing", "number=1") == HTTPStatus.UNAUTHORIZED
        assert look_at_keyless()[0].text.startswith("1 request of the last 24 hours")


class TestRefusedEvents:
    def test_are_none(self, people):
        send(people.key, "ringing", "number=030123456&call_id=1")
        (found,) = look_at_refused()
        assert found.text == "No event was refused in the last 24 hours."

    def test_are_told_with_who_sent_them_why_and_what_to_do(self, people):
        for _ in range(2):
            send(people.key, "ringing", "call_id=1")
        send(people.pbx_key, "rining", "number=<b>1</b>")
        send(people.key, "ringing", "call_id=1", ago=90000)
        (found,) = look_at_refused()
        assert found.level == Level.WARNING
        assert found.text == "3 events were refused in the last 24 hours."
        first, second = cells(found)
        assert (first[0], first[2]) == ("Anna", 2)
        assert "A ringing call needs a number" in str(first[1])
        assert (second[0], second[2]) == ("Asterisk", 1)
        assert "There is no event “rining” here." in str(second[1])
        source = stored(people.key).source
        events = reverse("softphone_connector:events")
        url = found.table.rows[0].url
        assert url.startswith(f"{events}?state=refused")
        assert source.replace(":", "%3A") in url

    def test_of_a_key_that_is_gone(self, people):
        send(people.key, "ringing", "call_id=1")
        source = stored(people.key).source
        SoftphoneKey.objects.all().delete()
        assert cells(look_at_refused()[0])[0][0] == source

    def test_beyond_those_that_are_counted_or_shown(self, people, monkeypatch):
        monkeypatch.setattr(health_events, "COUNTED", 3)
        monkeypatch.setattr(health_events, "SHOWN", 1)
        for secret in (people.key, people.key, people.bens_key, people.bens_key):
            send(secret, "ringing", "call_id=1")
        (found,) = look_at_refused()
        assert found.text == "At least 3 events were refused in the last 24 hours."
        assert found.table.left_out == 1


class TestClocks:
    def report(self, secret: str, *ahead: float) -> None:
        """Events whose stated times are so many seconds ahead of their arrival."""
        for number, seconds in enumerate(ahead):
            at = timezone.now() - 60 * SECOND + seconds * SECOND
            query = f"number=030555{number:02}&call_id={number}&extension=202"
            stated = at.isoformat().replace("+", "%2B")
            query = f"{query}&at={stated}"
            assert send(secret, "ringing", query, ago=60) == HTTPStatus.NO_CONTENT

    def test_nobody_states_times(self, people):
        send(people.key, "ringing", "number=030123456&call_id=1")
        assert look_at_clocks()[0].level == Level.OK
        assert "No phone has stated" in look_at_clocks()[0].text

    def test_are_right(self, people, django_assert_num_queries):
        self.report(people.pbx_key, -40, -4, 0.5, 4)
        with django_assert_num_queries(1):
            (found,) = look_at_clocks()
        assert found.level == Level.OK
        assert found.text.startswith("1 phone states times")

    def test_are_wrong(self, people):
        self.report(people.bens_key, 9, 30, 8)
        self.report(people.pbx_key, 3600, 3601, 3602, -2)
        (found,) = look_at_clocks()
        assert found.level == Level.WARNING
        assert found.text == "The clocks of 2 phones are wrong."
        assert cells(found) == [
            ("Asterisk", "60 min ahead", 4),
            ("Ben", "9 s ahead", 3),
        ]

    def test_are_days_behind(self, people):
        self.report(people.pbx_key, *[-3 * 86400] * 3)
        assert cells(look_at_clocks()[0]) == [("Asterisk", "72 h behind", 3)]

    def test_are_not_judged_by_one_or_two_events(self, people):
        self.report(people.pbx_key, 20, 20)
        assert look_at_clocks()[0].level == Level.OK

    def test_only_the_newest_events_count(self, people, monkeypatch):
        self.report(people.pbx_key, 20, 20, 20)
        self.report(people.bens_key, 0, 0, 0)
        Event.objects.filter(source=stored(people.pbx_key).source).update(
            received_at=timezone.now() - DAY
        )
        monkeypatch.setattr(health_events, "LOOKED_AT", 3)
        assert look_at_clocks()[0].level == Level.OK

    def test_beyond_those_that_are_shown(self, people, monkeypatch):
        monkeypatch.setattr(health_events, "SHOWN", 1)
        self.report(people.pbx_key, 20, 20, 20)
        self.report(people.bens_key, 10, 10, 10)
        assert look_at_clocks()[0].table.left_out == 1

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (5.6, "6 s ahead"),
            (-119, "119 s behind"),
            (3600, "60 min ahead"),
            (-7200, "120 min behind"),
            (4 * 3600, "4 h ahead"),
            (-26 * 3600, "26 h behind"),
        ],
    )
    def test_in_words(self, seconds, words):
        assert offset(seconds) == words

    @pytest.mark.parametrize("notes", [None, "[]", '[{"code": "cause_unknown"}]'])
    def test_what_was_not_noted(self, notes):
        assert distrusted(notes) is None
