"""What somebody does about a call while it is joined into another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine

from crmplus.records.models import Contact
from crmplus.timeline.models import Comment
from pbxmanager.choosing import choose_match
from pbxmanager.commenting import comment_on
from pbxmanager.disposing import choose_disposition
from pbxmanager.holding import CallGone, held
from pbxmanager.models import Call, Disposition
from pbxmanager.privacy import set_private
from pbxmanager.saving import CALL, _absorb
from pbxmanager.workplace.models import CallShare, Deputy
from pbxmanager.workplace.on_behalf import give_to_boss
from softphone_connector.notes import note_of, save_note
from tests.pbxmanager.office import NOON, STRANGER, Office, make_office

pytestmark = pytest.mark.django_db
Pair = tuple[Call, Call]


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False):
        yield make_office()


@pytest.fixture
def pair(office: Office) -> Pair:
    """A call as somebody has read it, and the one that it was joined into since."""
    read, survivor = office.call("201", STRANGER), office.call("202", STRANGER)
    _absorb(survivor, Call.objects.get(pk=read.pk))
    return read, survivor


def outcome(office: Office, call: Call) -> bool:
    sold = Disposition.objects.get_or_create(key="sold")[0]
    choose_disposition(call, sold, office.anna, "20 pieces")
    return Call.objects.get(disposition=sold).party == call.party


def private(office: Office, call: Call) -> bool:
    set_private(call, private=True)
    return Call.objects.filter(private_at__isnull=False).exists()


def record(office: Office, call: Call) -> bool:
    contact = Contact.objects.create(last_name="Berg")
    choose_match(call, "contacts", contact.pk, office.anna)
    return Call.objects.filter(chosen_id=contact.pk).exists()


def comment(office: Office, call: Call) -> bool:
    found = comment_on(call, office.anna, "Said.")
    return Call.objects.filter(pk=found.target_id).exists()


def note(office: Office, call: Call) -> bool:
    save_note(call, office.anna, "Said.")
    found = Comment.objects.get(target_kind=CALL)
    return Call.objects.filter(pk=found.target_id).exists()


def boss(office: Office, call: Call) -> bool:
    Deputy.objects.create(boss=office.ben, assistant=office.anna, is_signed_in=True)
    Call.objects.update(clicked_by=office.anna)
    call.clicked_by = office.anna
    assert give_to_boss(call, office.anna.pk, office.ben.pk)
    return CallShare.objects.filter(user=office.ben).exists()


@pytest.mark.parametrize("act", [outcome, private, record, comment, note, boss])
def test_what_is_done_lands_on_the_call_that_took_it_over(
    office: Office, pair: Pair, act: Callable[[Office, Call], bool]
) -> None:
    read, survivor = pair
    before = Call.objects.get().version
    assert act(office, read)
    assert Call.objects.get() == survivor
    assert act is boss or Call.objects.get().version > before


def test_it_is_found_over_several_joinings(office: Office, pair: Pair) -> None:
    read, survivor = pair
    last = office.call("203", STRANGER)
    _absorb(last, survivor)
    with held(read) as now:
        assert now == last


def test_a_call_that_was_deleted_for_good_is_not_there(office: Office) -> None:
    call = office.call("201", STRANGER)
    Call.all_objects.filter(pk=call.pk).delete()
    with pytest.raises(CallGone):
        save_note(call, office.anna, "Said.")
    assert note_of(call, office.anna) is None
