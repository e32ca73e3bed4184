"""The forms of "My phone"."""

from __future__ import annotations

from typing import Any

import pytest

from crmplus.accounts.models import User
from pbxmanager.models import Extension
from softphone_connector.availability import availability_of
from softphone_connector.lines import LineSettings, lines_of
from softphone_connector.my_phone import (
    AnnounceForm,
    NewLineForm,
    clients,
    line_form,
)
from tests.softphone_connector.cast import Cast

FILLED = {"device": "desk", "method": "", "template": "", "pops_up": "on"}


def new(user: User, number: str, **given: str) -> NewLineForm:
    return NewLineForm(user, FILLED | {"number": number} | given)


def errors(form: Any) -> dict[str, str]:
    assert not form.is_valid()
    return {name: " ".join(texts) for name, texts in form.errors.items()}


def test_a_new_line_takes_a_free_extension(people: Cast) -> None:
    Extension.objects.create(number="210")
    for number in (" 210 ", "211"):
        form = new(people.anna, number, label="Desk")
        assert form.is_valid(), form.errors
        assert form.cleaned_data["number"] == number.strip()
        assert form.settings == LineSettings(label="Desk")


def test_a_colleagues_extension_cannot_be_taken(people: Cast) -> None:
    text = errors(new(people.anna, "202"))["number"]
    assert text.startswith("202 belongs to a colleague.")
    assert "Ben" not in text


def test_ones_own_extension_is_a_line_already(people: Cast) -> None:
    assert errors(new(people.anna, "201")) == {
        "number": "201 is one of these lines already."
    }


@pytest.mark.parametrize("number", ["20 1", "<b>", "x" * 70, ""])
def test_what_is_no_extension_is_refused(people: Cast, number: str) -> None:
    assert list(errors(new(people.anna, number))) == ["number"]


@pytest.mark.parametrize(
    ("method", "template", "stored"),
    [
        ("", "ignored:{x}", ""),
        ("sip:{e164}", "ignored:{x}", "sip:{e164}"),
        ("other", "linphone:{e164}", "linphone:{e164}"),
    ],
)
def test_a_method_is_one_of_the_list_or_a_good_template(
    people: Cast, method: str, template: str, stored: str
) -> None:
    form = new(people.anna, "210", method=method, template=template)
    assert form.is_valid(), form.errors
    assert form.settings.template == stored


@pytest.mark.parametrize(
    "template", ["", "javascript:{e164}", "https://x/{e164}", "tel:" + "x" * 300]
)
def test_a_template_that_cannot_be_used_is_refused(people: Cast, template: str) -> None:
    form = new(people.anna, "210", method="other", template=template)
    assert list(errors(form)) == ["template"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", "javascript:{e164}"),
        ("device", "car"),
        ("profile", "../etc"),
        ("label", "x" * 65),
        ("revision", "x"),
    ],
)
def test_what_is_not_in_the_list_is_refused(
    people: Cast, field: str, value: str
) -> None:
    assert field in errors(new(people.anna, "210", **{field: value}))


@pytest.mark.parametrize(
    ("template", "method", "shown"),
    [
        ("", "", ""),
        ("sip:{e164}", "sip:{e164}", ""),
        ("tapi:{digits}", "other", "tapi:{digits}"),
    ],
)
def test_a_form_shows_what_is_set(
    people: Cast, template: str, method: str, shown: str
) -> None:
    [line] = lines_of(people.anna)
    form = line_form(line, LineSettings(label="Desk", template=template, dials=True))
    values = {name: form[name].value() for name in form.fields}
    assert values == {
        "label": "Desk",
        "device": "desk",
        "profile": "",
        "method": method,
        "template": shown,
        "dials": True,
        "pops_up": True,
        "revision": 0,
    }


def test_all_profiles_can_be_chosen_in_their_groups() -> None:
    nothing, *groups = clients()
    assert nothing[0] == ""
    assert ("yealink", "Yealink") in [
        (key, name.split()[0]) for _label, found in groups for key, name in found
    ]


def test_how_calls_announce_themselves_is_stored(people: Cast) -> None:
    given = {
        "do_not_disturb": "on",
        "sound": "bell",
        "volume": "30",
        "desktop": "on",
        "language": "de",
    }
    form = AnnounceForm(people.anna, given)
    assert form.is_valid(), form.errors
    form.save()
    stored = availability_of(people.anna.pk)
    assert (stored.do_not_disturb, stored.sound, stored.volume, stored.desktop) == (
        True,
        "bell",
        30,
        True,
    )
    people.anna.refresh_from_db()
    assert people.anna.language == "de"
    shown = AnnounceForm(people.anna)
    assert shown["sound"].value() == "bell"
    assert shown["language"].value() == "de"


def test_a_volume_that_was_not_sent_stays(people: Cast) -> None:
    form = AnnounceForm(people.anna, {})
    assert form.is_valid(), form.errors
    form.save()
    assert availability_of(people.anna.pk).volume == 60


@pytest.mark.parametrize(
    ("field", "value"),
    [("volume", "101"), ("volume", "-1"), ("sound", "horn"), ("language", "xx")],
)
def test_what_nobody_could_hear_is_refused(
    people: Cast, field: str, value: str
) -> None:
    assert list(errors(AnnounceForm(people.anna, {field: value}))) == [field]
