"""Signatures and handshakes that the services' documents give as examples, and the
forgeries that must not pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from softphone_connector.adapters.reading import ServiceRequest
from softphone_connector.endpoints.handler import handle
from softphone_connector.pbx.placetel import adapter as placetel
from softphone_connector.pbx.twilio import adapter as twilio
from softphone_connector.pbx.vonage import adapter as vonage
from softphone_connector.pbx.zoom import adapter as zoom
from tests.contracts import vonage as vonage_examples
from tests.contracts import zadarma as zadarma_examples
from tests.contracts import zoom as zoom_examples
from tests.contracts.services import FORM, NOON, SECRET, Post, json_post
from tests.contracts.test_contracts import key_of


def request(body: bytes, headers: Mapping[str, str], url: str = "") -> ServiceRequest:
    return ServiceRequest(
        method="POST", url=url, headers=headers, body=body, received_at=NOON
    )


def test_placetel() -> None:
    """README of Placetel/call-control-notify-api, "Our POST request"."""
    body = (
        b"call_id=4a4cbb39578170aed9a2761a7bec8c7e704a541f52291ef603d6f5f152980c3c"
        b"&event=CallAccepted&from=0123456789&to=0987654321"
    )
    made = "c4f823c5b8806432fe2b83b1fc2ee714422e0cdfb4b5129152a7d0bbcd7792d0"
    headers = {"x-placetel-signature": made}
    assert placetel.is_signed(request(body, headers), "12345")
    assert not placetel.is_signed(request(body + b" ", headers), "12345")


@pytest.mark.parametrize(
    ("body", "made"),
    [
        (
            b"Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309"
            b"&CallSid=CA1234567890ABCDE",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_twilio(body: bytes, made: str) -> None:
    """https://www.twilio.com/docs/usage/security, and the tests of its libraries."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    headers = {"x-twilio-signature": made}
    assert twilio.is_signed(request(body, headers, url), "12345")
    assert not twilio.is_signed(request(body, headers, f"{url}&x=1"), "12345")


def check_jwt(head: Mapping[str, Any], **claims: Any) -> bool:
    post = Post(b'{"status":"started"}')
    made = vonage_examples.token(post, SECRET, head, **claims)
    headers = {"authorization": f"Bearer {made}"}
    return vonage.is_signed(request(post.body, headers), SECRET)


HS256 = {"alg": "HS256", "typ": "JWT"}


def test_vonage_takes_its_own_tokens() -> None:
    assert check_jwt(HS256)
    assert check_jwt(HS256, payload_hash=None)


@pytest.mark.parametrize("alg", ["none", "HS512", "RS256", None])
def test_vonage_takes_no_other_algorithm(alg: str | None) -> None:
    assert not check_jwt({"alg": alg})


@pytest.mark.parametrize("seconds", [-301, 301])
def test_vonage_takes_no_old_token(seconds: float) -> None:
    at = NOON + timedelta(seconds=seconds)
    assert not check_jwt(HS256, iat=int(at.timestamp()))
    assert not check_jwt(HS256, iat="now")


def test_vonage_takes_no_token_of_another_payload() -> None:
    assert not check_jwt(HS256, payload_hash="0" * 64)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "eyJ9.e30.x", "W10.W10.W10", "\u00fc.\u00fc.x"]
)
def test_vonage_takes_nothing_that_is_no_token(token: str) -> None:
    headers = {"authorization": f"Bearer {token}"}
    assert not vonage.is_signed(request(b"{}", headers), SECRET)


def test_a_signed_token_that_is_no_json_is_none() -> None:
    post = Post(b"{}")
    message = "bm8.bm8"
    signed = vonage_examples.signature(message, SECRET)
    headers = {"authorization": f"Bearer {message}.{signed}"}
    assert not vonage.is_signed(request(post.body, headers), SECRET)


def test_a_signed_token_that_is_no_object_is_none() -> None:
    message = "W10.W10"
    signed = vonage_examples.signature(message, SECRET)
    headers = {"authorization": f"Bearer {message}.{signed}"}
    assert not vonage.is_signed(request(b"{}", headers), SECRET)


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(0, True), (-299, True), (-301, False), (301, False)]
)
def test_zoom_takes_no_old_request(seconds: float, is_good: bool) -> None:
    post = Post(b"{}", at=seconds)
    headers = zoom_examples.sign(post, "", SECRET)
    assert zoom.is_signed(request(post.body, headers), SECRET) is is_good


@pytest.mark.parametrize("stated", ["", "now", "1e9", "99999999999999", "-1777896000"])
def test_zoom_takes_no_request_without_a_time(stated: str) -> None:
    headers = {**zoom_examples.sign(Post(b"{}"), "", SECRET)}
    headers["x-zm-request-timestamp"] = stated
    assert not zoom.is_signed(request(b"{}", headers), SECRET)


def test_zoom_may_state_milliseconds() -> None:
    timestamp = str(int(NOON.timestamp() * 1000))
    made = zoom_examples.signature(timestamp, b"{}", SECRET)
    headers = {"x-zm-request-timestamp": timestamp, "x-zm-signature": made}
    assert zoom.is_signed(request(b"{}", headers), SECRET)


VALIDATION = json_post(
    {
        "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"},
        "event_ts": 1654503849680,
        "event": "endpoint.url_validation",
    }
)


@pytest.mark.django_db
class TestHandshakes:
    def test_zoom_validates_the_address(self) -> None:
        """https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint:
        the token in the clear, and its HMAC-SHA256 with the secret token in hex."""
        key = key_of(zoom_examples.SERVICE, SECRET)
        answer = handle(VALIDATION.request(key, "zoom"))
        assert answer.status == 200
        assert json.loads(answer.body) == {
            "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
            "encryptedToken": zoom_examples.hex_hmac(b"qgg8vlvZRS6UYooatFL8Aw", SECRET),
        }

    def test_zoom_is_told_that_the_secret_is_missing(self) -> None:
        key = key_of(zoom_examples.SERVICE)
        answer = handle(VALIDATION.request(key, "zoom"))
        assert answer.status == 403
        assert b"Enter the secret of Zoom" in answer.body

    @pytest.mark.parametrize("by_post", [False, True])
    def test_zadarma_gets_its_echo(self, by_post: bool) -> None:
        """https://zadarma.com/en/support/api/: ``exit($_GET['zd_echo'])``."""
        key = key_of(zadarma_examples.SERVICE, SECRET)
        echo = "5f4dcc3b5aa765d61d8327deb882cf99"
        post = Post(f"zd_echo={echo}".encode()) if by_post else Post()
        query = "" if by_post else f"zd_echo={echo}"
        answer = handle(Post(post.body, FORM, query=query).request(key, "zadarma"))
        assert (answer.status, answer.body) == (200, echo.encode())
        assert ("Content-Type", "text/plain; charset=utf-8") in answer.headers

    @pytest.mark.parametrize("echo", ["<script>", "a b", "x" * 129])
    def test_zadarma_gets_no_text_that_is_no_echo(self, echo: str) -> None:
        key = key_of(zadarma_examples.SERVICE)
        answer = handle(Post(query=f"zd_echo={echo}").request(key, "zadarma"))
        assert answer.status == 400
        assert b"<script>" not in answer.body
