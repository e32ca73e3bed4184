"""The pages "Phones and clients"."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from softphone_connector.client_pages import NO_KEY, choices, lines
from softphone_connector.profiles import How, profiles
from tests.softphone_connector.cast import Cast

pytestmark = pytest.mark.thorough
LIST = reverse("softphone_connector:clients")


def url(key: str) -> str:
    return reverse("softphone_connector:client", args=[key])


def page(client: Client, path: str, user: object, **query: str) -> str:
    client.force_login(user)  # type: ignore[arg-type]
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.core
class TestList:
    def test_all_of_them(self, client: Client, people: Cast) -> None:
        html = page(client, LIST, people.karin)
        for key in profiles():
            assert url(key) in html
        assert '<td class="of-dial">zoiper, tel, callto, sip</td>' in html
        assert reverse("softphone_connector:new-key") in html

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": " YEA"}, {"yealink"}),
            ({"q": "belledonne"}, {"linphone"}),
            ({"q": "snom", "kind": "desk_phone"}, {"snom", "snom-m100"}),
            ({"q": "snom", "kind": "pbx"}, set()),
        ],
    )
    def test_search_and_kind(self, query: dict[str, str], found: set[str]) -> None:
        shown = lines(query.get("q", ""), query.get("kind", ""))
        assert {line.profile.key for line in shown} == found

    def test_nothing_found(self, client: Client, people: Cast) -> None:
        html = page(client, LIST, people.karin, q="toaster")
        assert "No such client" in html

    def test_a_kind_stays_chosen(self, client: Client, people: Cast) -> None:
        html = page(client, LIST, people.karin, kind="pbx")
        assert '<option value="pbx" selected>PBX</option>' in html
        assert url("yealink") not in html

    def test_an_agent_reads_it_without_what_an_admin_does(
        self, client: Client, people: Cast
    ) -> None:
        html = page(client, LIST, people.anna)
        assert url("yealink") in html
        assert reverse("softphone_connector:new-key") not in html

    def test_who_is_not_signed_in_signs_in_first(self, client: Client) -> None:
        assert client.get(LIST).status_code == 302
        assert client.get(url("yealink")).status_code == 302


class TestPage:
    @pytest.mark.parametrize("key", profiles())
    def test_of_every_profile(self, client: Client, people: Cast, key: str) -> None:
        known = profiles()[key]
        html = page(client, url(key), people.karin)
        assert known.vendor.replace("'", "&#x27;") in html
        assert "@@" not in html
        assert ("What it can report" in html) is bool(known.events)
        assert ("Unconfirmed" in html) is bool(known.unconfirmed)
        assert ("sk_…" in html) is bool(known.events)

    def test_the_addresses_have_their_settings_and_a_place_for_the_key(
        self, client: Client, people: Cast
    ) -> None:
        html = page(client, url("yealink"), people.anna)
        assert f"/softphone/{NO_KEY}/ringing?call_id=$call_id&amp;extension=" in html
        assert "Missed Call (action_url.missed_call)" in html
        assert html.count("This address leads a phone to itself.") == 1
        assert "longer" not in html
        assert reverse("softphone_connector:new-key") not in html

    def test_an_admin_can_make_a_key_for_it(self, client: Client, people: Cast) -> None:
        make = reverse("softphone_connector:new-key")
        html = page(client, url("asterisk"), people.karin)
        assert f"{make}?profile=asterisk" in html
        assert "Make a key for it" in html
        html = page(client, url("yealink"), people.karin)
        assert f"{make}?profile=yealink" in html
        assert "Key for several phones" in html

    def test_whoever_has_such_a_phone_adds_it(
        self, client: Client, people: Cast
    ) -> None:
        add = reverse("softphone_connector:my-line-new") + "?profile="
        html = page(client, url("yealink"), people.anna)
        assert f'href="{add}yealink"' in html
        chosen = page(client, f"{add}yealink", people.anna)
        assert '<option value="yealink" selected>' in chosen
        assert f"{add}teams" in page(client, url("teams"), people.anna)
        assert add not in page(client, url("poly"), people.anna)
        assert add not in page(client, url("sipgate"), people.anna)

    def test_for_a_pbx_an_agent_is_told_who_makes_the_key(
        self, client: Client, people: Cast
    ) -> None:
        html = page(client, url("sipgate"), people.anna)
        assert "an administrator makes it" in html

    def test_what_goes_into_files_is_shown_with_what_to_do_with_it(
        self, client: Client, people: Cast
    ) -> None:
        html = page(client, url("baresip"), people.anna)
        assert "<b>Save as softphone-key</b>" in html
        assert "<b>Add to config</b>" in html
        assert "<b>Run bridge</b>" in html
        html = page(client, url("sipgate"), people.anna)
        assert "<b>Signing secret: sipgate.pub</b>" in html

    def test_a_scheme_that_is_not_allowed_yet_is_marked(
        self, client: Client, people: Cast
    ) -> None:
        assert "must allow dialpad:" in page(client, url("dialpad"), people.karin)
        assert "must allow" not in page(client, url("zoiper"), people.karin)

    def test_what_it_can_not_report_stands_there_in_words(
        self, client: Client, people: Cast
    ) -> None:
        html = page(client, url("3cx"), people.anna)
        assert "reports no end: these calls have no duration" in html

    def test_no_profile_no_page(self, client: Client, people: Cast) -> None:
        client.force_login(people.karin)
        assert client.get(url("toaster")).status_code == 404


def test_a_key_is_offered_for_clients_that_report_calls() -> None:
    with translation.override("en"):
        offered = {key for _label, found in choices() for key, _name in found}
    reporting = {
        key
        for key, known in profiles().items()
        if known.how in {How.URL, How.ADAPTER, How.BRIDGE}
    }
    assert offered == reporting
