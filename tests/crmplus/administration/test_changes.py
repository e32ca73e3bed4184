"""The list of changes of settings."""

from __future__ import annotations

import pytest
from django.urls import reverse

from crmplus.administration.audit import note_change
from crmplus.administration.changes import in_words
from crmplus.administration.models import SettingsChange
from tests.crmplus.accounts.conftest import client_of

URL = reverse("administration:changes")


def whats(answer) -> list[str]:
    """The things changed, as the page lists them."""
    return [entry.change.what for entry in answer.context["entries"]]


@pytest.fixture
def some(admin, karin):
    """Changes of three, the oldest first."""
    note_change(admin, "pbxmanager", "Set <b>", {"slug": "a"}, {"slug": "b"})
    note_change(karin, "softphone_connector", "Key", {}, {"pbx_name": "PBX"})
    note_change(None, "gone_module", "Old thing", {"on": True}, {})


class TestPage:
    def test_says_who_what_and_from_what_to_what(self, some, admins, admin):
        page = admins.get(URL)
        assert whats(page) == ["Old thing", "Key", "Set <b>"]
        for text in (
            "Set &lt;b&gt;",
            '<del title="a">a</del>',
            '<ins title="b">b</ins>',
            "pbx name:",
            "a command",
            "Softphone Connector",
            "gone_module",
            str(admin),
        ):
            assert text in page.text

    def test_filters_by_area_and_user(self, some, admins, admin, karin):
        assert whats(admins.get(URL, {"area": "pbxmanager"})) == ["Set <b>"]
        assert whats(admins.get(URL, {"user": karin.pk})) == ["Key"]
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
            note_change(admin, "pbxmanager", f"Thing {number}", {}, {"on": number})
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
        ({"a": "ü"}, '{"a": "ü"}'),
    ],
)
def test_values_in_words(value: object, words: str | None) -> None:
    assert in_words(value) == words


def test_the_index_serves_an_area(db: None) -> None:
    plan = SettingsChange.objects.filter(area="pbxmanager")[:50].explain()
    assert "settingschange_area" in plan or "Seq Scan" in plan
