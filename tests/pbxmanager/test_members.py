"""What happened with an organisation's people shows on its page, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from crmplus.accounts.models import Scope, User
from crmplus.records.models import Contact, Organisation
from crmplus.tickets.panels import ticket_entries
from crmplus.tickets.services import create_ticket
from pbxmanager.commenting import comment_on
from pbxmanager.panels import call_entries, calls_of, comment_entries
from tests.pbxmanager.office import JULIA, NOON, Office, make_office, queries

pytestmark = pytest.mark.django_db
ORGANISATIONS = "organisations"


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False):
        yield make_office()


@pytest.fixture
def muster() -> Organisation:
    return Organisation.objects.create(name="Muster GmbH", phone="030 12345-0")


@pytest.fixture
def julia(muster: Organisation) -> Contact:
    return Contact.objects.create(
        first_name="Julia",
        last_name="Brandt",
        mobile="0171 2345678",
        organisation=muster,
    )


def test_calls_and_their_comments_with_the_name(
    office: Office, muster: Organisation, julia: Contact
) -> None:
    call = office.call("201", JULIA)
    comment_on(call, office.karin, "wants the new list")
    (found,) = calls_of(office.karin, ORGANISATIONS, muster, 10)
    assert (found.call, found.is_possible, found.member) == (
        call,
        False,
        "Julia Brandt",
    )
    (entry,) = call_entries(office.karin, ORGANISATIONS, muster, None, 10)
    assert entry.text.startswith("Julia Brandt · ")
    (said,) = comment_entries(office.karin, ORGANISATIONS, muster, None, 10)
    assert said.text == "wants the new list"


def test_a_call_of_the_contact_names_nobody_on_its_own_page(
    office: Office, julia: Contact
) -> None:
    office.call("201", JULIA)
    (found,) = calls_of(office.karin, "contacts", julia, 10)
    assert found.member == ""


def test_tickets_of_its_people(
    office: Office, muster: Organisation, julia: Contact
) -> None:
    create_ticket(office.karin, "Printer", target=("contacts", julia.pk))
    (entry,) = ticket_entries(office.karin, ORGANISATIONS, muster, None, 10)
    assert "Printer" in entry.title


def test_of_people_that_one_may_not_see_nothing(
    office: Office, muster: Organisation, julia: Contact
) -> None:
    office.call("201", JULIA)
    julia.owner = office.karin
    julia.save()
    other = User.objects.create_user("other", role="supervisor")
    other.sees_records = Scope.OWN
    other.save()
    assert calls_of(other, ORGANISATIONS, muster, 10) == []
    assert ticket_entries(other, ORGANISATIONS, muster, None, 10) == []


def test_queries_do_not_grow_with_its_people(
    office: Office, muster: Organisation, julia: Contact
) -> None:
    office.call("201", JULIA)

    def ask() -> None:
        calls_of(office.karin, ORGANISATIONS, Organisation.objects.get(), 10)

    ask()
    few = queries(ask)
    for number in range(20):
        Contact.objects.create(
            last_name=f"No. {number}", phone=f"030 55501{number}", organisation=muster
        )
    assert queries(ask) == few
