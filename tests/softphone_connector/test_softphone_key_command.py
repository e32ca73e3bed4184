"""``manage.py softphone_key`` makes, lists and revokes keys."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pbxmanager.models import Extension
from softphone_connector.models import SoftphoneKey
from tests.softphone_connector.cast import Cast, stored


def run(*arguments: str) -> str:
    out, err = StringIO(), StringIO()
    call_command("softphone_key", *arguments, stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue()


def test_create_prints_the_key_and_nothing_else(people: Cast) -> None:
    secret = run("create", "--user", "anna")
    assert secret.startswith("sk_")
    assert secret == secret.strip() + "\n"
    key = stored(secret.strip())
    assert (key.user, key.extension) == (people.anna, None)


def test_create_for_an_extension_assigns_it_and_limits_the_key(people: Cast) -> None:
    secret = run("create", "--user", "anna", "--extension", "205").strip()
    line = Extension.objects.get(number="205")
    assert line.user == people.anna
    assert stored(secret).extension == line


def test_create_for_a_pbx(people: Cast) -> None:
    key = stored(run("create", "--pbx", "Asterisk 2").strip())
    assert (key.user, key.pbx_name) == (None, "Asterisk 2")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--user", "nobody"], "nobody"),
        (["--user", "anna", "--extension", "202"], "Ben"),
        (["--user", "anna", "--extension", "2 0"], "2 0"),
        (["--user", "anna", "--extension", "@"], "@"),
        (["--pbx", " "], "name"),
        (["--pbx", "PBX", "--extension", "201"], "--user"),
        ([], "required"),
        (["--user", "anna", "--pbx", "PBX"], "not allowed"),
    ],
)
def test_what_cannot_be_made_is_said(
    people: Cast, arguments: list[str], words: str
) -> None:
    count = SoftphoneKey.objects.count()
    with pytest.raises(CommandError, match=words):
        run("create", *arguments)
    assert SoftphoneKey.objects.count() == count


def test_list_shows_all_keys_without_their_text(people: Cast) -> None:
    run("create", "--user", "anna", "--extension", "205")
    run("revoke", people.pbx_key[:7])
    shown = run("list")
    for text in (people.key[:7], "Anna", "Ben", "Asterisk", "205"):
        assert text in shown
    assert people.key not in shown
    assert people.key[:8] not in shown


def test_revoke_makes_a_key_worthless(people: Cast) -> None:
    assert "Anna" in run("revoke", str(stored(people.key).pk))
    assert stored(people.key).revoked_at is not None


def test_revoke_of_an_unknown_key_is_an_error(people: Cast) -> None:
    with pytest.raises(CommandError, match="sk_none"):
        run("revoke", "sk_none")
