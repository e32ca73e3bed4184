"""The tags that every template has."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.apps import apps
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from crmplus import hooks, words
from crmplus.icons import UnknownIcon, icon

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
ICON_TAG = re.compile(r'{%\s*icon\s+"([^"]+)"')
ICON_ARGUMENT = re.compile(r'\bicon="([a-z0-9-]+)"')


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.fixture
def pretty(monkeypatch):
    """A phonebook that is sure of its formats."""
    display = ModuleType("crmplus.phonebook.display")
    display.pretty = lambda e164: f"{e164[:3]} {e164[3:]}"
    monkeypatch.setitem(__import__("sys").modules, display.__name__, display)


class TestIcon:
    def test_is_drawn_in_the_texts_colour_and_hidden_from_readers(self):
        svg = render('{% icon "phone" 24 "is-talk" %}')
        assert svg.startswith('<svg class="icon icon-24 is-talk" width="24"')
        assert 'stroke="currentColor"' in svg
        assert 'aria-hidden="true"' in svg
        assert svg.count("<svg") == 1
        assert 'd="M0 0h24v24H0z"' not in svg

    @pytest.mark.parametrize("name", ["nonsense", "../outline/phone", "", "Phone"])
    def test_unknown_is_a_mistake(self, name, settings):
        with pytest.raises(UnknownIcon):
            icon(name)
        settings.DEBUG = True
        with pytest.raises(UnknownIcon):
            render("{% icon name %}", name=name)

    def test_unknown_leaves_a_gap_where_people_work(self, caplog):
        assert render('a{% icon "nonsense" %}b') == "ab"
        assert "nonsense" in caplog.text

    def test_that_the_product_names_exists(self):
        names = {hook.icon for hook in hooks._hooks if hasattr(hook, "icon")}
        for config in apps.get_app_configs():
            root = Path(config.path)
            if root.is_relative_to(Path(hooks.__file__).parents[1]):
                for page in root.glob("templates/**/*.html"):
                    source = page.read_text(encoding="utf-8")
                    names.update(ICON_TAG.findall(source))
                    names.update(ICON_ARGUMENT.findall(source))
        assert len(names) > 20
        for name in sorted(names):
            assert icon(name)


class TestPhone:
    def test_is_a_link_that_works_without_javascript(self, pretty):
        assert render("{% phone '030 1234567' '+49301234567' %}") == (
            '<a class="phone" href="tel:+49301234567" data-dial="+49301234567">'
            "+49 301234567</a>"
        )

    def test_inside_the_house_is_a_link_too(self):
        link = render("{% phone ' 201 ' None %}")
        assert 'href="tel:201" data-dial="201">201<' in link

    def test_feature_code_keeps_its_signs(self):
        assert 'href="tel:*21%23" data-dial="*21#"' in render("{% phone '*21#' %}")

    @pytest.mark.parametrize(
        "text", ["<script>", "call me", "javascript:alert(1)", "0301234567890", "1"]
    )
    def test_that_cannot_be_dialled_is_a_text(self, text):
        html = render("{% phone text e164 %}", text=text, e164=text)
        assert "href" not in html
        assert "<script>" not in html
        assert html.startswith('<span class="phone">')

    @pytest.mark.parametrize("text", ["", None, "  "])
    def test_empty_is_nothing(self, text):
        assert render("{% phone text %}", text=text) == ""


class TestAgo:
    @pytest.mark.parametrize(
        ("at", "said"),
        [
            (NOW, "just now"),
            (NOW - timedelta(seconds=59), "just now"),
            (NOW - timedelta(seconds=60), "1 min ago"),
            (NOW - timedelta(minutes=59, seconds=59), "59 min ago"),
            (NOW - timedelta(hours=1), "12:00"),
            (NOW - timedelta(hours=13), "00:00"),
            (NOW - timedelta(hours=14), "yesterday, 23:00"),
            (NOW - timedelta(days=3), "Sun, 13:00"),
            (NOW - timedelta(days=7), "25 February"),
            (NOW - timedelta(days=90), "4 Dec 2025"),
            (NOW + timedelta(seconds=30), "just now"),
            (NOW + timedelta(minutes=5), "in 5 min"),
            (NOW + timedelta(hours=2), "15:00"),
            (NOW + timedelta(hours=14), "tomorrow, 03:00"),
            (NOW + timedelta(days=5), "9 March"),
        ],
    )
    def test_gets_coarser_with_distance(self, at, said):
        with timezone.override("Europe/Berlin"), translation.override("en"):
            assert words.relative(at, NOW) == said

    def test_is_in_the_users_zone_and_language(self):
        at = NOW - timedelta(hours=13)
        with timezone.override("Asia/Tokyo"), translation.override("de"):
            assert words.relative(at, NOW) == "08:00"
            assert words.exact(at) == "4. März 2026, 08:00:00"

    def test_has_the_exact_time_on_hover(self, time_machine):
        time_machine.move_to(NOW, tick=False)
        with timezone.override("Europe/Berlin"), translation.override("en"):
            html = render("{% ago at %}", at=NOW - timedelta(minutes=3))
        assert html == (
            '<time datetime="2026-03-04T11:57:00+00:00" '
            'title="4 March 2026, 12:57:00">3 min ago</time>'
        )

    def test_of_nothing_is_nothing(self):
        assert render("{% ago at %}", at=None) == ""

    @given(
        st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)),  # noqa: DTZ001
        st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
        st.sampled_from(["en", "de", "pl"]),
    )
    def test_says_something_short_about_any_time(self, at, zone, language):
        at = min(at, datetime(9990, 1, 1, tzinfo=UTC))
        with timezone.override(ZoneInfo(zone)), translation.override(language):
            assert 0 < len(words.relative(at, NOW)) < 40


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0, "0:00"),
        (4, "0:04"),
        (190, "3:10"),
        (3723, "1:02:03"),
        (-5, "0:00"),
    ],
)
def test_duration_reads_like_a_watch(seconds, said):
    assert render("{% duration seconds %}", seconds=seconds) == said


class TestQuery:
    def test_drops_a_filter_and_the_place_in_the_list(self, rf):
        request = rf.get("/calls/?status=missed&q=a%26b&q=c&before=17")
        source = '{% without "status" %} {% without names %}'
        assert render(source, request=request, names=["status", "q"]) == (
            "?q=a%26b&amp;q=c /calls/"
        )

    def test_goes_along_with_a_search(self, rf):
        request = rf.get('/calls/?status="x&q=old&after=3')
        assert render('{% hidden_query "q" %}', request=request) == (
            '<input type="hidden" name="status" value="&quot;x">'
        )


class PersonForm(forms.Form):
    name = forms.CharField(help_text="As on the card")
    kind = forms.ChoiceField(choices=[("a", "A")])
    dear = forms.BooleanField(required=False, help_text="Gets a card")
    secret = forms.CharField(widget=forms.HiddenInput)


class TestField:
    def test_has_label_help_and_errors_that_belong_to_it(self):
        html = render("{% field form.name 'wide' %}", form=PersonForm({}))
        assert '<label class="form-label required" for="id_name">Name</label>' in html
        assert 'class="form-control is-invalid"' in html
        assert 'id="id_name_helptext">As on the card' in html
        assert "This field is required" in html
        assert 'class="form-field wide"' in html

    def test_is_styled_after_its_kind(self):
        form = PersonForm()
        assert 'class="form-select"' in render("{% field form.kind %}", form=form)
        tick = render("{% field form.dear %}", form=form)
        assert 'class="form-check-input"' in tick
        assert "Gets a card" in tick

    def test_that_is_hidden_has_no_label(self):
        assert "<label" not in render("{% field form.secret %}", form=PersonForm())

    def test_may_be_drawn_twice(self):
        form = PersonForm()
        once = render("{% field form.name %}", form=form)
        assert render("{% field form.name %}", form=form) == once


def test_chips_are_removed_one_by_one(rf):
    chips = [
        {"label": "Status", "value": "<Missed>", "names": ["status"]},
        {"label": "Period", "value": "Today", "names": ["since", "until"]},
    ]
    request = rf.get("/calls/?status=missed&since=1&until=2")
    html = render(
        '{% include "crmplus/includes/chips.html" %}', chips=chips, request=request
    )
    assert 'href="?since=1&amp;until=2"' in html
    assert 'href="?status=missed"' in html
    assert "&lt;Missed&gt;" in html
    assert 'href="/calls/"' in html


@pytest.mark.parametrize(
    ("previous", "following", "links"),
    [("", "", 0), ("?before=1", "", 1), ("?a", "?b", 2)],
)
def test_pager_offers_what_there_is(previous, following, links):
    html = render(
        '{% include "crmplus/includes/pager.html" %}',
        previous_url=previous,
        next_url=following,
    )
    assert html.count("<a ") == links


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Schmidt", "AS"), ("anna", "A"), ("Anna von der Heide", "AH"), ("", "")],
)
def test_initials(name, letters):
    assert render("{{ name|initials }}", name=name) == letters


def test_empty_state_says_the_next_step():
    source = (
        '{% include "crmplus/includes/empty.html" with icon="users" title="None yet" '
        'text="Why" action="New" action_url="/new/" action_icon="plus" %}'
    )
    html = render(source)
    assert html.count("<svg") == 2
    assert '<a class="btn btn-primary" href="/new/">' in html


def test_a_wrong_tag_is_found_at_once():
    with pytest.raises(TemplateSyntaxError):
        Template("{% icon %}")
