"""``/api/calls/``: the call log, as far as one may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from crmplus.accounts.models import Role, User
from crmplus.records.models import Contact
from pbxmanager.commenting import comment_on
from pbxmanager.events import Cause, Direction, EventKind
from pbxmanager.models import Call, Disposition, MergedCall
from tests.crmplus.api.programs import faults, program, send
from tests.pbxmanager.office import (
    JULIA,
    NOON,
    STRANGER,
    Office,
    make_office,
    queries,
)

pytestmark = pytest.mark.thorough

URL = "/api/calls/"
ITEM = (
    "id call_ids reports direction status number e164 extension user started_at "
    "connected_at ended_at wait duration disposition legs matches comments continues"
)


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


@pytest.fixture
def anna(office: Office) -> Client:
    return program(office.anna)


@pytest.fixture
def karin(office: Office) -> Client:
    return program(office.karin)


def calls(api: Client, **params: Any) -> list[str]:
    answer = api.get(URL, params)
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


class TestItem:
    @pytest.mark.core
    def test_a_call_says_all_of_itself(self, office: Office, anna: Client) -> None:
        julia = Contact.objects.create(last_name="Weber", mobile="0171 2345678")
        call = office.call("201", JULIA, name="J. Weber", call_id="abc")
        comment = comment_on(call, office.ben, "Call back.")
        [item] = anna.get(URL).json()["results"]
        assert list(item) == ITEM.split()
        [match] = item.pop("matches")
        assert (match["type"], match["id"]) == ("contacts", julia.pk)
        [told] = item.pop("comments")
        assert told.pop("created_at").endswith("Z")
        assert told == {
            "id": comment.pk,
            "author": "ben",
            "text": "Call back.",
            "edited_at": None,
        }
        assert item == {
            "id": str(call.uid),
            "call_ids": ["c0"],
            "reports": [
                {
                    "source": "key:1",
                    "call_id": "c0",
                    "extension": "201",
                    "first_at": "2026-03-04T11:00:00Z",
                    "last_at": "2026-03-04T11:01:05Z",
                }
            ],
            "direction": "inbound",
            "status": "ended",
            "number": JULIA,
            "e164": JULIA,
            "extension": "201",
            "user": "anna",
            "started_at": "2026-03-04T11:00:00Z",
            "connected_at": "2026-03-04T11:00:05Z",
            "ended_at": "2026-03-04T11:01:05Z",
            "wait": 5,
            "duration": 60,
            "legs": [
                {
                    "extension": "201",
                    "user": "anna",
                    "direction": "inbound",
                    "number": JULIA,
                    "e164": JULIA,
                    "rang_at": "2026-03-04T11:00:00Z",
                    "connected_at": "2026-03-04T11:00:05Z",
                    "ended_at": "2026-03-04T11:01:05Z",
                    "missed_at": None,
                    "cause": "",
                    "outcome": "answered",
                }
            ],
            "disposition": None,
            "continues": None,
        }
        item |= {"matches": [match], "comments": [{**told, "created_at": "…"}]}
        one = anna.get(f"{URL}{call.uid}/").json()
        one["comments"][0]["created_at"] = "…"
        assert one == item

    def test_times_are_in_utc_whatever_the_users_zone(
        self, office: Office, anna: Client
    ) -> None:
        office.anna.time_zone = "Asia/Tokyo"
        office.anna.save()
        office.call("201")
        [item] = anna.get(URL).json()["results"]
        assert item["started_at"] == "2026-03-04T11:00:00Z"

    def test_a_running_call_has_no_end(self, office: Office, anna: Client) -> None:
        call = office.ringing("201", "anonymous")
        item = anna.get(f"{URL}{call.uid}/").json()
        for name in ("connected_at", "ended_at", "wait", "duration"):
            assert item[name] is None
        assert (item["status"], item["e164"], item["matches"]) == ("ringing", "", [])
        assert item["legs"][0]["outcome"] == ""

    def test_a_call_id_that_the_server_made_is_nobodys(
        self, office: Office, anna: Client
    ) -> None:
        call = office.ringing("201", call_id="")
        item = anna.get(f"{URL}{call.uid}/").json()
        assert item["call_ids"] == []
        assert [report["call_id"] for report in item["reports"]] == [""]

    def test_a_transferred_call_names_the_one_before(
        self, office: Office, karin: Client
    ) -> None:
        first = office.call("201", talk=60)
        end = NOON + timedelta(seconds=65)
        office.ringing("202", at=end + timedelta(seconds=1))
        newest, oldest = karin.get(URL).json()["results"]
        assert newest["continues"] == oldest["id"] == str(first.uid)

    def test_the_number_of_queries_does_not_grow(
        self, office: Office, karin: Client
    ) -> None:
        Contact.objects.create(last_name="Weber", phone=STRANGER)

        def day(number: int) -> None:
            at = NOON + timedelta(days=number)
            comment_on(office.call("201", at=at), office.anna, "Hello")
            other = office.call("202", f"+4930123450{number}", at=at)
            comment_on(other, office.ben, "Hello")
            Contact.objects.create(last_name="W", phone=f"+4930123450{number}")

        day(1)
        karin.get(URL)
        few = queries(lambda: karin.get(URL))
        for number in range(2, 6):
            day(number)
        assert len(calls(karin)) == 10
        assert queries(lambda: karin.get(URL)) == few


class TestRights:
    @pytest.mark.core
    def test_agents_see_the_calls_they_had_a_part_in(
        self, office: Office, anna: Client, karin: Client
    ) -> None:
        own, others = office.call("201"), office.call("202", JULIA)
        assert calls(anna) == [str(own.uid)]
        assert set(calls(karin)) == {str(own.uid), str(others.uid)}
        assert anna.get(f"{URL}{own.uid}/").status_code == 200
        hidden = anna.get(f"{URL}{others.uid}/")
        unknown = anna.get(f"{URL}{uuid4()}/")
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.json() == unknown.json()

    @pytest.mark.parametrize(
        ("role", "sees"), [(Role.AGENT, 0), (Role.SUPERVISOR, 1), (Role.ADMIN, 1)]
    )
    def test_a_role_decides_what_else_one_sees(
        self, office: Office, role: str, sees: int
    ) -> None:
        call = office.call("201")
        api = program(User.objects.create_user("new", role=role))
        assert len(calls(api)) == sees
        assert len(calls(api, call_id="c0")) == sees
        url = f"{URL}{call.uid}/comments/"
        answer = send(api, "POST", url, {"text": "Hello"})
        assert answer.status_code == (201 if sees else 404)

    def test_nobody_else_sees_anything(self, office: Office, client: Client) -> None:
        call = office.call("201")
        for url in (URL, f"{URL}{call.uid}/"):
            assert client.get(url).status_code == 401

    def test_a_deleted_call_is_gone(self, office: Office, anna: Client) -> None:
        call = office.call("201")
        call.move_to_bin(by=office.anna)
        assert calls(anna) == []
        assert anna.get(f"{URL}{call.uid}/").status_code == 404

    def test_a_joined_call_is_found_under_its_old_id(
        self, office: Office, anna: Client
    ) -> None:
        call = office.call("201")
        old = MergedCall.objects.create(uid=uuid4(), call=call).uid
        assert anna.get(f"{URL}{old}/").json()["id"] == str(call.uid)

    def test_calls_are_only_read(self, office: Office, karin: Client) -> None:
        url = f"{URL}{office.call('201').uid}/"
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert send(karin, method, url, {}).status_code == 405


class TestFilters:
    @pytest.fixture
    def log(self, office: Office) -> dict[str, Call]:
        return {
            "in": office.call("201", at=NOON, name="Dr. No"),
            "out": office.call(
                "202", JULIA, Direction.OUTBOUND, at=NOON + timedelta(hours=1)
            ),
            "missed": office.call(
                "203", JULIA, at=NOON + timedelta(days=1), talk=None, cause=Cause.BUSY
            ),
        }

    @pytest.mark.parametrize(
        ("params", "expected"),
        [
            ({}, "missed out in"),
            ({"status": "ended"}, "out in"),
            ({"status": "missed"}, "missed"),
            ({"status": "lost"}, ""),
            ({"direction": "outbound"}, "out"),
            ({"extension": "203"}, "missed"),
            ({"extension": "20"}, ""),
            ({"user": "ben"}, "out"),
            ({"user": "nobody"}, ""),
            ({"user": "9" * 100}, ""),
            ({"number": "0171 234 5678"}, "missed out"),
            ({"number": "+49 (0) 171 2345678"}, "missed out"),
            ({"number": "0171 234 567"}, ""),
            ({"number": "anonymous"}, ""),
            ({"call_id": "c1"}, "out"),
            ({"call_id": "C1"}, ""),
            ({"q": "01712345678"}, "missed out"),
            ({"q": "dr. no"}, "in"),
            ({"q": ""}, "missed out in"),
            ({"q": " "}, "missed out in"),
            ({"q": " 491712345678"}, "missed out"),
            ({"number": " 491712345678"}, "missed out"),
            ({"since": "2026-03-04T11:30:00Z"}, "missed out"),
            ({"since": "2026-03-04T12:00:00Z"}, "missed out"),
            ({"since": "2026-03-04T13:00:00+01:00"}, "missed out"),
            ({"since": "2026-03-04T13:00:00"}, "missed out"),
            ({"until": "2026-03-04T12:00:00Z"}, "in"),
            ({"since": "2026-03-05"}, "missed"),
            ({"until": "2026-03-04"}, "out in"),
            ({"since": "2026-03-04", "until": "2026-03-04"}, "out in"),
            ({"since": "0001-01-01"}, "missed out in"),
            ({"since": "0001-01-01T00:00:00+23:59"}, "missed out in"),
            ({"since": "9999-12-31T23:59:59-23:59"}, ""),
            ({"until": "9999-12-31"}, "missed out in"),
            ({"direction": "inbound", "status": "ended", "user": "anna"}, "in"),
        ],
    )
    def test_what_they_let_through(
        self, log: dict[str, Call], karin: Client, params: Any, expected: str
    ) -> None:
        names = {str(call.uid): name for name, call in log.items()}
        assert " ".join(names[uid] for uid in calls(karin, **params)) == expected

    def test_what_people_say_came_of_it(
        self, log: dict[str, Call], karin: Client
    ) -> None:
        log["out"].disposition = Disposition.objects.get(key="sold")
        log["out"].save(update_fields=["disposition"])

        assert calls(karin, disposition="Sold") == [str(log["out"].uid)]
        assert calls(karin, disposition="Reached") == []
        assert calls(karin, disposition="none of them") == []

    def test_a_user_by_id(
        self, log: dict[str, Call], office: Office, karin: Client
    ) -> None:
        assert calls(karin, user=office.ben.pk) == [str(log["out"].uid)]

    def test_any_of_its_call_ids_finds_a_call(
        self, office: Office, karin: Client
    ) -> None:
        given: dict[str, Any] = {"direction": Direction.INBOUND}
        for extension in ("201", "202"):
            office.event(
                EventKind.RINGING, extension, JULIA, call_id=f"x{extension}", **given
            )
        [item] = karin.get(URL).json()["results"]
        assert item["call_ids"] == ["x201", "x202"]
        for call_id in item["call_ids"]:
            assert calls(karin, call_id=call_id) == [item["id"]]

    def test_of_a_record_that_one_may_see(self, office: Office, karin: Client) -> None:
        call = office.call("201", JULIA)
        office.call("201", STRANGER)
        julia = Contact.objects.create(last_name="Weber", mobile=JULIA)
        assert calls(karin, target=f"contacts:{julia.pk}") == [str(call.uid)]
        assert calls(karin, target="contacts:987654") == []
        assert calls(karin, target="nothing:1") == []
        User.objects.filter(pk=office.karin.pk).update(sees_records="own")
        Contact.objects.filter(pk=julia.pk).update(owner=office.anna)
        assert calls(karin, target=f"contacts:{julia.pk}") == []

    def test_missed_by_oneself(
        self, log: dict[str, Call], office: Office, karin: Client
    ) -> None:
        assert calls(karin, missed="mine") == [str(log["missed"].uid)]
        assert calls(program(office.anna), missed="mine") == []

    def test_days_are_of_the_users_zone(
        self, log: dict[str, Call], office: Office, karin: Client
    ) -> None:
        office.karin.time_zone = "Pacific/Auckland"  # noon in Berlin is midnight there
        office.karin.save()
        assert calls(karin, until="2026-03-04") == []
        assert len(calls(karin, since="2026-03-05", until="2026-03-05")) == 2

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("status", "unknown"),
            ("status", ""),
            ("direction", "IN"),
            ("since", "yesterday"),
            ("since", "2026-02-30"),
            ("since", "2026-03-04T25:00:00Z"),
            ("until", "\x00"),
            ("until", ""),
            ("number", ""),
            ("number", "\x00"),
            ("target", "contacts"),
            ("target", "contacts:x"),
            ("missed", "yours"),
            ("call_id", "x" * 129),
            ("user", "a\x00"),
            ("extension", "2" * 65),
            ("q", "x" * 201),
            ("page", "2"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, karin: Client, name: str, value: str
    ) -> None:
        assert list(faults(karin.get(URL, {name: value}))) == [name]

    def test_pages_go_from_the_newest_to_the_oldest(
        self, office: Office, karin: Client
    ) -> None:
        made = [office.call("201", f"+49301234{n}") for n in range(5)]
        url, seen = f"{URL}?limit=2&direction=inbound", []
        while url:
            page = karin.get(url).json()
            seen += [one["id"] for one in page["results"]]
            url = page["next"]
        assert seen == [str(call.uid) for call in reversed(made)]


class TestComments:
    def test_a_comment_is_its_authors(self, office: Office, anna: Client) -> None:
        call = office.call("201")
        url = f"{URL}{call.uid}/comments/"
        answer = send(anna, "POST", url, {"text": " Call back.\n\nSoon. "})
        assert answer.status_code == 201
        [told] = anna.get(f"{URL}{call.uid}/").json()["comments"]
        assert told == answer.json()
        assert (told["author"], told["text"]) == ("anna", "Call back.\n\nSoon.")

    def test_comments_are_in_the_order_of_time(
        self, office: Office, anna: Client
    ) -> None:
        call = office.call("201")
        url = f"{URL}{call.uid}/comments/"
        for text in "abc":
            send(anna, "POST", url, {"text": text})
        item = anna.get(f"{URL}{call.uid}/").json()
        assert [one["text"] for one in item["comments"]] == ["a", "b", "c"]

    @pytest.mark.parametrize("text", [None, "", " \n", 5, "x" * 10_001, "a\x00", {}])
    def test_what_is_no_comment(self, office: Office, anna: Client, text: Any) -> None:
        url = f"{URL}{office.call('201').uid}/comments/"
        assert list(faults(send(anna, "POST", url, {"text": text}))) == ["text"]

    def test_who_is_deleted_still_wrote_it(self, office: Office, karin: Client) -> None:
        call = office.call("202")
        comment_on(call, office.ben, "Hello")
        office.ben.delete()
        item = karin.get(f"{URL}{call.uid}/").json()
        assert item["comments"][0]["author"] is None
        assert item["user"] is None
        assert timezone.is_aware(call.started_at)
