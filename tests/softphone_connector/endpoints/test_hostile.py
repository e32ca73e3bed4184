"""No request whatever gets a 5xx answer, and none leaves anything unsafe behind."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxmanager.endpoint_spec import Role
from pbxmanager.models import Event
from softphone_connector.endpoints.handler import handle
from softphone_connector.endpoints.requests import EventRequest
from tests.softphone_connector.cast import Cast
from tests.support.examples import examples

ANYTHING = st.text(max_size=40)
HOSTILE = st.sampled_from(
    [
        "'; DROP TABLE pbxmanager_call; --",
        "<script>alert(1)</script>",
        "\u202e\u2066gnp.exe",
        "a\x00b",
        "\r\nSet-Cookie: a=b",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "$remote",
        "%00",
        "9" * 400,
        "sip:201@h",
        "1e308",
        "-1",
        "+4930 12345",
        "2026-05-04T12:00:00 02:00",
        "\ud800",
    ]
)
VALUE = ANYTHING | HOSTILE
NAME = st.sampled_from([*Role, "event", "key"]) | ANYTHING
PAIRS = st.lists(st.tuples(NAME, VALUE), max_size=6)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["accept", "authorization", "content-type", "user-agent", "sec-purpose"]
    ),
    VALUE | st.sampled_from(["application/json", "multipart/form-data; boundary=x"]),
)
SEGMENT = (
    st.sampled_from(["ringing", "connected", "ended", "missed", "hold", ""]) | VALUE
)


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    return joined.encode("utf-8", "surrogatepass")


@pytest.mark.django_db
@settings(
    max_examples=examples(200),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    who=st.sampled_from(["key", "bens_key", "pbx_key", "nobody"]),
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
    segment=SEGMENT,
    query=PAIRS,
    headers=HEADERS,
    body=st.binary(max_size=100) | PAIRS.map(encoded),
)
def test_any_request_is_accepted_or_refused(
    people: Cast,
    who: str,
    method: str,
    segment: str,
    query: list[tuple[str, str]],
    headers: dict[str, str],
    body: bytes,
) -> None:
    secret = getattr(people, who, "sk_nobody")
    request = EventRequest(
        method=method,
        path=f"{secret}/{segment}",
        query=encoded(query),
        headers=headers,
        body=body,
        remote="10.0.0.7",
    )
    answer = handle(request)
    assert answer.status < 500
    assert answer.status in {200, 204, 303, 400, 401, 403, 404, 405}
    assert len(answer.body) <= 1024 or request.wants_problem
    assert secret not in str(answer)
    for name, value in answer.headers:
        assert (name + value).isprintable()
    for event in Event.objects.order_by("-pk")[:1]:
        assert "\x00" not in f"{event.name}{event.extension}{event.number}"
        assert secret not in str(event.raw)
