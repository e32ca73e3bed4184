"""Outcomes that people choose for calls, and the admin's list of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db.models import ProtectedError
from django.http import QueryDict
from django.utils import timezone, translation

from crmplus.administration.models import SettingsChange
from crmplus.timeline.models import Comment
from pbxmanager.clean_up import unfinished
from pbxmanager.disposing import (
    NeedsNote,
    NotForThisCall,
    choose_disposition,
    dispositions_for,
)
from pbxmanager.events import Direction
from pbxmanager.filters import CallFilter
from pbxmanager.models import Call, Disposition
from tests.pbxmanager.office import NOON, Office, make_office
from tests.pbxmanager.settings_pages import admin

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
PAGE = "/settings/pbx-manager/outcomes/"


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Berlin"):
        yield make_office()


def named(key: str) -> Disposition:
    return Disposition.objects.get(key=key)


class TestChoosing:
    def test_there_are_some_to_begin_with(self, office: Office) -> None:
        inbound, outbound = (
            office.call("201"),
            office.call("202", "+4989000", Direction.OUTBOUND),
        )

        assert [one.title for one in dispositions_for(inbound)] == [
            "Reached",
            "Wants a call-back",
            "Wrong number",
            "Sold",
            "Not interested",
        ]
        assert named("message") in dispositions_for(outbound)

    def test_it_is_the_calls_and_the_call_has_changed(self, office: Office) -> None:
        call = office.call("201")
        version = call.version
        choose_disposition(call, named("sold"), office.anna, " 20 pieces\x00 ")

        call.refresh_from_db()
        assert call.disposition == named("sold")
        assert call.version > version
        assert Comment.objects.get().text == "20 pieces"

        choose_disposition(call, None, office.anna)
        call.refresh_from_db()
        assert call.disposition is None

    def test_a_note_is_asked_for_where_it_is_needed(self, office: Office) -> None:
        call, sold = office.call("201"), named("sold")
        sold.needs_note = True
        sold.save()
        with pytest.raises(NeedsNote):
            choose_disposition(call, sold, office.anna, " ")

        choose_disposition(call, sold, office.anna, "20 pieces")
        choose_disposition(call, sold, office.anna)

    def test_only_what_is_offered_can_be_chosen(self, office: Office) -> None:
        call = office.call("201")
        with pytest.raises(NotForThisCall):
            choose_disposition(call, named("message"), office.anna)

    def test_what_was_chosen_stays_when_it_is_switched_off(
        self, office: Office
    ) -> None:
        call, sold = office.call("201"), named("sold")
        choose_disposition(call, sold, office.anna)
        Disposition.objects.update(is_active=False)

        assert list(dispositions_for(call)) == [sold]
        with pytest.raises(ProtectedError):
            sold.delete()

    def test_the_page_of_the_call_offers_them(self, office: Office) -> None:
        call, web = office.call("201"), office.browser(office.anna)
        address = f"/pbx-manager/{call.uid}/outcome/"
        assert "Wrong number" in web.get(call.get_absolute_url()).text

        web.post(address, {"disposition": named("wrong_number").pk})
        call.refresh_from_db()
        assert call.disposition == named("wrong_number")
        page = web.get(call.get_absolute_url()).text
        assert 'value="" aria-pressed="true"' in page

        for nonsense in ("x", "9" * 30, "-1", ""):
            web.post(address, {"disposition": nonsense})
        assert Call.objects.get().disposition is None
        other = office.browser(office.ben)
        assert other.post(address, {"disposition": "1"}).status_code == 404

    def test_who_wants_a_call_back_gets_one_offered(self, office: Office) -> None:
        call, web = office.call("201"), office.browser(office.anna)
        response = web.post(
            f"/pbx-manager/{call.uid}/outcome/", {"disposition": named("call_back").pk}
        )

        assert f"call={call.uid}" in response.headers["Location"]

    def test_the_log_shows_them_and_filters_by_them(self, office: Office) -> None:
        call, _other = office.call("201"), office.call("201", "+4989000")
        choose_disposition(call, named("sold"), office.anna)
        query = QueryDict(f"disposition={named('sold').pk}")
        form = CallFilter(office.anna, query)

        assert list(form.rows()) == [call]
        assert [chip.value for chip in form.chips()] == ["Sold"]
        assert "Sold" in office.browser(office.anna).get("/pbx-manager/").text

    def test_clean_up_leaves_such_calls_alone(self, office: Office) -> None:
        call = office.clicked(office.anna, "201")
        later = NOON + timedelta(hours=7)
        assert list(unfinished(later)) == [call]

        choose_disposition(call, named("message"), office.anna)
        assert list(unfinished(later)) == []

    def test_a_call_that_is_joined_keeps_it(self, office: Office) -> None:
        first = office.ringing("201", call_id="a")
        second = Call.objects.create(
            direction="inbound",
            status="ringing",
            started_at=NOON,
            disposition=named("sold"),
        )
        from pbxmanager.saving import _absorb

        _absorb(first, second)
        first.refresh_from_db()
        assert first.disposition == named("sold")

    def test_a_private_call_that_is_joined_stays_private(self, office: Office) -> None:
        first = office.ringing("201", call_id="a")
        second = Call.objects.create(
            direction="inbound", status="ringing", started_at=NOON, private_at=NOON
        )
        from pbxmanager.saving import _absorb

        _absorb(first, second)
        first.refresh_from_db()
        assert first.private_at == NOON


class TestTheAdminsList:
    def test_defaults_speak_the_readers_language(self) -> None:
        with translation.override("de"):
            title = named("sold").title
        assert title
        named_otherwise = Disposition(key="sold", name="Closed the deal")
        assert named_otherwise.title == "Closed the deal"

    def test_a_new_one_is_the_last_and_kept_in_the_log_of_changes(self) -> None:
        user, web = admin()
        data = {"name": "Asked for  an offer", "tone": "chosen", "for_inbound": "on"}
        response = web.post(f"{PAGE}new/", data | {"is_active": "on"})
        assert response.headers["Location"] == PAGE

        made = Disposition.objects.order_by("position").last()
        assert made
        assert (made.name, made.for_outbound) == ("Asked for an offer", False)
        change = SettingsChange.objects.get()
        assert (change.actor, change.kind) == (user, "disposition")
        assert "Asked for an offer" in web.get(PAGE).text

    @pytest.mark.parametrize(
        "data",
        [
            {"name": "", "for_inbound": "on"},
            {"name": "sold", "for_inbound": "on"},
            {"name": "a\u202eb", "for_inbound": "on"},
            {"name": "For nothing"},
            {"name": "x" * 41, "for_inbound": "on"},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, data: dict[str, str]) -> None:
        _user, web = admin()
        count = Disposition.objects.count()
        response = web.post(f"{PAGE}new/", {"tone": "done", **data})

        assert response.status_code == 200
        assert Disposition.objects.count() == count

    def test_they_are_moved_up_and_down(self) -> None:
        _user, web = admin()
        first, second = Disposition.objects.all()[:2]
        web.post(f"{PAGE}{second.pk}/move/", {"move": "up"})
        assert list(Disposition.objects.all()[:2]) == [second, first]

        web.post(f"{PAGE}{second.pk}/move/", {"move": "up"})
        web.post(f"{PAGE}{second.pk}/move/", {"move": "sideways"})
        assert Disposition.objects.first() == second

    def test_admins_alone(self, office: Office) -> None:
        assert office.browser(office.karin).get(PAGE).status_code == 403
