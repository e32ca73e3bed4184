"""What would this become? Nothing may stay of having asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import TestCase
from django.utils import timezone

from pbxmanager.models import Call, Event
from pbxmanager.signals import call_changed
from softphone_connector import keys
from softphone_connector.endpoints import attempts
from softphone_connector.inspector import trying
from softphone_connector.inspector.trying import (
    STAND_IN,
    Became,
    Trial,
    trial_in,
    trial_of,
    try_as_client,
    try_with_key,
)
from softphone_connector.models import SoftphoneKey
from tests.softphone_connector.cast import Cast, cast, key_with_set, stored
from tests.softphone_connector.endpoints.sending import kept, send
from tests.softphone_connector.inspector.kept import HOSTILE, NUMBER, ring

pytestmark = pytest.mark.thorough
RING = f"ringing?extension=201&number={NUMBER}&call_id=c1"


def trial(text: str = RING, method: str = "GET") -> Trial:
    return trial_in(text, method)[0]


def everything() -> dict[str, list[Any]]:
    """All rows of all tables."""
    return {
        model._meta.label: sorted(map(str, model._base_manager.values_list()))
        for model in apps.get_models()
    }


@contextmanager
def nothing_happens() -> Iterator[None]:
    """Nothing is stored, and nobody is told."""
    told: list[Call] = []

    def hear(call: Call, **more: Any) -> None:
        told.append(call)

    call_changed.connect(hear)
    before = everything()
    try:
        with TestCase.captureOnCommitCallbacks(execute=True) as callbacks:
            yield
    finally:
        call_changed.disconnect(hear)
    assert everything() == before
    assert (callbacks, told) == ([], [])


class TestReading:
    @pytest.mark.parametrize(
        ("text", "path", "sent", "secret"),
        [
            (
                "https://crm.example/softphone/sk_abc/ringing?a=1",
                "ringing",
                "a=1",
                True,
            ),
            ("https://crm.example/x/softphone/sk_abc/ended?a=1", "ended", "a=1", True),
            ("/softphone/sk_abc/ringing?a=1&b=%20", "ringing", "a=1&b=%20", True),
            ("sk_abc/ringing?a=1", "ringing", "a=1", True),
            ("/softphone/sk%5Fabc/ringing?a=1", "ringing", "a=1", True),
            ("/softphone/ringing?a=1", "ringing", "a=1", False),
            ("ringing?number=030", "ringing", "number=030", False),
            ("  event=ringing&number=030\n", "", "event=ringing&number=030", False),
            ("ringing", "ringing", "", False),
            ("/softphone/sk_abcd…/ringing?a=1", "ringing", "a=1", False),
            ('"GET /softphone/sk_abc/x?a=1 HTTP/1.1" 400', "x", "a=1", True),
            ("number=$remote&name=[Name]", "", "number=$remote&name=[Name]", False),
        ],
    )
    def test_whatever_one_has_at_hand(
        self, text: str, path: str, sent: str, secret: bool
    ) -> None:
        found, key = trial_in(text)
        assert (found.path, found.sent.decode()) == (path, sent)
        assert key == ("sk_abc" if secret else "")

    def test_a_logged_post_is_one(self) -> None:
        assert trial("POST /softphone/ringing?a=1 HTTP/1.1").body_type
        assert trial("ringing?a=1", "POST").body_type
        assert not trial("GET /softphone/ringing?a=1 HTTP/1.1", "POST").body_type

    def test_a_json_object(self) -> None:
        assert trial('{"event": "ringing"}').body_type == "application/json"

    def test_what_is_no_address(self) -> None:
        with pytest.raises(ValueError, match="IPv6"):
            trial_in("http://[::1/softphone/")


class TestWithKey:
    def test_a_new_call(self, people: Cast) -> None:
        with nothing_happens():
            became = try_with_key(trial(), stored(people.key))
        assert (became.status, became.accepted) == (204, True)
        assert became.call
        assert became.call.look.word == "Ringing"
        assert became.call.number == NUMBER
        assert became.before is None
        assert not became.changes_nothing
        assert [line.kind for line in became.events] == ["Ringing"]
        assert [part.extension for part in became.call.parts] == ["201"]

    def test_what_changes_a_call(self, people: Cast) -> None:
        ring(people.key, call_id="c1")
        with nothing_happens():
            became = try_with_key(
                trial("ended?extension=201&call_id=c1"), stored(people.key)
            )
        assert became.call
        assert became.before
        assert became.before.look.word == "Ringing"
        assert became.call.look.word == "Missed"

    def test_a_kept_event_again_changes_nothing(self, people: Cast) -> None:
        ring(people.key, call_id="c1")
        with nothing_happens():
            became = try_with_key(trial_of(kept(), ""), stored(people.key))
        assert became.changes_nothing
        assert len(became.events) == 1

    def test_a_kept_event_counts_from_its_own_time(self, people: Cast) -> None:
        refused = Event.objects.create(
            source=stored(people.key).source,
            kind="other",
            refused="event_unknown",
            received_at=timezone.now() - timedelta(days=3),
            raw={
                "path": "ringing",
                "params": {"extension": "201", "number": NUMBER, "call_id": "old"},
            },
        )
        with nothing_happens():
            became = try_with_key(trial_of(refused, ""), stored(people.key))
        # It has been overdue for long.
        assert became.call
        assert became.call.look.word == "End not reported"

    def test_a_refused_one_says_why(self, people: Cast) -> None:
        with nothing_happens():
            became = try_with_key(
                trial("ringing?extension=201&number=$remote"), stored(people.key)
            )
        assert (became.status, became.call) == (400, None)
        (line,) = became.events
        assert "needs a number" in line.refusal
        assert line.sender.owner == "Anna"

    def test_what_settings_have_changed_since(self, db: None) -> None:
        key, chosen = key_with_set()
        send(f"{key}/klingelt", {"extension": "201", "number": NUMBER})
        assert kept().refused == "event_unknown"
        chosen.endpoints.create(kind="ringing", slug="klingelt")
        became = try_with_key(trial_of(kept(), ""), stored(key))
        assert became.accepted
        assert became.call

    def test_other_events_belong_to_no_call(self, people: Cast) -> None:
        became = try_with_key(trial("hold?extension=201"), stored(people.key))
        assert (became.accepted, became.call, len(became.events)) == (True, None, 1)

    def test_a_revoked_key(self, people: Cast) -> None:
        key = stored(people.key)
        keys.revoke(key)
        with nothing_happens():
            became = try_with_key(trial(), key)
        assert (became.status, became.events) == (401, [])
        assert "revoked" in became.text

    def test_by_post(self, people: Cast) -> None:
        with nothing_happens():
            became = try_with_key(trial(method="POST"), stored(people.key))
        assert became.accepted
        assert became.events[0].event.raw["method"] == "POST"

    def test_signatures_are_not_looked_at_nor_counted(self, db: None) -> None:
        key, secret = keys.create(
            pbx_name="Placetel", profile="placetel", signing_secret="hush"
        )
        query = "event=IncomingCall&from=03023125101&to=03099&call_id=abc"
        assert send(secret, query).status == 403
        attempts.gathered._written_at = None
        with nothing_happens():
            became = try_with_key(trial(query, "POST"), key)
        assert became.accepted
        # What others sent meanwhile still waits to be counted.
        assert attempts.gathered._written_at is None

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_requests_are_answered(self, people: Cast, text: str) -> None:
        with nothing_happens():
            for one in (f"ringing?number={text}&name={text}", text, f"{{{text}"):
                try:
                    found = trial(one)
                except ValueError:
                    continue
                assert try_with_key(found, stored(people.key)).status


class TestAsClient:
    def test_a_pbx_with_a_profile(self, people: Cast) -> None:
        with nothing_happens():
            became = try_as_client(
                trial("ringing?extension=201&number=$remote"), "yealink", None
            )
        assert "Yealink" in became.events[0].remarks[0]

    def test_with_an_endpoint_set(self, db: None) -> None:
        _key, chosen = key_with_set()
        chosen.endpoints.create(kind="missed", slug="weg")
        with nothing_happens():
            became = try_as_client(
                trial(f"weg?extension=201&number={NUMBER}&call_id=c"), "", chosen
            )
        assert became.call
        assert became.call.look.word == "Missed"

    def test_where_there_is_no_default_set_yet_none_is_made(self, db: None) -> None:
        with nothing_happens():
            assert try_as_client(trial(), "", None).accepted


@pytest.mark.django_db(transaction=True)
class TestCommitted:
    """With real transactions: these are the ones that are rolled back."""

    @pytest.fixture
    def key(self) -> SoftphoneKey:
        return stored(cast().key)

    def test_nobody_is_told_and_nothing_stays(self, key: SoftphoneKey) -> None:
        told: list[Any] = []

        def hear(**given: Any) -> None:
            told.append(given)

        call_changed.connect(hear)
        before = everything()
        became = try_with_key(trial(), key)
        call_changed.disconnect(hear)
        assert became.call
        assert told == []
        assert everything() == before
        assert not connection.in_atomic_block
        assert connection.run_on_commit == []

    def test_the_stand_in_opens_no_door_afterwards(self, key: SoftphoneKey) -> None:
        try_with_key(trial(), key)
        with pytest.raises(keys.KeyRefusedError):
            keys.find(STAND_IN)
        assert ring(STAND_IN).status == 401

    def test_no_lock_is_left(self, key: SoftphoneKey) -> None:
        try_with_key(trial(), key)
        answers: list[int] = []

        def report() -> None:
            answers.append(ring(self.secret_of(key)).status)
            connection.close()

        thread = Thread(target=report)
        thread.start()
        thread.join(timeout=10)
        assert answers == [204]

    @staticmethod
    def secret_of(key: SoftphoneKey) -> str:
        """A key's text is known to nobody: it gets another one."""
        secret = "sk_" + "x" * 43
        SoftphoneKey.objects.filter(pk=key.pk).update(hash=keys.hashed(secret))
        return secret

    def test_a_failure_leaves_nothing_either(
        self, key: SoftphoneKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(request: Any) -> None:
            Event.objects.create(source="x", kind="other", received_at=timezone.now())
            raise RuntimeError

        monkeypatch.setattr(trying, "handle", fail)
        before = everything()
        with pytest.raises(RuntimeError):
            try_with_key(trial(), key)
        assert everything() == before

    def test_where_the_database_is_busy_it_says_so(
        self, key: SoftphoneKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy() -> None:
            raise DatabaseError("database is locked")

        monkeypatch.setattr(transaction, "atomic", busy)
        became: Became = try_with_key(trial(), key)
        assert became.status == 503
        assert "again" in became.text
