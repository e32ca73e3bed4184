"""The settings pages of endpoint sets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from crmplus.accounts.models import User
from crmplus.administration.models import SettingsChange
from pbxmanager.endpoint_changes import SetInUseError, delete_set
from pbxmanager.endpoint_editor import MAX_ROWS
from pbxmanager.endpoint_settings import (
    Endpoint,
    EndpointSet,
    default_set,
    spec_of,
)
from pbxmanager.endpoint_spec import Role
from pbxmanager.endpoint_words import label_of
from pbxmanager.models import Event, Extension
from softphone_connector.keys import create
from tests.pbxmanager.office import NOON, queries, words_of
from tests.pbxmanager.settings_pages import HOSTILE, address, admin, open_form

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
SET = "settings-set"
CHECK = {"X-Check": "1"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def web() -> Client:
    return admin()[1]


@pytest.fixture
def ours() -> EndpointSet:
    return default_set()


def rings(**given: Any) -> Event:
    """Anna's Yealink told of a call three minutes ago."""
    fields: dict[str, Any] = {
        "source": "key:1",
        "extension": "201",
        "kind": "ringing",
        "raw": {"path": "ringing", "method": "GET", "params": {"number": "1"}},
        "received_at": NOON - timedelta(minutes=3),
    }
    return Event.objects.create(**{**fields, **given})


def phone_in_use(**key: Any) -> str:
    """The source of Anna's key, under which her phone has reported."""
    anna = User.objects.create_user("anna", first_name="Anna", last_name="Schmidt")
    Extension.objects.create(number="201", user=anna)
    source = create(user=anna, **key)[0].source
    rings(source=source)
    return source


def slugs(one: EndpointSet) -> list[str]:
    return list(one.endpoints.values_list("slug", flat=True))


def test_agents_and_supervisors_do_not_come_in(ours: EndpointSet) -> None:
    agent = User.objects.create_user("agent")
    client = Client()
    client.force_login(agent)
    assert client.get(address("settings")).status_code == 403
    for name in (SET, "settings-set-copy", "settings-set-delete"):
        assert client.post(address(name, ours.pk)).status_code == 403
    assert Client().get(address("settings")).status_code == 302


def test_all_sets_are_listed_and_the_default_is_made(web: Client) -> None:
    EndpointSet.objects.create(name="Yealink", common_slug="all")
    page = words_of(web.get(address("settings")).content.decode())
    assert page.index("Default default") < page.index("Yealink")


def test_the_list_costs_the_same_however_many_sets(web: Client) -> None:
    web.get(address("settings"))
    few = queries(lambda: web.get(address("settings")))
    for number in range(5):
        made = EndpointSet.objects.create(name=f"Set {number}")
        Endpoint.objects.create(endpoint_set=made, kind="ringing", slug="rings")
    assert queries(lambda: web.get(address("settings"))) == few


def test_a_page_shows_ready_examples(web: Client, ours: EndpointSet) -> None:
    page = web.get(address(SET, ours.pk)).content.decode()
    example = (
        "http://testserver/softphone/sk_…/ringing"
        "?call_id=a1b2c3&amp;extension=201&amp;number=%2B493012345670"
    )
    assert example in page


def test_a_change_is_saved_and_stands_in_the_audit_log(
    web: Client, ours: EndpointSet
) -> None:
    data = open_form(web, SET, ours.pk)
    data |= {
        "name": "Our phones",
        "reply": "200",
        "recording_hosts": "rec.example.com rec.example.com\nb.example.org",
        "parameter_number": "from",
        "parameter_name": "",
        "common_slug": "all",
        "e0-slug": "rings",
        "e0-method": "POST",
        "e0-name_extension": "line",
        "e0-name_cause": "-",
        "e0-fixed_direction": "inbound",
        "e4-slug": "hold",
        "e4-enabled": "on",
    }
    before = ours.revision
    response = web.post(address(SET, ours.pk), data)
    assert response.headers["Location"] == address(SET, ours.pk)
    ours.refresh_from_db()
    assert ours.revision != before
    assert ours.is_default
    assert slugs(ours) == ["rings", "connected", "ended", "missed", "hold"]
    spec = spec_of(ours.pk, ours.revision)
    assert spec.reply == 200
    assert spec.recording_hosts == {"rec.example.com", "b.example.org"}
    first = spec.endpoints["rings"]
    assert first.method == "POST"
    assert first.names[Role.NUMBER] == "from"
    assert first.names[Role.EXTENSION] == "line"
    assert Role.CAUSE not in first.names
    assert first.fixed == {Role.DIRECTION: "inbound"}
    assert Role.NAME not in spec.names
    change = SettingsChange.objects.get()
    told = (change.kind, change.what, change.actor_name)
    assert told == ("endpoint_set", "Our phones", "Ada King")
    told = {one["field"]: (one["before"], one["after"]) for one in change.changes}
    assert told["ringing.slug"] == ("ringing", "rings")
    assert told["parameter.number"] == ("number", "from")
    # What was saved comes back as it was entered.
    again = open_form(web, SET, ours.pk)
    assert again["e0-name_cause"] == "-"
    assert again["recording_hosts"] == "rec.example.com\nb.example.org"
    assert again["e5-slug"] == ""


def test_two_endpoints_may_exchange_their_segments(
    web: Client, ours: EndpointSet
) -> None:
    data = open_form(web, SET, ours.pk) | {"e2-slug": "missed", "e3-slug": "ended"}
    assert web.post(address(SET, ours.pk), data).status_code == 302
    kinds = dict(ours.endpoints.values_list("slug", "kind"))
    assert (kinds["missed"], kinds["ended"]) == ("ended", "missed")


def test_an_endpoint_is_removed(web: Client, ours: EndpointSet) -> None:
    data = open_form(web, SET, ours.pk) | {"e3-remove": "on"}
    web.post(address(SET, ours.pk), data)
    assert slugs(ours) == ["ringing", "connected", "ended"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"e0-slug": "Ringing!"}, "Use lower-case letters"),
        ({"e0-slug": "connected"}, "Another endpoint has this last segment."),
        ({"e0-slug": ""}, "tick “Remove”"),
        ({"e0-kind": "dancing"}, "Select a valid choice"),
        ({"e0-method": "PUT"}, "Select a valid choice"),
        ({"e0-name_number": "extension"}, "Two parameters have the same name."),
        ({"e0-name_number": "a b"}, "A parameter name has"),
        ({"e0-fixed_cause": "\u202e"}, "cannot be seen"),
        ({"common_slug": "ringing"}, "That is the common address of all events."),
        ({"event_parameter": "number"}, "A parameter below has the same name."),
        ({"parameter_name": "number"}, "Two parameters have the same name."),
        ({"recording_hosts": "https://x"}, "Write host names"),
        ({"name": ""}, "This field is required."),
        ({"name": "Taken"}, "Another set has this name."),
        ({"reply": "500"}, "Select a valid choice"),
        ({f"e{n}-remove": "on" for n in range(4)}, "at least one endpoint"),
    ],
)
def test_what_cannot_work_is_said(
    web: Client, ours: EndpointSet, changes: dict[str, str], words: str
) -> None:
    EndpointSet.objects.create(name="Taken")
    data = open_form(web, SET, ours.pk) | changes
    for headers in ({}, CHECK):
        response = web.post(address(SET, ours.pk), data, headers=headers)
        assert response.status_code == 200
        assert words in words_of(response.content.decode())
    assert slugs(ours) == ["ringing", "connected", "ended", "missed"]
    assert not SettingsChange.objects.exists()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_values_in_every_field(
    web: Client, ours: EndpointSet, hostile: str
) -> None:
    data = open_form(web, SET, ours.pk)
    # The rows are all alike: the first one and the empty one speak for them.
    for name in [name for name in data if name[:2] not in {"e1", "e2", "e3"}]:
        response = web.post(address(SET, ours.pk), data | {name: hostile})
        assert response.status_code in {200, 302, 409}, name
        assert "<script>alert" not in response.content.decode()
        if response.status_code == 302:
            data = open_form(web, SET, ours.pk)


def test_missing_fields_and_too_many_rows_harm_nothing(
    web: Client, ours: EndpointSet
) -> None:
    state = open_form(web, SET, ours.pk)["state"]
    for data in ({}, {"state": state}, {"state": state, "rows": "100000"}):
        response = web.post(address(SET, ours.pk), data, headers=CHECK)
        assert response.status_code == 200
        assert len(response.context["rows"]) <= MAX_ROWS
    assert slugs(ours) == ["ringing", "connected", "ended", "missed"]


def test_checking_saves_nothing_and_shows_the_address(
    web: Client, ours: EndpointSet
) -> None:
    data = open_form(web, SET, ours.pk)
    data |= {
        "e0-slug": "rings",
        "e0-fixed_extension": "201",
        "parameter_call_id": "",
        "parameter_number": "",
        "common_slug": "all",
    }
    page = web.post(address(SET, ours.pk), data, headers=CHECK).content.decode()
    assert "/softphone/sk_…/rings<" in page
    assert "/softphone/sk_…/all?event=rings&amp;extension=201<" in page
    assert slugs(ours)[0] == "ringing"


def test_a_row_without_a_segment_shows_no_address(
    web: Client, ours: EndpointSet
) -> None:
    data = open_form(web, SET, ours.pk) | {"e0-slug": "Not good"}
    rows = web.post(address(SET, ours.pk), data, headers=CHECK).context["rows"]
    assert [bool(row.example) for row in rows] == [False, True, True, True, False]


def test_two_admins_at_once(web: Client, ours: EndpointSet) -> None:
    _bea, other = admin("bea", "Bea")
    mine = open_form(web, SET, ours.pk) | {"name": "Mine", "e0-slug": "mine"}
    theirs = open_form(other, SET, ours.pk) | {
        "e0-slug": "theirs",
        "e0-fixed_cause": "busy",
        "e1-enabled": "",
        "recording_hosts": "a.example.com",
    }
    other.post(address(SET, ours.pk), theirs)
    response = web.post(address(SET, ours.pk), mine)
    assert response.status_code == 409
    words = words_of(response.content.decode())
    assert "Bea King has changed this while you had it open." in words
    assert "Ringing: last segment theirs mine" in words
    assert "Ringing: fixed values Cause: busy empty" in words
    assert "Connected: on no yes" in words
    assert slugs(ours)[0] == "theirs"
    mine["state"] = response.context["state"]
    assert web.post(address(SET, ours.pk), mine).status_code == 302
    assert slugs(ours)[0] == "mine"


def test_a_conflict_that_nobody_signed_is_told_too(
    web: Client, ours: EndpointSet
) -> None:
    data = open_form(web, SET, ours.pk)
    ours.reply = "200"
    ours.save()
    response = web.post(address(SET, ours.pk), data)
    assert response.status_code == 409
    assert "Somebody has changed this" in response.content.decode()


def test_names_of_values_are_words() -> None:
    assert label_of("name") == "Name"
    assert label_of("parameter.call_id") == "Parameter: Call ID"
    assert label_of("ended-2.method") == "Ended (2.): method"


def test_a_phone_in_use_is_named_before_its_address_goes(
    web: Client, ours: EndpointSet
) -> None:
    phone_in_use()
    data = open_form(web, SET, ours.pk) | {"e0-slug": "rings"}
    response = web.post(address(SET, ours.pk), data)
    assert response.status_code == 409
    words = words_of(response.content.decode())
    assert "Extension 201 (Anna Schmidt) : …/ringing , last used: 3 min ago" in words
    assert "It will get an error until its URL is changed." in words
    assert slugs(ours)[0] == "ringing"
    data["anyway"] = response.context["accepted"]
    assert web.post(address(SET, ours.pk), data).status_code == 302
    assert slugs(ours)[0] == "rings"


def test_who_accepted_one_break_has_not_accepted_another(
    web: Client, ours: EndpointSet
) -> None:
    source = phone_in_use()
    data = open_form(web, SET, ours.pk) | {"e0-slug": "rings"}
    accepted = web.post(address(SET, ours.pk), data).context["accepted"]
    rings(source=source, extension="", raw={"path": "ended"}, kind="ended")
    data |= {"anyway": accepted, "e2-enabled": ""}
    response = web.post(address(SET, ours.pk), data)
    assert response.status_code == 409
    words = words_of(response.content.decode())
    assert "Anna Schmidt : …/ended" in words
    assert "Extension 201 (Anna Schmidt) : …/ringing" in words
    data["anyway"] = response.context["accepted"]
    assert web.post(address(SET, ours.pk), data).status_code == 302


def test_what_is_not_read_any_more_is_named(web: Client, ours: EndpointSet) -> None:
    phone_in_use()
    data = open_form(web, SET, ours.pk) | {"parameter_number": "from"}
    page = web.post(address(SET, ours.pk), data).content.decode()
    assert "Not read until its URL is changed: Number." in page


def test_an_address_that_changes_its_meaning_is_named(
    web: Client, ours: EndpointSet
) -> None:
    phone_in_use()
    data = open_form(web, SET, ours.pk) | {"e0-slug": "missed", "e3-slug": "ringing"}
    page = web.post(address(SET, ours.pk), data).content.decode()
    assert "It will report another event until its URL is changed." in page


def test_only_so_many_phones_are_listed(web: Client, ours: EndpointSet) -> None:
    source = phone_in_use()
    for number in range(300, 325):
        rings(source=source, extension=str(number))
    data = open_form(web, SET, ours.pk) | {"e0-slug": "rings"}
    few = queries(lambda: web.post(address(SET, ours.pk), data))
    response = web.post(address(SET, ours.pk), data)
    assert "and 6 more" in words_of(response.content.decode())
    for number in range(400, 425):
        rings(source=source, extension=str(number))
    assert queries(lambda: web.post(address(SET, ours.pk), data)) == few


def test_a_phone_of_another_set_is_not_concerned(
    web: Client, ours: EndpointSet
) -> None:
    other = EndpointSet.objects.create(name="Other")
    phone_in_use(endpoint_set=other)
    data = open_form(web, SET, ours.pk) | {"e0-slug": "rings"}
    assert web.post(address(SET, ours.pk), data).status_code == 302


def test_a_name_alone_breaks_nothing(web: Client, ours: EndpointSet) -> None:
    phone_in_use()
    data = open_form(web, SET, ours.pk) | {"e0-slug": "ringing", "reply": "200"}
    assert web.post(address(SET, ours.pk), data).status_code == 302


def test_a_set_is_added(web: Client) -> None:
    data = open_form(web, "settings-new-set")
    assert data["e3-slug"] == "missed"
    data |= {"name": "Yealink", "e0-slug": "rings"}
    web.post(address("settings-new-set"), data)
    made = EndpointSet.objects.get(name="Yealink")
    assert slugs(made) == ["rings", "connected", "ended", "missed"]
    assert not made.is_default
    assert SettingsChange.objects.get().what == "Yealink"


def test_a_set_is_copied(web: Client, ours: EndpointSet) -> None:
    ours.name = "N" * 64
    ours.common_slug = "all"
    ours.save()
    web.post(address("settings-set-copy", ours.pk))
    web.post(address("settings-set-copy", ours.pk))
    first, second = EndpointSet.objects.exclude(pk=ours.pk).order_by("pk")
    assert first.name.startswith("Copy of NNN")
    assert second.name == f"{first.name} 2"
    assert slugs(second) == slugs(ours)
    assert second.common_slug == "all"
    assert not second.is_default


def test_a_set_is_deleted_after_a_question(web: Client, ours: EndpointSet) -> None:
    other = EndpointSet.objects.create(name="Other")
    page = web.post(address("settings-set-delete", other.pk))
    assert "Delete the endpoint set Other?" in page.content.decode()
    assert EndpointSet.objects.filter(pk=other.pk).exists()
    web.post(address("settings-set-delete", other.pk), {"sure": "1"})
    assert not EndpointSet.objects.filter(pk=other.pk).exists()
    assert SettingsChange.objects.get().what == "Other"


def test_a_set_that_keys_use_stays_and_they_are_named(
    web: Client, ours: EndpointSet
) -> None:
    other = EndpointSet.objects.create(name="Other")
    key, _secret = create(pbx_name="Office PBX", endpoint_set=other)
    path = address("settings-set-delete", other.pk)
    page = web.post(path, {"sure": "1"}, follow=True).content.decode()
    assert f"Give them another one first: {key}." in page
    assert not SettingsChange.objects.exists()
    with pytest.raises(SetInUseError, match="Office PBX"):
        delete_set(None, other)


def test_the_default_set_stays(web: Client, ours: EndpointSet) -> None:
    path = address("settings-set-delete", ours.pk)
    page = web.post(path, {"sure": "1"}, follow=True).content.decode()
    assert "The default set stays." in page
    with pytest.raises(ValueError, match="Default"):
        delete_set(None, ours)


def test_another_set_becomes_the_default(web: Client, ours: EndpointSet) -> None:
    other = EndpointSet.objects.create(name="Other")
    phone_in_use()
    path = address("settings-set-default", other.pk)
    response = web.post(path)
    assert response.status_code == 409
    assert "Extension 201 (Anna Schmidt)" in response.content.decode()
    web.post(path, {"anyway": response.context["accepted"]})
    assert default_set() == other
    change = SettingsChange.objects.get()
    assert change.changes == [{"field": "set", "before": "Default", "after": "Other"}]
