"""The panel, the page of a person, and one's own presence."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmplus.accounts.models import Role, Team, User
from crmplus.toasts import undo_url
from pbxmanager.models import Extension
from pbxmanager.workplace import presences, shifts
from pbxmanager.workplace.models import (
    Deputy,
    Group,
    MainNumber,
    Pause,
    Pin,
    SignOfLife,
    Status,
    Workplace,
)
from pbxmanager.workplace.people import PAGE_SIZE
from tests.pbxmanager.workplace.conftest import browser_of, deputy
from tests.softphone_connector.talking import JULIA, queries, tell

People = dict[str, User]
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def anna(people: People) -> Client:
    return browser_of(people["anna"])


@pytest.fixture
def karin(people: People) -> Client:
    return browser_of(people["karin"])


def names(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{reverse('workplace:panel')}{query}")
    assert answer.status_code == 200
    return [one.user.username for one in answer.context["people"]]


class TestThePanel:
    def test_shows_colleagues_and_what_they_do(
        self, people: People, anna: Client
    ) -> None:
        tell("connected", "202", JULIA)
        html = anna.get(reverse("workplace:panel")).content.decode()
        assert "On the phone" in html
        assert 'data-dial="202"' in html
        assert "1712345678" not in html
        assert names(anna) == ["ben", "carl", "karin"]

    def test_shows_pinned_ones_first(self, people: People, anna: Client) -> None:
        url = reverse("workplace:pin")
        key = {"colleague": people["karin"].pk}
        assert anna.post(url, key, **JSON).json() == {"pinned": True}
        assert names(anna) == ["karin", "ben", "carl"]
        assert names(browser_of(people["ben"])) == ["anna", "carl", "karin"]
        assert anna.post(url, key).status_code == 302
        assert names(anna) == ["ben", "carl", "karin"]

    @pytest.mark.parametrize("key", ["", "x", "999", "²", "1" * 30, "1" * 5000])
    def test_pins_nobody_who_is_not_there(self, anna: Client, key: str) -> None:
        answer = anna.post(reverse("workplace:pin"), {"colleague": key})
        assert answer.status_code == 404
        assert not Pin.objects.exists()

    def test_sorts_by_state_and_team(self, people: People, anna: Client) -> None:
        people["karin"].team = Team.objects.create(name="Back office")
        people["karin"].save()
        tell("ringing", "203", JULIA)
        assert names(anna, "?sort=state")[0] == "carl"
        assert names(anna, "?sort=team")[0] == "karin"
        assert names(anna, "?sort=nonsense") == ["ben", "carl", "karin"]

    def test_finds_by_name_number_team_and_group(
        self, people: People, anna: Client, sales: Group
    ) -> None:
        team = Team.objects.create(name="Back office")
        User.objects.filter(username="carl").update(team=team)
        assert names(anna, "?q=be") == ["ben"]
        assert names(anna, "?q=203") == ["carl"]
        assert names(anna, f"?team={team.pk}") == ["carl"]
        assert names(anna, f"?group={sales.pk}") == ["ben", "carl"]
        assert names(anna, "?q=%00%27&team=x&group=99999999999999999999") == []
        page = anna.get(f"{reverse('workplace:panel')}?q=nobody").content.decode()
        assert "No colleague found" in page

    def test_takes_as_many_queries_for_five_hundred(
        self, people: People, anna: Client, sales: Group
    ) -> None:
        url = reverse("workplace:panel")
        few = queries(lambda: anna.get(url))
        users = User.objects.bulk_create(
            User(username=f"u{number:03}", first_name="Person", last_name=str(number))
            for number in range(500)
        )
        Extension.objects.bulk_create(
            Extension(number=str(4000 + number), user=user)
            for number, user in enumerate(users)
        )
        assert queries(lambda: anna.get(url)) == few <= 14

    @pytest.mark.parametrize("sort", ["name", "state", "team"])
    def test_goes_page_by_page_and_back(
        self, people: People, anna: Client, sort: str
    ) -> None:
        User.objects.bulk_create(
            User(username=f"u{number:03}", first_name="Person", last_name=str(number))
            for number in range(2 * PAGE_SIZE)
        )
        tell("ringing", "203", JULIA)
        url, seen, pages = f"?sort={sort}", [], []
        while url:
            answer = anna.get(f"{reverse('workplace:panel')}{url}")
            pages.append([one.user.username for one in answer.context["people"]])
            seen.append(answer.context["previous_url"])
            url = answer.context["next_url"]
        assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 3]
        assert len({name for page in pages for name in page}) == 2 * PAGE_SIZE + 3
        assert seen[0] == ""
        assert [names(anna, back) for back in seen[1:]] == pages[:2]
        assert names(anna, f"?sort={sort}&after=99999999") == pages[0]

    def test_is_closed_to_who_sees_statistics_alone(self, people: People) -> None:
        user = User.objects.create(username="stat", role=Role.STATISTICS)
        client = browser_of(user)
        for name in ("panel", "my-presence", "menu"):
            assert client.get(reverse(f"workplace:{name}")).status_code == 403
        assert client.post(reverse("workplace:sign")).status_code == 403
        assert Client().get(reverse("workplace:panel")).status_code == 302


class TestHome:
    def test_shows_pinned_colleagues(self, people: People, anna: Client) -> None:
        assert "Pinned colleagues" not in anna.get("/").content.decode()
        Pin.objects.create(user=people["anna"], colleague=people["ben"])
        assert "Pinned colleagues" in anna.get("/").content.decode()


class TestAPerson:
    def test_has_phones_groups_and_deputies(
        self, people: People, karin: Client, sales: Group
    ) -> None:
        deputy(people["ben"], people["carl"])
        url = reverse("workplace:person", args=[people["ben"].pk])
        html = karin.get(url).content.decode()
        for words in ("202", "Sales", "carl"):
            assert words in html
        phones = reverse("workplace:person", args=[people["anna"].pk])
        assert "main number" in karin.get(phones).content.decode()

    def test_shows_only_calls_that_one_may_see(
        self, people: People, anna: Client, karin: Client
    ) -> None:
        tell("ringing", "202", JULIA)
        url = reverse("workplace:person", args=[people["ben"].pk])
        assert "No calls of this person" in anna.get(url).content.decode()
        assert len(karin.get(url).context["calls"]) == 1

    @pytest.mark.parametrize("key", [0, 999, 10**30])
    def test_who_is_not_there_is_404(self, anna: Client, key: int) -> None:
        assert anna.get(f"/colleagues/{key}/").status_code == 404


class TestMyPresence:
    def test_is_changed_by_plain_forms(self, people: People, anna: Client) -> None:
        lunch = Pause.objects.create(name="Lunch")
        url = reverse("workplace:status")
        answer = anna.post(url, {"status": f"pause:{lunch.pk}"}, follow=True)
        assert "Your status: Lunch." in answer.content.decode()
        assert Workplace.objects.get().pause == lunch
        assert anna.post(url, {"status": "available"}, **JSON).status_code == 204
        assert Workplace.objects.get().status == Status.AVAILABLE
        assert anna.get(url).status_code == 405

    @pytest.mark.parametrize(
        "status", ["", "signed_in", "pause", "pause:9", "pause:x", "nonsense", "\0"]
    )
    def test_takes_only_what_is_offered(self, anna: Client, status: str) -> None:
        answer = anna.post(reverse("workplace:status"), {"status": status})
        assert answer.status_code == 404
        assert not Workplace.objects.exists()

    def test_offers_groups_and_whom_one_stands_in_for(
        self, people: People, sales: Group
    ) -> None:
        client = browser_of(people["carl"])
        deputy(people["anna"], people["carl"], is_signed_in=False)
        html = client.get(reverse("workplace:menu")).content.decode()
        assert "Sales" in html
        assert "Calls for anna" in html
        group = {"group": sales.pk, "on": "1"}
        boss = {"boss": people["anna"].pk, "on": "1"}
        client.post(reverse("workplace:group-sign-in"), group)
        client.post(reverse("workplace:stand-in"), boss)
        client.post(reverse("workplace:dial-for"), {"boss": people["anna"].pk})
        row = Deputy.objects.get()
        assert (row.is_signed_in, row.dials) == (True, True)
        assert sales.memberships.get(user=people["carl"]).is_signed_in
        client.post(reverse("workplace:dial-for"), {"boss": ""})
        client.post(reverse("workplace:stand-in"), boss | {"on": "0"})
        assert not Deputy.objects.get().is_signed_in

    def test_opens_nobody_elses_groups(self, anna: Client, sales: Group) -> None:
        key = {"group": sales.pk, "on": "1"}
        boss = {"boss": sales.pk, "on": "1"}
        assert anna.post(reverse("workplace:group-sign-in"), key).status_code == 404
        assert anna.post(reverse("workplace:stand-in"), boss).status_code == 404
        assert anna.post(reverse("workplace:dial-for"), boss).status_code == 404

    def test_has_ones_deputies_and_main_number(
        self, people: People, anna: Client
    ) -> None:
        url = reverse("workplace:my-presence")
        second = people["anna"].extensions.get(number="301")
        anna.post(url, {"form": "main", "extension": second.pk})
        assert MainNumber.objects.get().extension == second
        anna.post(url, {"form": "deputy", "assistant": people["ben"].pk})
        row = Deputy.objects.get()
        assert row.assistant == people["ben"]
        remove = reverse("workplace:my-deputy-remove", args=[row.pk])
        assert browser_of(people["ben"]).post(remove).status_code == 404
        answer = anna.post(remove, follow=True)
        assert not Deputy.objects.exists()
        undo = next(filter(None, map(undo_url, answer.context["messages"])))
        assert browser_of(people["ben"]).post(undo).status_code == 404
        anna.post(undo)
        assert Deputy.objects.get().assistant == people["ben"]

    def test_of_others_is_for_admins(
        self, people: People, anna: Client, karin: Client
    ) -> None:
        url = reverse("workplace:users-presence", args=[people["ben"].pk])
        assert anna.get(url).status_code == 403
        assert "Presence of ben" in karin.get(url).content.decode()
        karin.post(url, {"form": "deputy", "assistant": people["carl"].pk})
        row = Deputy.objects.get()
        assert row.boss == people["ben"]
        remove = reverse(
            "workplace:users-deputy-remove", args=[people["ben"].pk, row.pk]
        )
        assert anna.post(remove).status_code == 403
        karin.post(remove)
        assert not Deputy.objects.exists()

    def test_takes_few_queries(self, people: People, anna: Client) -> None:
        shifts.change(people["anna"].pk, Status.NOT_AVAILABLE)
        assert queries(lambda: anna.get(reverse("workplace:menu"))) <= 7


class TestASign:
    @pytest.mark.parametrize("idle", ["0", "30", "", "x", "-5", "²", "9" * 40])
    def test_is_noted_whatever_is_sent(
        self, people: People, anna: Client, idle: str
    ) -> None:
        url = reverse("workplace:sign")
        assert anna.post(url, {"idle": idle, "watch": "1"}).status_code == 204
        sign = SignOfLife.objects.get()
        assert sign.user == people["anna"]
        assert sign.active_at <= sign.seen_at <= timezone.now()

    def test_ends_with_the_sign_out(self, people: People, anna: Client) -> None:
        anna.post(reverse("workplace:sign"), {"idle": "0"})
        key = people["anna"].pk
        assert presences.presences([key], timezone.now())[key].presence.state == "free"
        anna.post(reverse("accounts:sign-out"))
        assert presences.presences([key], timezone.now())[key].presence.state == "away"
