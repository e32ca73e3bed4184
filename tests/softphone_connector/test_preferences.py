"""How users may dial, and from which of their extensions."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from softphone_connector.lines import Line
from softphone_connector.preferences import (
    DialPreference,
    allowed_schemes,
    dialling_extension,
    preference_of,
    validate_template,
)
from tests.softphone_connector.cast import Cast


def test_who_has_chosen_nothing_dials_from_the_first(people: Cast) -> None:
    preference = preference_of(people.ben)
    assert preference.pk is None
    assert str(preference) == ""
    assert dialling_extension(preference) == "202"


def test_what_was_chosen_is_kept(people: Cast) -> None:
    second = people.ben.extensions.get(number="203")
    DialPreference.objects.create(user=people.ben, extension=second)
    assert str(preference_of(people.ben)) == "203"
    assert dialling_extension(preference_of(people.ben)) == "203"


def test_an_extension_that_was_taken_away_is_not_dialled_from(people: Cast) -> None:
    preference = DialPreference.objects.create(
        user=people.anna, extension=people.ben.extensions.get(number="203")
    )
    assert dialling_extension(preference) == "201"
    people.anna.extensions.update(user=None)
    assert dialling_extension(preference) == ""


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("tel {e164}", "no blanks"),
        ("javascript:{e164}", "This scheme is not allowed. Allowed: callto, "),
        ("tel:+49", "exactly once"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_in_words(
    template: str, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        validate_template(template)
    with pytest.raises(ValidationError):
        Line(template=template).clean_fields(exclude=["extension"])


@pytest.mark.parametrize(
    ("given", "allowed"),
    [(["myphone"], True), (("myphone",), True), ("myphone", False), (None, False)],
)
def test_an_installation_may_allow_more_schemes(
    settings: object, given: object, allowed: bool
) -> None:
    settings.SOFTPHONE_DIAL_SCHEMES = given  # type: ignore[attr-defined]
    assert ("myphone" in allowed_schemes()) is allowed
    assert {"tel", "sip", "zoiper"} <= allowed_schemes()
