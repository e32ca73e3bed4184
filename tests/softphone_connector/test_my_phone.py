"""The section "My phone" of a user's settings."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crmplus.accounts.models import User
from pbxmanager.models import Extension
from softphone_connector.my_phone import MyPhoneForm
from softphone_connector.preferences import preference_of
from tests.softphone_connector.cast import Cast


def filled(user: User, **given: str) -> MyPhoneForm:
    values = {"extensions": "201", "method": "tel:{e164}", "template": ""} | given
    data = {f"phone-{name}": value for name, value in values.items()}
    return MyPhoneForm(user, data)


def own(user: User) -> list[str]:
    return [one.number for one in user.extensions.order_by("number")]


def save(form: MyPhoneForm) -> None:
    assert form.is_valid(), form.errors
    form.save()


def test_it_shows_what_is_set(people: Cast) -> None:
    form = MyPhoneForm(people.ben)
    assert form["extensions"].value() == "202, 203"
    assert form["method"].value() == "tel:{e164}"
    save(filled(people.ben, extensions="202", method="other", template="tapi:{digits}"))
    form = MyPhoneForm(people.ben)
    assert (form["method"].value(), form["template"].value()) == (
        "other",
        "tapi:{digits}",
    )


def test_free_extensions_can_be_taken_and_given_back(people: Cast) -> None:
    Extension.objects.create(number="210")
    save(filled(people.anna, extensions=" 210 ,211, "))
    assert own(people.anna) == ["210", "211"]
    assert Extension.objects.get(number="201").user is None
    save(filled(people.anna, extensions=""))
    assert own(people.anna) == []


def test_a_colleagues_extension_cannot_be_taken(people: Cast) -> None:
    form = filled(people.anna, extensions="201, 202")
    assert not form.is_valid()
    assert "202 belongs to a colleague" in str(form.errors["extensions"])
    assert own(people.ben) == ["202", "203"]


def test_an_extension_that_is_taken_this_very_moment_stays_theirs(people: Cast) -> None:
    form = filled(people.anna, extensions="201, 210")
    assert form.is_valid()
    Extension.objects.create(number="210", user=people.ben)
    form.save()
    assert own(people.anna) == ["201"]
    assert own(people.ben) == ["202", "203", "210"]


@pytest.mark.parametrize("text", ["20 1", "<b>", "x" * 70])
def test_what_is_no_extension_is_refused(people: Cast, text: str) -> None:
    form = filled(people.anna, extensions=text)
    assert not form.is_valid()
    assert "is not an extension" in str(form.errors["extensions"])


def test_a_method_is_one_of_the_list_or_a_good_template(people: Cast) -> None:
    save(filled(people.anna, method="sip:{e164}", template="ignored:{x}"))
    assert preference_of(people.anna).template == "sip:{e164}"
    save(filled(people.anna, method="other", template="linphone:{e164}"))
    assert preference_of(people.anna).template == "linphone:{e164}"


@pytest.mark.parametrize("template", ["", "javascript:{e164}", "https://x/{e164}"])
def test_a_template_that_cannot_be_used_is_refused(people: Cast, template: str) -> None:
    form = filled(people.anna, method="other", template=template)
    assert not form.is_valid()
    assert form.errors["template"]


@pytest.mark.parametrize("method", ["", "javascript:{e164}"])
def test_a_method_that_is_not_in_the_list_is_refused(people: Cast, method: str) -> None:
    form = filled(people.anna, method=method)
    assert not form.is_valid()
    assert list(form.errors) == ["method"]


def test_the_settings_page_has_it(people: Cast) -> None:
    client = Client()
    client.force_login(people.anna)
    page: Any = client.get(reverse("accounts:my-settings"))
    assert 'name="phone-extensions"' in page.content.decode()
