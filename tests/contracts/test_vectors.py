"""Signatures and handshakes that the services' documents give as examples, and the
forgeries that must not pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from softphone_connector.adapters.reading import ServiceRequest
from softphone_connector.endpoints.handler import handle
from softphone_connector.pbx.placetel import adapter as placetel
from softphone_connector.pbx.sipgate import adapter as sipgate
from softphone_connector.pbx.twilio import adapter as twilio
from softphone_connector.pbx.vonage import adapter as vonage
from softphone_connector.pbx.zadarma import adapter as zadarma
from softphone_connector.pbx.zoom import adapter as zoom
from softphone_connector.profiles import profiles
from tests.contracts import sipgate as sipgate_examples
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


# A request that sipgate sent once: test/resources/request of the GitHub repository
# sipgate/pushapi-request-verifier.
SIPGATE_BODY = (
    b"event=newCall&direction=in&from=491776249000&to=4928559389086&callId=54566B150B0C"
    b"0D3A5D534D5F565D7C5F54535A5C5B53525A7E5B5D5745504457444C425D5057&origCallId=54566"
    b"B150B0C0D3A5D534D5F565D7C5F54535A5C5B53525A7E5B5D5745504457444C425D5057&user%5B%5"
    b"D=&xcid=8419b3450b75cd19"
)
SIPGATE_SIGNATURE = (
    "DFWZPUEqJc3Jrn90Hu7NcSeAeL/7/0eDik7C2xpwc26OqB5nu4Irbo3LJ6qyRnbYyq2OnsN7u9gG"
    "c89yXWZ6NbtKmKprDG0Ony3Bm/Oxpf2dYPziHUz4uXoio03T6LeUzAOZ/N4LajzgLIepvbvUJ/vj"
    "PAiJvG7NMxllSNjjsiXQqDIvS5smeXhbfamVuK/RheICMfpL0/qybDMLiOj0fw5whJE+Sz3t2a/8"
    "GndjsvVeA7BoMZeP8B2klMrZHmbaJlfteU/csEWBAq3c6gbt4oaMlPFkp7IS50b4GJAkqrtllvYP"
    "hpRN2OhDa68TOfeTMs5wV+mGwuM6jM6vVDF2tC6R9uqepaCBNaXvpr/dOJoc9qava3HN77plOeGK"
    "SbX88OEZl22bI/wTqn3lmwQgqbcd+k1Pt0LsAPuGQxvjseKankKvsvm8UuxboxLhnZIbd4DvIjok"
    "iKY701yV26vfaD6nan8EOnUA5wVdmNM+HQhSWBZvW32kB3xvVhdVjnNfELGvZc/1IedHZ3KmFNBI"
    "xXuY0eQlsfdt1WAuFT3oDfEoMryahAoakjIFUk6nlLHX0UnqS7fGXXx5AIvkIssxXP2iSg1ij1bs"
    "ZJ/HmpyZInU9p7n1xMuXl/YD/Q8ITdCnHdKpcKznHEpAhRwG+gnF4rl/FZqAk8I1l+6p+wVRdWQ="
)


class TestSipgate:
    def key(self) -> str:
        """sipgate's public key, as its profile shows it."""
        (file,) = profiles()["sipgate"].files
        return file.text

    @pytest.mark.parametrize("is_one_line", [False, True])
    def test_its_own_request(self, is_one_line: bool) -> None:
        key = self.key().replace("\n", " ") if is_one_line else self.key()
        headers = {"x-sipgate-signature": SIPGATE_SIGNATURE}
        assert sipgate.is_signed(request(SIPGATE_BODY, headers), key)
        assert not sipgate.is_signed(request(SIPGATE_BODY + b"0", headers), key)
        assert not sipgate.is_signed(request(SIPGATE_BODY, {}), key)

    @pytest.mark.parametrize("made", ["", "=", "AAAA", "\u00fc", "*" * 684])
    def test_what_is_no_signature(self, made: str) -> None:
        headers = {"x-sipgate-signature": made}
        assert not sipgate.is_signed(request(SIPGATE_BODY, headers), self.key())

    @pytest.mark.parametrize("key", ["12345", "AAAA", "-----BEGIN PUBLIC KEY-----"])
    def test_what_is_no_key_signs_nothing(self, key: str) -> None:
        headers = {"x-sipgate-signature": SIPGATE_SIGNATURE}
        assert not sipgate.is_signed(request(SIPGATE_BODY, headers), key)

    @pytest.mark.django_db
    def test_what_is_no_key_is_asked_for_again(self) -> None:
        key = key_of(sipgate_examples.SERVICE, "12345")
        answer = handle(Post(SIPGATE_BODY).request(key, "sipgate"))
        assert answer.status == 403
        assert b"none that can be read" in answer.body


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


# Made with OpenSSL, by the formula of the service's document and by no code of ours:
#   printf %s "$fields" | openssl dgst -sha1 -hmac "$secret"
ZADARMA_FIELDS = (
    b"event=NOTIFY_START&caller_id=491711234567&called_did=493055571600"
    b"&call_start=2026-05-04+14%3A00%3A00&pbx_call_id=in_1a2b3c"
)


VONAGE_TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3Nzc4OTYwMDAsImp0aSI6ImM1YmE4Z"
    "jI0LTFhMTQtNGMxMC1iZmRmLTNmYmU4Y2U1MTFiNSIsImlzcyI6IlZvbmFnZSIsInBheWxvYWRfaGF"
    "zaCI6IjgwY2M3MTYyOThjYWM1OTgyOGY2Yzc4MDc1Yjk2MWI1OGQ5MzA4OTIzY2FiMmQwZDQzZjI5Z"
    "GE5ZmI3ZWU0ZmMiLCJhcGlfa2V5IjoiYTFiMmMzZCIsImFwcGxpY2F0aW9uX2lkIjoiYWFhYWFhYWE"
    "tYmJiYi1jY2NjLWRkZGQtMDEyMzQ1Njc4OWFiIn0.GtRcOqVqrvrH2_PW0XHtrfwASZkf6oRgUb13E"
    "IeESt8"
)


def test_zadarma() -> None:
    """https://zadarma.com/en/support/api/, "Notifications": base64_encode(
    hash_hmac('sha1', caller_id . called_did . call_start, API_SECRET))."""
    made = "ZTc1MmI2ZDBmMzVlNzJjMDczZTM2MTQyMTI1MjIyNTk4NWU1OWJlNA=="

    def is_signed(body: bytes) -> bool:
        pairs = parse_qsl(body.decode())
        found = replace(request(body, {"signature": made}), pairs=pairs)
        return zadarma.is_signed(found, SECRET)

    assert is_signed(ZADARMA_FIELDS)
    assert not is_signed(ZADARMA_FIELDS.replace(b"caller_id=49", b"caller_id=48"))
    assert not is_signed(ZADARMA_FIELDS.replace(b"14%3A", b"15%3A"))
    assert not is_signed(ZADARMA_FIELDS.replace(b"NOTIFY_START", b"NOTIFY_OUT_START"))


def test_zoom() -> None:
    """https://developers.zoom.us/docs/api/webhooks/, "Verify webhook events":
    "v0=" and the HMAC-SHA256 of "v0:{x-zm-request-timestamp}:{body}" in hex."""
    made = "v0=3796747d966be80cbbacc8e6ed59ae769a9452fa7842364142bdab12ea45f9a4"
    headers = {"x-zm-request-timestamp": "1777896000", "x-zm-signature": made}
    body = b'{"event":"phone.callee_ringing"}'
    assert zoom.is_signed(request(body, headers), SECRET)
    assert not zoom.is_signed(request(body + b" ", headers), SECRET)
    assert not zoom.is_signed(request(body, headers), f"{SECRET} ")


def test_vonage() -> None:
    """https://developer.vonage.com/en/getting-started/concepts/webhooks, "Decoding
    signed webhooks": a JWT with HS256; its payload_hash is the SHA-256 of the body."""
    body = b'{"status":"started"}'
    headers = {"authorization": f"Bearer {VONAGE_TOKEN}"}
    assert vonage.is_signed(request(body, headers), SECRET)
    assert not vonage.is_signed(request(body + b" ", headers), SECRET)
    assert not vonage.is_signed(request(body, headers), f"{SECRET} ")


def check_jwt(
    head: Mapping[str, Any], body: bytes = b'{"status":"started"}', **claims: Any
) -> bool:
    post = Post(body)
    made = vonage_examples.token(post, SECRET, head, **claims)
    headers = {"authorization": f"Bearer {made}"}
    return vonage.is_signed(request(post.body, headers), SECRET)


HS256 = {"alg": "HS256", "typ": "JWT"}


def test_vonage_takes_its_own_tokens() -> None:
    assert check_jwt(HS256)
    assert check_jwt(HS256, b"", payload_hash=None)


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
    assert not check_jwt(HS256, payload_hash=None)


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
            "encryptedToken": (  # made with OpenSSL
                "460372d74a15f5691ff4578e0981336d8be8453106603f64d917ed33cb1d137d"
            ),
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
