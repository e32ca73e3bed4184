"""The pages of "My phone": for oneself, and for an admin who helps."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmplus.accounts.models import User
from pbxmanager.models import Call, Event, Extension
from softphone_connector import (
    keys,
    lines,
    my_phone_views,
    own_key_views,
    phone_test_views,
    popup,
)
from softphone_connector.address import Probe, Reached
from softphone_connector.availability import availability_of, set_disturb
from softphone_connector.lines import Line, lines_of
from softphone_connector.models import SoftphoneKey
from softphone_connector.phone_pages import Desk
from softphone_connector.phone_rows import line_rows
from softphone_connector.self_calls import new_call_id
from tests.softphone_connector.cast import Cast, stored
from tests.softphone_connector.talking import queries, tell

pytestmark = pytest.mark.thorough
FILLED = {"device": "desk", "method": "", "template": "", "pops_up": "on"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def anna(people: Cast) -> Client:
    return signed_in(people.anna)


@pytest.fixture
def karin(people: Cast) -> Client:
    return signed_in(people.karin)


def my(name: str, *args: object) -> str:
    return reverse(f"softphone_connector:my-{name}", args=args)


def theirs(name: str, user: User, *args: object) -> str:
    return reverse(f"softphone_connector:users-{name}", args=[user.pk, *args])


def pk(number: str) -> int:
    return Extension.objects.get(number=number).pk


def text(answer: Any) -> str:
    assert answer.status_code in {200, 286}, answer
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_lists_ones_lines(people: Cast, anna: Client) -> None:
    page = text(anna.get(my("phone")))
    assert my("line", pk("201")) in page
    assert my("line-call", pk("201")) in page
    assert ">202<" not in page
    assert stored(people.key).prefix in page
    settings = text(anna.get(reverse("accounts:my-settings")))
    assert settings.count(f'href="{my("phone")}"') == 2


def test_who_has_no_line_is_told_what_to_do(karin: Client) -> None:
    page = text(karin.get(my("phone")))
    assert "No phone yet" in page
    assert my("line-new") in page


def test_a_page_takes_as_many_queries_however_many_lines(people: Cast) -> None:
    client = signed_in(people.ben)
    text(client.get(my("phone")))
    few = queries(lambda: client.get(my("phone")))
    for number in range(210, 216):
        extension = Extension.objects.create(number=str(number), user=people.ben)
        Line.objects.create(extension=extension, profile="yealink")
    assert queries(lambda: client.get(my("phone"))) == few
    assert "Yealink" in text(client.get(my("phone")))


def test_the_list_says_when_a_line_last_had_a_call(people: Cast) -> None:
    [desk, _other] = line_rows(Desk(people.ben, people.ben, is_own=True))
    assert desk.last_call is None
    call = tell("ringing", "202")
    [desk, other] = line_rows(Desk(people.ben, people.ben, is_own=True))
    assert desk.last_call == call.started_at
    assert other.last_call is None
    # A test call that was swept away is none.
    call.move_to_bin(by=people.ben)
    [desk, _other] = line_rows(Desk(people.ben, people.ben, is_own=True))
    assert desk.last_call is None


def test_of_several_keys_the_list_names_the_one_in_use(people: Cast) -> None:
    first, _secret = keys.create(
        user=people.anna, extension=people.anna.extensions.get()
    )
    keys.create(user=people.anna, extension=people.anna.extensions.get())
    SoftphoneKey.objects.filter(pk=first.pk).update(last_used_at=timezone.now())
    [row] = line_rows(Desk(people.anna, people.anna, is_own=True))
    assert row.key == first


def test_how_calls_announce_themselves_is_saved(people: Cast, anna: Client) -> None:
    given = {"sound": "soft", "volume": "40", "language": "de"}
    answer: Any = anna.post(my("phone"), given, follow=True)
    assert "Ihre Einstellungen" in text(answer)
    assert availability_of(people.anna.pk).sound == "soft"
    page = text(anna.post(my("phone"), {"sound": "horn"}))
    assert 'aria-invalid="true"' in page


def test_a_line_is_added(people: Cast, anna: Client) -> None:
    assert "Extension" in text(anna.get(my("line-new")))
    given = FILLED | {"number": "210", "profile": "yealink"}
    answer = anna.post(my("line-new"), given)
    assert answer["Location"] == my("line", pk("210"))
    assert [str(one) for one in lines_of(people.anna)] == ["201", "210"]
    page = text(anna.post(my("line-new"), given | {"number": "202"}))
    assert "202 belongs to a colleague" in page


def test_an_extension_that_is_taken_this_very_moment_stays_theirs(
    people: Cast, anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(*args: object) -> Line:
        raise lines.ExtensionTakenError

    monkeypatch.setattr(my_phone_views, "add_line", taken)
    page = text(anna.post(my("line-new"), FILLED | {"number": "210"}))
    assert "210 belongs to a colleague" in page


def test_a_line_is_changed(people: Cast, anna: Client) -> None:
    address = my("line", pk("201"))
    assert "Make a key" in text(anna.get(address))
    answer = anna.post(address, FILLED | {"label": "Desk", "revision": "0"})
    assert answer["Location"] == my("phone")
    assert lines_of(people.anna)[0].extension.label == "Desk"
    assert (
        "dial template"
        in text(
            anna.post(address, FILLED | {"method": "other", "revision": "1"})
        ).lower()
    )


def test_a_label_can_hide_nothing(people: Cast, anna: Client) -> None:
    label = "\u202e<b>Desk</b>\u200b\x07 "
    answer: Any = anna.post(
        my("line", pk("201")), FILLED | {"label": label, "revision": "0"}, follow=True
    )
    assert "&lt;b&gt;Desk&lt;/b&gt;" in text(answer)
    assert lines_of(people.anna)[0].extension.label == "<b>Desk</b>"


def test_a_call_that_rings_appears_once_its_line_shows_calls(
    people: Cast, anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(popup, "publish", lambda users, one: shown.append(one))
    address = my("line", pk("201"))
    silent = {key: value for key, value in FILLED.items() if key != "pops_up"}
    anna.post(address, silent | {"revision": "0"})
    tell("ringing", "201")
    assert popup.snapshot(people.anna.pk)[0]["quiet"]
    anna.post(address, FILLED | {"revision": "1"})
    assert not shown[-1]["quiet"]


@pytest.mark.parametrize(
    ("profile", "stated", "device"),
    [
        ("microsip", "", "softphone"),
        ("yealink", "", "desk"),
        ("asterisk", "", "desk"),
        ("", "", "desk"),
        ("microsip", "mobile", "mobile"),
    ],
)
def test_what_kind_of_device_it_is_follows_from_the_client(
    people: Cast, anna: Client, profile: str, stated: str, device: str
) -> None:
    given = FILLED | {"number": "210", "profile": profile, "device": stated}
    anna.post(my("line-new"), given)
    assert lines_of(people.anna)[1].device == device


def test_of_two_at_once_the_second_sees_both_values(people: Cast, anna: Client) -> None:
    address = my("line", pk("201"))
    first = {"label": "Desk", "revision": "0", "device": "app", "profile": "yealink"}
    anna.post(address, FILLED | first)
    page = text(anna.post(address, FILLED | {"label": "Home", "revision": "0"}))
    assert "Nothing was saved" in page
    for words in ("<td>Desk</td><td>Home</td>", "<td>App</td><td>Desk phone</td>"):
        assert words in page
    assert "Changed by Anna" in page
    assert lines_of(people.anna)[0].extension.label == "Desk"
    # Having seen them, one may insist.
    answer = anna.post(address, FILLED | {"label": "Home", "revision": "1"})
    assert answer.status_code == 302
    assert lines_of(people.anna)[0].extension.label == "Home"


def test_all_that_two_may_set_differently_is_said_in_words() -> None:
    from softphone_connector.phone_rows import meanwhile

    stored_now = lines.LineSettings(template="sip:{e164}")
    wanted = dataclasses.replace(stored_now, template="", pops_up=False, profile="snom")
    found = {
        one.label: (one.stored, one.wanted) for one in meanwhile(wanted, stored_now)
    }
    assert found["Show incoming calls of this line"] == ("yes", "no")
    assert found["Dial with"] == ("sip:{e164}", "–")
    assert found["Phone or client"][0] == "–"
    assert found["Phone or client"][1].lower().startswith("snom")


def test_a_key_is_shown_once(people: Cast, anna: Client) -> None:
    line = pk("201")
    answer = anna.post(my("line-key", line))
    assert "no-store" in answer["Cache-Control"]
    page = text(answer)
    secret = re.search(r"sk_[\w-]{40,}", page)
    assert secret
    key = stored(secret[0])
    assert key.extension_id == line
    again = text(anna.get(my("line", line)))
    assert secret[0] not in again
    assert f"{key.prefix}…" in again
    # One more is asked about first.
    ask = text(anna.get(my("line-key", line)))
    assert "until you revoke the old key" in ask
    assert SoftphoneKey.objects.filter(extension=line).count() == 1


def test_all_that_a_new_key_needs_is_on_one_page(people: Cast, anna: Client) -> None:
    given = FILLED | {"number": "210", "profile": "yealink", "connect": "1"}
    answer = anna.post(my("line-new"), given)
    page = text(answer)
    assert "no-store" in answer["Cache-Control"]
    key = SoftphoneKey.objects.get(extension__number="210")
    assert key.profile == "yealink"
    assert f"/softphone/{key.prefix}" in page
    assert "action_url.incoming_call" in page
    assert f'hx-get="{my("line-arrivals", pk("210"))}?since=' in page
    assert f'data-self-call="{my("line-call", pk("210"))}"' in page
    # Sent twice it makes neither a second line nor a second key.
    assert "is one of these lines already" in text(anna.post(my("line-new"), given))
    assert SoftphoneKey.objects.filter(extension__number="210").count() == 1


def test_which_phone_it_is_can_be_said_when_the_key_is_made(
    people: Cast, anna: Client
) -> None:
    address = my("line-key", pk("201"))
    page = text(anna.post(address, {"profile": "microsip", "after": "0"}))
    assert "MicroSIP.ini" in page
    line = lines_of(people.anna)[0]
    assert (line.profile, line.device) == ("microsip", "softphone")
    assert 'aria-invalid="true"' in text(anna.post(address, {"profile": "toaster"}))


def test_a_form_that_is_sent_twice_makes_one_key(people: Cast, anna: Client) -> None:
    address = my("line-key", pk("201"))
    given = {"profile": "yealink", "after": "0"}
    text(anna.post(address, given))
    page = text(anna.post(address, given))
    key = SoftphoneKey.objects.get(extension__number="201")
    assert f"The key {key.prefix}… was made for this line meanwhile" in page
    text(anna.post(address, {"profile": "yealink", "after": str(key.pk)}))
    assert SoftphoneKey.objects.filter(extension__number="201").count() == 2


def test_a_form_that_names_no_possible_key_makes_one(anna: Client) -> None:
    given = {"profile": "yealink", "after": "-1"}
    text(anna.post(my("line-key", pk("201")), given))
    assert SoftphoneKey.objects.filter(extension__number="201").count() == 1


def test_who_changes_the_line_this_very_moment_wins(
    people: Cast, anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*args: object) -> None:
        raise lines.ChangedMeanwhileError

    monkeypatch.setattr(own_key_views, "change_line", changed)
    given = {"profile": "yealink", "after": "0"}
    answer: Any = anna.post(my("line-key", pk("201")), given, follow=True)
    assert "Nothing was saved" in text(answer)
    assert not SoftphoneKey.objects.filter(extension__number="201").exists()


def test_a_client_that_reports_nothing_gets_no_key(people: Cast, anna: Client) -> None:
    given = FILLED | {"number": "210", "profile": "zoiper", "connect": "1"}
    answer: Any = anna.post(my("line-new"), given, follow=True)
    assert "Zoiper reports no calls, so it needs no key" in text(answer)
    assert answer.redirect_chain[-1][0] == my("line", pk("210"))
    assert not SoftphoneKey.objects.filter(extension__number="210").exists()


def test_the_addresses_say_where_they_go(people: Cast, anna: Client) -> None:
    Line.objects.create(
        extension=people.anna.extensions.get(), profile="yealink", revision=1
    )
    page = text(anna.post(my("line-key", pk("201"))))
    assert "action_url.incoming_call" in page
    assert "number=$remote" in page


def test_a_first_key_is_asked_about_too(people: Cast, anna: Client) -> None:
    page = text(anna.get(my("line-key", pk("201"))))
    assert "The next page shows them, once" in page
    assert "until you revoke" not in page


def test_a_key_is_revoked(people: Cast, anna: Client) -> None:
    anna.post(my("line-key", pk("201")))
    own = SoftphoneKey.objects.get(extension__number="201")
    for key, back in ((own, my("line", pk("201"))), (stored(people.key), my("phone"))):
        assert "can't be undone" in text(anna.get(my("key-revoke", key.pk)))
        assert anna.post(my("key-revoke", key.pk))["Location"] == back
        key.refresh_from_db()
        assert key.revoked_at
        again: Any = anna.post(my("key-revoke", key.pk), follow=True)
        assert "was revoked before" in text(again)


def test_a_line_is_removed(people: Cast, anna: Client) -> None:
    anna.post(my("line-key", pk("201")))
    address = my("line-remove", pk("201"))
    assert "Its key is revoked" in text(anna.get(address))
    assert anna.post(address)["Location"] == my("phone")
    assert lines_of(people.anna) == []


@pytest.mark.parametrize(
    "name", ["line", "line-remove", "line-key", "line-arrivals", "line-call"]
)
def test_a_colleagues_line_is_not_there(people: Cast, anna: Client, name: str) -> None:
    # Nor is one that there never was: the answers do not differ.
    for number in (pk("202"), 2**40, 10**30):
        for answer in (anna.post(my(name, number)), anna.get(my(name, number))):
            if answer.status_code != 405:
                assert answer["Location"] == my("phone")
    assert lines_of(people.ben)[0].extension.user == people.ben
    revoking = my("key-revoke", stored(people.bens_key).pk)
    for answer in (anna.get(revoking), anna.post(revoking)):
        assert answer["Location"] == my("phone")
    assert stored(people.bens_key).revoked_at is None


def test_who_is_on_the_page_of_a_line_that_is_taken_away_is_told(
    people: Cast, anna: Client
) -> None:
    line = pk("201")
    Extension.objects.filter(pk=line).update(user=None)
    saved: Any = anna.post(my("line", line), FILLED | {"revision": "0"}, follow=True)
    assert "This line is not there any more" in text(saved)
    came = waiting(anna, line)
    assert (came.status_code, "not there any more" in text(came)) == (286, True)
    wants = {"Accept": "application/json"}
    given = {"step": "ringing", "call_id": new_call_id()}
    assert anna.post(my("line-call", line), given, headers=wants).status_code == 404


def test_who_waits_while_the_session_ends_is_told(people: Cast, anna: Client) -> None:
    line = pk("201")
    anna.logout()
    came = waiting(anna, line)
    assert (came.status_code, "You are signed out" in text(came)) == (286, True)


def test_without_javascript_what_came_is_a_page(people: Cast, anna: Client) -> None:
    page = text(anna.get(my("line-arrivals", pk("201"))))
    assert "Waiting for an event" in page
    assert "Look again" in page
    assert "</html>" in page


def test_who_is_not_signed_in_signs_in_first(people: Cast) -> None:
    for address in (my("phone"), my("line", pk("201")), theirs("phone", people.ben)):
        assert "/sign-in/" in Client().get(address)["Location"]


def test_an_admin_opens_a_users_phone(people: Cast, karin: Client) -> None:
    page = text(karin.get(reverse("accounts:user", args=[people.ben.pk])))
    assert theirs("phone", people.ben) in page
    page = text(karin.get(theirs("phone", people.ben)))
    assert theirs("line", people.ben, pk("202")) in page
    # What is the user's own business is not there.
    assert 'name="sound"' not in page
    assert "Call yourself" not in page
    text(karin.get(theirs("line", people.ben, pk("202"))))
    text(karin.post(theirs("line-key", people.ben, pk("202"))))
    assert karin.post(theirs("phone", people.ben), {"sound": "bell"}).status_code == 200
    assert availability_of(people.ben.pk).sound == ""
    gone = karin.get(theirs("phone", people.ben) + "lines/999/")
    assert gone["Location"] == theirs("phone", people.ben)
    assert karin.get("/settings/users/99999/phone/").status_code == 404


def test_nobody_else_does(people: Cast, anna: Client) -> None:
    assert anna.get(theirs("phone", people.ben)).status_code == 403
    assert anna.post(theirs("line-key", people.ben, pk("202"))).status_code == 403


def test_do_not_disturb_is_switched(people: Cast, anna: Client) -> None:
    address = reverse("softphone_connector:disturb")
    wants = {"Accept": "application/json"}
    for on, disturbed in (("1", True), ("1", True), ("0", False), ("", True)):
        answer = anna.post(address, {"on": on}, headers=wants)
        assert answer.json() == {"disturb": disturbed}
        assert availability_of(people.anna.pk).do_not_disturb is disturbed
    assert anna.post(address, {"next": "/pbx-manager/"})["Location"] == "/pbx-manager/"
    assert anna.post(address, {"next": "//x"})["Location"] == my("phone")
    assert anna.get(address)["Location"] == my("phone")
    assert availability_of(people.anna.pk).do_not_disturb is True
    answer = anna.post(address, {"next": "/my/phone/"}, follow=True)
    assert "Do not disturb is off: cards appear again." in text(answer)
    assert Client().post(address).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.anna)
    assert strict.post(address).status_code == 403


def play(client: Client, step: str, call_id: str, number: str = "201") -> Any:
    return client.post(my("line-call", pk(number)), {"step": step, "call_id": call_id})


def test_one_calls_oneself(people: Cast, anna: Client) -> None:
    call_id = new_call_id()
    answer = play(anna, "ringing", call_id).json()
    call = Call.objects.get()
    assert answer == {"call": str(call.uid), "hindered": ""}
    for step in ("connected", "ended"):
        assert play(anna, step, call_id).status_code == 200
    call.refresh_from_db()
    assert call.status == "ended"
    assert play(anna, "away", call_id).json() == {"call": "", "hindered": ""}
    assert not Call.objects.exists()


def test_what_lets_no_card_appear_is_said(people: Cast, anna: Client) -> None:
    line = Line.objects.create(extension=people.anna.extensions.get(), pops_up=False)
    said = play(anna, "ringing", new_call_id()).json()["hindered"]
    assert "does not show its calls" in said
    set_disturb(people.anna, True)
    said = play(anna, "ringing", new_call_id()).json()["hindered"]
    assert "Do not disturb" in said
    assert Call.objects.count() == 1
    assert line.pk


@pytest.mark.parametrize(
    ("step", "call_id"), [("dance", ""), ("ringing", "mine"), ("missed", "")]
)
def test_only_a_test_call_can_be_played(anna: Client, step: str, call_id: str) -> None:
    assert play(anna, step, call_id or new_call_id()).status_code == 400


def waiting(client: Client, line: int | None = None, **given: str) -> Any:
    address = my("line-arrivals", line or pk("201"))
    return client.get(address, given, headers={"HX-Request": "true"})


def test_waiting_ends_with_the_right_event(people: Cast, anna: Client) -> None:
    since = (timezone.now() - timedelta(seconds=5)).isoformat()
    first = waiting(anna, since=since)
    assert (first.status_code, "Waiting for an event" in text(first)) == (200, True)
    shown = re.search(r'name="shown" value="([^"]+)"', text(first))
    assert shown
    assert waiting(anna, since=since, shown=shown[1]).status_code == 204
    tell("ringing", "201", source=stored(people.key).source)
    came = waiting(anna, since=since, shown=shown[1])
    assert (came.status_code, "It works" in text(came)) == (286, True)


def test_waiting_ends_after_ten_minutes(anna: Client) -> None:
    since = (timezone.now() - timedelta(minutes=11)).isoformat()
    answer = waiting(anna, since=since)
    assert (answer.status_code, "ten minutes" in text(answer)) == (286, True)


@pytest.mark.parametrize(
    "since",
    [
        "",
        "yesterday",
        "2026-13-45T00:00:00Z",
        "2026-01-01T00:00:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_that_is_none_is_now(people: Cast, anna: Client, since: str) -> None:
    tell("ringing", "201", source=stored(people.key).source)
    Event.objects.update(received_at=timezone.now() - timedelta(seconds=1))
    assert "Waiting for an event" in text(waiting(anna, since=since))


def test_what_a_phone_sent_stays_text(people: Cast, anna: Client) -> None:
    Event.objects.create(
        source=stored(people.key).source,
        kind="other",
        received_at=timezone.now(),
        refused="event_unknown",
        raw={
            "params": {"<b>": "<script>1</script>"},
            "fault": {"value": "<img src=x>", "known": "ringing"},
        },
    )
    since = (timezone.now() - timedelta(seconds=5)).isoformat()
    page = text(waiting(anna, since=since))
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "<img" not in page


def test_the_address_is_looked_at(
    anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def probe(base_url: str) -> Probe:
        asked.append(base_url)
        return Probe(Reached.REDIRECTED, "https://x.example/")

    env = dataclasses.replace(phone_test_views.env, base_url="https://crm.example.com")
    monkeypatch.setattr(phone_test_views, "env", env)
    monkeypatch.setattr(phone_test_views, "probed", probe)
    page = text(anna.get(my("address"), {"url": "http://169.254.169.254/"}))
    assert "redirects to https://x.example/" in page
    # Nothing that a request says is called.
    assert asked == ["https://crm.example.com"]
