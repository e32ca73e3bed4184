"""The contract that every adapter keeps, whatever its service sends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from crmplus.accounts.models import User
from crmplus.phonebook.models import NumberSettings
from pbxmanager import recorder
from pbxmanager.models import Call, Event, Extension
from softphone_connector import keys
from softphone_connector.adapters.registry import adapter_of, adapters
from softphone_connector.endpoints import asgi, attempts
from softphone_connector.endpoints.answers import Answer
from softphone_connector.endpoints.handler import handle
from softphone_connector.endpoints.requests import BODY_LIMIT
from softphone_connector.models import SoftphoneKey, UnknownKeyAttempt
from softphone_connector.profiles import profile
from tests.contracts import cti, placetel, sipgate, twilio, vonage, zadarma, zoom
from tests.contracts.services import FORM, JSON, NOON, Post, Service, Story

SERVICES = [
    module.SERVICE for module in (cti, placetel, sipgate, twilio, vonage, zadarma, zoom)
]
STORIES = [
    pytest.param(service, story, id=f"{service.profile}, {name}")
    for service in SERVICES
    for name, story in service.stories.items()
]
SIGNED = [service for service in SERVICES if service.sign]
# Extensions as the services call them, all Anna's but for one.
ANNA = ("w0", "42", "7777abc", "100", "anna", "+493012345678", "1001")
HOSTILE = (
    "",
    "'; DROP TABLE pbxmanager_call; --",
    "<script>alert(1)</script>",
    "\u202e\u2066gnp.exe",
    "a\x00b",
    "\r\nSet-Cookie: a=b",
    "$remote",
    "%00",
    "9" * 400,
    "sip:201@h",
    "null",
)

pytestmark = pytest.mark.django_db
every_service = pytest.mark.parametrize(
    "service", SERVICES, ids=lambda service: service.profile
)
every_story = pytest.mark.parametrize(("service", "story"), STORIES)
every_signer = pytest.mark.parametrize(
    "service", SIGNED, ids=lambda service: service.profile
)


@pytest.fixture(autouse=True)
def installation(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    """Anna has the extensions; the own numbers and one direct-dial one are known."""
    monkeypatch.setattr(attempts, "gathered", attempts.Gathered())
    anna = User.objects.create(username="anna", first_name="Emma", last_name="Taylor")
    for line in ANNA:
        owner = anna if line == "42" else None
        Extension.objects.create(number=line, user=owner)
    found = NumberSettings.load()
    found.own_numbers = "\n".join(
        ("+49 30 55571600", "+49 30 12345678", "+49 30 55571599")
    )
    found.save()
    return anna


def key_of(service: Service, secret: str = "") -> str:
    return keys.create(
        pbx_name=service.profile, profile=service.profile, signing_secret=secret
    )[1]


def send(service: Service, key: str, posts: Sequence[Post]) -> list[Answer]:
    return [handle(post.request(key, service.profile)) for post in posts]


def check(story: Story, *, duration: bool = True) -> Call:
    call = Call.objects.get()
    assert (call.status, call.direction) == (story.status, story.direction)
    assert call.e164 == story.number
    legs = {leg.extension: leg.outcome for leg in call.legs.all()}
    assert legs == story.legs
    if duration:
        assert call.duration == story.duration
    return call


def test_every_adapter_keeps_the_contract() -> None:
    assert set(adapters()) == {service.profile for service in SERVICES}
    assert adapter_of("") is None
    assert adapter_of("yealink") is None


@every_service
def test_every_adapter_has_a_profile_and_names_its_document(service: Service) -> None:
    assert profile(service.profile) is not None
    assert service.document.startswith("https://")
    assert {"answered", "missed", "out answered", "out not reached"} <= set(
        service.stories
    )


@every_story
def test_documented_requests_become_the_call(service: Service, story: Story) -> None:
    key = key_of(service)
    answers = send(service, key, story.posts)
    assert {answer.status for answer in answers} == {200}
    check(story)


@pytest.mark.thorough
@every_story
def test_repeated_requests_change_nothing(service: Service, story: Story) -> None:
    key = key_of(service)
    twice = [post for post in story.posts for _ in range(2)]
    assert {answer.status for answer in send(service, key, twice)} == {200}
    check(story)


@pytest.mark.thorough
@every_story
def test_requests_in_the_opposite_order_become_the_same_call(
    service: Service, story: Story
) -> None:
    key = key_of(service)
    send(service, key, list(reversed(story.posts)))
    check(story, duration=False)


@every_service
def test_the_answer_is_the_one_that_the_service_expects(service: Service) -> None:
    key = key_of(service)
    answers = send(service, key, service.stories["answered"].posts)
    expected = [body.replace("URL", service.url(key)) for body in service.replies]
    assert [answer.body.decode() for answer in answers] == expected
    types = {dict(answer.headers).get("Content-Type", "") for answer in answers}
    charset = "; charset=utf-8" if service.media_type else ""
    assert types == {f"{service.media_type}{charset}"}


@every_signer
class TestSignature:
    def test_signed_requests_are_taken(self, service: Service) -> None:
        key = key_of(service, service.secret)
        story = service.stories["answered"]
        posts = [service.signed(post, key) for post in story.posts]
        assert {answer.status for answer in send(service, key, posts)} == {200}
        check(story)

    def test_each_kind_of_request_has_its_signature(self, service: Service) -> None:
        """Some services sign other fields of each kind."""
        key = key_of(service, service.secret)
        posts = [post for story in service.stories.values() for post in story.posts]
        signed = [service.signed(post, key) for post in posts]
        assert {answer.status for answer in send(service, key, signed)} == {200}

    @pytest.mark.parametrize("how", ["missing", "wrong", "of another body"])
    def test_others_are_refused_and_counted_and_not_kept(
        self, service: Service, how: str
    ) -> None:
        key = key_of(service, service.secret)
        post, other = service.stories["answered"].posts[:2]
        if how == "wrong":
            post = service.signed(post, key, "another secret")
        if how == "of another body":
            signed = service.signed(post, key)
            post = replace(signed, body=other.body + b" ")
            if service.profile == "zadarma":  # which signs three fields only
                body = post.body.replace(b"491711234567", b"491711234568")
                post = replace(post, body=body)
        answer = handle(post.request(key, service.profile))
        assert answer.status == 403
        adapter = adapter_of(service.profile)
        assert adapter is not None
        assert adapter.label in answer.body.decode()
        attempt = UnknownKeyAttempt.objects.get()
        assert (attempt.reason, attempt.prefix) == ("signature", key[:7])
        assert not Event.objects.exists()

    def test_a_signature_that_is_no_text_is_wrong(self, service: Service) -> None:
        key = key_of(service, service.secret)
        post = service.signed(service.stories["answered"].posts[0], key)
        headers = dict.fromkeys(post.headers, "Bearer \xff.\xfe.ü")
        spoilt = replace(post, headers=headers)
        assert handle(spoilt.request(key, service.profile)).status == 403

    def test_a_secret_that_cannot_be_opened_is_asked_for(
        self, service: Service
    ) -> None:
        key = key_of(service)
        SoftphoneKey.objects.update(signing_secret="sealed by another installation")
        answer = send(service, key, service.stories["answered"].posts[:1])[0]
        assert answer.status == 403
        assert b"secret" in answer.body
        assert not Event.objects.exists()


@every_service
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", FORM),
        (b" ", FORM),
        (b"{}", JSON),
        (b"[]", JSON),
        (b"{", JSON),
        (b"[" * 5000, JSON),
        (b"a=b&c", FORM),
        (b"\xff\xfe\x00", FORM),
        (b"--x", "multipart/form-data; boundary=x"),
        (b'{"payload": {"object": []}, "event": "phone"}', JSON),
    ],
)
def test_what_is_no_event_is_refused_and_kept(
    service: Service, body: bytes, content_type: str
) -> None:
    key = key_of(service)
    answer = send(service, key, [Post(body, content_type)])[0]
    assert answer.status == 400
    assert len(answer.body) > 40
    event = Event.objects.get()
    assert event.refused
    assert event.report is None


@every_service
def test_too_large_a_request_is_refused(service: Service) -> None:
    key = key_of(service)
    post = service.stories["answered"].posts[0]
    huge = replace(post, body=post.body + b" " * BODY_LIMIT)
    assert send(service, key, [huge])[0].status == 413
    assert not Event.objects.exists()


@pytest.mark.thorough
@every_service
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_break_nothing(service: Service, value: str) -> None:
    key = key_of(service)
    for post in service.stories["answered"].posts:
        for hostile in post.with_values(value):
            answer = handle(hostile.request(key, service.profile))
            assert answer.status in {200, 400}
    for call in Call.objects.prefetch_related("legs"):
        texts = [call.name, call.number, call.recording_url]
        texts += [leg.extension for leg in call.legs.all()]
        for text in texts:
            assert not set(text) & set("\x00\r\n\u202e\u2066")
        assert all("<" not in leg.extension for leg in call.legs.all())


@every_service
def test_who_only_looks_records_nothing(service: Service) -> None:
    key = key_of(service)
    request = service.stories["answered"].posts[0].request(key, service.profile)
    assert handle(replace(request, method="HEAD")).status == 204
    assert not Event.objects.exists()


@every_service
def test_a_server_that_cannot_store_says_so(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(event: object) -> None:
        raise OperationalError

    monkeypatch.setattr(recorder, "record", fail)
    key = key_of(service)
    assert send(service, key, service.stories["answered"].posts[:1])[0].status == 503


@every_service
def test_the_key_is_not_kept_with_the_event(service: Service) -> None:
    key = key_of(service)
    send(service, key, service.stories["answered"].posts[:1])
    event = Event.objects.order_by("pk").first()
    assert event is not None
    assert key not in str(event.raw)
    assert event.raw["params"]


@every_service
def test_a_key_of_a_person_reports_for_that_person_only(
    service: Service, installation: User
) -> None:
    _key, secret = keys.create(user=installation, profile=service.profile)
    post = service.stories["group" if "group" in service.stories else "answered"]
    answers = send(service, secret, post.posts)
    assert all(answer.status in {200, 400, 403} for answer in answers)
    assert set(Call.objects.values_list("user", flat=True)) <= {installation.pk}


def by_lean_door(path: str, post: Post) -> tuple[int, bytes, str]:
    headers = {"content-type": post.content_type}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
        "client": ("192.0.2.7", 50_000),
    }
    answer = handle(asgi.read(scope, post.body))
    messages: list[Any] = []

    async def keep(message: Any) -> None:
        messages.append(message)

    asyncio.run(asgi.respond(answer, keep))
    start, body = messages
    kind = asgi.read_headers(start["headers"]).get("content-type", "")
    return start["status"], body["body"], kind


@every_service
def test_both_doors_give_the_same_answer(service: Service) -> None:
    key = key_of(service)
    post = service.stories["answered"].posts[0]
    path = f"/softphone/{key}/{service.profile}"
    plain = Client().post(path, post.body, content_type=post.content_type)
    got = plain.status_code, plain.content, plain.headers.get("Content-Type", "")
    assert by_lean_door(path, post) == got
    assert got[0] == 200


@every_service
def test_queries_of_one_event(service: Service, django_assert_max_num_queries) -> None:
    """The signing secret and the look-up of extensions come on top of any event's."""
    key = key_of(service)
    first, *_ = service.stories["answered"].posts
    send(service, key, [first])
    with django_assert_max_num_queries(45):
        send(service, key, [first])


def test_all_stories_are_of_one_day() -> None:
    """Stated times that are too far from the arrival would count for nothing."""
    assert all(
        0 <= post.at < 120
        for service in SERVICES
        for story in service.stories.values()
        for post in story.posts
    )
    assert NOON.tzinfo
