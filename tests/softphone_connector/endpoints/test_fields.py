"""Parameters come as query, form, multipart or JSON, and often broken."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone_connector.endpoints.faults import Code, ParameterError
from softphone_connector.endpoints.fields import (
    MAX_FIELDS,
    body_pairs,
    first_stated,
    merged,
    pairs,
)

NAMES = frozenset({"number", "extension", "call_id", "event", "cause", "ext"})
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xyz"


def query(text: str | bytes) -> dict[str, str]:
    data = text.encode() if isinstance(text, str) else text
    return first_stated(pairs(data, NAMES))


NUMBER_AND_EXT = {"number": "1", "ext": "2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("number=1&ext=2", NUMBER_AND_EXT),
        ("number=1;ext=2", NUMBER_AND_EXT),
        ("event=x&number=1;ext=2", {"event": "x", **NUMBER_AND_EXT}),
        ("name=a;b", {"name": "a;b"}),
        ("name=a;other=b", {"name": "a;other=b"}),
        ("number=1;ext", {"number": "1;ext"}),
        ("number=sip:1@h;ext=5&ext=2", {"number": "sip:1@h;ext=5", "ext": "2"}),
        ("number=tel:+49301;ext=5", {"number": "tel: 49301;ext=5"}),
        ("number=<sip:1@h>;tag=a;event=x", {"number": "<sip:1@h>;tag=a", "event": "x"}),
        ("cause=SIP;cause=200&ext=1", {"cause": "SIP;cause=200", "ext": "1"}),
        ("cause=Q.850;cause=26;text=a", {"cause": "Q.850;cause=26;text=a"}),
        ("number=+4930", {"number": " 4930"}),
        ("number=%2B4930", {"number": "+4930"}),
        ("number=%CallerNumber%", {"number": "%CallerNumber%"}),
        ("number=%%CallerNumber%%&ext=1", {"number": "%%CallerNumber%%", "ext": "1"}),
        ("name=M%C3%BCller", {"name": "Müller"}),
        ("name=M%FCller", {"name": "Müller"}),
        ("name=100%", {"name": "100%"}),
        ("name=%zz", {"name": "%zz"}),
        ("number", {"number": ""}),
        ("=1&&number=2", {"number": "2"}),
        ("number=&number=2&number=3", {"number": "2"}),
        ("number=%20&number=2", {"number": "2"}),
        ("n%75mber=2", {"number": "2"}),
    ],
)
def test_a_query_is_read(text: str, expected: dict[str, str]) -> None:
    assert query(text) == expected


def test_a_query_with_raw_bytes_is_read() -> None:
    assert query(b"name=M\xfcller") == {"name": "Müller"}
    assert query("name=Müller".encode()) == {"name": "Müller"}


def test_a_query_has_at_most_a_hundred_parameters() -> None:
    text = "&".join(f"p{number}=1" for number in range(MAX_FIELDS + 50))
    assert len(query(text)) == MAX_FIELDS


def body(data: str | bytes, content_type: str) -> dict[str, str]:
    raw = data.encode() if isinstance(data, str) else data
    return first_stated(body_pairs(raw, content_type, NAMES))


@pytest.mark.parametrize(
    ("data", "content_type", "expected"),
    [
        ("number=1&ext=2\r\n", FORM, {"number": "1", "ext": "2"}),
        ("number=1", "", {"number": "1"}),
        ("number=1", "text/plain", {"number": "1"}),
        ("number=1", "nonsense", {"number": "1"}),
        ('{"number": "1"}', "", {"number": "1"}),
        (' {"number": "1"}', "text/plain", {"number": "1"}),
        ('{"number": "1"}', "application/json; charset=utf-8", {"number": "1"}),
        ('{"number": "1"}', "application/cloudevents+json", {"number": "1"}),
        ('{"number": 4930, "d": 1.5, "b": true}', "application/json",
         {"number": "4930", "d": "1.5", "b": "true"}),
        ('{"number": null, "ext": ""}', "application/json", {"ext": ""}),
        ('{"number": ["", "2", "3"]}', "application/json", {"number": "2"}),
        ('{"number": {"a": 1}, "ext": [[1]]}', "application/json", {}),
        ("  ", "application/json", {}),
        ("name=M%FCller", f"{FORM}; charset=iso-8859-1", {"name": "Müller"}),
        ("name=M%FCller", f"{FORM}; charset=unknown", {"name": "Müller"}),
    ],
)  # fmt: skip
def test_a_body_is_read(data: str, content_type: str, expected: dict[str, str]) -> None:
    assert body(data, content_type) == expected


def test_a_multipart_body_is_read_without_its_files() -> None:
    data = (
        '--xyz\r\nContent-Disposition: form-data; name="number"\r\n\r\n+4930\r\n'
        '--xyz\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n'
        "Content-Type: text/plain\r\n\r\nfile\r\n--xyz--\r\n"
    )
    assert body(data, MULTIPART) == {"number": "+4930"}


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        ("{", "application/json"),
        ("[1]", "application/json"),
        ('"text"', "application/json"),
        ("[" * 50_000, "application/json"),
        ('{"number": ' + "1" * 5_000 + "}", "application/json"),
        ("{number=1", ""),
        ("x", "multipart/form-data"),
        ("x", "multipart/form-data; boundary=ü"),
    ],
)
def test_a_broken_body_is_refused(data: str, content_type: str) -> None:
    with pytest.raises(ParameterError) as caught:
        body(data, content_type)
    assert caught.value.code == Code.BODY_UNREADABLE
    assert caught.value.status == 400


def test_the_body_counts_before_the_query_where_it_states_something() -> None:
    read = merged([("number", "1"), ("ext", "2")], [("number", "9"), ("ext", "")])
    assert read == {"number": "9", "ext": "2"}


@given(st.binary(max_size=300))
def test_any_query_can_be_read(data: bytes) -> None:
    found = first_stated(pairs(data, NAMES))
    assert all(isinstance(value, str) for value in found.values())


@given(
    st.binary(max_size=300),
    st.sampled_from([FORM, MULTIPART, "application/json", "", "a/b; charset=\x00"])
    | st.text(max_size=30),
)
def test_any_body_is_read_or_refused(data: bytes, content_type: str) -> None:
    with suppress(ParameterError):
        found = body_pairs(data, content_type, NAMES)
        assert all(isinstance(name, str) for name, _value in found)


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=5))
def test_what_is_sent_as_json_arrives(sent: dict[str, str]) -> None:
    data = json.dumps(sent).encode()
    assert dict(body_pairs(data, "application/json", NAMES)) == sent
