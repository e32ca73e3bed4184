"""``/api/tickets/`` and ``/api/activities/``."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ModelViewSet

from crmplus.api.fields import Moment, Text
from crmplus.api.paging import PageParams, SearchParams, answer, page_of, searched
from crmplus.api.views import Endpoint, user_of
from crmplus.tickets.api_items import (
    ActivitySerializer,
    PriorityField,
    TicketSerializer,
)
from crmplus.tickets.asking import visible_activities, visible_tickets
from crmplus.tickets.binning import discard
from crmplus.tickets.fields import parse_target
from crmplus.tickets.filters import ANY
from crmplus.tickets.models import (
    OPEN_ACTIVITIES,
    OPEN_TICKETS,
    Activity,
    Kind,
    Status,
    Ticket,
)
from crmplus.tickets.searching import search
from crmplus.tickets.todo import change_activity, create_activity, mark_done, reopen
from crmplus.tickets.writing import change_ticket, create_ticket

OPEN, DONE = "open", "done"
NAME_LENGTH = 150
TICKET_EXAMPLE = {
    "subject": "Toner for the printer in the hall",
    "target": "contacts:7",
    "priority": "high",
    "owner": "anna",
    "due_at": "2026-03-04T15:00:00Z",
}
ACTIVITY_EXAMPLE = {
    "kind": "call_back",
    "number": "030 1234567",
    "target": "contacts:7",
    "owner": "anna",
    "due_at": "2026-03-04T15:00:00Z",
}


class WorkParams(serializers.Serializer[Any]):
    """What both lists are narrowed to; all that is given must hold."""

    owner = Text(
        required=False,
        allow_blank=True,
        max_length=NAME_LENGTH,
        help_text="Whose: a user's name; empty: nobody's.",
    )
    target = Text(required=False, max_length=64, help_text="About whom: `contacts:7`.")
    due_until = Moment(
        required=False, ends=True, help_text="Due before; of a day, until its end."
    )


class TicketParams(WorkParams, SearchParams):
    """What the list of tickets is narrowed to."""

    status = serializers.ChoiceField(
        required=False,
        choices=[*Status.choices, (ANY, ANY)],
        help_text="Without it all that are not closed; `any`: whatever it is.",
    )
    priority = PriorityField()


class ActivityParams(WorkParams, PageParams):
    """What the list of activities is narrowed to."""

    kind = serializers.ChoiceField(required=False, choices=Kind.choices)
    show = serializers.ChoiceField(
        default=OPEN, choices=[OPEN, DONE], help_text="What is to be done, or was."
    )


def _narrowed(rows: QuerySet[Any], asked: dict[str, Any], due: str) -> QuerySet[Any]:
    if "owner" in asked:
        name = asked["owner"]
        rows = rows.filter(Q(owner__username=name) if name else Q(owner=None))
    if target := asked.get("target"):
        kind, key = parse_target(target) or ("", 0)
        rows = rows.filter(target_kind=kind, target_id=key)
    if until := asked.get("due_until"):
        rows = rows.filter(**{f"{due}__lt": until})
    return rows


def _of_status(status: str | None) -> Q:
    if status is None:
        return OPEN_TICKETS
    if status == ANY:
        return Q()
    only = Q(status=status)
    # Of open ones both are said: their index is for all that are open.
    return only if status == Status.CLOSED else OPEN_TICKETS & only


class WorkViewSet(Endpoint):
    """What the views of tickets and of activities have in common."""

    lookup_value_regex = "[0-9]+"

    def perform_destroy(self, instance: Ticket | Activity) -> None:
        """Move it to the recycle bin, from where it can be restored."""
        discard(instance, user_of(self.request))


@extend_schema_view(
    create=extend_schema(
        summary="Create: ticket",
        examples=[OpenApiExample("Example", TICKET_EXAMPLE, request_only=True)],
    ),
    retrieve=extend_schema(summary="Read: ticket"),
    partial_update=extend_schema(
        summary="Change some fields: ticket",
        examples=[OpenApiExample("Close it", {"status": "closed"}, request_only=True)],
    ),
    destroy=extend_schema(
        summary="Delete: ticket", description="It goes to the recycle bin."
    ),
)
class TicketViewSet(WorkViewSet, ModelViewSet[Ticket]):
    """The tickets that you may see, as on their pages."""

    serializer_class = TicketSerializer
    http_method_names = ["get", "head", "post", "patch", "delete"]  # noqa: RUF012

    def get_queryset(self) -> QuerySet[Ticket]:
        """Those that the user may see."""
        rows = visible_tickets(user_of(self.request))
        return rows.select_related("owner", "created_by")

    @extend_schema(
        summary="List tickets",
        description="Those that you may see, page by page: open ones by when they are "
        "due, closed ones and those of any status by when they were changed, the "
        "latest first.",
        parameters=[TicketParams],
        responses=page_of(TicketSerializer),
    )
    def list(self, request: Request, *args: Any, **options: Any) -> Response:
        """A page of tickets."""
        asked = TicketParams.of(request)
        status = asked.get("status")
        rows = _narrowed(self.get_queryset(), asked, "due_order")
        rows = rows.filter(_of_status(status))
        if "priority" in asked:
            rows = rows.filter(priority=asked["priority"])
        if text := searched(asked):
            rows = search(rows, text)
        # Nobody asks when a closed one was due.
        order = "-changed_at" if status in {Status.CLOSED, ANY} else "due_order"
        return answer(request, asked, rows, order, self._items)

    def _items(self, found: Any) -> Any:
        return self.get_serializer(found, many=True).data

    def perform_create(self, serializer: Any) -> None:
        """A new ticket; a status other than open is set at once."""
        given = dict(serializer.validated_data)
        status, due = given.pop("status", Status.OPEN), given.pop("due_at", None)
        user = user_of(self.request)
        ticket = create_ticket(user, given.pop("subject"), due=due, **given)
        if status != Status.OPEN:
            change_ticket(ticket, user, status=status)
        serializer.instance = ticket

    def perform_update(self, serializer: Any) -> None:
        """Write what was sent and nothing else: people change tickets meanwhile."""
        change_ticket(
            serializer.instance, user_of(self.request), **serializer.validated_data
        )

    def get_success_headers(self, data: Any) -> dict[str, str]:
        """Where a new ticket is (RFC 9110, section 10.2.2)."""
        return {"Location": reverse("api:tickets-detail", args=[data["id"]])}


@extend_schema_view(
    create=extend_schema(
        summary="Create: activity",
        examples=[OpenApiExample("A call-back", ACTIVITY_EXAMPLE, request_only=True)],
    ),
    retrieve=extend_schema(summary="Read: activity"),
    partial_update=extend_schema(
        summary="Change some fields: activity",
        examples=[OpenApiExample("It is done", {"done": True}, request_only=True)],
    ),
    destroy=extend_schema(
        summary="Delete: activity", description="It goes to the recycle bin."
    ),
)
class ActivityViewSet(WorkViewSet, ModelViewSet[Activity]):
    """The activities that you may see, as on their pages."""

    serializer_class = ActivitySerializer
    http_method_names = ["get", "head", "post", "patch", "delete"]  # noqa: RUF012

    def get_queryset(self) -> QuerySet[Activity]:
        """Those that the user may see."""
        rows = visible_activities(user_of(self.request))
        return rows.select_related("owner", "created_by", "done_by")

    @extend_schema(
        summary="List activities",
        description="Those that you may see, page by page: what is to be done by when "
        "it is due, what was done the latest first.",
        parameters=[ActivityParams],
        responses=page_of(ActivitySerializer),
    )
    def list(self, request: Request, *args: Any, **options: Any) -> Response:
        """A page of activities."""
        asked = ActivityParams.of(request)
        rows = _narrowed(self.get_queryset(), asked, "due_at")
        is_open = asked["show"] == OPEN
        rows = rows.filter(OPEN_ACTIVITIES if is_open else Q(done_at__isnull=False))
        if kind := asked.get("kind"):
            rows = rows.filter(kind=kind)
        order = "due_at" if is_open else "-done_at"
        return answer(request, asked, rows, order, self._items)

    def _items(self, found: Any) -> Any:
        return self.get_serializer(found, many=True).data

    def perform_create(self, serializer: Any) -> None:
        """A new activity; for who sends it unless another owner is named."""
        given, ticket, done = self._given(serializer)
        user = user_of(self.request)
        kind, subject = given.pop("kind", Kind.TASK), given.pop("subject", "")
        due = given.pop("due_at")
        made = create_activity(user, kind, subject, due=due, ticket=ticket, **given)
        if done:
            mark_done(made, user)
        serializer.instance = made

    def perform_update(self, serializer: Any) -> None:
        """Write what was sent and nothing else."""
        given, ticket, done = self._given(serializer)
        found, user = serializer.instance, user_of(self.request)
        if "ticket_id" in serializer.validated_data:
            given["ticket"] = ticket
        if given:
            change_activity(found, user, **given)
        if done:
            mark_done(found, user)
        elif done is False:
            reopen(found, user)

    def _given(
        self, serializer: Any
    ) -> tuple[dict[str, Any], Ticket | None, bool | None]:
        """What was sent, apart from its ticket and whether it is done."""
        given = dict(serializer.validated_data)
        key, done = given.pop("ticket_id", None), given.pop("is_done", None)
        if key is None:
            return given, None, done
        ticket = visible_tickets(user_of(self.request)).filter(pk=key).first()
        if ticket is None:
            raise ValidationError({"ticket": "There is no such ticket."})
        return given, ticket, done

    def get_success_headers(self, data: Any) -> dict[str, str]:
        """Where a new activity is (RFC 9110, section 10.2.2)."""
        return {"Location": reverse("api:activities-detail", args=[data["id"]])}


router = SimpleRouter()
router.register("tickets", TicketViewSet, basename="tickets")
router.register("activities", ActivityViewSet, basename="activities")
urlpatterns = router.urls
