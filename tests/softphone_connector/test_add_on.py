"""The product without an activation code: all of it is gone, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from crmplus import hooks
from crmplus.accounts.models import Role, User
from crmplus.administration import addons
from crmplus.administration.cron import AddOnNotActive
from crmplus.administration.licensing import add_on_with
from crmplus.administration.models import CronRun
from crmplus.context import Frame
from pbxmanager.models import Call, Event
from softphone_connector import add_on, keys
from softphone_connector.endpoints.handler import handle, handle_all
from softphone_connector.endpoints.requests import EventRequest

pytestmark = pytest.mark.django_db
Switch = Callable[[bool], None]


@pytest.fixture
def active(monkeypatch: pytest.MonkeyPatch) -> Switch:
    """``active(False)`` deactivates the add-on."""

    def switch(on: bool) -> None:
        chosen = frozenset({add_on.KEY} if on else ())
        monkeypatch.setattr(addons, "_kept", [(float("inf"), chosen)])

    return switch


@pytest.fixture
def admin() -> User:
    return User.objects.create_user("monika", role=Role.ADMIN)


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def ringing(secret: str) -> EventRequest:
    return EventRequest(
        method="GET",
        path=f"{secret}/ringing",
        query=b"extension=201&number=%2B4930123456&call_id=1",
        headers={},
    )


def test_a_phone_is_refused_in_words(active: Switch, admin: User) -> None:
    _key, secret = keys.create(pbx_name="PBX")
    active(False)
    answer = handle(ringing(secret))
    assert answer.status == 403
    text = answer.body.decode()
    assert text.startswith("The add-on PBX Manager & Softphone Connector is not active")
    assert "Ask monika to activate it under Global settings, Add-on manager." in text
    assert dict(answer.headers)["Content-Type"] == "text/plain; charset=utf-8"
    assert not Call.objects.exists()
    assert not Event.objects.exists()


def test_both_doors_refuse_it(active: Switch) -> None:
    _key, secret = keys.create(pbx_name="PBX")
    active(False)
    assert [one.status for one in handle_all([ringing(secret)] * 2)] == [403, 403]
    by_view = Client().get(f"/softphone/{secret}/ringing?extension=201&number=030123")
    assert by_view.status_code == 403
    assert "is not active" in by_view.text


def test_phones_go_on_where_they_were(active: Switch) -> None:
    _key, secret = keys.create(pbx_name="PBX")
    assert handle(ringing(secret)).status == 204
    active(False)
    handle(ringing(secret))
    active(True)
    assert handle(ringing(secret)).status == 204
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    "url",
    [
        reverse("pbxmanager:list"),
        reverse("pbxmanager:detail", args=["5c7ae5ba-4d4b-4a5e-9a3b-8d1d0a4f7c11"]),
        reverse("softphone_connector:dial"),
        reverse("api:calls"),
        reverse("api:dial"),
    ],
)
def test_its_pages_are_gone(active: Switch, browser: Client, url: str) -> None:
    before = browser.get(url).headers["Content-Type"]
    active(False)
    answer = browser.get(url)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith(
        "application/problem+json" if url.startswith("/api/") else "text/html"
    )
    active(True)
    assert browser.get(url).headers["Content-Type"] == before


def test_no_page_speaks_of_it(active: Switch, browser: Client, admin: User) -> None:
    assert "pbx-manager" in browser.get("/").text
    assert "popup-stack" in browser.get("/").text
    active(False)
    for url in ("/", reverse("administration:settings"), "/my/settings/"):
        page = browser.get(url).text
        assert "pbx-manager" not in page
        assert "softphone_connector" not in page
    request = type("Request", (), {"user": admin, "path": "/", "COOKIES": {}})()
    keys_of_menu = {entry.key for entry in Frame(request).modules}
    assert "home" in keys_of_menu
    assert "pbx-manager" not in keys_of_menu


@pytest.mark.parametrize(
    "kind",
    [hooks.RecordPanel, hooks.TimelineSource, hooks.PageFragment, hooks.LiveSnapshot],
)
def test_what_it_adds_to_others_is_gone(active: Switch, kind: type[hooks.Hook]) -> None:
    apps = set(add_on.ADD_ON.apps)
    assert {hook.origin for hook in hooks.registered(kind)} & apps
    active(False)
    assert not {hook.origin for hook in hooks.registered(kind)} & apps


def test_data_are_still_looked_after(active: Switch) -> None:
    before = hooks.registered(hooks.BackgroundLoop)
    active(False)
    assert hooks.registered(hooks.BackgroundLoop) == before
    assert {loop.origin for loop in before} >= {"pbxmanager"}


def test_its_job_rests(active: Switch) -> None:
    active(False)
    call_command("pbx_clean_up", trigger="cron")
    with pytest.raises(AddOnNotActive, match="is not active") as rests:
        call_command("pbx_clean_up")
    assert rests.value.returncode == 0
    assert not CronRun.objects.exists()
    active(True)
    call_command("pbx_clean_up", trigger="cron")
    assert CronRun.objects.get().ok


def test_it_is_one_of_the_add_ons() -> None:
    assert add_on_with(add_on.KEY).name == add_on.ADD_ON.name
    assert all(map(str, add_on.ADD_ON.stops))


def test_an_event_asks_the_database_nothing_more(
    active: Switch, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(0):
        for _ in range(1000):
            assert addons.is_active(add_on.KEY)
