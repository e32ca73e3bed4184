"""The pages of the event inspector."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pbxmanager.models import Call, Event, RuleSettings
from softphone_connector import keys
from softphone_connector.inspector import filters
from softphone_connector.inspector.news import AT_MOST
from softphone_connector.models import UnknownKeyAttempt
from tests.softphone_connector.cast import Cast, stored
from tests.softphone_connector.endpoints.sending import kept, send
from tests.softphone_connector.inspector.kept import HOSTILE, NUMBER, event, ring

pytestmark = pytest.mark.thorough
LIST = reverse("softphone_connector:events")
NEWS = reverse("softphone_connector:events-news")
KEYLESS = reverse("softphone_connector:events-keyless")
EXPORT = reverse("softphone_connector:events-export")
TRY = reverse("softphone_connector:events-try")


def detail_url(pk: int) -> str:
    return reverse("softphone_connector:event-detail", args=[pk])


def try_url(pk: int) -> str:
    return reverse("softphone_connector:event-try", args=[pk])


@pytest.fixture
def admin(client: Client, people: Cast) -> Client:
    client.force_login(people.karin)
    return client


def html(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    text: str = answer.content.decode()
    return text


def shown(text: str) -> list[int]:
    """The events that a page or fragment shows, in its order."""
    return [int(pk) for pk in re.findall(r'id="event-(\d+)"', text)]


@pytest.mark.core
class TestRights:
    @pytest.mark.parametrize(
        "path", [LIST, NEWS, KEYLESS, EXPORT, TRY, detail_url(1), try_url(1)]
    )
    def test_is_for_administrators(
        self, client: Client, people: Cast, path: str
    ) -> None:
        for user in (people.anna, people.ben):
            client.force_login(user)
            assert client.get(path).status_code == 403
            assert client.post(path).status_code == 403

    @pytest.mark.parametrize("path", [LIST, NEWS, EXPORT, TRY])
    def test_who_is_not_signed_in_is_asked_to(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 302

    @pytest.mark.parametrize("path", [LIST, NEWS, KEYLESS, EXPORT, detail_url(1)])
    def test_what_only_shows_takes_no_post(self, admin: Client, path: str) -> None:
        assert admin.post(path).status_code == 405

    def test_trying_takes_a_post_with_the_token_of_the_page(self, people: Cast) -> None:
        ring(people.key)
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(people.karin)
        assert strict.get(try_url(kept().pk)).status_code == 405
        assert strict.post(try_url(kept().pk)).status_code == 403
        assert strict.post(TRY, {"request": "ringing"}).status_code == 403


class TestList:
    def test_nothing_yet_says_what_it_is_for_and_what_is_next(
        self, admin: Client
    ) -> None:
        text = html(admin.get(LIST))
        assert "No phone has sent anything yet" in text
        assert reverse("softphone_connector:clients") in text

    def test_newest_first_with_all_that_was_understood(
        self, admin: Client, people: Cast
    ) -> None:
        ring(people.key, name="Julia")
        send(f"{people.pbx_key}/huh", {"password": "geheim"})
        text = html(admin.get(LIST))
        assert shown(text) == list(
            Event.objects.order_by("-pk").values_list("pk", flat=True)
        )
        assert Call.objects.get().get_absolute_url() in text
        assert f"{people.key[:7]}…" in text
        assert people.key not in text
        assert "geheim" not in text
        assert "There is no event “huh” here." in text
        assert "Refused" in text

    def test_a_refused_one_leads_to_the_profile_of_its_client(
        self, admin: Client, people: Cast
    ) -> None:
        key = keys.create(user=people.anna, profile="yealink")[1]
        ring(key, number="$remotenumber")
        text = html(admin.get(LIST))
        assert "the phone did not fill its variable in" in text
        assert reverse("softphone_connector:client", args=["yealink"]) in text

    def test_how_long_events_are_kept(self, admin: Client) -> None:
        assert "kept for 14 days" in html(admin.get(LIST))
        RuleSettings(pk=1, keep_events_days=30).save()
        assert "kept for 30 days" in html(admin.get(LIST))

    def test_filters_stand_in_the_address_as_chips(
        self, admin: Client, people: Cast
    ) -> None:
        ring(people.key)
        send(f"{people.pbx_key}/huh")
        text = html(admin.get(LIST, {"state": "refused", "q": "huh"}))
        assert len(shown(text)) == 1
        assert 'href="?q=huh"' in text
        assert 'href="?state=refused"' in text
        assert "No such events" in html(admin.get(LIST, {"q": "nowhere"}))

    def test_pages_by_key(self, admin: Client, people: Cast) -> None:
        for _ in range(120):
            event()
        text, seen = html(admin.get(LIST)), []
        while True:
            seen += shown(text)
            found = re.search(r'href="(\?[^"]*after=[^"]+)"', text)
            if not found:
                break
            text = html(admin.get(LIST + found[1].replace("&amp;", "&")))
            assert "events-live" not in text
        assert seen == sorted(Event.objects.values_list("pk", flat=True), reverse=True)

    def test_looking_further_back(
        self, admin: Client, people: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(filters, "LOOKED_THROUGH", 2)
        now = timezone.now()
        for number in range(5):
            event(now - timedelta(seconds=number), extension="9")
        text = html(admin.get(LIST, {"extension": "9"}))
        assert len(shown(text)) == 2
        found = re.search(r'href="(\?[^"]*older=[^"]+)"', text)
        assert found
        text = html(admin.get(LIST + found[1].replace("&amp;", "&")))
        assert len(shown(text)) == 2
        assert "events-live" not in text
        assert "Before" in text

    def test_queries_do_not_grow_with_the_list(
        self,
        admin: Client,
        people: Cast,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for _ in range(15):
            for key in (people.key, people.bens_key, people.pbx_key):
                ring(key)
            send(f"{people.pbx_key}/huh")
        # Session, user, newest key; events, legs, keys; keys to choose; without key,
        # frame.
        with django_assert_max_num_queries(11):
            assert len(shown(html(admin.get(LIST)))) == 50

    def test_a_call_in_the_bin_is_no_link(self, admin: Client, people: Cast) -> None:
        ring(people.key)
        Call.objects.get().move_to_bin(by=people.karin)
        text = html(admin.get(LIST))
        assert "in the recycle bin" in text
        assert Call.all_objects.get().get_absolute_url() not in text

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_texts_in_every_field(
        self, admin: Client, people: Cast, text: str
    ) -> None:
        stored_text = text.replace("\x00", "").encode("utf-8", "replace").decode()
        strange = event(
            kind=stored_text[:16],
            extension=stored_text[:64],
            number=stored_text[:255],
            number_kind="invalid",
            direction=stored_text[:16],
            name=stored_text[:128],
            cause=stored_text[:32],
            refused=stored_text[:32],
            source=stored_text[:64],
            raw={
                "params": {stored_text: stored_text},
                "path": stored_text,
                "method": stored_text,
                "remote": stored_text,
                "notes": [{"code": "placeholder", "value": stored_text}],
                "fault": {"value": stored_text, "parameter": stored_text},
            },
        )
        UnknownKeyAttempt.objects.create(
            at=timezone.now(),
            remote=stored_text[:64],
            prefix=stored_text[:7],
            reason="unknown",
            total=1,
        )
        text = text.encode("utf-8", "replace").decode()
        asked = dict.fromkeys(("q", "source", "extension", "call_id", "call"), text)
        pages = [
            admin.get(LIST),
            admin.get(LIST, asked | {"older": text, "state": text, "after": text}),
            admin.get(f"{LIST}?q={quote(text)}%ff%zz%ed%a0%80%00"),
            admin.get(NEWS, {"seen": text, "keyless": text}),
            admin.get(KEYLESS),
            admin.get(EXPORT),
            admin.get(EXPORT, {"event": text, "real": "1"}),
            admin.get(detail_url(strange.pk)),
            admin.post(try_url(strange.pk)),
            admin.post(TRY, {"request": text, "method": text, "key": text}),
            admin.post(TRY, {"request": f"x?a={text}", "method": "GET"}),
        ]
        for page in pages:
            assert page.status_code in {200, 204}
            if page["Content-Type"].startswith("text/html"):
                assert b"<script>alert" not in page.content


class TestNews:
    def test_nothing_new(self, admin: Client, people: Cast) -> None:
        ring(people.key)
        assert admin.get(NEWS, {"seen": kept().pk}).status_code == 204

    def test_only_what_is_new_and_passes_the_filters(
        self, admin: Client, people: Cast
    ) -> None:
        ring(people.key)
        seen = kept().pk
        ring(people.key)
        mine = kept().pk
        ring(people.pbx_key, extension="202")
        text = html(admin.get(NEWS, {"seen": seen, "extension": "201"}))
        assert shown(text) == [mine]
        assert f'data-seen="{kept().pk}"' in text
        assert f'data-ids="{mine}"' in text

    def test_a_request_without_a_key_is_news_once(
        self, admin: Client, people: Cast
    ) -> None:
        send("sk_nonsense/ringing")
        text = html(admin.get(NEWS, {"seen": 0}))
        assert "without a valid key" in text
        attempt = UnknownKeyAttempt.objects.get().pk
        answer = admin.get(NEWS, {"seen": 0, "keyless": attempt})
        assert answer.status_code == 204

    def test_a_few_queries_however_many_came(
        self,
        admin: Client,
        people: Cast,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for _ in range(10):
            for key in (people.key, people.bens_key, people.pbx_key):
                ring(key)
        # Session, user; newest key, keys that are new, events, legs, keys; without key.
        with django_assert_max_num_queries(8):
            assert len(shown(html(admin.get(NEWS, {"seen": 0})))) == AT_MOST
        newest = kept().pk
        with django_assert_max_num_queries(4):
            assert admin.get(NEWS, {"seen": newest}).status_code == 204

    def test_looking_writes_nothing(
        self, admin: Client, people: Cast, django_assert_num_queries: Any
    ) -> None:
        ring(people.key)
        with django_assert_num_queries(8) as captured:
            admin.get(NEWS, {"seen": 0})
        told = [query["sql"].split()[0] for query in captured.captured_queries]
        assert set(told) == {"SELECT"}


class TestDetail:
    def test_all_that_is_known(self, admin: Client, people: Cast) -> None:
        ring(people.key, number="030 23125101", at=str(timezone.now().timestamp() - 30))
        text = html(admin.get(detail_url(kept().pk)))
        for words in (
            "030 23125101",
            NUMBER,
            "Call ID",
            "30 seconds before",
            "10.0.0.7",
        ):
            assert words in text
        assert "<html" in text

    def test_as_a_part_of_the_list(self, admin: Client, people: Cast) -> None:
        ring(people.key)
        text = html(admin.get(detail_url(kept().pk), headers={"HX-Request": "true"}))
        assert "<html" not in text
        assert "What would this become now?" in text

    @pytest.mark.parametrize("pk", [999_999, 2**63, 10**40])
    def test_none_there(self, admin: Client, pk: int) -> None:
        assert admin.get(detail_url(pk)).status_code == 404
        assert admin.post(try_url(pk)).status_code == 404

    def test_trying_it(self, admin: Client, people: Cast) -> None:
        ring(people.key)
        text = html(admin.post(try_url(kept().pk)))
        assert "it would change nothing" in text
        assert Event.objects.count() == 1

    def test_what_no_key_sent_can_not_be_tried(self, admin: Client) -> None:
        strange = event(source="click:1")
        assert "What would this become now?" not in html(
            admin.get(detail_url(strange.pk))
        )
        assert "became" not in html(admin.post(try_url(strange.pk)))


class TestTry:
    def test_an_empty_form(self, admin: Client) -> None:
        text = html(admin.get(TRY))
        assert "Paste what a phone calls" in text
        assert "Only tried" not in text

    def test_an_address_with_a_key(
        self, admin: Client, people: Cast, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        address = f"https://x/softphone/{people.key}/ringing?number={NUMBER}&call_id=c"
        text = html(admin.post(TRY, {"request": address, "method": "GET"}))
        assert "It would be a new call." in text
        assert "Anna" in text
        assert people.key not in text
        assert people.key[8:] not in text
        assert people.key not in caplog.text
        source = stored(people.key).source
        assert f'<option value="{source}" selected>' in text
        assert f"ringing?number={NUMBER}&amp;call_id=c</textarea>" in text
        assert not Event.objects.exists()

    @pytest.mark.parametrize(
        "shape",
        [
            "/softphone/{}/ringing?number=030",
            "{}/ringing?number=030",
            "sk%5F{}/ringing?number=030",
            "ringing?number=030&token={}",
            "ringing?number=030&token=sk%5F{}",
            '{{"event": "ringing", "x": "{}"}}',
            "http://[::1/softphone/{}/ringing",
            "GET /softphone/{}/ringing?number=030 HTTP/1.1",
            "/softphone/{}0/ringing?number=030",
        ],
    )
    def test_no_key_is_shown_again(
        self, admin: Client, people: Cast, shape: str
    ) -> None:
        text = people.key.removeprefix("sk_") if "sk%5F" in shape else people.key
        asked = {"request": shape.format(text), "method": "GET"}
        assert people.key[8:] not in html(admin.post(TRY, asked))

    def test_an_unknown_key_is_not_counted(self, admin: Client) -> None:
        asked = {"request": "/softphone/sk_nonsense/ringing", "method": "GET"}
        assert "does not exist" in html(admin.post(TRY, asked))
        assert not UnknownKeyAttempt.objects.exists()

    def test_with_a_chosen_key_and_as_a_client(
        self, admin: Client, people: Cast
    ) -> None:
        asked = {"request": f"ringing?number={NUMBER}&call_id=c", "method": "GET"}
        text = html(admin.post(TRY, asked | {"key": stored(people.key).source}))
        assert "It would be a new call." in text
        text = html(admin.post(TRY, asked | {"request": "ringing?number=$remote&x=1"}))
        assert "Refused" in text
        asked |= {"request": "ringing?number=$remote", "profile": "yealink"}
        assert "Yealink" in html(admin.post(TRY, asked))

    def test_what_is_kept_and_belongs_to_no_call(
        self, admin: Client, people: Cast
    ) -> None:
        asked = {"request": "hold?extension=201", "method": "GET"}
        assert "belong to no call" in html(admin.post(TRY, asked))

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({}, "This field is required"),
            ({"request": "x" * 20_000, "method": "GET"}, "at most 16384"),
            ({"request": "http://[::1/", "method": "GET"}, "read as an address"),
            ({"request": "ringing", "method": "PUT"}, "Select a valid choice"),
            ({"request": "ringing", "method": "GET", "key": "key:9"}, "Select a valid"),
        ],
    )
    def test_mistakes_are_told(
        self, admin: Client, asked: dict[str, str], words: str
    ) -> None:
        assert words in html(admin.post(TRY, asked))


class TestExport:
    def test_a_masked_download(self, admin: Client, people: Cast) -> None:
        ring(people.key, number="+493055501")
        answer = admin.get(EXPORT)
        text = html(answer)
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert re.fullmatch(
            r'attachment; filename="events-[0-9-]+\.txt"', answer["Content-Disposition"]
        )
        assert "3055501" not in text
        assert "told by: all" in text

    def test_the_real_numbers_where_one_asks(self, admin: Client, people: Cast) -> None:
        ring(people.key, number="+493055501")
        answer = admin.get(EXPORT, {"real": "1"})
        assert "+493055501" in html(answer)
        assert "-real.txt" in answer["Content-Disposition"]

    def test_the_filters_count(self, admin: Client, people: Cast) -> None:
        ring(people.key, number="+493055501")
        ring(people.pbx_key, number="+493055502", extension="202")
        text = html(admin.get(EXPORT, {"real": "1", "extension": "202"}))
        assert "+493055502" in text
        assert "+493055501" not in text

    def test_one_event(self, admin: Client, people: Cast) -> None:
        send(f"{people.key}/huh")
        send(f"{people.key}/hoho")
        text = html(admin.get(EXPORT, {"real": "1", "event": kept().pk}))
        assert "hoho" in text
        assert "huh" not in text

    def test_queries_do_not_grow_with_the_table(
        self,
        admin: Client,
        people: Cast,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for _ in range(20):
            ring(people.key)
        with django_assert_max_num_queries(15):
            html(admin.get(EXPORT))


class TestKeyless:
    def test_nothing_came(self, admin: Client) -> None:
        assert "Every request had a valid key" in html(admin.get(KEYLESS))

    def test_what_came_and_what_to_do(self, admin: Client, people: Cast) -> None:
        keys.revoke(stored(people.key))
        send(f"{people.key}/ringing", {"number": "+493055501"})
        text = html(admin.get(KEYLESS))
        assert "1 request came" in text
        assert "begins like a key of Anna" in text
        assert "3055501" not in text
        assert people.key not in text


def test_the_menu_has_it_for_administrators(client: Client, people: Cast) -> None:
    settings = reverse("administration:settings")
    client.force_login(people.karin)
    assert LIST in html(client.get(settings))
