"""Signing in and out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from crmplus.accounts import throttle
from crmplus.accounts.models import User
from tests.crmplus.accounts.conftest import PASSWORD, client_of

SIGN_IN = reverse("accounts:sign-in")


def sign_in(client: Client, password: str = PASSWORD, **more: str):
    data = {"username": "anna", "password": password, **more}
    return client.post(SIGN_IN, data)


def test_leads_to_the_home_page(client: Client, anna: User):
    assert sign_in(client).url == reverse("home")


def test_leads_on_to_the_page_that_was_asked_for(client: Client, anna: User):
    answer = client.get(reverse("accounts:my-settings"))
    assert answer.url == f"{SIGN_IN}?next=/my/settings/"
    assert 'name="next" value="/my/settings/"' in client.get(answer.url).text
    assert sign_in(client, next="/my/settings/").url == "/my/settings/"


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_leads_nowhere_else(client: Client, anna: User, url: str):
    assert sign_in(client, next=url).url == reverse("home")


def test_says_that_name_and_password_do_not_belong_together(client: Client, anna: User):
    answer = sign_in(client, "wrong")
    assert answer.status_code == 200
    assert "do not belong together" in answer.text


def test_refuses_a_locked_user(client: Client, anna: User):
    User.objects.update(is_active=False)
    assert "do not belong together" in sign_in(client).text


def test_shows_no_form_to_who_is_signed_in(anna: User):
    assert client_of(anna).get(SIGN_IN).url == reverse("home")


def test_ends_only_by_post(anna: User):
    client = client_of(anna)
    assert client.get(reverse("accounts:sign-out")).status_code == 405
    assert "_auth_user_id" in client.session
    assert client.post(reverse("accounts:sign-out")).url == SIGN_IN
    assert "_auth_user_id" not in client.session


def test_needs_a_token_of_ours(anna: User):
    client = Client(enforce_csrf_checks=True)
    answer = sign_in(client)
    assert answer.status_code == 403
    assert "open for too long" in answer.text


class TestAfterTooManyFailures:
    def test_even_the_right_password_has_to_wait(
        self, client: Client, anna: User, time_machine
    ):
        time_machine.move_to("2026-03-02 09:00Z", tick=False)
        for _ in range(5):
            assert sign_in(client, "wrong").status_code == 200
        answer = sign_in(client)
        assert answer.status_code == 429
        assert answer["Retry-After"] == "300"
        assert "try again in 5 minutes" in answer.text
        time_machine.shift(timedelta(minutes=5, seconds=1))
        assert sign_in(client).status_code == 302

    def test_the_colleague_beside_may_still_sign_in(self, client: Client, anna: User):
        for _ in range(5):
            throttle.failed("ben", "127.0.0.1")
        assert sign_in(client).status_code == 302

    def test_the_same_user_may_elsewhere(self, anna: User):
        for _ in range(5):
            throttle.failed("anna", "192.0.2.9")
        assert sign_in(Client()).status_code == 302

    def test_it_makes_no_difference_how_the_name_is_written(self, db: None):
        for name in ("anna", "Anna", " ANNA", "anna ", "aNNa"):
            throttle.failed(name, "192.0.2.1")
        assert throttle.wait("anna", "192.0.2.1")

    def test_a_success_forgets_the_failures(self, client: Client, anna: User):
        for _ in range(4):
            sign_in(client, "wrong")
        sign_in(client)
        throttle.failed("anna", "127.0.0.1")
        assert not throttle.wait("anna", "127.0.0.1")

    def test_one_address_cannot_try_a_list_of_names(self):
        for number in range(50):
            throttle.failed(f"user{number}", "192.0.2.1")
        assert throttle.wait("anna", "192.0.2.1") == 900
        assert not throttle.wait("anna", "192.0.2.2")

    def test_many_addresses_cannot_try_one_name(self):
        for number in range(100):
            throttle.failed("anna", f"192.0.2.{number}")
        assert throttle.wait("anna", "198.51.100.1") == 900


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "127.0.0.1"),
        (0, "203.0.113.5", "127.0.0.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "127.0.0.1"),
    ],
)
def test_believes_only_trusted_proxies(rf, monkeypatch, proxies, forwarded, address):
    env = type("Env", (), {"trusted_proxies": proxies})
    monkeypatch.setattr(throttle, "env", env)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert throttle.client_address(rf.get("/", headers=headers)) == address


def test_a_counter_that_runs_out_meanwhile_starts_anew(monkeypatch):
    def gone(key: str) -> int:
        raise ValueError(key)

    monkeypatch.setattr(throttle.cache, "incr", gone)
    throttle.failed("anna", "192.0.2.1")
    monkeypatch.undo()
    for _ in range(4):
        throttle.failed("anna", "192.0.2.1")
    assert throttle.wait("anna", "192.0.2.1") == 300
