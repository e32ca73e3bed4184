"""Which endpoints exist and what each expects are data that an admin can change."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from pbxmanager.endpoint_settings import (
    Endpoint,
    EndpointSet,
    default_set,
    make_default,
    spec_of,
)
from pbxmanager.endpoint_spec import DEFAULT_SET, EndpointSpec, Role, SetSpec, is_slug
from pbxmanager.events import EventKind


def spec(made: EndpointSet) -> SetSpec:
    made.refresh_from_db()
    return spec_of(made.pk, made.revision)


@pytest.fixture
def own_set(db: None) -> EndpointSet:
    made = EndpointSet.objects.create(name="Own")
    Endpoint.objects.create(endpoint_set=made, kind="ringing", slug="ringing")
    return made


@pytest.mark.parametrize(
    "text", ["ringing", "r", "7", "call-start", "in.coming", "a_b~c", "x" * 64]
)
def test_a_slug_is_lower_case_and_unreserved(text: str) -> None:
    assert is_slug(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "-a",
        "a-",
        "Ringing",
        "a b",
        "a/b",
        "ü",
        "a%20",
        "a?",
        "sk_a",
        "x" * 65,
    ],
)
def test_what_would_shadow_something_is_no_slug(text: str) -> None:
    assert not is_slug(text)


def test_the_default_set_has_four_endpoints(db: None) -> None:
    made = default_set()
    assert spec(made) == DEFAULT_SET
    assert DEFAULT_SET.slugs == ["ringing", "connected", "ended", "missed"]


def test_there_is_one_default_set(db: None) -> None:
    assert default_set() == default_set()
    with pytest.raises(IntegrityError), transaction.atomic():
        EndpointSet.objects.create(name="Second", is_default=True)


def test_the_default_set_takes_a_free_name(db: None) -> None:
    EndpointSet.objects.create(name="Default")
    EndpointSet.objects.create(name="Default 2")
    assert default_set().name == "Default 3"


def test_another_set_can_become_the_default(own_set: EndpointSet) -> None:
    former = default_set()
    make_default(own_set)
    make_default(own_set)
    assert default_set() == own_set
    former.refresh_from_db()
    assert not former.is_default


def test_a_set_is_read_as_plain_data(own_set: EndpointSet) -> None:
    own_set.common_slug = "event"
    own_set.event_parameter = "type"
    own_set.parameters = {"number": "caller", "extension": "user[]", "name": ""}
    own_set.recording_hosts = ["rec.example.com"]
    own_set.reply = "200"
    own_set.save()
    Endpoint.objects.create(
        endpoint_set=own_set,
        kind="ringing",
        slug="ringing-out",
        method="POST",
        enabled=False,
        parameters={"number": "callee"},
        fixed={"direction": "outbound"},
    )
    names = {Role.NUMBER: "caller", Role.EXTENSION: "user[]"}
    assert spec(own_set) == SetSpec(
        name="Own",
        common_slug="event",
        event_parameter="type",
        names=names,
        recording_hosts=frozenset({"rec.example.com"}),
        reply=200,
        endpoints={
            "ringing": EndpointSpec(
                kind=EventKind.RINGING, slug="ringing", names=names
            ),
            "ringing-out": EndpointSpec(
                kind=EventKind.RINGING,
                slug="ringing-out",
                enabled=False,
                method="POST",
                names={Role.NUMBER: "callee", Role.EXTENSION: "user[]"},
                fixed={Role.DIRECTION: "outbound"},
            ),
        },
    )
    assert spec(own_set).slugs == ["ringing"]
    assert spec(own_set).parameter_names == {"type", "caller", "callee", "user[]"}


def test_a_set_is_read_once(own_set: EndpointSet, django_assert_num_queries) -> None:
    spec(own_set)
    with django_assert_num_queries(0):
        spec_of(own_set.pk, own_set.revision)


def test_every_change_is_seen_at_once(own_set: EndpointSet) -> None:
    spec(own_set)
    own_set.reply = "200"
    own_set.save(update_fields=["reply"])
    assert spec(own_set).reply == 200
    endpoint = own_set.endpoints.get()
    endpoint.slug = "klingelt"
    endpoint.save()
    assert spec(own_set).slugs == ["klingelt"]
    endpoint.delete()
    assert spec(own_set).slugs == []


def error_of(field: str, make: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        make.full_clean()
    return str(caught.value.message_dict[field])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("common_slug", "../admin"),
        ("common_slug", "ringing"),
        ("event_parameter", "a b"),
        ("event_parameter", "number"),
        ("parameters", {"number": "a&b"}),
        ("parameters", {"number": 5}),
        ("parameters", {"number": "x", "name": "x"}),
        ("parameters", {"colour": "x"}),
        ("parameters", ["number"]),
        ("recording_hosts", "rec.example.com"),
        ("recording_hosts", ["https://rec.example.com"]),
        ("recording_hosts", ["Rec.example.com"]),
        ("recording_hosts", [5]),
        ("reply", "500"),
    ],
)
def test_a_mistake_in_a_set_is_named(
    own_set: EndpointSet, field: str, value: object
) -> None:
    setattr(own_set, field, value)
    assert error_of(field, own_set)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "event"),
        ("slug", "Ringing"),
        ("slug", "sk_key"),
        ("kind", "dialled"),
        ("method", "PUT"),
        ("parameters", {"number": "call_id"}),
        ("parameters", {"number": "event"}),
        ("parameters", "number"),
        ("fixed", {"direction": 5}),
        ("fixed", {"direction": "x" * 129}),
        ("fixed", {"colour": "red"}),
    ],
)
def test_a_mistake_in_an_endpoint_is_named(
    own_set: EndpointSet, field: str, value: object
) -> None:
    own_set.common_slug = "event"
    own_set.save()
    endpoint = own_set.endpoints.get()
    endpoint.endpoint_set = own_set
    setattr(endpoint, field, value)
    assert error_of(field, endpoint)


def test_a_good_set_and_endpoint_are_accepted(own_set: EndpointSet) -> None:
    own_set.common_slug = "event"
    own_set.recording_hosts = ["rec.example.com"]
    own_set.full_clean()
    endpoint = own_set.endpoints.get()
    endpoint.parameters = {"number": "caller"}
    endpoint.fixed = {"direction": "outbound"}
    endpoint.full_clean()
    assert (str(own_set), str(endpoint)) == ("Own", "ringing")


def test_a_slug_is_used_once_in_a_set(own_set: EndpointSet) -> None:
    twin = Endpoint(endpoint_set=own_set, kind="ended", slug="ringing")
    assert "segment" in error_of("__all__", twin)
    other = EndpointSet.objects.create(name="Other")
    Endpoint(endpoint_set=other, kind="ended", slug="ringing").full_clean()
