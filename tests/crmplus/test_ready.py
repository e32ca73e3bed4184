from __future__ import annotations

import socket
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from crmplus import conf
from crmplus.management.commands import ready
from tests.support import services

User = get_user_model()
SetEnv = Callable[..., None]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that would have been called; ``demo`` makes two users."""
    called: list[str] = []

    def call(name: str, **options: Any) -> None:
        called.append(name)
        if name == "demo":
            for username in ("admin", "anna"):
                User.objects.create_user(username, password="demo")

    monkeypatch.setattr(ready, "call_command", call)
    return called


@pytest.fixture
def set_env(monkeypatch: pytest.MonkeyPatch) -> SetEnv:
    def change(**environ: str) -> None:
        monkeypatch.setattr(ready, "env", conf.load(environ))

    return change


@pytest.fixture
def port() -> int:
    return services.free_port()


def start(port: int, host: str = "127.0.0.1") -> str:
    output = StringIO()
    call_command("ready", host=host, port=port, stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_the_first_start_loads_the_demo_data(
    calls: list[str], set_env: SetEnv, port: int
) -> None:
    set_env(CRMPLUS_DEMO="1", DEMO_PASSWORD="demo")

    said = start(port)

    assert calls == ["migrate", "collectstatic", "demo"]
    assert "Sign in as admin, anna; password: demo" in said
    assert "  http://localhost:8000\n" in said


@pytest.mark.django_db
def test_the_second_start_leaves_the_data_alone(
    calls: list[str], set_env: SetEnv, port: int
) -> None:
    set_env(CRMPLUS_DEMO="1", DEMO_PASSWORD="demo")
    User.objects.create_user("anna", password="her own")

    said = start(port)

    assert calls == ["migrate", "collectstatic"]
    assert "Sign in as anna; password: demo" in said


@pytest.mark.django_db
def test_known_passwords_end_where_others_can_try_them(
    calls: list[str], set_env: SetEnv, port: int
) -> None:
    set_env(CRMPLUS_DEMO="1", DEMO_PASSWORD="quiet-copper")
    anna = User.objects.create_user("anna", password="demo")
    ben = User.objects.create_user("ben", password="his own")

    start(port)

    anna.refresh_from_db()
    ben.refresh_from_db()
    assert anna.check_password("quiet-copper")
    assert ben.check_password("his own")


@pytest.mark.django_db
def test_without_demo_it_says_how_to_make_the_first_user(
    calls: list[str], set_env: SetEnv, port: int
) -> None:
    set_env()

    said = start(port)

    assert calls == ["migrate", "collectstatic"]
    assert "createsuperuser" in said
    assert "password" not in said


@pytest.mark.django_db
def test_without_demo_no_login_is_shown(
    calls: list[str], set_env: SetEnv, port: int
) -> None:
    set_env()
    User.objects.create_user("anna", password="demo")

    assert "anna" not in start(port)


@pytest.mark.django_db
def test_it_names_every_address_of_the_network(
    calls: list[str], set_env: SetEnv, port: int
) -> None:
    set_env(
        BASE_URL=f"http://192.0.2.9:{port}", ALLOWED_HOSTS="192.0.2.9,crm-box,localhost"
    )

    said = start(port, "0.0.0.0")

    assert f"  http://192.0.2.9:{port}\n  http://crm-box:{port}\n" in said
    assert "localhost" not in said


@pytest.mark.django_db
def test_a_taken_port_is_said_at_once(calls: list[str], set_env: SetEnv) -> None:
    set_env()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"PORT={taken + 1} bin/run"):
            start(taken)

    assert calls == []


def test_an_ipv6_address_can_be_taken_too() -> None:
    ready.refuse_taken_port("::1", services.free_port())
