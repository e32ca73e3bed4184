"""Whatever is posted to a page of the settings, it answers; each change is noted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmplus.administration.audit import Subject
from crmplus.administration.models import SettingsChange
from pbxmanager.blocking import BlockedNumber
from pbxmanager.endpoint_settings import EndpointSet, default_set
from tests.pbxmanager.settings_pages import HOSTILE, address, admin, open_form

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
SET, NEW = "settings-set", "settings-new-set"
RULES, NUMBERS, BLOCKED = "settings-rules", "settings-numbers", "settings-blocked"
AGAIN = "settings-blocked-again"
JUNK = st.one_of(
    st.text(max_size=40),
    st.sampled_from([*HOSTILE, "", "-", "+", "*", "0", "on", "-1", "1e9", "٣", "²"]),
    st.from_regex(r"[-+*#0-9 ()/.,;\n]{1,30}", fullmatch=True),
)
patient = settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def web() -> Client:
    return admin()[1]


@pytest.mark.parametrize("name", [RULES, NUMBERS, SET, NEW])
@patient
@given(
    junk=st.lists(st.tuples(st.integers(0, 999), JUNK), min_size=1, max_size=6),
    checks=st.booleans(),
)
def test_no_junk_breaks_a_form(
    web: Client, name: str, junk: list[tuple[int, str]], *, checks: bool
) -> None:
    place = (default_set().pk,) if name == SET else ()
    form = open_form(web, name, *place)
    names = sorted(form)
    sent = {names[number % len(names)]: text for number, text in junk}
    headers = {"X-Check": "1"} if checks else {}

    response = web.post(address(name, *place), form | sent, headers=headers)

    assert response.status_code in {200, 302, 409}
    # What was saved can be opened again.
    open_form(web, name, *place)


@pytest.mark.parametrize("name", [BLOCKED, AGAIN])
@patient
@given(number=JUNK, note=JUNK)
def test_no_junk_breaks_the_block_list(
    web: Client, name: str, number: str, note: str
) -> None:
    sent = {"number": number, "note": note}
    path = address(name)
    if name == AGAIN:
        response = web.post(path, query_params=sent, follow=True)
    else:
        response = web.post(path, sent, follow=True)
    assert response.status_code == 200
    assert web.get(address(BLOCKED)).status_code == 200


def post(web: Client, page: str, *place: Any, **changes: str) -> None:
    data = open_form(web, page, *place) | changes
    assert web.post(address(page, *place), data).status_code == 302


def test_every_change_leaves_one_entry(web: Client) -> None:
    ours = default_set()

    def entries(subject: Subject) -> int:
        left = SettingsChange.objects.filter(actor__username="root")
        assert left.count() == 1
        found = left.filter(area=subject.area, kind=subject.kind, what=subject.name)
        return found.delete()[0]

    post(web, SET, ours.pk, reply="200")
    assert entries(Subject("pbxmanager", "endpoint_set", "Default"))
    post(web, NEW, name="Other")
    assert entries(Subject("pbxmanager", "endpoint_set", "Other"))
    other = EndpointSet.objects.get(name="Other")
    web.post(address("settings-set-copy", other.pk))
    assert entries(Subject("pbxmanager", "endpoint_set", "Copy of Other"))
    web.post(address("settings-set-default", other.pk))
    assert entries(Subject("pbxmanager", "default_endpoint_set"))
    web.post(address("settings-set-delete", ours.pk), {"sure": "1"})
    assert entries(Subject("pbxmanager", "endpoint_set", "Default"))
    post(web, NUMBERS, area_code="030")
    assert entries(Subject("phonebook", "number_settings"))
    post(web, RULES, popup_stays="7")
    assert entries(Subject("pbxmanager", "rules"))
    web.post(address(BLOCKED), {"number": "030 555444"})
    blocked = Subject("pbxmanager", "blocked_number", "+4930555444")
    assert entries(blocked)
    row = BlockedNumber.objects.get()
    web.post(address("settings-blocked-remove", row.pk))
    assert entries(blocked)
    web.post(address(AGAIN), query_params={"number": "+4930555444"})
    assert entries(blocked)


def test_a_caller_without_a_number_is_blocked_again_by_undo(web: Client) -> None:
    """A call's page blocks whatever stood there as the number; so does the undo."""
    row = BlockedNumber.objects.create(party="Karin", number="Karin", note="")
    web.post(address("settings-blocked-remove", row.pk))
    web.post(address(AGAIN), query_params={"number": "Karin", "note": ""})
    assert BlockedNumber.objects.get().party == "Karin"


def test_own_numbers_are_read_with_the_country_as_entered(web: Client) -> None:
    post(web, NUMBERS, region="AT", own_numbers="01 5331000-0\n+43 1 5331000*")
    assert web.get(address(NUMBERS)).context["form"].initial["region"] == "AT"


def test_a_number_that_nobody_has_can_be_blocked(web: Client) -> None:
    """Callers make numbers up."""
    web.post(address(BLOCKED), {"number": "+49 1 5331000"})
    web.post(address(BLOCKED), {"number": "sip:bad@evil.example"})
    parties = set(BlockedNumber.objects.values_list("party", flat=True))
    assert parties == {"+4915331000", "bad@evil.example"}
