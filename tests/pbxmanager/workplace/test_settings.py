"""The admin's pages of groups, breaks, deputies and main numbers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crmplus.accounts.models import User
from crmplus.administration.models import SettingsChange
from crmplus.toasts import undo_url
from pbxmanager.workplace import demo
from pbxmanager.workplace.models import Deputy, Group, Pause
from tests.pbxmanager.workplace.conftest import browser_of
from tests.softphone_connector.talking import queries

People = dict[str, User]
PAGES = (
    "settings",
    "new-group",
    "settings-breaks",
    "new-break",
    "settings-deputies",
    "settings-numbers",
)


@pytest.fixture
def karin(people: People) -> Client:
    return browser_of(people["karin"])


def errors(client: Client, url: str, data: dict[str, Any]) -> dict[str, list[str]]:
    answer = client.post(url, data)
    assert answer.status_code == 200
    return dict(answer.context["form"].errors)


def undo_of(answer: Any) -> str:
    return next(filter(None, map(undo_url, answer.context["messages"])))


@pytest.mark.parametrize("page", PAGES)
def test_are_for_admins(people: People, karin: Client, page: str) -> None:
    url = reverse(f"workplace:{page}")
    assert karin.get(url).status_code == 200
    assert browser_of(people["anna"]).get(url).status_code == 403


class TestGroups:
    def test_are_made_changed_and_noted(self, people: People, karin: Client) -> None:
        data = {
            "name": "Sales",
            "numbers": "600, 601 600",
            "wrap_up": "20",
            "needs_sign_in": "on",
            "members": [people["anna"].pk, people["ben"].pk],
        }
        karin.post(reverse("workplace:new-group"), data)
        group = Group.objects.get()
        assert [str(one) for one in group.numbers.all()] == ["600", "601"]
        group.memberships.filter(user=people["anna"]).update(is_signed_in=True)
        data |= {"numbers": "601", "members": [people["anna"].pk, people["carl"].pk]}
        karin.post(reverse("workplace:group", args=[group.pk]), data)
        assert [str(one) for one in group.numbers.all()] == ["601"]
        members = {one.user: one.is_signed_in for one in group.memberships.all()}
        assert members == {people["anna"]: True, people["carl"]: False}
        change = SettingsChange.objects.filter(kind="group").first()
        assert change is not None
        assert {one["field"] for one in change.changes} == {"numbers", "members"}
        page = karin.get(reverse("administration:changes"))
        assert "Group Sales" in page.content.decode()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "SALES"),
            ("numbers", "201"),
            ("numbers", "6 0'0"),
            ("numbers", " ".join(map(str, range(600, 630)))),
            ("wrap_up", "-1"),
            ("wrap_up", "3601"),
            ("members", ["999"]),
        ],
    )
    def test_refuse_what_makes_no_sense(
        self, karin: Client, sales: Group, field: str, value: Any
    ) -> None:
        data = {"name": "Other", "numbers": "600", "wrap_up": "0", field: value}
        found = errors(karin, reverse("workplace:new-group"), data)
        assert list(found) == [field]
        assert Group.objects.count() == 1

    def test_come_back_from_the_bin(self, karin: Client, sales: Group) -> None:
        answer = karin.post(
            reverse("workplace:delete-group", args=[sales.pk]), follow=True
        )
        assert "No groups yet" in answer.content.decode()
        karin.post(undo_of(answer))
        assert Group.objects.get().memberships.count() == 2

    def test_take_as_many_queries_however_many(
        self, karin: Client, sales: Group
    ) -> None:
        url = reverse("workplace:settings")
        few = queries(lambda: karin.get(url))
        Group.objects.bulk_create(Group(name=f"Group {n}") for n in range(30))
        assert queries(lambda: karin.get(url)) == few


class TestBreaks:
    def test_are_made_changed_and_deleted(self, karin: Client) -> None:
        data = {"name": "Lunch", "icon": "tools-kitchen-2", "minutes": "45"}
        karin.post(reverse("workplace:new-break"), data)
        pause = Pause.objects.get()
        url = reverse("workplace:break", args=[pause.pk])
        karin.post(url, data | {"minutes": ""})
        pause.refresh_from_db()
        assert pause.minutes is None
        delete = reverse("workplace:delete-break", args=[pause.pk])
        answer = karin.post(delete, follow=True)
        assert not Pause.objects.exists()
        karin.post(undo_of(answer))
        assert Pause.objects.get() == pause

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", "lunch"), ("icon", "<b>"), ("minutes", "0"), ("minutes", "9999")],
    )
    def test_refuse_what_makes_no_sense(
        self, karin: Client, field: str, value: str
    ) -> None:
        Pause.objects.create(name="Lunch")
        data = {"name": "Other", "icon": "coffee", "minutes": "", field: value}
        assert list(errors(karin, reverse("workplace:new-break"), data)) == [field]


class TestDeputies:
    def test_are_named_once(self, people: People, karin: Client) -> None:
        url = reverse("workplace:settings-deputies")
        pair = {"boss": people["anna"].pk, "assistant": people["ben"].pk}
        karin.post(url, pair)
        karin.post(url, pair)
        assert Deputy.objects.count() == 1
        assert SettingsChange.objects.filter(kind="deputy").count() == 1

    def test_are_never_oneself(self, people: People, karin: Client) -> None:
        pair = {"boss": people["anna"].pk, "assistant": people["anna"].pk}
        found = errors(karin, reverse("workplace:settings-deputies"), pair)
        assert list(found) == ["assistant"]


def test_main_numbers_lead_to_the_person(people: People, karin: Client) -> None:
    html = karin.get(reverse("workplace:settings-numbers")).content.decode()
    assert reverse("workplace:users-presence", args=[people["anna"].pk]) in html
    assert "301" in html


def test_the_demo_is_loaded_once(people: People) -> None:
    assert demo.load() > 0
    assert demo.load() == 0
    assert Group.objects.count() == 2
    assert Deputy.objects.count() == 1
    # The fourth of the demo's numbers is somebody else's here.
    assert people["karin"].extensions.count() == 3


class TestPagesOfAnotherUser:
    def test_are_not_called_mine(self, people: People, karin: Client) -> None:
        page = karin.get(reverse("accounts:user", args=[people["anna"].pk])).text
        main = page[page.index("<main") :]
        for label in ("Phones", "Presence"):
            assert f"</svg>{label}</a>" in main
        assert "My phone" not in main

    def test_a_new_user_leads_on_to_them(self, people: People, karin: Client) -> None:
        data = {"username": "tom", "role": "agent"}
        page = karin.post(reverse("accounts:new-user"), data).text
        tom = User.objects.get(username="tom")
        assert reverse("workplace:users-presence", args=[tom.pk]) in page
        data = {"username": "nora", "role": "statistics"}
        page = karin.post(reverse("accounts:new-user"), data).text
        nora = User.objects.get(username="nora")
        assert reverse("workplace:users-presence", args=[nora.pk]) not in page

    def test_name_the_groups_that_they_are_in(
        self, people: People, karin: Client
    ) -> None:
        anna = people["anna"]
        url = reverse("workplace:users-presence", args=[anna.pk])
        assert "In no group." in karin.get(url).text
        group = Group.objects.create(name="Hotline")
        group.memberships.create(user=anna)
        page = karin.get(url).text
        assert reverse("workplace:group", args=[group.pk]) in page
        assert "In no group." not in page
