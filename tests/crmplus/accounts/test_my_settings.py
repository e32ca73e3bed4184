"""What users set for themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from crmplus import hooks
from crmplus.accounts.models import User
from tests.crmplus.accounts.conftest import PASSWORD, client_of

pytestmark = pytest.mark.thorough

SETTINGS = reverse("accounts:my-settings")
MINE = {
    "first_name": "Änne",
    "last_name": "Schmidt",
    "email": "aenne@example.com",
    "language": "de",
    "time_zone": "Europe/Warsaw",
    "theme": "dark",
}


class ExtensionForm(forms.Form):
    extension = forms.CharField(max_length=3)

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(data)
        self.user = user

    def save(self) -> None:
        User.objects.filter(pk=self.user.pk).update(
            username=self.cleaned_data["extension"]
        )


@pytest.fixture
def section():
    hook = hooks.SettingsSection(
        key="phone", title="My phone", icon="phone", form=ExtensionForm
    )
    with hooks.temporarily(hook):
        yield hook


@pytest.fixture(autouse=True)
def no_other_sections(monkeypatch):
    monkeypatch.setattr(
        hooks,
        "_hooks",
        [hook for hook in hooks._hooks if type(hook) is not hooks.SettingsSection],
    )


@pytest.mark.core
def test_are_saved(anna: User):
    client = client_of(anna)
    answer = client.post(SETTINGS, MINE)
    assert answer.url == SETTINGS
    anna.refresh_from_db()
    assert {name: getattr(anna, name) for name in MINE} == MINE


def test_say_what_is_wrong_and_change_nothing(anna: User):
    answer = client_of(anna).post(SETTINGS, {**MINE, "email": "aenne", "theme": "pink"})
    assert 'aria-invalid="true"' in answer.text
    anna.refresh_from_db()
    assert anna.first_name == "Anna"


def test_cannot_raise_the_own_role(anna: User):
    client_of(anna).post(SETTINGS, {**MINE, "role": "admin", "is_superuser": "on"})
    anna.refresh_from_db()
    assert not anna.is_admin


def test_hold_the_sections_of_add_ons(anna: User, section: hooks.SettingsSection):
    page = client_of(anna).get(SETTINGS).text
    assert "My phone" in page
    assert 'name="extension"' in page


def test_are_saved_together_with_the_sections(anna: User, section):
    client_of(anna).post(SETTINGS, {**MINE, "extension": "201"})
    anna.refresh_from_db()
    assert (anna.first_name, anna.username) == ("Änne", "201")


def test_are_not_saved_while_a_section_is_wrong(anna: User, section):
    answer = client_of(anna).post(SETTINGS, {**MINE, "extension": "2010"})
    assert answer.status_code == 200
    anna.refresh_from_db()
    assert anna.first_name == "Anna"


def test_a_section_may_bring_its_own_template(anna: User):
    hook = hooks.SettingsSection(
        key="phone",
        title="My phone",
        icon="phone",
        form=ExtensionForm,
        template="accounts/languages.html",
    )
    with hooks.temporarily(hook):
        page = client_of(anna).get(SETTINGS).text
    assert 'class="languages"' in page


class TestPassword:
    URL = reverse("accounts:password")

    def test_the_old_one_is_no_new_one(self, anna: User) -> None:
        User.objects.update(must_change_password=True)
        answer = self.change(client_of(anna), PASSWORD)
        assert "This is the password that you have now." in answer.text
        assert User.objects.get().must_change_password

    def change(self, client: Client, new: str = "orange-kettle-42"):
        data = {
            "old_password": PASSWORD,
            "new_password1": new,
            "new_password2": new,
        }
        return client.post(self.URL, data)

    def test_is_changed_and_other_devices_are_signed_out(self, anna: User):
        here, elsewhere = client_of(anna), client_of(anna)
        assert self.change(here).url == SETTINGS
        assert here.get(SETTINGS).status_code == 200
        assert elsewhere.get(SETTINGS).status_code == 302

    def test_must_not_be_easy(self, anna: User):
        assert "too common" in self.change(client_of(anna), "password").text

    def test_given_by_somebody_else_has_to_be_changed_first(self, anna: User):
        User.objects.update(must_change_password=True, sign_out_after=5)
        client = client_of(anna)
        assert client.get("/").url == self.URL
        page = client.get(self.URL).text
        assert "is to be changed" in page
        # No stream, no cards, nothing that covers the form.
        assert 'id="live' not in page
        assert 'id="idle"' not in page
        assert self.change(client).url == "/"
        assert client.get("/").status_code == 200


class TestLanguage:
    URL = reverse("accounts:language")

    def language(self, client: Client, **headers: str) -> str:
        answer = client.get(reverse("accounts:sign-in"), headers=headers)
        if answer.status_code == 302:
            answer = client.get(SETTINGS, headers=headers)
        assert f'<html lang="{answer["Content-Language"]}"' in answer.text
        return answer["Content-Language"]

    def test_is_the_browsers(self, client: Client, db: None):
        assert self.language(client, accept_language="pl, en;q=0.5") == "pl"

    def test_chosen_in_this_browser_comes_before_it(self, client: Client, db: None):
        answer = client.post(self.URL, {"language": "de", "next": "/sign-in/?next=/x/"})
        assert answer.url == "/sign-in/?next=/x/"
        assert self.language(client, accept_language="pl") == "de"

    def test_of_the_user_comes_first(self, anna: User):
        client = client_of(anna)
        client.post(self.URL, {"language": "pl"})
        client.cookies.pop("django_language")
        assert self.language(client, accept_language="de") == "pl"

    def test_unknown_is_ignored(self, anna: User):
        User.objects.update(language="xx")
        client = client_of(anna)
        client.post(self.URL, {"language": "tlh"})
        assert self.language(client, accept_language="de") == "de"

    def test_switch_leads_nowhere_else(self, client: Client, db: None):
        data = {"language": "de", "next": "https://evil.example/"}
        assert client.post(self.URL, data).url == "/"

    def test_is_not_switched_by_a_link(self, client: Client, db: None):
        assert client.get(self.URL).status_code == 405

    def test_of_the_answer_is_the_one_just_chosen(self, anna: User):
        client = client_of(anna)
        with translation.override("de"):
            expected = translation.gettext("Your settings are saved.")
        assert expected in client.post(SETTINGS, MINE, follow=True).text


class TestTheme:
    URL = reverse("accounts:theme")

    def test_is_the_users_on_every_page(self, anna: User):
        client = client_of(anna)
        client.post(self.URL, {"theme": "dark", "next": SETTINGS})
        assert 'data-bs-theme="dark"' in client.get(SETTINGS).text

    def test_stays_with_the_browser_after_sign_out(self, anna: User):
        client = client_of(anna)
        client.post(self.URL, {"theme": "dark"})
        client.post(reverse("accounts:sign-out"))
        assert 'data-bs-theme="dark"' in client.get(reverse("accounts:sign-in")).text

    def test_is_the_systems_until_one_is_chosen(self, anna: User):
        page = client_of(anna).get(SETTINGS).text
        assert 'data-theme-choice="auto"' in page
        assert "data-bs-theme" not in page

    def test_unknown_is_ignored(self, anna: User):
        client_of(anna).post(self.URL, {"theme": "pink"})
        anna.refresh_from_db()
        assert anna.theme == "auto"


@pytest.mark.parametrize(
    ("chosen", "active"),
    [
        ("", "Europe/Berlin"),
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("No/where", "Europe/Berlin"),
    ],
)
def test_time_zone_is_the_users_or_the_installations(anna: User, chosen, active):
    User.objects.update(time_zone=chosen)
    client_of(anna).get(SETTINGS)
    assert timezone.get_current_timezone_name() == active
    timezone.deactivate()


def test_offers_places_and_no_old_aliases(anna: User):
    page = client_of(anna).get(SETTINGS).text
    assert 'value="Europe/Warsaw"' in page
    assert 'value="US/Eastern"' not in page
