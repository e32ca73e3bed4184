"""One person, several phones, one number."""

from __future__ import annotations

import pytest

from crmplus.accounts.models import User
from crmplus.administration.models import SettingsChange
from pbxmanager.models import Extension
from pbxmanager.workplace.main_numbers import choose_main, main_number_of, phones_of
from softphone_connector.cards import card_of
from tests.softphone_connector.talking import queries, tell

People = dict[str, User]


def test_the_first_number_is_the_main_one_until_another_is_chosen(
    people: People,
) -> None:
    anna = people["anna"]
    assert [main_number_of(number) for number in ("201", "301")] == ["201", "201"]
    choose_main(anna, anna.extensions.get(number="301"), people["karin"])
    assert [main_number_of(number) for number in ("201", "301")] == ["301", "301"]
    assert [phone.number for phone in phones_of()[anna.pk]] == ["301", "201"]
    choose_main(anna, None, people["karin"])
    assert main_number_of("301") == "201"
    first = SettingsChange.objects.order_by("pk").first()
    assert first is not None
    assert first.changes == [{"field": "extension", "before": "", "after": "301"}]


@pytest.mark.parametrize("number", ["999", "+4930123456", ""])
def test_a_number_of_nobody_stays_itself(people: People, number: str) -> None:
    Extension.objects.create(number="998")
    assert main_number_of(number) == number
    assert main_number_of("998") == "998"


def test_a_number_that_changed_hands_counts_no_more(people: People) -> None:
    anna = people["anna"]
    choose_main(anna, anna.extensions.get(number="301"), people["karin"])
    anna.extensions.filter(number="301").update(user=people["ben"])
    assert main_number_of("201") == "201"
    assert main_number_of("301") == "202"


def test_a_card_shows_the_person_and_that_number(people: People) -> None:
    call = tell("ringing", "202", "301", direction="internal")
    card = card_of(call, people["ben"])
    assert card.pretty == "201"
    assert [match.title for match in card.matches] == [str(people["anna"])]


def test_all_phones_are_one_query(people: People) -> None:
    assert queries(phones_of) == 1
    assert queries(lambda: main_number_of("201")) == 1
