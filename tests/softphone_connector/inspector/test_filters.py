"""What the list may be narrowed to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.utils import timezone

from pbxmanager.models import Call, Event, MergedCall
from softphone_connector import keys
from softphone_connector.inspector import filters
from softphone_connector.inspector.filters import EventFilter
from tests.softphone_connector.cast import Cast, stored
from tests.softphone_connector.endpoints.sending import send
from tests.softphone_connector.inspector.kept import NUMBER, event, ring

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def form(**params: object) -> EventFilter:
    return EventFilter(QueryDict(urlencode(params)))


def found(**params: object) -> list[int]:
    rows = form(**params).rows().order_by("pk")
    return list(rows.values_list("pk", flat=True))


def ids() -> list[int]:
    return list(Event.objects.order_by("pk").values_list("pk", flat=True))


class TestRows:
    def test_without_filters_all(self, people: Cast) -> None:
        ring(people.key)
        send(f"{people.key}/huh")
        assert found() == ids()

    def test_by_source_extension_and_state(self, people: Cast) -> None:
        ring(people.key)
        ring(people.pbx_key, extension="202")
        send(f"{people.pbx_key}/huh")
        annas, taken, refused = ids()
        assert found(source=stored(people.key).source) == [annas]
        assert found(extension="202") == [taken]
        assert found(state="refused") == [refused]
        assert found(state="taken") == [annas, taken]
        source = stored(people.pbx_key).source
        assert found(state="refused", source=source) == [refused]

    def test_by_call_id_also_what_was_refused(self, people: Cast) -> None:
        ring(people.key, call_id="one")
        ring(people.key, call_id="two")
        ring(people.key, call_id="one", direction="sideways")
        taken, _other, refused = ids()
        assert found(call_id="one") == [taken, refused]
        assert found(call_id="none") == []

    def test_by_call_also_by_one_that_was_joined(self, people: Cast) -> None:
        ring(people.key)
        ring(people.bens_key, number="+493023125999", extension="202")
        call = Call.objects.earliest("pk")
        gone = MergedCall.objects.create(
            uid="6f1d1fe0-6c45-4d6c-b1bb-5a5f1f6c9ee7", call=call
        )
        assert found(call=call.uid) == ids()[:1]
        assert found(call=gone.uid) == ids()[:1]
        call.move_to_bin(by=people.karin)
        assert found(call=call.uid) == ids()[:1]

    @pytest.mark.parametrize(
        "text",
        ["030 23125101", NUMBER, "julia", "ÜBER", "10.0.0.7", 'say "hi"'],
    )
    def test_by_text(self, people: Cast, text: str) -> None:
        ring(people.key, name="Julia", note='Über say "hi"')
        assert found(q=text) == ids()
        assert found(q=f"{text}!") == []

    def test_by_days(self, db: None) -> None:
        first = event(AT)
        second = event(AT + timedelta(days=1))
        assert found(until="2026-03-02") == [first.pk]
        assert found(since="2026-03-03") == [second.pk]
        assert found(period="today") == []

    def test_older_than_a_time(self, db: None) -> None:
        first = event(AT)
        event(AT + timedelta(seconds=1))
        older = (AT + timedelta(seconds=1)).isoformat()
        assert found(older=older) == [first.pk]

    @pytest.mark.parametrize(
        "params",
        [
            {"source": "key:5;drop"},
            {"source": "x" * 500},
            {"extension": "9" * 500},
            {"call_id": "9" * 500},
            {"q": "a\x00b"},
            {"q": "x" * 5000},
            {"state": "odd"},
            {"call": "not-a-uuid"},
            {"since": "0001-01-01"},
            {"until": "9999-12-31"},
            {"since": "yesterday"},
            {"older": "0001-01-01T00:00:00+14:00"},
            {"older": "9999-12-31T23:59:59-12:00"},
            {"older": "soon"},
            {"period": "aeon"},
        ],
    )
    def test_nonsense_is_left_out(self, people: Cast, params: dict[str, str]) -> None:
        ring(people.key)
        assert found(**params) == ids()
        assert form(**params).chips() == []


class TestLookingBack:
    @pytest.fixture(autouse=True)
    def little(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(filters, "LOOKED_THROUGH", 3)

    def test_a_search_goes_so_far_and_then_further(self, db: None) -> None:
        rows = [
            event(AT + timedelta(seconds=number), extension="201")
            for number in range(8)
        ]
        first = form(extension="201")
        assert first.looked_since == rows[4].received_at
        assert found(extension="201") == [row.pk for row in rows[5:]]
        assert first.looked_since
        # What is at that very time belongs to the next look.
        older = (first.looked_since + timedelta(microseconds=1)).isoformat()
        assert found(extension="201", older=older) == [row.pk for row in rows[2:5]]

    def test_all_steps_together_leave_none_out(self, db: None) -> None:
        rows = [event(AT + timedelta(seconds=one), extension="7") for one in range(10)]
        seen: list[int] = []
        params: dict[str, str] = {"extension": "7"}
        for _ in rows:
            one = form(**params)
            seen += one.rows().values_list("pk", flat=True)
            if not one.looked_since:
                break
            params["older"] = one.further_back
        assert sorted(seen) == [row.pk for row in rows]

    def test_an_index_needs_no_limit(self, db: None) -> None:
        rows = [event(AT, refused="huh") for _ in range(6)]
        assert len(found(state="refused")) == len(rows)
        assert len(found()) == len(rows)
        assert form(state="refused").looked_since is None

    def test_within_a_period_it_begins_at_its_end(self, db: None) -> None:
        old = [event(AT + timedelta(seconds=one), extension="7") for one in range(3)]
        for _ in range(5):
            event(AT + timedelta(days=3))
        assert found(extension="7") == []
        assert found(extension="7", until="2026-03-02") == [one.pk for one in old]


class TestChips:
    def test_each_filter_can_be_taken_off(self, people: Cast) -> None:
        key = keys.create(user=people.anna, profile="yealink")[0]
        shown = form(
            q="030",
            source=key.source,
            state="refused",
            extension="201",
            call_id="abc",
            period="today",
            older=timezone.now().isoformat(),
            call="6f1d1fe0-6c45-4d6c-b1bb-5a5f1f6c9ee7",
        ).chips()
        assert {name for chip in shown for name in chip.names} == {
            *("q", "source", "state", "extension", "call_id", "period"),
            *("since", "until", "older", "call"),
        }
        values = {chip.names[0]: chip.value for chip in shown}
        assert values["source"].startswith("Anna · Yealink")
        assert values["state"] == "Refused"

    def test_a_source_that_is_no_key(self, people: Cast) -> None:
        (chip,) = form(source=f"click:{people.anna.pk}").chips()
        assert chip.value == "Anna, a click in the CRM"

    def test_days(self, db: None) -> None:
        (chip,) = form(since="2026-03-02", until="2026-03-02").chips()
        assert "2026" in chip.value

    def test_keys_to_choose_from_are_those_in_force(self, people: Cast) -> None:
        keys.revoke(stored(people.bens_key))
        text = str(form()["source"])
        assert stored(people.key).source in text
        assert stored(people.bens_key).source not in text
