"""The administrator's list of keys, and keys for PBXs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crmplus.administration.models import SettingsChange
from pbxmanager.endpoint_settings import default_set
from pbxmanager.models import EndpointSet
from softphone_connector import keys
from softphone_connector.key_rules import all_keys, revoke
from softphone_connector.models import SoftphoneKey
from softphone_connector.pbx_keys import SECRET_LENGTH
from softphone_connector.vault import unseal
from tests.softphone_connector.cast import Cast, stored
from tests.softphone_connector.endpoints.sending import send
from tests.softphone_connector.talking import tell

pytestmark = pytest.mark.thorough
KEYS = reverse("softphone_connector:keys")
NEW = reverse("softphone_connector:new-key")


@pytest.fixture
def admin(client: Client, people: Cast) -> Client:
    client.force_login(people.karin)
    return client


def revoke_url(key: SoftphoneKey) -> str:
    return reverse("softphone_connector:revoke-key", args=[key.pk])


def html(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


class TestList:
    def test_every_key_with_owner_and_client(self, admin: Client, people: Cast) -> None:
        keys.create(pbx_name="Placetel", profile="placetel")
        text = html(admin.get(KEYS))
        assert "Asterisk" in text
        assert reverse("accounts:user", args=[people.ben.pk]) in text
        assert reverse("softphone_connector:client", args=["placetel"]) in text
        assert people.key not in text
        assert people.key[:7] in text

    def test_a_few_queries_however_many_keys(
        self, people: Cast, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(5):
            keys.create(pbx_name=f"PBX {number}", endpoint_set=default_set())
        with django_assert_num_queries(1):
            assert [
                str(key.endpoint_set) + key.owner for key in all_keys(revoked=False)
            ]

    def test_revoked_ones_are_listed_apart(self, admin: Client, people: Cast) -> None:
        key = stored(people.pbx_key)
        keys.revoke(key)
        assert revoke_url(key) not in html(admin.get(KEYS))
        text = html(admin.get(KEYS, {"state": "revoked"}))
        assert key.prefix in text
        assert revoke_url(key) not in text

    def test_nothing_yet(self, admin: Client) -> None:
        SoftphoneKey.objects.all().delete()
        assert "No keys yet" in html(admin.get(KEYS))
        assert "No key was revoked" in html(admin.get(KEYS, {"state": "revoked"}))

    @pytest.mark.parametrize("path", [KEYS, NEW])
    def test_is_for_administrators(
        self, client: Client, people: Cast, path: str
    ) -> None:
        client.force_login(people.anna)
        assert client.get(path).status_code == 403


class TestNew:
    def test_the_key_is_shown_once_with_its_addresses(
        self, admin: Client, people: Cast
    ) -> None:
        answer = admin.post(NEW, {"name": "Hall", "profile": "yealink"})
        text = html(answer)
        key = SoftphoneKey.objects.get(pbx_name="Hall")
        (secret,) = {
            part.split("<")[0].split("/")[0]
            for part in text.split(">sk_")[1:]
            if len(part.split("<")[0]) == 43
        }
        assert stored(f"sk_{secret}") == key
        assert f"/softphone/sk_{secret}/ringing?call_id=$call_id&amp;" in text
        assert answer["Cache-Control"].startswith("max-age=0")
        assert send(f"sk_{secret}/ringing", {"number": "0301"}).status == 204

    def test_the_client_can_be_chosen_before(self, admin: Client) -> None:
        text = html(admin.get(NEW, {"profile": "placetel"}))
        assert '<option value="placetel" selected>' in text

    def test_a_key_without_profile_comes_with_addresses_to_fill_in(
        self, admin: Client
    ) -> None:
        text = html(admin.post(NEW, {"name": "Own"}))
        assert "The key of Own" in text
        assert "Set it up" not in text
        assert "extension=[EXTENSION]" in text

    def test_the_addresses_begin_where_phones_reach_the_crm(
        self, admin: Client, settings: Any
    ) -> None:
        settings.ALLOWED_HOSTS = ["192.0.2.7"]
        there = {"headers": {"host": "192.0.2.7:8000"}}
        text = html(admin.post(NEW, {"name": "Own"}, **there))
        assert ">http://192.0.2.7:8000/softphone/sk_" in text

    def test_it_waits_for_the_first_event(self, admin: Client, people: Cast) -> None:
        page = html(admin.post(NEW, {"name": "Own", "profile": "asterisk"}))
        key = SoftphoneKey.objects.get(pbx_name="Own")
        url = reverse("softphone_connector:key-arrivals", args=[key.pk])
        assert f'hx-get="{url}?since=' in page
        since = (timezone.now() - timedelta(seconds=5)).isoformat()
        asks: Any = {"headers": {"hx-request": "true"}}
        assert "Waiting for an event" in html(admin.get(url, {"since": since}, **asks))
        tell("ringing", "201", source=stored(people.pbx_key).source)
        assert "Waiting for an event" in html(admin.get(url, {"since": since}, **asks))
        tell("ringing", "205", source=key.source)
        came = admin.get(url, {"since": since}, **asks)
        assert (came.status_code, b"It works" in came.content) == (286, True)
        admin.logout()
        out = admin.get(url, {"since": since}, **asks)
        assert (out.status_code, b"You are signed out" in out.content) == (286, True)

    def test_the_endpoint_set_counts_for_its_addresses(
        self, admin: Client, people: Cast
    ) -> None:
        own = EndpointSet.objects.create(name="Hall")
        own.endpoints.create(kind="ringing", slug="klingelt")
        sent = {"name": "Hall", "profile": "3cx", "endpoint_set": own.pk}
        assert "/klingelt?number=%CallerNumber%" in html(admin.post(NEW, sent))
        assert SoftphoneKey.objects.get(pbx_name="Hall").endpoint_set == own

    def test_a_signing_secret_is_kept_sealed(self, admin: Client) -> None:
        sent = {"name": "P", "profile": "placetel", "signing_secret": "hush-hush"}
        assert "hush-hush" not in html(admin.post(NEW, sent))
        sealed = SoftphoneKey.objects.get(pbx_name="P").signing_secret
        assert unseal(sealed) == "hush-hush"

    @pytest.mark.parametrize(
        "sent",
        [
            {"name": ""},
            {"name": "\u200b \u202e"},
            {"name": "x" * 65},
            {"name": "P", "profile": "toaster"},
            {"name": "P", "profile": "zoiper"},
            {"name": "P", "endpoint_set": "999"},
            {"name": "P", "signing_secret": "x" * (SECRET_LENGTH + 1)},
        ],
    )
    def test_bad_values_make_no_key_and_are_named(
        self, admin: Client, sent: dict[str, str]
    ) -> None:
        count = SoftphoneKey.objects.count()
        assert 'class="errorlist' in html(admin.post(NEW, sent))
        assert SoftphoneKey.objects.count() == count

    def test_a_hostile_name_is_text(self, admin: Client) -> None:
        text = html(admin.post(NEW, {"name": "<script>x</script>"}))
        assert "<script>x" not in text

    def test_the_audit_log_has_it_without_secrets(
        self, admin: Client, people: Cast
    ) -> None:
        admin.post(NEW, {"name": "P", "profile": "placetel", "signing_secret": "hush"})
        change = SettingsChange.objects.get()
        assert change.actor == people.karin
        assert "hush" not in str(change.changes)
        assert {"field": "profile", "before": None, "after": "placetel"} in (
            change.changes
        )


class TestRevoke:
    def test_it_asks_first(self, admin: Client, people: Cast) -> None:
        key = stored(people.pbx_key)
        text = html(admin.get(revoke_url(key)))
        assert key.prefix in text
        assert "It was never used, so nothing stops." in text
        key.refresh_from_db()
        assert key.revoked_at is None

    def test_it_says_who_used_it_last_and_what_stops(
        self, admin: Client, people: Cast
    ) -> None:
        query = {"number": "0301", "extension": "202"}
        assert send(f"{people.pbx_key}/ringing", query).status == 204
        text = " ".join(html(admin.get(revoke_url(stored(people.pbx_key)))).split())
        assert "for extension 202 (Ben)" in text
        assert "are not logged" in text

    def test_then_the_key_is_worthless(self, admin: Client, people: Cast) -> None:
        key = stored(people.pbx_key)
        answer = admin.post(revoke_url(key), follow=True)
        assert "is revoked" in html(answer)
        assert send(f"{people.pbx_key}/ringing", {"number": "0301"}).status == 401
        assert SettingsChange.objects.count() == 1

    def test_two_administrators_at_once(self, admin: Client, people: Cast) -> None:
        key = stored(people.pbx_key)
        assert revoke(stored(people.pbx_key), people.karin)
        assert "was revoked before" in html(admin.post(revoke_url(key), follow=True))
        assert SettingsChange.objects.count() == 1

    def test_is_for_administrators(self, client: Client, people: Cast) -> None:
        client.force_login(people.anna)
        assert client.post(revoke_url(stored(people.key))).status_code == 403

    def test_a_revoked_key_is_not_asked_about(
        self, admin: Client, people: Cast
    ) -> None:
        key = stored(people.pbx_key)
        keys.revoke(key)
        assert "was revoked before" in html(admin.get(revoke_url(key), follow=True))

    def test_no_key_no_page(self, admin: Client) -> None:
        url = reverse("softphone_connector:revoke-key", args=[99999])
        assert admin.get(url).status_code == 404
