from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crmplus.accounts.models import Role, User
from crmplus.live import sessions
from crmplus.live.sessions import Who, identify, still_signed_in

pytestmark = pytest.mark.django_db


def sign_in(name: str = "anna") -> tuple[User, Client]:
    user = User.objects.create_user(name, password="secret")
    client = Client()
    client.force_login(user)
    return user, client


def key(client: Client) -> str:
    return client.session.session_key or ""


def who_is(client: Client) -> Who:
    who = identify(key(client))
    assert who
    return who


def test_a_session_says_who_it_is() -> None:
    user, client = sign_in()
    assert who_is(client).user_id == user.pk


@pytest.mark.parametrize("session_key", ["", "x", "a" * 32, "\x00", "ä" * 40])
def test_an_unknown_session_is_nobody(session_key: str) -> None:
    assert identify(session_key) is None


def test_a_session_without_sign_in_is_nobody() -> None:
    client = Client()
    session = client.session
    session["language"] = "de"
    session.save()
    assert identify(session.session_key or "") is None


def test_who_has_to_choose_a_password_hears_nothing_until_then() -> None:
    user, client = sign_in()
    change(user, must_change_password=True)
    assert identify(key(client)) is None
    answer = client.get("/live/", headers={"host": "localhost"})
    assert answer.status_code == 204
    change(user, must_change_password=False)
    assert who_is(client).user_id == user.pk


def test_asking_writes_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _, client = sign_in()
    with django_assert_num_queries(2):
        who_is(client)


def change(user: User, **values: object) -> None:
    User.objects.filter(pk=user.pk).update(**values)


def test_who_is_signed_in_stays() -> None:
    _, client = sign_in()
    who = who_is(client)
    assert still_signed_in({who}) == {who}


def test_signing_out_ends_it() -> None:
    _, client = sign_in()
    who = who_is(client)
    client.logout()
    assert still_signed_in({who}) == set()


def test_signing_out_elsewhere_does_not() -> None:
    user, client = sign_in()
    other = Client()
    other.force_login(user)
    who = who_is(client)
    other.logout()
    assert still_signed_in({who}) == {who}


def test_an_expired_session_ends_it() -> None:
    _, client = sign_in()
    who = who_is(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert still_signed_in({who}) == set()


def test_another_sign_in_in_the_same_browser_ends_it() -> None:
    _, client = sign_in()
    who = who_is(client)
    client.force_login(User.objects.create_user("ben"))
    assert still_signed_in({who}) == set()


@pytest.mark.parametrize(
    "values",
    [
        {"is_active": False},
        {"role": Role.ADMIN},
        {"password": "other"},
        {"must_change_password": True},
    ],
    ids=["deactivated", "another role", "another password", "password to be changed"],
)
def test_a_change_of_the_user_ends_it(values: dict[str, object]) -> None:
    user, client = sign_in()
    who = who_is(client)
    change(user, **values)
    assert still_signed_in({who}) == set()


def test_a_deactivated_user_and_an_old_password_are_nobody() -> None:
    user, client = sign_in()
    change(user, is_active=False)
    assert identify(key(client)) is None
    change(user, is_active=True, password="other")
    assert identify(key(client)) is None


def test_a_new_name_does_not_end_it() -> None:
    user, client = sign_in()
    who = who_is(client)
    change(user, last_name="Neumann", last_login=timezone.now())
    assert still_signed_in({who}) == {who}


def test_many_are_checked_with_few_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [who_is(sign_in(f"user{number}")[1]) for number in range(10)]
    with django_assert_num_queries(2):
        assert still_signed_in(people) == set(people)


def test_a_crowd_is_checked_in_slices(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(sessions, "SLICE", 2)
    people = [who_is(sign_in(f"user{number}")[1]) for number in range(3)]
    with django_assert_num_queries(4):
        assert still_signed_in(people) == set(people)
