"""The wall board: what it shows, to whom, and its secret links."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crmplus.accounts.models import Role, User
from crmplus.administration.models import SettingsChange
from crmplus.logs import mask
from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan
from pbxmanager.block_list import block
from pbxmanager.events import Direction, EventKind
from pbxmanager.following_up import rebuild
from pbxmanager.statistics import upkeep, wall, wall_links
from pbxmanager.statistics.models import WallBoardLink
from tests.pbxmanager.office import NOON, STRANGER, Office, queries, words_of

MINUTE = timedelta(minutes=1)
WALL = "/statistics/wall/"


def test_the_board_at_a_moment(office: Office) -> None:
    office.call("201", at=NOON - 60 * MINUTE)
    office.call("202", "+4930111", at=NOON - 30 * MINUTE, talk=None)
    office.ringing("201", "+4930222", at=NOON - 2 * MINUTE)
    office.ringing("202", "+4930333", at=NOON - MINUTE)
    given = {"call_id": "talks", "direction": Direction.INBOUND}
    for kind in (EventKind.RINGING, EventKind.CONNECTED):
        office.event(kind, "203", "+4930444", at=NOON - 3 * MINUTE, **given)
    rebuild()

    board = wall.board_at(NOON)
    assert (board.talking, board.waiting, board.longest_wait) == (1, 2, 120)
    assert (board.answered, board.missed, board.rate) == (2, 1, 67)
    assert board.missed_open == 1
    block(normalise("+4930111", number_plan()), "", office.karin)
    assert wall.board_at(NOON).missed_open == 0
    assert dict(zip(board.hours, board.curve, strict=True)) == {
        **dict.fromkeys(range(7, 13), 0),
        11: 5,
        **dict.fromkeys(range(13, 20)),
    } | {12: 0}


def test_the_average_is_that_of_weeks_with_calls(office: Office) -> None:
    for week, calls in ((1, 3), (2, 1), (9, 7)):
        for number in range(calls):
            at = NOON - timedelta(weeks=week) + number * MINUTE
            office.call("201", f"+4930{week}{number}", at=at)
    office.call("201", at=NOON - timedelta(days=1))
    upkeep.run(NOON)

    assert wall.usual_of(NOON.date()) == {12: 2.0}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.STATISTICS, 200),
        (Role.AGENT, 403),
        (Role.SUPERVISOR, 200),
        (Role.ADMIN, 200),
    ],
)
def test_the_board_is_for_who_may_see_all_figures(
    office: Office, role: Role, status: int
) -> None:
    client = office.browser(User.objects.create(username="viewer", role=role))

    assert client.get(WALL).status_code == status
    assert client.get(f"{WALL}figures/").status_code == status


def test_the_board_shows_no_name_and_no_number(office: Office) -> None:
    office.ringing("201", at=timezone.now(), name="Julia Berg")
    client = office.browser(office.karin)
    told = client.get(WALL).content.decode() + json.dumps(
        client.get(f"{WALL}figures/").json()
    )

    assert '"waiting": 1' in told
    for secret in (STRANGER, STRANGER[3:], "Julia", "Anna", "Schmidt", "201"):
        assert secret not in told.replace("Karin", "")


def test_many_screens_ask_the_database_once(office: Office) -> None:
    client = office.browser(office.karin)
    client.get(f"{WALL}figures/")

    # The session and the user.
    assert queries(lambda: client.get(f"{WALL}figures/")) <= 3


def make_link(client: Client) -> str:
    html = client.post("/settings/statistics/walls/", {"name": "Hall"}).content.decode()
    words = words_of(html)
    return next(one for one in words.split() if "/wall/" in one)


@pytest.fixture
def admin(office: Office) -> Client:
    user = User.objects.create(username="boss", first_name="B", role=Role.ADMIN)
    return office.browser(user)


def test_a_screen_opens_its_link_without_a_cookie(
    office: Office, admin: Client
) -> None:
    address = make_link(admin)
    screen = Client()
    page = screen.get(address)

    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert not screen.cookies
    figures = screen.get(f"{address}figures/")
    assert figures.json()["talking"] == 0
    assert not screen.cookies
    link = WallBoardLink.objects.get()
    assert link.used_at is not None
    assert link.hash not in address


def test_the_secret_is_shown_once_and_kept_as_a_hash(admin: Client) -> None:
    secret = make_link(admin).rstrip("/").rpartition("/")[2]
    words = words_of(admin.get("/settings/statistics/walls/").content.decode())

    assert secret not in words
    assert f"{secret[:12]}…" in words
    assert secret not in json.dumps(list(WallBoardLink.objects.values()), default=str)
    changes = SettingsChange.objects.filter(area="call_statistics")
    assert [change.what for change in changes] == ["Hall"]
    assert secret not in str(changes[0].changes)
    assert secret not in mask(f"GET /wall/{secret}/")


def test_a_revoked_link_shows_nothing(admin: Client) -> None:
    address = make_link(admin)
    link = WallBoardLink.objects.get()
    admin.post(f"/settings/statistics/walls/{link.pk}/revoke/")

    assert Client().get(address).status_code == 404
    assert Client().get(f"{address}figures/").status_code == 404
    assert SettingsChange.objects.filter(area="call_statistics").count() == 2


@pytest.mark.parametrize("secret", ["x", "sk_wall_", "sk_wall_" + "a" * 43, "%00"])
def test_what_is_no_secret_is_not_found(db: None, secret: str) -> None:
    assert Client().get(f"/wall/{secret}/").status_code == 404


def test_the_use_of_a_link_is_noted_now_and_then(office: Office, admin: Client) -> None:
    address = make_link(admin)
    Client().get(address)
    first = WallBoardLink.objects.get().used_at
    Client().get(address)
    assert WallBoardLink.objects.get().used_at == first
    assert timedelta(minutes=1) < wall_links.USED_EVERY


@pytest.mark.parametrize("role", [Role.STATISTICS, Role.AGENT, Role.SUPERVISOR])
def test_links_and_people_are_for_admins(office: Office, role: Role) -> None:
    client = office.browser(User.objects.create(username="viewer", role=role))
    person = f"/settings/statistics/people/{office.anna.pk}/"

    for path in ("/settings/statistics/", "/settings/statistics/walls/"):
        assert client.get(path).status_code == 403
        assert client.post(path, {"name": "x", "user": "1"}).status_code == 403
    assert client.post(person).status_code == 403
    assert client.post("/settings/statistics/walls/1/revoke/").status_code == 403


def test_figures_of_a_person_are_switched_on_and_off(
    office: Office, admin: Client
) -> None:
    settings = "/settings/statistics/"
    person = f"{settings}people/{office.anna.pk}/"
    admin.post(settings, {"user": office.anna.pk})
    assert "Anna Schmidt" in words_of(admin.get(settings).content.decode())
    page = admin.post(person, follow=True).content.decode()
    assert "Figures of Anna Schmidt are not shown any more." in page
    assert f"{person}?on" in page
    admin.post(f"{person}?on")

    changes = SettingsChange.objects.filter(kind="shown_person").order_by("pk")
    assert [change.changes[0]["after"] for change in changes] == [True, False, True]
    assert {change.what for change in changes} == {"anna"}


def test_nobody_is_shown_twice(office: Office, admin: Client) -> None:
    for _ in range(2):
        admin.post("/settings/statistics/", {"user": office.anna.pk})
    assert SettingsChange.objects.filter(kind="shown_person").count() == 1
