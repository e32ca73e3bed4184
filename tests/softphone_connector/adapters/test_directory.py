"""Which extension a service means by the names it uses."""

from __future__ import annotations

import pytest

from crmplus.phonebook.models import NumberSettings
from pbxmanager.models import Extension
from softphone_connector.adapters.directory import Installation
from tests.softphone_connector.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_numbers() -> None:
    found = NumberSettings.load()
    found.own_numbers = "+49 30 555716-0\n+49 40 1234*\n+49 89 99887766"
    found.save()


@pytest.mark.parametrize(
    ("names", "extension"),
    [
        ((), ""),
        (("",), ""),
        (("201",), "201"),
        ((" 201\x00",), "201"),
        (("999", "201"), "201"),
        (("201", "202"), "201"),
        (("999",), ""),
        (("Anna ",), ""),
        (("anna albers",), "201"),
        (("Anna Albers", "202"), "201"),
        (("x" * 500,), ""),
    ],
)
def test_by_extension_or_full_name(
    people: Cast, names: tuple[str, ...], extension: str
) -> None:
    people.anna.last_name = "Albers"
    people.anna.save()
    assert Installation().extension(*names) == extension


def test_a_name_of_somebody_with_two_extensions_says_nothing(people: Cast) -> None:
    people.ben.last_name = "Brandt"
    people.ben.save()
    assert Installation().extension("Ben Brandt") == ""
    assert Installation().extension("Ben Brandt", "203") == "203"


def test_an_extension_that_belongs_to_nobody_is_known(people: Cast) -> None:
    Extension.objects.create(number="w0")
    assert Installation().extension("w0") == "w0"


@pytest.mark.parametrize(
    ("number", "extension"),
    [
        ("+4930555716201", "201"),
        ("030 555716-202", "202"),
        ("+49401234203", "203"),
        ("+49401235203", ""),
        ("+498999887766", ""),
    ],
)
def test_a_direct_dial_number_is_that_of_its_extension(
    people: Cast, own_numbers: None, number: str, extension: str
) -> None:
    assert Installation().extension(number) == extension


def test_a_number_can_be_an_extension_itself(people: Cast, own_numbers: None) -> None:
    Extension.objects.create(number="+498999887766")
    assert Installation().extension("089 99887766") == "+498999887766"


def test_own_numbers(own_numbers: None) -> None:
    installation = Installation()
    assert installation.is_own("+498999887766")
    assert installation.is_own("+4930555716201")
    assert not installation.is_own("+491711234567")
    assert not installation.is_own("anonymous")


def test_one_query_however_many_names(
    people: Cast, own_numbers: None, django_assert_max_num_queries
) -> None:
    # One for the extensions, one for the number plan, which is kept outside of tests.
    with django_assert_max_num_queries(12):
        Installation().extension("Anna", "999", "+4930555716201", "w0", "w1")
