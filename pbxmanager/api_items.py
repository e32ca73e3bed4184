"""What a call is in the JSON API."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, prefetch_related_objects
from rest_framework import serializers

from crmplus.api.fields import Text, Time, UserName
from crmplus.phonebook.api import MatchSerializer
from crmplus.phonebook.find import Match
from crmplus.timeline.models import TEXT_LENGTH, Comment
from crmplus.timeline.services import comments_of
from pbxmanager.models import Call, Direction, Leg, Outcome, Report, Status
from pbxmanager.parties import parties
from pbxmanager.saving import CALL

if TYPE_CHECKING:
    from crmplus.accounts.models import User

# What the server calls a report whose client gives no call ID.
MADE_HERE = re.compile(r"auto-[0-9a-f]{32}")


@dataclass(frozen=True)
class CallItem:
    """A call with all that goes out with it, each list in its order."""

    call: Call
    matches: Sequence[Match]
    comments: Sequence[Comment]

    @property
    def call_ids(self) -> list[str]:
        """The call IDs that clients gave, in the order of their reports."""
        ids = (given_call_id(report) for report in self.call.reports.all())
        return list(dict.fromkeys(filter(None, ids)))


def items(calls: Sequence[Call], user: User) -> list[CallItem]:
    """Calls as a user may see them; the queries do not grow with the calls."""
    legs = Leg.objects.select_related("user").order_by("first_at", "pk")
    reports = Report.objects.order_by("first_at", "pk")
    prefetch_related_objects(
        calls,
        "user",
        "disposition",
        Prefetch("continues", Call.all_objects.only("uid")),
        Prefetch("legs", legs),
        Prefetch("reports", reports),
    )
    who = parties(calls, user)
    written = comments_of(CALL, [call.pk for call in calls])
    return [
        CallItem(call, who[call.pk].matches, written.get(call.pk, [])[::-1])
        for call in calls
    ]


def given_call_id(report: Report) -> str:
    """The call ID that the client gave, "" where it gave none."""
    told = report.client_call_id
    return "" if MADE_HERE.fullmatch(told) else told


class ReportSerializer(serializers.Serializer[Any]):
    """What one source said under one call ID."""

    source = serializers.CharField(  # type: ignore[assignment]  # no field of the class
        help_text="Who told it: a softphone key (`key:7`), or a click (`click:3`)."
    )
    call_id = serializers.SerializerMethodField(help_text="Empty where it gave none.")
    extension = serializers.CharField(help_text="Empty where it gave none.")
    first_at = Time(help_text="When its first event was.")
    last_at = Time(help_text="When its last event was.")

    def get_call_id(self, report: Report) -> str:
        """The call ID that the client gave."""
        return given_call_id(report)


class LegSerializer(serializers.Serializer[Any]):
    """One extension's part in a call."""

    extension = serializers.CharField()
    user = UserName(help_text="Whose extension it was.")
    direction = serializers.ChoiceField(choices=Direction.choices)
    number = serializers.CharField(help_text="The other party, as received.")
    e164 = serializers.CharField(help_text="The same as E.164, empty if it has none.")
    rang_at = Time(allow_null=True)
    connected_at = Time(allow_null=True)
    ended_at = Time(allow_null=True)
    missed_at = Time(allow_null=True)
    cause = serializers.CharField(help_text="Why it ended, as stated; mostly empty.")
    outcome = serializers.ChoiceField(
        choices=Outcome.choices, help_text="Empty while it runs."
    )


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """What a user wrote about a call."""

    author = UserName()
    text = Text(max_length=TEXT_LENGTH)
    created_at = Time()
    edited_at = Time(allow_null=True)

    class Meta:
        model = Comment
        fields = ("id", "author", "text", "created_at", "edited_at")


EXAMPLE: dict[str, Any] = {
    "id": "5c7ae5ba-4d4b-4a5e-9a3b-8d1d0a4f7c11",
    "call_ids": ["4a7c-201"],
    "reports": [
        {
            "source": "key:7",
            "call_id": "4a7c-201",
            "extension": "201",
            "first_at": "2026-03-04T11:00:00Z",
            "last_at": "2026-03-04T11:03:15Z",
        }
    ],
    "direction": "inbound",
    "status": "ended",
    "number": "030 1234567",
    "e164": "+49301234567",
    "extension": "201",
    "user": "anna",
    "started_at": "2026-03-04T11:00:00Z",
    "connected_at": "2026-03-04T11:00:05Z",
    "ended_at": "2026-03-04T11:03:15Z",
    "wait": 5,
    "duration": 190,
    "legs": [
        {
            "extension": "201",
            "user": "anna",
            "direction": "inbound",
            "number": "030 1234567",
            "e164": "+49301234567",
            "rang_at": "2026-03-04T11:00:00Z",
            "connected_at": "2026-03-04T11:00:05Z",
            "ended_at": "2026-03-04T11:03:15Z",
            "missed_at": None,
            "cause": "",
            "outcome": "answered",
        }
    ],
    "disposition": "Wants a call-back",
    "matches": [
        {
            "type": "organisations",
            "id": 7,
            "name": "Weber Druck GmbH",
            "organisation": "",
            "kind": "exact",
            "field": "phone",
            "url": "https://crm.example.com/organisations/7/",
        }
    ],
    "comments": [
        {
            "id": 12,
            "author": "anna",
            "text": "Wants an offer until Friday.",
            "created_at": "2026-03-04T11:03:40Z",
            "edited_at": None,
        }
    ],
    "continues": None,
}


class CallSerializer(serializers.Serializer[Any]):
    """One conversation. Times are in UTC, wait and duration in seconds."""

    id = serializers.UUIDField(source="call.uid")
    call_ids = serializers.ListField(
        child=serializers.CharField(),
        help_text="What the phones call it; each of them finds it.",
    )
    reports = ReportSerializer(many=True, source="call.reports")
    direction = serializers.ChoiceField(
        choices=Direction.choices, source="call.direction"
    )
    status = serializers.ChoiceField(choices=Status.choices, source="call.status")
    number = serializers.CharField(
        source="call.number", help_text="The other party, as received."
    )
    e164 = serializers.CharField(
        source="call.e164", help_text="The same as E.164, empty if it has none."
    )
    extension = serializers.CharField(source="call.extension")
    user = UserName(source="call.user", help_text="Who took or placed it.")
    started_at = Time(source="call.started_at")
    connected_at = Time(source="call.connected_at", allow_null=True)
    ended_at = Time(source="call.ended_at", allow_null=True)
    wait = serializers.IntegerField(
        source="call.wait",
        allow_null=True,
        help_text="Seconds until it was answered or over.",
    )
    duration = serializers.IntegerField(
        source="call.duration",
        allow_null=True,
        help_text="Seconds of talk; null if its end was never reported.",
    )
    disposition = serializers.CharField(
        source="call.disposition.title",
        default=None,
        allow_null=True,
        help_text="What people say came of it, as the admin named it.",
    )
    legs = LegSerializer(many=True, source="call.legs")
    matches = MatchSerializer(
        many=True, help_text="Who may be the other party, the best first."
    )
    comments = CommentSerializer(many=True, help_text="The oldest first.")
    continues = serializers.UUIDField(
        source="call.continues.uid",
        allow_null=True,
        help_text="The call that was transferred, and that this one goes on with.",
    )
