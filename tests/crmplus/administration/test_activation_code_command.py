"""``manage.py activation_code``."""

from __future__ import annotations

import io
import stat
import sys

import pytest
from django.core.management import CommandError, call_command

from crmplus.administration import activation, addons
from crmplus.administration.activation import from_text, read
from crmplus.administration.management.commands.activation_code import PRIVATE_KEY
from crmplus.administration.models import SettingsChange

ISSUE = (
    *("issue", "--add-on", "chat", "--licensee", "Muster GmbH"),
    *("--serial", "2026-0001", "--valid-until", "2999-12-31"),
)


def run(*arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("activation_code", *arguments, stdout=out)
    return out.getvalue().strip()


class TestKeyPair:
    def test_goes_into_a_file_for_its_owner_alone(self, tmp_path):
        path = tmp_path / "issuer.key"
        said = run("keypair", "--out", str(path))
        private = path.read_text("ascii").strip()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(from_text(private)) == 32
        assert private not in said
        name, _equals, public = said.partition("=")
        assert name == "ACTIVATION_PUBLIC_KEY"
        assert len(from_text(public)) == 32

    def test_overwrites_nothing(self, tmp_path):
        path = tmp_path / "issuer.key"
        path.write_text("precious", "ascii")
        with pytest.raises(CommandError, match="exists"):
            run("keypair", "--out", str(path))
        assert path.read_text("ascii") == "precious"


class TestIssue:
    def test_prints_the_code_and_nothing_else(self, chat, issuer, tmp_path):
        path = tmp_path / "issuer.key"
        path.write_text(activation.to_text(issuer.private) + "\n", "ascii")
        code = run(*ISSUE, "--key-file", str(path))
        said = read(code, [issuer.public])
        assert (said.add_on, said.licensee, said.serial, str(said.valid_until)) == (
            *("chat", "Muster GmbH", "2026-0001", "2999-12-31"),
        )

    def test_takes_the_key_of_the_environment(self, chat, issuer, monkeypatch):
        monkeypatch.setenv(PRIVATE_KEY, activation.to_text(issuer.private))
        assert run(*ISSUE) == issuer.code(until="2999-12-31")

    @pytest.mark.parametrize("text", ["", "short", "%"])
    def test_needs_a_private_key_and_does_not_show_it(self, chat, monkeypatch, text):
        monkeypatch.setenv(PRIVATE_KEY, text)
        with pytest.raises(CommandError, match="No private key") as refused:
            run(*ISSUE)
        assert not text or text not in str(refused.value)

    def test_of_a_file_that_is_not_there(self, chat, tmp_path):
        with pytest.raises(CommandError, match="No such file"):
            run(*ISSUE, "--key-file", str(tmp_path / "none"))

    @pytest.mark.parametrize(
        ("option", "value", "words"),
        [
            ("--licensee", " ", "The licensee needs"),
            ("--serial", "1 2", "The serial needs"),
            ("--valid-until", "tomorrow", "valid-until"),
            ("--add-on", "fax", "invalid choice"),
        ],
    )
    def test_of_what_cannot_stand_in_a_code(
        self, chat, issuer, monkeypatch, option, value, words
    ):
        monkeypatch.setenv(PRIVATE_KEY, activation.to_text(issuer.private))
        with pytest.raises(CommandError, match=words):
            run(*ISSUE, option, value)


@pytest.mark.django_db
class TestShowAndActivate:
    def test_show_says_what_a_code_says(self, chat, issuer):
        said = run("show", issuer.code(until="2999-12-31"))
        for text in ("chat", "Muster GmbH", "2026-0001", "2999-12-31"):
            assert text in said

    def test_show_fails_for_one_that_does_not_count(self, chat, issuer):
        with pytest.raises(CommandError, match="was valid until 31 December 2020"):
            run("show", issuer.code(until="2020-12-31"))
        with pytest.raises(CommandError, match="damaged"):
            run("show", "CRM1-no")

    @pytest.mark.parametrize("action", ["show", "activate"])
    def test_an_add_on_that_is_not_here(self, issuer, action):
        with pytest.raises(CommandError, match="not installed here"):
            run(action, issuer.code(add_on="fax"))

    def test_activate_takes_it_from_the_input_too(self, chat, issuer, monkeypatch):
        code = issuer.code(until="2999-12-31")
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{code[:50]}\n{code[50:]}\n"))
        assert run("activate", "-") == "Chat is active until 31 December 2999."
        assert addons.is_active("chat")
        assert SettingsChange.objects.get().actor is None
