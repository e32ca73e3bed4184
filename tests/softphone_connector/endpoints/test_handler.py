"""One request to an event endpoint: accepted, refused, or only looked at."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
from django.db import OperationalError

from crmplus.accounts.models import User
from crmplus.phonebook.normalise import NumberPlan
from pbxmanager import recorder
from pbxmanager.endpoint_settings import Endpoint, default_set
from pbxmanager.models import Call, Event, Extension
from softphone_connector import keys
from softphone_connector.endpoints import answers, events, handler
from softphone_connector.endpoints.answers import COMMON, Answer
from softphone_connector.models import UnknownKeyAttempt
from tests.softphone_connector.cast import Cast, key_with_set, pbx_key, stored
from tests.softphone_connector.endpoints.sending import (
    BROWSER,
    basic,
    header,
    kept,
    send,
    text,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
FOREIGN_KEY = "sk_abcd" + "x" * 39
RINGING = {"extension": "201", "number": "+493023125123", "call_id": "1"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


def no_rows() -> bool:
    return not Event.objects.exists() and not Call.objects.exists()


class TestAccepted:
    def test_a_call_from_ringing_to_end(self, people: Cast) -> None:
        for event in ("ringing", "connected", "ended"):
            assert send(f"{people.key}/{event}", RINGING) == Answer(204)
        call = Call.objects.get()
        assert (call.status, call.extension, call.user) == ("ended", "201", people.anna)
        assert call.e164 == "+493023125123"

    def test_the_raw_event_is_kept_with_its_call(self, people: Cast) -> None:
        sent = {**RINGING, "password": "hunter2", "name": FOREIGN_KEY, "x": "a\x00"}
        send(f"{people.key}/ringing", sent, received_at=NOON)
        event = kept()
        assert event.report is not None
        assert event.source == stored(people.key).source
        assert event.received_at == NOON
        assert event.raw == {
            "params": {**RINGING, "password": "…", "name": "sk_abcd…", "x": "a\ufffd"},
            "path": "ringing",
            "method": "GET",
            "remote": "10.0.0.7",
            "notes": [],
        }

    @pytest.mark.parametrize(
        "path", ["{key}/ringing", "{key}/ringing/", "{key}/Ringing"]
    )
    def test_the_key_in_the_path(self, people: Cast, path: str) -> None:
        assert send(path.format(key=people.key), RINGING).status == 204
        assert Call.objects.count() == 1

    @pytest.mark.parametrize("scheme", ["bearer", "basic"])
    def test_the_key_in_the_authorization(self, people: Cast, scheme: str) -> None:
        bearer = {"authorization": f"Bearer {people.key}"}
        headers = bearer if scheme == "bearer" else basic(people.key)
        assert send("ringing", RINGING, headers=headers).status == 204
        assert send("", {**RINGING, "event": "ended"}, headers=headers).status == 204
        assert Call.objects.get().status == "missed"

    @pytest.mark.parametrize(
        ("query", "body", "headers"),
        [
            ("", b"extension=201&number=%2B493023125123&call_id=1", FORM),
            ("", b'{"extension": 201, "number": "+493023125123"}', JSON),
            ("extension=201&number=1", b"number=%2B493023125123", FORM),
        ],
    )
    def test_the_parameters_in_a_body(
        self, people: Cast, query: str, body: bytes, headers: dict[str, str]
    ) -> None:
        path = f"{people.key}/ringing"
        answer = send(path, query, method="POST", body=body, headers=headers)
        assert answer.status == 204
        assert Call.objects.get().e164 == "+493023125123"

    def test_the_body_of_a_get_is_not_read(self, people: Cast) -> None:
        send(f"{people.key}/ringing", RINGING, body=b"{", headers=JSON)
        assert Call.objects.count() == 1

    def test_the_event_as_a_parameter(self, people: Cast) -> None:
        secret, own_set = key_with_set(common_slug="all", event_parameter="type")
        for kind in ("ringing", "missed"):
            Endpoint.objects.create(endpoint_set=own_set, kind=kind, slug=f"x-{kind}")
        assert send(f"{secret}/all", {**RINGING, "type": "x-ringing"}).status == 204
        assert send(secret, {**RINGING, "type": " X-Missed "}).status == 204
        assert Call.objects.get().status == "missed"

    def test_the_time_and_duration_that_are_stated(self, people: Cast) -> None:
        send(
            f"{people.key}/ended",
            {**RINGING, "at": "2026-05-04T11:59:00Z", "duration": "30"},
            received_at=NOON,
        )
        call = Call.objects.get()
        assert call.ended_at == NOON - timedelta(minutes=1)
        assert call.duration == 30

    @pytest.mark.parametrize(
        "at", [NOON + timedelta(seconds=61), NOON - timedelta(days=1, seconds=1)]
    )
    def test_the_arrival_counts_where_the_time_is_not_trusted(
        self, people: Cast, at: datetime
    ) -> None:
        sent = {**RINGING, "at": at.isoformat()}
        send(f"{people.key}/ringing", sent, received_at=NOON)
        assert Call.objects.get().started_at == NOON
        assert [note["code"] for note in kept().raw["notes"]] == ["time_not_trusted"]

    def test_a_recording_on_a_listed_host(self, people: Cast) -> None:
        chosen = default_set()
        chosen.recording_hosts = ["rec.example.com"]
        chosen.save()
        url = "https://rec.example.com/1.wav"
        send(f"{people.key}/ended", {**RINGING, "recording_url": url})
        assert Call.objects.get().recording_url == url

    def test_an_anonymous_caller(self, people: Cast) -> None:
        assert send(f"{people.key}/ringing", {**RINGING, "number": ""}).status == 204
        assert Call.objects.get().e164 == ""

    def test_a_variable_that_was_not_filled_in_is_noted(self, people: Cast) -> None:
        send(f"{people.key}/ringing", RINGING)
        sent = {**RINGING, "number": "$remote", "name": "[Name]"}
        assert send(f"{people.key}/ended", sent).status == 204
        call, event = Call.objects.get(), kept()
        assert (call.status, call.e164) == ("missed", "+493023125123")
        assert not event.number_stated
        assert [note["parameter"] for note in event.raw["notes"]] == ["number", "name"]

    def test_a_variable_inside_a_sip_address_is_noted(self, people: Cast) -> None:
        send(f"{people.key}/ringing", RINGING)
        sent = {**RINGING, "number": "sip:$remote@$host"}
        assert send(f"{people.key}/ended", sent).status == 204
        assert not kept().number_stated
        assert kept().raw["notes"] == [
            {"code": "placeholder", "parameter": "number", "value": sent["number"]}
        ]

    @pytest.mark.parametrize("event", ["hold", "unhold", "dialling", "dialing"])
    def test_other_events_are_kept_and_change_nothing(
        self, people: Cast, event: str
    ) -> None:
        send(f"{people.key}/ringing", RINGING)
        before = Call.objects.values().get()
        assert send(f"{people.key}/{event}", RINGING).status == 204
        assert Call.objects.values().get() == before
        assert (kept().kind, kept().raw["notes"][0]["value"]) == ("other", event)

    def test_any_other_event_may_be_named_by_the_parameter(self, people: Cast) -> None:
        assert send(people.key, {**RINGING, "event": "busy_to_idle"}).status == 204
        assert kept().kind == "other"
        assert not Call.objects.exists()

    def test_the_answer_is_200_where_the_set_says_so(self, people: Cast) -> None:
        secret, own_set = key_with_set(reply="200")
        Endpoint.objects.create(endpoint_set=own_set, kind="ringing", slug="ringing")
        assert send(f"{secret}/ringing", RINGING) == Answer(200)

    def test_ids_that_restart_are_known_from_the_key(self, people: Cast) -> None:
        secret = pbx_key(ids_restart=True)
        for event in ("ringing", "ended", "ringing"):
            send(f"{secret}/{event}", RINGING)
        assert Call.objects.count() == 2

    def test_its_use_is_noted_with_the_key(self, people: Cast) -> None:
        send(f"{people.key}/ringing", RINGING, received_at=NOON)
        assert stored(people.key).last_used_at == NOON

    def test_one_query_goes_to_the_key_and_its_extensions(
        self, people: Cast, monkeypatch, django_assert_num_queries
    ) -> None:
        send(f"{people.key}/ringing", RINGING)
        recorded = recorder.Recorded(call=None, changed=False)
        monkeypatch.setattr(recorder, "record", lambda event: recorded)
        # It is read every few seconds only, but never kept inside a transaction.
        monkeypatch.setattr(events, "number_plan", NumberPlan)
        with django_assert_num_queries(1):
            send(f"{people.key}/connected", RINGING)


class TestBrowser:
    def test_a_navigation_goes_on_to_the_popup(self, people: Cast) -> None:
        answer = send(f"{people.key}/ringing", RINGING, headers=BROWSER)
        assert answer.status == 303
        location = header(answer, "Location")
        assert location == f"/popup/{Call.objects.get().uid}/"
        assert location == answers.popup_path(Call.objects.get().uid)
        uuid.UUID(location.split("/")[2])

    def test_a_navigation_without_a_call_stays_where_it_is(self, people: Cast) -> None:
        sent = {**RINGING, "event": "hold"}
        assert send(people.key, sent, headers=BROWSER) == Answer(204)

    @pytest.mark.parametrize(
        ("method", "headers"),
        [
            ("HEAD", {}),
            ("GET", {**BROWSER, "sec-purpose": "prefetch"}),
            ("GET", {"user-agent": "Slackbot 1.0"}),
        ],
    )
    def test_who_only_looks_records_nothing(
        self, people: Cast, method: str, headers: dict[str, str]
    ) -> None:
        path = f"{people.key}/ringing"
        assert send(path, RINGING, method=method, headers=headers) == Answer(204)
        assert no_rows()


class TestRefused:
    @pytest.mark.parametrize(
        ("event", "sent", "code", "words"),
        [
            ("ringing", {"direction": "sideways"}, "direction", "inbound"),
            ("ringing", {"at": "noon"}, "at", "ISO 8601"),
            ("ended", {"duration": "long"}, "duration", "seconds"),
            ("ringing", {"call_id": "x" * 129}, "call_id", "128"),
            ("ringing", {"extension": "2 0 1"}, "extension", "201"),
            ("ringing", {"number": "$remote"}, "no_number", "“number”"),
            ("ended", {"number": "$remote", "call_id": ""}, "no_call", "“call_id”"),
        ],
    )
    def test_what_is_wrong_is_named_and_kept(
        self, people: Cast, event: str, sent: dict[str, str], code: str, words: str
    ) -> None:
        answer = send(f"{people.key}/{event}", {**RINGING, **sent})
        assert answer.status == 400
        assert next(iter(sent)) in text(answer) or code == "no_call"
        assert words in text(answer)
        assert not Call.objects.exists()
        assert (kept().refused, kept().source) == (code, stored(people.key).source)
        assert kept().raw["params"] == {**RINGING, **sent}

    def test_a_ringing_without_a_number_is_refused(self, people: Cast) -> None:
        answer = send(f"{people.key}/ringing", {"extension": "201"})
        assert answer.status == 400
        assert "“number”" in text(answer)

    def test_a_broken_body_is_refused_and_kept(self, people: Cast) -> None:
        path = f"{people.key}/ringing"
        answer = send(path, RINGING, method="POST", body=b"{", headers=JSON)
        assert answer.status == 400
        assert kept().refused == "body_unreadable"

    @pytest.mark.parametrize(
        "path", ["{key}/ringin", "{key}/ringing/extra", "{key}/admin"]
    )
    def test_an_unknown_address_names_those_that_exist(
        self, people: Cast, path: str
    ) -> None:
        answer = send(path.format(key=people.key), RINGING)
        assert answer.status == 404
        assert "ringing, connected, ended, missed" in text(answer)
        assert kept().refused == "event_unknown"

    @pytest.mark.parametrize("event", ["", " ", "$event"])
    def test_a_missing_event_is_named(self, people: Cast, event: str) -> None:
        answer = send(people.key, {**RINGING, "event": event})
        assert answer.status == 400
        assert "“event”" in text(answer)

    def test_an_endpoint_that_is_off_says_so(self, people: Cast) -> None:
        endpoint = default_set().endpoints.get(slug="missed")
        endpoint.enabled = False
        endpoint.save()
        answer = send(f"{people.key}/missed", RINGING)
        assert answer.status == 404
        assert "switched off" in text(answer)
        assert "Karin" in text(answer)

    def test_an_endpoint_may_take_one_method_only(self, people: Cast) -> None:
        endpoint = default_set().endpoints.get(slug="ringing")
        endpoint.method = "POST"
        endpoint.save()
        answer = send(f"{people.key}/ringing", RINGING)
        assert (answer.status, header(answer, "Allow")) == (405, "POST")

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "get"])
    def test_another_method_is_refused(self, people: Cast, method: str) -> None:
        answer = send(f"{people.key}/ringing", RINGING, method=method)
        assert (answer.status, header(answer, "Allow")) == (405, "GET, POST, HEAD")
        assert no_rows()

    def test_too_much_is_refused(self, people: Cast) -> None:
        path = f"{people.key}/ringing"
        assert send(path, {**RINGING, "x": "y" * 8_200}).status == 414
        big = send(path, RINGING, method="POST", body=b"x" * 65_537)
        assert big.status == 413
        assert no_rows()


class TestExtensions:
    @pytest.mark.parametrize(
        "stated", ["201", "sip:201@pbx.example.com", " 201", "201@10.0.0.1", ""]
    )
    def test_a_users_only_extension(self, people: Cast, stated: str) -> None:
        send(f"{people.key}/ringing", {**RINGING, "extension": stated})
        assert Call.objects.get().extension == "201"
        assert kept().report is not None
        assert kept().report.scope == "201"

    def test_one_of_several_must_be_stated(self, people: Cast) -> None:
        send(f"{people.bens_key}/ringing", {**RINGING, "extension": "203"})
        assert Call.objects.get().extension == "203"
        send(f"{people.bens_key}/connected", {**RINGING, "extension": ""})
        assert kept().extension == ""
        assert Call.objects.get().status == "connected"

    @pytest.mark.parametrize("foreign", ["202", "999", "sip:202@pbx"])
    def test_a_users_key_reports_for_no_other_extension(
        self, people: Cast, foreign: str
    ) -> None:
        answer = send(f"{people.key}/ringing", {**RINGING, "extension": foreign})
        assert answer.status == 403
        assert ("202" in text(answer)) or ("999" in text(answer))
        assert "Karin" in text(answer)
        assert kept().refused == "extension_foreign"
        assert not Call.objects.exists()

    def test_a_user_without_an_extension_is_told_so(self, people: Cast) -> None:
        _key, secret = keys.create(user=people.karin)
        answer = send(f"{secret}/ringing", RINGING)
        assert answer.status == 403
        assert "no extension" in text(answer)

    def test_a_limited_key_takes_its_extension(self, people: Cast) -> None:
        line = Extension.objects.get(number="203")
        _key, secret = keys.create(user=people.ben, extension=line)
        send(f"{secret}/ringing", {**RINGING, "extension": ""})
        assert Call.objects.get().extension == "203"
        refused = send(f"{secret}/ringing", {**RINGING, "extension": "202"})
        assert refused.status == 403

    @pytest.mark.parametrize("extension", ["201", "999", ""])
    def test_a_pbx_key_reports_for_any(self, people: Cast, extension: str) -> None:
        path = f"{people.pbx_key}/ringing"
        assert send(path, {**RINGING, "extension": extension}).status == 204
        assert Call.objects.get().extension == extension
        assert kept().report is not None
        assert kept().report.scope == ""


class TestKeys:
    @pytest.mark.parametrize(
        ("path", "reason", "prefix"),
        [
            ("ringing", "missing", ""),
            ("", "missing", ""),
            ("wrong/ringing", "missing", ""),
            ("sk_unknown/ringing", "unknown", "sk_unkn"),
            ("sk_ünknown/ringing", "unknown", ""),
        ],
    )
    def test_no_good_key_is_only_counted(
        self, people: Cast, path: str, reason: str, prefix: str
    ) -> None:
        answer = send(path, RINGING)
        assert answer.status == 401
        assert header(answer, "WWW-Authenticate").startswith("Basic")
        assert "sk_" in text(answer) or reason == "unknown"
        attempt = UnknownKeyAttempt.objects.get()
        assert (attempt.reason, attempt.prefix) == (reason, prefix)
        assert (attempt.remote, attempt.total) == ("10.0.0.7", 1)
        assert no_rows()

    def test_a_revoked_key_is_only_counted(self, people: Cast) -> None:
        keys.revoke(stored(people.key))
        answer = send(f"{people.key}/ringing", RINGING)
        assert answer.status == 401
        assert "revoked" in text(answer)
        assert UnknownKeyAttempt.objects.get().reason == "revoked"

    def test_a_browser_asks_its_user_for_no_password(self, people: Cast) -> None:
        answer = send("sk_unknown/ringing", RINGING, headers=BROWSER)
        assert header(answer, "WWW-Authenticate") == 'Bearer realm="softphone"'


class TestErrors:
    @pytest.mark.parametrize(
        ("language", "words"),
        [("", "Allowed"), ("en", "Allowed"), ("xx", "Allowed")],
    )
    def test_errors_are_in_the_admins_language(
        self, people: Cast, language: str, words: str
    ) -> None:
        User.objects.filter(pk=people.karin.pk).update(language=language)
        answer = send(f"{people.key}/ringing", {**RINGING, "direction": "x"})
        assert words in text(answer)
        assert header(answer, "Content-Language") == "en"

    def test_errors_are_in_german_for_a_german_admin(self, people: Cast) -> None:
        User.objects.filter(pk=people.karin.pk).update(language="de")
        answer = send(f"{people.key}/ringing", {**RINGING, "direction": "x"})
        assert header(answer, "Content-Language") == "de"

    def test_an_admin_who_left_is_not_asked(self, people: Cast) -> None:
        User.objects.filter(pk=people.karin.pk).update(is_active=False)
        answer = send(f"{people.key}/ringing", {**RINGING, "extension": "202"})
        assert "an administrator" in text(answer)

    def test_an_error_is_short_plain_text(self, people: Cast) -> None:
        User.objects.filter(pk=people.karin.pk).update(first_name="ä" * 150)
        sent = {**RINGING, "extension": "<" + "ü" * 200}
        answer = send(f"{people.key}/ringing", sent)
        assert header(answer, "Content-Type") == "text/plain; charset=utf-8"
        assert len(answer.body) <= 1024
        assert text(answer).endswith("\n")

    def test_an_error_is_problem_details_where_asked_for(self, people: Cast) -> None:
        answer = send(
            f"{people.key}/ringing",
            {**RINGING, "direction": "sideways"},
            headers={"accept": "application/problem+json"},
        )
        assert header(answer, "Content-Type") == "application/problem+json"
        problem = json.loads(answer.body)
        assert "inbound" in problem.pop("detail")
        assert problem == {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "code": "direction",
            "parameter": "direction",
        }

    @pytest.mark.parametrize(
        "path", ["{key}/ringing", "{key}/hold", "{key}/nothing", "sk_x/ringing", ""]
    )
    def test_no_answer_is_stored_or_tells_where_it_came_from(
        self, people: Cast, path: str
    ) -> None:
        answer = send(path.format(key=people.key), RINGING)
        assert answer.headers[: len(COMMON)] == COMMON
        assert people.key not in str(answer)
        assert not header(answer, "Set-Cookie")


class TestTrouble:
    """5xx means: send it again. Whatever happens inside, it is never another error."""

    @pytest.fixture
    def broken(self, people: Cast, monkeypatch: pytest.MonkeyPatch):
        def with_error(error: Exception) -> Answer:
            def record(event: object) -> None:
                raise error

            monkeypatch.setattr(recorder, "record", record)
            return send(f"{people.key}/ringing", RINGING)

        return with_error

    @pytest.mark.parametrize(
        "error", [OperationalError("database is locked"), RuntimeError("a bug")]
    )
    def test_an_error_inside_is_503(self, broken, caplog, error: Exception) -> None:
        answer = broken(error)
        assert (answer.status, header(answer, "Retry-After")) == (503, "5")
        assert "again" in text(answer)
        assert str(error) in caplog.text

    def test_a_key_that_cannot_be_noted_as_used_is_good_all_the_same(
        self, people: Cast, monkeypatch, caplog
    ) -> None:
        def fail(*arguments: object) -> None:
            raise OperationalError("locked")

        monkeypatch.setattr(keys, "note_use", fail)
        assert send(f"{people.key}/ringing", RINGING).status == 204
        assert "could not be noted" in caplog.text

    def test_an_error_is_answered_without_a_database(
        self, people: Cast, monkeypatch, caplog
    ) -> None:
        def fail(*conditions: object, **more: object) -> None:
            raise OperationalError("gone")

        monkeypatch.setattr(answers, "User", Mock(objects=Mock(filter=fail)))
        answer = send(f"{people.key}/ringing", {**RINGING, "direction": "x"})
        assert answer.status == 400
        assert "administrator could be looked up" in caplog.text


class Lost:
    """Stands for a database connection that the server has closed."""

    def __init__(self, is_usable: bool | Exception, *, is_open: bool = True) -> None:
        self.connection = object() if is_open else None
        self.in_atomic_block = False
        self.closed = 0
        self._is_usable = is_usable

    def is_usable(self) -> bool:
        if isinstance(self._is_usable, Exception):
            raise self._is_usable
        return self._is_usable

    def close(self) -> None:
        self.closed += 1
        self._is_usable = True


class TestLostConnection:
    @pytest.fixture
    def tries(self, monkeypatch: pytest.MonkeyPatch):
        """Handle one request with a connection; gives how often it was tried."""

        def handled(connection: Lost, errors: int) -> tuple[int, int]:
            tried = []

            def answer(request: object) -> Answer:
                tried.append(request)
                if len(tried) <= errors:
                    raise OperationalError("server closed the connection")
                return Answer(204)

            monkeypatch.setattr(handler, "connection", connection)
            monkeypatch.setattr(handler, "_answer", answer)
            return send("sk_x/ringing").status, len(tried)

        return handled

    @pytest.mark.parametrize("usable", [False, OperationalError("gone")])
    def test_a_lost_connection_is_made_anew_once(self, tries, usable) -> None:
        connection = Lost(usable)
        assert tries(connection, errors=1) == (204, 2)
        assert connection.closed == 1

    def test_a_second_failure_is_answered_503(self, tries) -> None:
        assert tries(Lost(is_usable=False), errors=2) == (503, 2)

    @pytest.mark.parametrize(
        "connection",
        [Lost(is_usable=True), Lost(is_usable=False, is_open=False)],
    )
    def test_a_busy_or_missing_database_is_not_tried_again(
        self, tries, connection: Lost
    ) -> None:
        assert tries(connection, errors=1) == (503, 1)
        assert connection.closed == 0
