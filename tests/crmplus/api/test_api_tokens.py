"""Tokens: stored hashed, revocable, and worth what their user may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from crmplus.accounts.models import User
from crmplus.api import tokens
from crmplus.api.models import ApiToken
from tests.crmplus.api.programs import PROBLEM

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
URL = "/api/leads/"


def status(header: str) -> int:
    return Client().get(URL, headers={"authorization": header}).status_code


def run(*arguments: str) -> str:
    out, err = StringIO(), StringIO()
    call_command("api_token", *arguments, stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue()


def test_a_token_signs_in_and_its_text_is_kept_nowhere(anna: User) -> None:
    token, secret = tokens.create(anna)
    stored = " ".join(str(value) for value in vars(token).values())
    assert secret not in stored
    assert secret.startswith(token.prefix)
    assert status(f"Token {secret}") == 200
    assert status(f"token  {secret}") == 200


@pytest.mark.parametrize(
    "header",
    ["", "Token", "Token ", "Token api_nobody", "Token \x00", "Token é", "Basic YTpi"],
)
def test_what_is_no_token_gets_401_and_a_challenge(db: None, header: str) -> None:
    answer = Client().get(URL, headers={"authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Token realm="CRM+"'
    assert answer["Content-Type"] == PROBLEM
    assert answer.json()["status"] == 401


def test_a_prefix_or_the_hash_is_no_token(anna: User) -> None:
    token, _secret = tokens.create(anna)
    assert status(f"Token {token.prefix}") == 401
    assert status(f"Token {token.hash}") == 401


def test_a_revoked_token_is_worthless(anna: User) -> None:
    token, secret = tokens.create(anna)
    tokens.revoke(token)
    revoked_at = token.revoked_at
    tokens.revoke(token)
    assert token.revoked_at == revoked_at
    assert status(f"Token {secret}") == 401


def test_who_may_not_sign_in_has_no_token(anna: User, api: Client) -> None:
    assert api.get(URL).status_code == 200
    anna.is_active = False
    anna.save()
    assert api.get(URL).status_code == 401


def test_a_token_counts_more_than_a_session(anna: User) -> None:
    browser = Client()
    browser.force_login(anna)
    wrong = browser.get(URL, headers={"authorization": "Token api_wrong"})
    assert wrong.status_code == 401


def test_its_use_is_noted_at_most_once_a_minute(anna: User, api: Client) -> None:
    token = ApiToken.objects.get()
    assert token.last_used_at is None
    for seconds, noted in ((0, 0), (59, 0), (61, 61)):
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            api.get(URL)
        token.refresh_from_db()
        assert token.last_used_at == NOON + timedelta(seconds=noted)


def test_answers_are_in_the_users_language(anna: User, api: Client) -> None:
    anna.language = "de"
    anna.save()
    assert api.get(URL)["Content-Language"] == "de"


def test_create_prints_the_token_and_nothing_else(anna: User) -> None:
    printed = run("create", "--user", "anna")
    assert printed == printed.strip() + "\n"
    assert status(f"Token {printed.strip()}") == 200


def test_no_token_for_who_could_not_use_it(anna: User) -> None:
    with pytest.raises(CommandError, match="nobody"):
        run("create", "--user", "nobody")
    anna.is_active = False
    anna.save()
    with pytest.raises(CommandError, match="anna"):
        run("create", "--user", "anna")
    assert not ApiToken.objects.exists()


def test_list_shows_tokens_without_their_text(anna: User) -> None:
    token, secret = tokens.create(anna)
    with time_machine.travel(NOON, tick=False):
        tokens.revoke(token)
    shown = run("list")
    assert token.prefix in shown
    assert secret not in shown
    assert "anna" in shown
    assert "2026-03-04 12:00" in shown


def test_revoke_takes_a_prefix_or_an_id(anna: User) -> None:
    first, second = tokens.create(anna)[0], tokens.create(anna)[0]
    assert first.prefix in run("revoke", f"{first.prefix}…")
    run("revoke", str(second.pk))
    assert not ApiToken.objects.filter(revoked_at=None).exists()


def test_revoke_says_what_it_cannot_find(anna: User) -> None:
    ApiToken.objects.create(user=anna, hash="1", prefix="api_abcdefgh")
    ApiToken.objects.create(user=anna, hash="2", prefix="api_abcdefgh")
    with pytest.raises(CommandError, match="by its ID"):
        run("revoke", "abcdefgh")
    with pytest.raises(CommandError, match="no token"):
        run("revoke", "api_87654321")
