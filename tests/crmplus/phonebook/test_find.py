"""Who is it?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from crmplus import hooks
from crmplus.phonebook.choices import choice, choices, remember_choice
from crmplus.phonebook.find import MAX_HITS, Match, find, find_many
from crmplus.phonebook.models import Choice, NumberSettings, PhoneIndex, PhoneSlot, pack
from crmplus.phonebook.normalise import NumberPlan, normalise
from crmplus.phonebook.records import Record, load, records_for, resolve
from tests.crmplus.phonebook.people import Company, Person

pytestmark = pytest.mark.usefixtures("sources")

NUMBER = "+493023125123"


def titles(matches: Sequence[Match]) -> list[tuple[str, str]]:
    return [(match.kind, match.title) for match in matches]


def test_a_match_says_all_that_a_card_shows() -> None:
    anna = Person.objects.create(name="Anna", mobile="030 23125-123")
    assert find("03023125123") == [
        Match(
            source="people",
            object_id=anna.pk,
            title="Anna",
            organisation="",
            type_label="Person",
            icon="user",
            url=f"/person/{anna.pk}/",
            order=10,
            kind="exact",
            field="mobile",
            field_label="Mobile",
        )
    ]


def test_a_number_can_be_given_as_it_was_read_before() -> None:
    Person.objects.create(name="Anna", phone=NUMBER)
    assert titles(find(normalise("030/23125-123", NumberPlan()))) == [("exact", "Anna")]


def test_one_record_with_a_number_in_two_fields_is_one_match() -> None:
    Person.objects.create(name="Anna", phone=NUMBER, mobile=NUMBER)
    assert [match.field for match in find(NUMBER)] == ["phone"]


def test_all_records_with_a_number_are_shown_by_rank_and_name() -> None:
    Company.objects.create(name="Acme", mobile=NUMBER)
    for name in ("berta", "Anna", "Claus"):
        Person.objects.create(name=name, phone=NUMBER)
    assert [match.title for match in find(NUMBER)] == ["Anna", "berta", "Claus", "Acme"]


def test_numbers_behind_a_switchboard_are_a_guess_at_the_company() -> None:
    Company.objects.create(name="Muster", phone="030 23125-0")
    Person.objects.create(name="Anna", phone="030 23125-123")
    assert titles(find("030 23125-123")) == [("exact", "Anna"), ("company", "Muster")]
    assert titles(find("030 23125-9")) == [("company", "Muster")]
    assert titles(find("030 23125-0")) == [("exact", "Muster")]
    assert find("030 23126-1") == []


def test_a_head_number_counts_in_any_field_and_a_trunk_field_in_any_notation() -> None:
    Person.objects.create(name="Anna", phone="030 1234-0")
    Company.objects.create(name="Muster", phone="+49 30 98765")
    assert titles(find("030 1234-56")) == [("company", "Anna")]
    assert titles(find("030 98765-432")) == [("company", "Muster")]
    assert titles(find("030 98765")) == [("exact", "Muster")]


def test_the_nearest_switchboard_is_the_guess() -> None:
    Company.objects.create(name="Group", phone="030 231-0")
    Company.objects.create(name="Branch", phone="030 23125-0")
    assert titles(find("030 23125-123")) == [("company", "Branch")]


def test_fewer_than_five_national_digits_are_no_switchboard() -> None:
    Company.objects.create(name="Tiny", phone="030 23-0")
    Company.objects.create(name="Small", phone="030 234-0")
    assert find("030 2355555") == []
    assert titles(find("030 2345555")) == [("company", "Small")]


def test_a_number_that_is_no_head_number_is_not_guessed_from() -> None:
    Person.objects.create(name="Anna", phone="030 23125")
    assert find("030 23125-123") == []


def test_own_numbers_never_match() -> None:
    Person.objects.create(name="Us", phone="030 23125-123", mobile="030 555-7")
    NumberSettings.objects.create(
        pk=1, own_numbers="030 23125-0\n\n+49 171 3920012\n030 555 *"
    )
    Person.objects.create(name="Me", phone="0171 3920012")
    for own in ("030 23125-123", "030 23125-0", "0171 3920012", "030 555-7"):
        assert find(own) == []
    Person.objects.create(name="Anna", phone="0171 3920013")
    assert titles(find("0171 3920013")) == [("exact", "Anna")]


def test_what_cannot_be_parsed_is_matched_digit_for_digit() -> None:
    Person.objects.create(name="Anna", phone="231 25-123")
    Person.objects.create(name="Ben", phone="sip:ben@Example.com")
    assert titles(find("23125123")) == [("exact", "Anna")]
    assert titles(find("<sip:ben@example.com>;tag=1")) == [("exact", "Ben")]
    assert find("030 23125123") == []


@pytest.mark.parametrize("text", ["", "anonymous", "$remote", "unterdrückt"])
def test_nobody_has_no_number(
    text: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Person.objects.create(name="Anna", phone=text)
    with django_assert_num_queries(0):
        assert find(text) == []


def test_a_record_in_the_recycle_bin_is_nobody_even_if_the_index_says_so() -> None:
    anna = Person.objects.create(name="Anna", phone=NUMBER)
    Person.objects.filter(pk=anna.pk).update(
        deleted_at=datetime(2025, 1, 1, tzinfo=UTC)
    )
    assert find(NUMBER) == []


def test_a_user_sees_only_what_that_user_may_see() -> None:
    Person.objects.create(name="Anna", phone=NUMBER)
    secret = Person.objects.create(name="Secret", phone=NUMBER, secret=True)
    assert [match.title for match in find(NUMBER)] == ["Anna", "Secret"]
    assert [match.title for match in find(NUMBER, "agent")] == ["Anna"]
    assert [match.title for match in find(NUMBER, "boss")] == ["Anna", "Secret"]
    assert resolve("people", secret.pk, "agent") is None


def test_colleagues_are_found_by_their_extension() -> None:
    Person.objects.create(name="Porter", phone="201")
    people = {"201": ["Karin Heiden", "Ben"]}

    def names(numbers: Collection[str]) -> dict[str, list[str]]:
        return {number: people[number] for number in numbers if number in people}

    with hooks.temporarily(hooks.Colleagues(find=names)):
        assert titles(find("201")) == [
            ("exact", "Porter"),
            ("colleague", "Ben"),
            ("colleague", "Karin Heiden"),
        ]
        assert find("202") == []
        assert find("**610") == []
        assert find(NUMBER) == []


def test_the_chosen_record_comes_first_and_says_so() -> None:
    for name in ("Anna", "Berta"):
        Person.objects.create(name=name, phone=NUMBER)
    berta = Person.objects.get(name="Berta")
    remember_choice(NUMBER, "people", berta.pk)
    found = find(NUMBER)
    assert [(match.title, match.chosen) for match in found] == [
        ("Berta", True),
        ("Anna", False),
    ]
    Choice.objects.all().delete()
    assert [match.title for match in find(NUMBER)] == ["Anna", "Berta"]


def test_a_later_choice_replaces_the_earlier_one(django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("anna")
    remember_choice(NUMBER, "people", 1, user)
    remember_choice(NUMBER, "companies", 2, user)
    assert choice(NUMBER) == ("companies", 2)
    assert choice("+4930") is None
    assert choice("") is None
    assert choice(None) is None
    assert choices([NUMBER, None, "+4930"]) == {NUMBER: ("companies", 2)}
    assert str(Choice.objects.get()) == f"{NUMBER}: companies 2"
    user.delete()
    assert Choice.objects.get().chosen_by is None


def test_among_equals_the_last_contact_comes_first() -> None:
    for name in ("Anna", "Berta", "Claus"):
        Person.objects.create(name=name, phone=NUMBER)
    ids = {one.name: one.pk for one in Person.objects.all()}
    day = {day: datetime(2025, 3, day, tzinfo=UTC) for day in (1, 2, 3)}
    calls = {("people", ids["Claus"]): day[1], ("people", ids["Berta"]): day[3]}
    notes = {("people", ids["Claus"]): day[2], ("people", ids["Berta"]): day[1]}

    def known(
        times: Mapping[tuple[str, int], datetime],
    ) -> Any:
        return lambda asked: {one: times[one] for one in asked if one in times}

    with (
        hooks.temporarily(hooks.LastContact(key="calls", of=known(calls))),
        hooks.temporarily(hooks.LastContact(key="notes", of=known(notes))),
    ):
        assert [(match.title, match.last_contact) for match in find(NUMBER)] == [
            ("Berta", day[3]),
            ("Claus", day[2]),
            ("Anna", None),
        ]


def test_a_look_up_takes_the_same_few_queries_for_one_hit_and_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Person.objects.create(name="Anna", phone=NUMBER)
    Company.objects.create(name="Muster", phone=NUMBER)
    find(NUMBER)  # learns the slots
    with django_assert_num_queries(4):  # index, people, companies, choice
        assert len(find(NUMBER)) == 2
    for number in range(60):
        Person.objects.create(name=f"P{number:02}", phone=NUMBER)
    with django_assert_num_queries(4):
        assert len(find(NUMBER)) == MAX_HITS
    with django_assert_num_queries(1):
        assert find("+4930999999") == []


def test_many_numbers_are_looked_up_at_once(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Company.objects.create(name="Muster", phone="030 23125-0")
    for number in range(20):
        Person.objects.create(name=f"P{number}", phone=f"0171 39200{number:02}")
    texts = [f"+491713920{number:03}" for number in range(30)]
    find(NUMBER)
    with django_assert_num_queries(3):
        found = find_many([*texts, NUMBER, "030 23125-9", "anonymous", "201"])
    assert titles(found["+491713920007"]) == [("exact", "P7")]
    assert titles(found[NUMBER]) == [("company", "Muster")]
    assert titles(found["+4930231259"]) == [("company", "Muster")]
    assert found["+491713920029"] == found["201"] == found[""] == []
    assert len(found) == 34


def test_rows_of_a_source_that_is_gone_are_left_out() -> None:
    slot = PhoneSlot.objects.create(source="martians", field="phone")
    PhoneIndex.objects.create(ref=pack(1, slot.pk), e164=int(NUMBER))
    PhoneIndex.objects.create(ref=pack(1, slot.pk, trunk=True), e164=4930231)
    PhoneIndex.objects.create(ref=pack(2, 32_000), e164=int(NUMBER))
    PhoneIndex.objects.create(ref=pack(2, 32_000, trunk=True), e164=4930231)
    assert find(NUMBER) == []


def test_records_are_resolved_by_reference(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    anna = Person.objects.create(name="Anna", phone=NUMBER, mobile="0171 3920012")
    acme = Company.objects.create(name="Acme", phone="030 23125-0")
    assert resolve("companies", acme.pk) == Record(
        source="companies",
        object_id=acme.pk,
        title="Acme",
        organisation="Acme",
        type_label="Company",
        icon="user",
        url=f"/company/{acme.pk}/",
        order=30,
    )
    assert resolve("people", anna.pk + 1) is None
    assert resolve("martians", 1) is None
    wanted = [("people", anna.pk), ("companies", acme.pk), ("people", 0)]
    with django_assert_num_queries(2):
        assert [one.title for one in load(wanted).values()] == ["Anna", "Acme"]
    assert records_for("people", anna.pk) == {NUMBER, "+491713920012"}
    assert records_for("companies", acme.pk) == {"+4930231250"}


def test_a_source_without_rights_shows_all() -> None:
    Company.objects.create(name="Acme", phone=NUMBER)
    user = SimpleNamespace(pk=1)
    assert titles(find(NUMBER, user)) == [("exact", "Acme")]
