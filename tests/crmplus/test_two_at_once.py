"""Two admins have one form open: nobody's change is lost without a word."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmplus.accounts.models import Role, Scope, Team, User
from pbxmanager.dispositions import Disposition
from pbxmanager.workplace.models import Group, Pause
from tests.crmplus.accounts.conftest import client_of, person

pytestmark = pytest.mark.django_db
MEANWHILE = "Somebody changed this meanwhile. It is now:"


@pytest.fixture
def browser() -> Client:
    return client_of(person("admin", role=Role.ADMIN))


def opened(browser: Client, address: str) -> dict[str, Any]:
    """What a form sends that nobody touched."""
    answer = browser.get(address)
    form = answer.context["form"]
    sent = {"was": hidden(answer)}
    for name in form.fields:
        value = form[name].value()
        if value is not None and value is not False:
            sent[name] = "on" if value is True else value
    return sent


def hidden(answer: Any) -> str:
    found = re.search(r'name="was" value="([^"]*)"', answer.text)
    assert found
    return html.unescape(found[1])


def errors(answer: HttpResponse) -> dict[str, list[str]]:
    found: dict[str, list[str]] = answer.context["form"].errors  # type: ignore[attr-defined]
    return found


@pytest.fixture
def anna() -> User:
    return person("anna", first_name="Anna")


def of_user(user: User) -> str:
    return reverse("accounts:user", args=[user.pk])


def test_two_who_change_different_things_of_a_user_both_have_their_way(
    browser: Client, anna: User
) -> None:
    first, second = (opened(browser, of_user(anna)) for _ in range(2))

    browser.post(of_user(anna), first | {"role": Role.SUPERVISOR, "sign_out_after": 5})
    answer = browser.post(of_user(anna), second | {"first_name": "Annabel"})

    assert answer.status_code == 302
    anna.refresh_from_db()
    assert (anna.first_name, anna.role, anna.sign_out_after) == (
        "Annabel",
        Role.SUPERVISOR,
        5,
    )


def test_what_both_changed_of_a_user_is_asked_about_once(
    browser: Client, anna: User
) -> None:
    first, second = (opened(browser, of_user(anna)) for _ in range(2))
    team = Team.objects.create(name="Sales")
    mine = second | {"sees_records": Scope.TEAM, "team": "", "role": Role.STATISTICS}

    theirs = {"sees_records": Scope.OWN, "team": team.pk}
    browser.post(of_user(anna), first | theirs)
    answer = browser.post(of_user(anna), mine)

    assert errors(answer) == {"sees_records": [f"{MEANWHILE} Own"]}
    anna.refresh_from_db()
    assert (anna.sees_records, anna.role) == (Scope.OWN, Role.AGENT)
    again = mine | {"was": hidden(answer), "team": team.pk}
    assert browser.post(of_user(anna), again).status_code == 302
    anna.refresh_from_db()
    assert (anna.sees_records, anna.team, anna.role) == (
        Scope.TEAM,
        team,
        Role.STATISTICS,
    )


def test_a_tick_that_somebody_took_away_stays_away(browser: Client, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(must_change_password=True)
    sent = opened(browser, of_user(anna))
    assert sent["must_change_password"] == "on"

    # They chose a password while the admin had the form open.
    User.objects.filter(pk=anna.pk).update(must_change_password=False)
    browser.post(of_user(anna), sent | {"first_name": "Annabel"})

    anna.refresh_from_db()
    assert (anna.first_name, anna.must_change_password) == ("Annabel", False)


def test_two_who_fill_a_team_both_have_their_people_in_it(
    browser: Client, anna: User
) -> None:
    ben, carl, dora = (person(name) for name in ("ben", "carl", "dora"))
    team = Team.objects.create(name="Sales")
    User.objects.filter(pk__in=[anna.pk, ben.pk]).update(team=team)
    address = reverse("accounts:team", args=[team.pk])
    first, second = (opened(browser, address) for _ in range(2))

    browser.post(address, first | {"members": [ben.pk, carl.pk]})
    browser.post(address, second | {"members": [anna.pk, ben.pk, dora.pk]})

    assert set(team.members.all()) == {ben, carl, dora}


def test_two_who_rename_a_team_are_asked(browser: Client) -> None:
    team = Team.objects.create(name="Sales")
    address = reverse("accounts:team", args=[team.pk])
    first, second = (opened(browser, address) for _ in range(2))

    browser.post(address, first | {"name": "Service"})
    answer = browser.post(address, second | {"name": "Support"})

    assert errors(answer) == {"name": [f"{MEANWHILE} Service"]}


def test_outcomes(browser: Client) -> None:
    one = Disposition.objects.create(
        name="Sold twice", for_inbound=True, for_outbound=True
    )
    address = reverse("pbxmanager:settings-outcome", args=[one.pk])
    first, second = (opened(browser, address) for _ in range(2))

    del first["for_outbound"]
    browser.post(address, first | {"needs_note": "on"})
    answer = browser.post(address, second | {"name": "Bought"})

    assert answer.status_code == 302
    one.refresh_from_db()
    assert (one.name, one.for_outbound, one.needs_note) == ("Bought", False, True)


def test_breaks(browser: Client) -> None:
    one = Pause.objects.create(name="Lunch", minutes=30)
    address = reverse("workplace:break", args=[one.pk])
    first, second = (opened(browser, address) for _ in range(2))

    browser.post(address, first | {"minutes": 45})
    answer = browser.post(address, second | {"minutes": 60, "name": "Meal"})

    assert errors(answer) == {"minutes": [f"{MEANWHILE} 45"]}
    assert Pause.objects.get().name == "Lunch"


def test_groups(browser: Client, anna: User) -> None:
    ben = person("ben")
    one = Group.objects.create(name="Service", needs_sign_in=True)
    address = reverse("workplace:group", args=[one.pk])
    first, second = (opened(browser, address) for _ in range(2))

    del first["needs_sign_in"]
    browser.post(address, first | {"members": [anna.pk], "numbers": "600"})
    browser.post(address, second | {"members": [ben.pk], "wrap_up": 20})

    one.refresh_from_db()
    assert (one.needs_sign_in, one.wrap_up) == (False, 20)
    assert {each.user for each in one.memberships.all()} == {anna, ben}
    assert [each.number for each in one.numbers.all()] == ["600"]


def test_a_tick_that_both_changed_is_said_in_words(browser: Client) -> None:
    one = Disposition.objects.create(
        name="Sold twice", for_inbound=True, for_outbound=True
    )
    address = reverse("pbxmanager:settings-outcome", args=[one.pk])
    sent = opened(browser, address)
    was = json.loads(sent["was"]) | {"needs_note": ["other"]}

    answer = browser.post(address, sent | {"was": json.dumps(was), "needs_note": "on"})

    assert errors(answer) == {"needs_note": [f"{MEANWHILE} no"]}


@pytest.mark.parametrize(
    "was",
    ["", "[", "[]", "1", "[" * 100_000, '{"role": 5, "team": {}, "x": []}'],
)
def test_nonsense_counts_as_nothing(browser: Client, anna: User, was: str) -> None:
    sent = opened(browser, of_user(anna)) | {"was": was, "first_name": "Annabel"}

    assert browser.post(of_user(anna), sent).status_code == 302
    anna.refresh_from_db()
    assert anna.first_name == "Annabel"


def test_reading_a_page_locks_nothing(browser: Client, anna: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        browser.get(of_user(anna))

    assert not [one for one in queries if "FOR UPDATE" in one["sql"]]
    assert not [one for one in queries if one["sql"].startswith(("BEGIN", "SAVEPOINT"))]


@pytest.mark.parametrize("page", ["accounts:team", "workplace:group"])
def test_a_member_that_no_key_can_be_is_refused(browser: Client, page: str) -> None:
    one = Group.objects.create(name="A", pk=7), Team.objects.create(name="A", pk=7)
    address = reverse(page, args=[one[0].pk])
    sent = opened(browser, address) | {"members": ["9223372036854775808"]}

    assert "members" in errors(browser.post(address, sent))
