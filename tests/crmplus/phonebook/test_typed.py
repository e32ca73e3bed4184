"""Numbers are found while somebody is still typing them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmplus.phonebook.normalise import NumberPlan
from crmplus.phonebook.typed import LONGEST, SHORTEST, beginnings, find_typed
from crmplus.records.models import Contact, Organisation

BERLIN = NumberPlan(region="DE", area_code="030")


@pytest.mark.parametrize(
    ("text", "plan", "found"),
    [
        ("+49 30", BERLIN, {"4930"}),
        ("0049 30", BERLIN, {"4930"}),
        ("030", NumberPlan(region="DE"), {"4930"}),
        ("(030) 12-3", NumberPlan(region="DE"), {"4930123"}),
        ("030", BERLIN, {"4930"}),
        ("1234", BERLIN, {"49301234"}),
        ("1234", NumberPlan(region="DE"), set()),
        ("1234", NumberPlan(region="DE", area_code="+4930"), {"49301234"}),
        ("4930", NumberPlan(region="DE", bare_international=True), {"4930"}),
        ("22 123", NumberPlan(region="PL"), {"22123", "4822123"}),
        ("+4", BERLIN, set()),
        ("+49 30 1234567890123", BERLIN, set()),
        ("12a", BERLIN, set()),
        ("", BERLIN, set()),
    ],
)
def test_beginnings(text: str, plan: NumberPlan, found: set[str]) -> None:
    assert beginnings(text, plan) == found


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_beginnings_of_numbers(text: str) -> None:
    for one in beginnings(text, BERLIN):
        assert one.isascii()
        assert one.isdigit()
        assert SHORTEST <= len(one) <= LONGEST


@pytest.fixture
def people(db: None) -> None:
    Contact.objects.create(last_name="Schmidt", mobile="0171 5550123")
    Contact.objects.create(last_name="Berg", phone="+49 171 5550199")
    Organisation.objects.create(name="Muster GmbH", phone="030 12345-0")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0171 555", ["Schmidt", "Berg"]),
        ("+49171555012", ["Schmidt"]),
        ("0049 171 5550199", ["Berg"]),
        ("030 1234", ["Muster GmbH"]),
        ("040", []),
        ("1", []),
    ],
)
def test_records_are_found_by_how_their_number_begins(
    people: None, text: str, names: list[str]
) -> None:
    found = find_typed(text, None, 8)
    assert [one.record.title for one in found] == names


def test_several_records_of_one_number_are_all_found(db: None) -> None:
    for name in ("A", "B"):
        Contact.objects.create(last_name=name, phone="0171 5550123")
    titles = {one.record.title for one in find_typed("0171 5550123", None, 8)}
    assert titles == {"A", "B"}
    assert len(find_typed("0171 5550123", None, 1)) == 1


def test_a_number_costs_two_queries_and_a_name_none(
    people: None, django_assert_num_queries
) -> None:
    find_typed("0171", None, 8)
    with django_assert_num_queries(2):
        find_typed("0171", None, 8)
    with django_assert_num_queries(0):
        find_typed("Schmidt", None, 8)
