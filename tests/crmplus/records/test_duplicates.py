from __future__ import annotations

import pytest
from django.test import Client

from crmplus.accounts.models import Scope, User
from crmplus.records.duplicates import MOST, possible_duplicates
from crmplus.records.models import Contact, Lead, Record
from crmplus.records.types import CONTACTS, type_of


def same(record: Record, user: User) -> list[Record]:
    return possible_duplicates(type_of(record), record, user)


@pytest.fixture
def eva(anna: User) -> Contact:
    return Contact.objects.create(
        last_name="Lang", mobile="0171 2345678", email="eva@example.com"
    )


@pytest.mark.parametrize(
    "fields", [{"phone": "+49 171 2345678"}, {"email": "EVA@example.com"}]
)
def test_the_same_number_or_address_makes_a_possible_duplicate(
    anna: User, eva: Contact, fields: dict[str, str]
) -> None:
    other = Contact.objects.create(last_name="Kurz", **fields)
    assert same(eva, anna) == [other]
    assert same(other, anna) == [eva]


def test_the_same_name_the_same_kind_of_another_or_a_deleted_one_does_not(
    anna: User, eva: Contact
) -> None:
    Contact.objects.create(last_name="Lang")
    Lead.objects.create(last_name="Lang", mobile=eva.mobile)
    Contact.objects.create(last_name="Lang", mobile=eva.mobile).move_to_bin(job="x")
    assert same(eva, anna) == []


def test_a_switchboard_tells_nothing(anna: User, eva: Contact) -> None:
    for number in range(MOST + 1):
        Contact.objects.create(last_name=str(number), mobile=eva.mobile)
    assert same(eva, anna) == []


def test_nobody_learns_of_what_they_may_not_see(
    anna: User, ben: User, eva: Contact
) -> None:
    Contact.objects.create(last_name="Kurz", mobile=eva.mobile, owner=ben)
    anna.sees_records = Scope.OWN
    assert same(eva, anna) == []


def test_two_that_are_not_the_same_are_told_apart_for_good_or_not(
    web: Client, anna: User, eva: Contact
) -> None:
    other = Contact.objects.create(last_name="Kurz", mobile=eva.mobile)
    page = web.get(eva.get_absolute_url()).content.decode()
    assert "Possible duplicate" in page
    url = f"/contacts/{eva.pk}/not/{other.pk}/"
    web.post(url)
    assert same(eva, anna) == same(other, anna) == []
    web.post(f"{url}?undo=1")
    assert same(eva, anna) == [other]
    assert web.get(url).status_code == 405


def test_looking_costs_the_same_however_many_there_are(
    anna: User, eva: Contact, django_assert_max_num_queries: object
) -> None:
    Contact.objects.bulk_create(
        Contact(last_name=str(n), email=eva.email) for n in range(100)
    )
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        assert len(possible_duplicates(CONTACTS, eva, anna)) == MOST
