"""Which add-ons are active, and the page where that is decided."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.urls import reverse

from crmplus import conf, hooks
from crmplus.administration import addons, demo, licensing
from crmplus.administration.activation import CodeRefusedError, Reason, from_text
from crmplus.administration.addons import app_is_active, is_active
from crmplus.administration.licensing import State, activate, deactivate, standings
from crmplus.administration.models import Activation, SettingsChange
from crmplus.conf import BASE_DIR
from tests.crmplus.accounts.conftest import client_of

NOW = "2026-03-02 12:00Z"


def state() -> State:
    """How the chat stands."""
    (found,) = [one for one in standings() if one.add_on.key == "chat"]
    return found.state


@pytest.mark.django_db
class TestState:
    def test_without_a_code_it_is_not_active(self, chat):
        assert not is_active("chat")
        assert state() == State.OFF
        assert not app_is_active("chat")
        assert app_is_active("crmplus.accounts")

    def test_with_a_code_it_is(self, chat, issuer, time_machine):
        time_machine.move_to(NOW, tick=False)
        activate(None, chat, issuer.code())
        assert is_active("chat")
        assert app_is_active("chat")
        assert state() == State.ACTIVE

    def test_it_rests_when_deactivated_and_keeps_its_code(self, chat, issuer):
        activate(None, chat, issuer.code(until="2999-01-01"))
        deactivate(None, chat)
        assert not is_active("chat")
        (found,) = [one for one in standings() if one.add_on == chat]
        assert found.state == State.OFF
        assert found.statement.licensee == "Muster GmbH"
        activate(None, chat, found.code)
        assert is_active("chat")

    @pytest.mark.parametrize(
        ("now", "expected", "days"),
        [
            ("2026-03-01 12:00Z", State.ACTIVE, 31),
            ("2026-03-02 12:00Z", State.EXPIRING, 30),
            ("2026-03-12 12:00Z", State.EXPIRING, 20),
            ("2026-04-01 21:59Z", State.EXPIRING, 0),
            # Its last day ends by the installation's clock, in Berlin.
            ("2026-04-01 22:00Z", State.EXPIRED, 0),
        ],
    )
    def test_it_ends_with_its_last_day(
        self, chat, issuer, time_machine, now, expected, days
    ):
        time_machine.move_to(NOW, tick=False)
        activate(None, chat, issuer.code(until="2026-04-01"))
        time_machine.move_to(now, tick=False)
        addons.forget()
        (found,) = [one for one in standings() if one.add_on == chat]
        assert (found.state, found.days) == (expected, days)
        assert is_active("chat") is found.is_active is (expected != State.EXPIRED)
        assert found.statement.serial == "2026-0001"

    def test_an_expired_one_that_was_deactivated_is_just_not_active(self, chat, issuer):
        Activation.objects.create(
            add_on="chat", code=issuer.code(until="2020-01-01"), is_on=False
        )
        assert state() == State.OFF

    def test_a_row_alone_activates_nothing(self, chat, issuer, set_env):
        Activation.objects.create(add_on="chat", code=issuer.code(add_on="other"))
        assert state() == State.REFUSED
        assert not is_active("chat")
        activate(None, chat, issuer.code())
        set_env()
        addons.forget()
        assert state() == State.REFUSED
        assert not is_active("chat")


class TestQuestion:
    def test_costs_no_query_for_a_while(
        self, chat, issuer, db, django_assert_num_queries, monkeypatch
    ):
        activate(None, chat, issuer.code())
        monkeypatch.setattr(
            addons, "connection", type("Outside", (), {"in_atomic_block": False})
        )
        with django_assert_num_queries(1):
            assert all(is_active("chat") for _ in range(100))
        later = time.monotonic() + addons.SECONDS
        monkeypatch.setattr(addons.time, "monotonic", lambda: later + 0.1)
        with django_assert_num_queries(1):
            assert is_active("chat")

    @pytest.mark.django_db(transaction=True)
    def test_remembers_nothing_that_a_rollback_undoes(self, chat, issuer):
        with transaction.atomic():
            activate(None, chat, issuer.code())
            assert is_active("chat")
            transaction.set_rollback(True)
        assert not is_active("chat")

    @pytest.mark.django_db(transaction=True)
    def test_is_answered_anew_after_a_change(self, chat, issuer):
        assert not is_active("chat")
        activate(None, chat, issuer.code())
        assert is_active("chat")
        Activation.objects.get().delete()
        assert not is_active("chat")


@pytest.mark.django_db
class TestRefusedCodes:
    def test_change_nothing(self, chat, issuer):
        activate(None, chat, issuer.code())
        for code in ("", issuer.code(add_on="other"), issuer.code(until="2020-01-01")):
            with pytest.raises(CodeRefusedError):
                activate(None, chat, code)
        assert is_active("chat")
        assert SettingsChange.objects.count() == 1

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("hello", "This is no activation code of this version."),
            ("CRM1-hello", "This code is damaged, or it was not issued"),
        ],
    )
    def test_say_what_to_do(self, chat, issuer, code, words):
        with pytest.raises(CodeRefusedError) as refused:
            activate(None, chat, code)
        assert licensing.explained(refused.value).startswith(words)

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"until": "2020-01-31"}, "This code was valid until 31 January 2020."),
            ({"add_on": "fax"}, "This code is good, but for another add-on: fax."),
            (
                {"add_on": "softphone_connector"},
                "another add-on: PBX Manager & Softphone Connector.",
            ),
        ],
    )
    def test_name_what_they_say(self, chat, issuer, more, words):
        with pytest.raises(CodeRefusedError) as refused:
            activate(None, chat, issuer.code(**more))
        assert words in licensing.explained(refused.value)

    def test_without_a_public_key(self, chat, issuer, set_env):
        code = issuer.code()
        set_env()
        with pytest.raises(CodeRefusedError) as refused:
            activate(None, chat, code)
        assert "ACTIVATION_PUBLIC_KEY" in licensing.explained(refused.value)


@pytest.mark.django_db
class TestAudit:
    def test_keeps_who_decided_and_what_the_code_said(self, chat, issuer, admin):
        activate(admin, chat, issuer.code())
        deactivate(admin, chat)
        deactivate(admin, chat)
        off, on = SettingsChange.objects.all()
        assert (on.actor, on.area, on.kind) == (admin, "administration", "add_on")
        assert on.what == "chat"
        assert [(one["field"], one["after"]) for one in on.changes] == [
            ("active", True),
            ("licensee", "Muster GmbH"),
            ("serial", "2026-0001"),
            ("valid_until", "2027-12-31"),
        ]
        assert off.changes == [{"field": "active", "before": True, "after": False}]

    def test_never_keeps_the_code(self, chat, issuer):
        code = issuer.code()
        activate(None, chat, code)
        assert code[20:40] not in str(SettingsChange.objects.get().changes)

    def test_of_a_code_that_does_not_count_any_more(self, chat, issuer, set_env):
        activate(None, chat, issuer.code())
        set_env()
        deactivate(None, chat)
        assert SettingsChange.objects.first().changes == [
            {"field": "active", "before": True, "after": False}
        ]


class TestDemo:
    @pytest.mark.parametrize(
        ("env", "counts"),
        [
            ({"demo": True}, True),
            ({}, False),
            ({"demo": True, "https": True}, False),
            ({"activation_public_key": demo.PUBLIC_KEY}, False),
            ({"activation_public_key": demo.PUBLIC_KEY, "demo": True}, True),
        ],
    )
    def test_its_key_counts_in_a_demo_only(self, set_env, env, counts):
        set_env(**env)
        assert addons.public_keys() == [demo.PUBLIC_KEY] * counts

    def test_a_demo_takes_real_codes_too(self, issuer, set_env):
        set_env(demo=True, activation_public_key=issuer.public)
        assert addons.public_keys() == [issuer.public, demo.PUBLIC_KEY]

    @pytest.mark.django_db
    def test_activates_what_nobody_has_decided_about(self, monkeypatch, set_env):
        monkeypatch.setattr(addons, "_kept", [])
        set_env(demo=True)
        assert demo.load() == 1
        assert is_active("softphone_connector")
        add_on = licensing.add_on_with("softphone_connector")
        deactivate(None, add_on)
        assert demo.load() == 0
        assert not is_active("softphone_connector")

    def test_its_private_key_fits(self):
        text = (BASE_DIR / "fixtures" / "demo" / "activation.key").read_text("ascii")
        key = Ed25519PrivateKey.from_private_bytes(from_text(text.strip()))
        assert key.public_key().public_bytes_raw() == demo.PUBLIC_KEY


class TestPage:
    URL = reverse("administration:add-ons")
    ACTIVATE = reverse("administration:activate", args=["chat"])
    DEACTIVATE = reverse("administration:deactivate", args=["chat"])

    def test_from_nothing_to_active_and_back(self, chat, issuer, admins):
        page = admins.get(self.URL).text
        assert "Talks with customers." in page
        assert "not active" in page
        code = issuer.code(until="2999-01-31")
        mailed = f"  {code[:70]}\r\n{code[70:140]}\r\n{code[140:]}\r\n"
        done = admins.post(self.ACTIVATE, {"code": mailed}, follow=True)
        assert "Chat is active until 31 January 2999." in done.text
        for text in ("Muster GmbH", "2026-0001", "31 January 2999", "Deactivate"):
            assert text in done.text
        asked = admins.get(self.DEACTIVATE).text
        assert "Nobody can write to you." in asked
        assert "All data stay" in asked
        assert is_active("chat")
        gone = admins.post(self.DEACTIVATE, follow=True).text
        assert not is_active("chat")
        assert code in gone  # so that one click activates it again

    def test_says_why_a_code_is_refused_and_keeps_what_was_pasted(
        self, chat, issuer, admins
    ):
        answer = admins.post(self.ACTIVATE, {"code": "CRM1-<b>"})
        assert answer.status_code == 400
        assert "This code is damaged" in answer.text
        assert "CRM1-&lt;b&gt;" in answer.text
        assert not is_active("chat")

    @pytest.mark.parametrize(
        ("until", "badge"),
        [
            ("2026-03-22", "expires in 20 days"),
            ("2026-03-03", "expires in 1 day"),
            ("2026-03-02", "expires today"),
            ("2026-03-01", "expired"),
        ],
    )
    def test_warns_before_the_end(
        self, chat, issuer, admin, time_machine, until, badge
    ):
        time_machine.move_to(NOW, tick=False)
        Activation.objects.create(
            add_on="chat", code=issuer.code(until=until), changed_at=datetime.now(UTC)
        )
        assert badge in client_of(admin).get(self.URL).text

    def test_tells_of_a_code_that_does_not_count_any_more(self, chat, issuer, admins):
        Activation.objects.create(add_on="chat", code="CRM1-x")
        assert "its code does not count any more" in admins.get(self.URL).text

    def test_tells_that_no_key_is_set(self, chat, set_env, admins):
        set_env()
        assert "<code>ACTIVATION_PUBLIC_KEY</code>" in admins.get(self.URL).text

    def test_without_any_add_on(self, monkeypatch, admins):
        others = [hook for hook in hooks._hooks if type(hook) is not hooks.AddOn]
        monkeypatch.setattr(hooks, "_hooks", others)
        assert "No add-ons are installed" in admins.get(self.URL).text

    def test_knows_only_what_is_installed(self, admins):
        assert admins.post(self.ACTIVATE).status_code == 404
        assert admins.get(self.DEACTIVATE).status_code == 404

    def test_is_for_administrators_and_changes_by_post(self, chat, admins, karin):
        assert admins.get(self.ACTIVATE).status_code == 405
        for url in (self.URL, self.DEACTIVATE):
            assert client_of(karin).get(url).status_code == 403
        assert client_of(karin).post(self.ACTIVATE).status_code == 403
        assert client_of(karin).post(self.DEACTIVATE).status_code == 403

    def test_takes_one_query(self, chat, issuer, db, django_assert_num_queries):
        activate(None, chat, issuer.code())
        with django_assert_num_queries(1):
            standings()


def test_the_key_of_the_environment() -> None:
    text = "q" * 42 + "o"
    env = conf.load({"ACTIVATION_PUBLIC_KEY": text})
    assert (env.activation_public_key, env.problems) == (from_text(text), ())


def test_reasons_have_texts() -> None:
    assert set(licensing.REFUSALS) == set(Reason)
