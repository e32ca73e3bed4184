"""The list of changes of settings."""

from __future__ import annotations

import pytest
from django.urls import reverse

from crmplus.administration.audit import Subject, note_change
from crmplus.administration.change_words import in_words
from crmplus.administration.models import SettingsChange
from tests.crmplus.accounts.conftest import client_of

URL = reverse("administration:changes")


def whats(answer) -> list[str]:
    """The things changed, as the page lists them."""
    return [entry.what for entry in answer.context["entries"]]


@pytest.fixture
def some(admin, karin):
    """Changes of three, the oldest first."""
    sets = Subject("pbxmanager", "endpoint_set", "<b>")
    note_change(admin, sets, {"common_slug": "a"}, {"common_slug": "b"})
    key = Subject("softphone_connector", "key", "sk_ab…")
    note_change(karin, key, {}, {"pbx_name": "PBX"})
    note_change(None, Subject("gone_module", "old_thing"), {"on": True}, {})


class TestPage:
    def test_says_who_what_and_from_what_to_what(self, some, admins, admin):
        page = admins.get(URL)
        assert whats(page) == ["old thing", "Softphone key sk_ab…", "Endpoint set <b>"]
        for text in (
            "Endpoint set &lt;b&gt;",
            '<del title="a">a</del>',
            '<ins title="b">b</ins>',
            "Common last segment:",
            "a command",
            "Softphone Connector",
            "gone_module",
            str(admin),
        ):
            assert text in page.text

    def test_filters_by_area_and_user(self, some, admins, admin, karin):
        assert whats(admins.get(URL, {"area": "pbxmanager"})) == ["Endpoint set <b>"]
        assert whats(admins.get(URL, {"user": karin.pk})) == ["Softphone key sk_ab…"]
        both = admins.get(URL, {"user": karin.pk, "area": "pbxmanager"})
        assert whats(both) == []
        assert "No such changes" in both.text
        assert [chip.names for chip in both.context["chips"]] == [("area",), ("user",)]

    @pytest.mark.parametrize("query", [{"area": "x"}, {"user": "x"}, {"user": "99"}])
    def test_knows_only_filters_that_occur(self, some, admins, query):
        page = admins.get(URL, query)
        assert len(whats(page)) == 3
        assert page.context["chips"] == []

    def test_pages_by_key_with_few_queries(
        self, admins, admin, django_assert_max_num_queries
    ):
        for number in range(55):
            thing = Subject("pbxmanager", "", f"Thing {number}")
            note_change(admin, thing, {}, {"on": number})
        with django_assert_max_num_queries(7):
            first = admins.get(URL)
        assert whats(first)[0] == "Thing 54"
        second = admins.get(URL + first.context["page"].next_url)
        assert whats(second) == [f"Thing {number}" for number in range(4, -1, -1)]

    def test_outlives_its_people(self, some, admins, karin):
        karin.delete()
        assert "Karin Heiden" in admins.get(URL).text

    def test_without_any_change(self, admins):
        assert "No changes yet" in admins.get(URL).text

    def test_is_for_administrators(self, karin):
        assert client_of(karin).get(URL).status_code == 403


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, None),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        ("", "empty"),
        ([], "empty"),
        (["a", None, True], "a, –, yes"),
        ({"a": "ü", "b": ""}, "a: ü, b: empty"),
    ],
)
def test_values_in_words(value: object, words: str | None) -> None:
    assert in_words(value) == words


def test_the_index_serves_an_area(db: None) -> None:
    plan = SettingsChange.objects.filter(area="pbxmanager")[:50].explain()
    assert "settingschange_area" in plan or "Seq Scan" in plan
