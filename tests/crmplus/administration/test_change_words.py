"""The log of changes speaks the language of whoever reads it."""

from __future__ import annotations

import pytest

from crmplus import hooks
from crmplus.accounts.models import User
from crmplus.administration.audit import Subject, note_change
from crmplus.administration.change_words import Words, choices_of, labels_of
from crmplus.administration.changes import entries
from crmplus.administration.models import SettingsChange

LAMPS = hooks.ChangeWords(
    area="office",
    kind="lamp",
    title="Lamp %(name)s",
    named=str.upper,
    label={"on": "is burning"}.get,
    value=lambda name, value: "bright" if value == 9 else None,
)


def test_the_words_of_a_kind() -> None:
    with hooks.temporarily(LAMPS):
        words = Words.of("office", "lamp")
    assert words.title("lamp", "hall") == "Lamp HALL"
    assert words.label("on") == "is burning"
    assert words.label("of_the_cat") == "of the cat"
    assert (words.value("power", 9), words.value("on", True)) == ("bright", "yes")
    assert words.value("on", None) is None


def test_what_nobody_has_words_for_stays_as_it_is() -> None:
    words = Words.of("office", "old_chair")
    assert words.title("old_chair", "") == "old chair"
    assert words.title("", "Chair of Anna") == "Chair of Anna"
    assert words.label("has_wheels") == "has wheels"


def test_fields_and_choices_of_a_model() -> None:
    label = labels_of(User, more={"mood": "mood today"})
    assert (label("role"), label("mood"), label("x")) == ("role", "mood today", None)
    # A relation the other way round is no field.
    assert label("extensions") is None
    value = choices_of(User)
    assert value("role", "admin") == "Administrator"
    assert value("role", "emperor") is None
    assert value("role", 7) is value("x", "y") is value("username", "anna") is None


@pytest.mark.django_db
def test_an_entry_from_before_there_were_kinds_still_shows() -> None:
    SettingsChange.objects.create(
        area="pbxmanager",
        what="Endpoint set Default",
        changes=[{"field": "ringing.slug", "before": "a", "after": "b"}],
    )
    [entry] = entries(SettingsChange.objects.all())
    assert entry.what == "Endpoint set Default"
    assert entry.fields[0].name == "ringing.slug"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("subject", "field", "value", "shown"),
    [
        (("accounts", "user", "anna"), "role", "admin", "User anna"),
        (("administration", "add_on", "gone"), "valid_until", "2027-01-31", "gone"),
        (("phonebook", "number_settings"), "region", "AT", "Number settings"),
        (("pbxmanager", "rules"), "missed_shared", "rung", "Rules"),
        (("pbxmanager", "endpoint_set", "A"), "ringing-2.method", "GET", "set A"),
        (("pbxmanager", "endpoint_set", "A"), "ended.fixed", {}, "set A"),
        (("pbxmanager", "default_endpoint_set"), "set", "A", "Default"),
        (("pbxmanager", "blocked_number", "1"), "note", "x", "Blocked number 1"),
        (("softphone_connector", "line", "201"), "dials", True, "Line 201"),
        (("softphone_connector", "key", "sk_a"), "profile", "yealink", "sk_a"),
    ],
)
def test_every_kind_has_words_for_all(
    subject: tuple[str, ...], field: str, value: object, shown: str
) -> None:
    note_change(None, Subject(*subject), {}, {field: value})
    [entry] = entries(SettingsChange.objects.all())
    assert shown in entry.what
    assert Words.of(*subject[:2]).label("no such field") == "no such field"
    [words] = [
        one
        for one in hooks.registered(hooks.ChangeWords)
        if (one.area, one.kind) == subject[:2]
    ]
    assert words.label(field) == entry.fields[0].name
    assert entry.fields[0].after
    assert entry.area != subject[0]


@pytest.mark.django_db
def test_an_administrator_reads_it_in_german(admins, admin) -> None:
    admin.language = "de"
    admin.save()
    subject = Subject("pbxmanager", "blocked_number", "+4930555444")
    note_change(admin, subject, {}, {"number": "+49 30 555444"})
    page = admins.get("/settings/changes/").text
    assert "Rufnummer:" in page
    assert "number:" not in page.lower().replace("rufnummer:", "")
