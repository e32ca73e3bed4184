"""What tickets and activities bring to the CRM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.tickets import (
    api,
    attached,
    binning,
    counts,
    demo,
    pages,
    panels,
    reminders,
    searching,
    showing,
    telling,
)
from crmplus.tickets.asking import visible, visible_tickets
from crmplus.tickets.models import TICKET, Activity, Ticket

if TYPE_CHECKING:
    from collections.abc import Collection

    from crmplus.accounts.models import User


def _links(user: User, ids: Collection[int]) -> dict[int, hooks.Link]:
    found = visible_tickets(user).filter(pk__in=ids)
    return {
        ticket.pk: hooks.Link(
            str(ticket), showing.TICKET_ICON, ticket.get_absolute_url()
        )
        for ticket in found
    }


def _find(user: User, text: str) -> int | None:
    number = searching.NUMBER.fullmatch(text)
    key = int(number[1]) if number else 0
    return key if visible_tickets(user).filter(pk=key).exists() else None


telling.connect()
hooks.register(
    hooks.LinkTarget(
        kind=TICKET,
        load=_links,
        find=_find,
        takes_comments=True,
        visible=lambda user: visible(user, Ticket.all_objects.all()),
    )
)
hooks.register(
    hooks.MenuEntry(
        order=100,
        key="my-day",
        label=_("My day"),
        icon="calendar-check",
        url_name="tickets:my-day",
        keys="g d",
        count=counts.due_activities,
        help=_("Whom to call back and what to do, the first due on top."),
    )
)
hooks.register(
    hooks.MenuEntry(
        order=110,
        key="tickets",
        label=_("Tickets"),
        icon=showing.TICKET_ICON,
        url_name="tickets:list",
        keys="g t",
        count=counts.open_tickets,
        help=_("What customers want from you, until it is done."),
    )
)
hooks.register(
    hooks.HomePanel(
        order=5,
        key="due-today",
        title=_("Due today"),
        icon="calendar-check",
        template="tickets/home_panel.html",
        context=panels.home_panel,
    )
)
hooks.register(
    hooks.RecordPanel(
        order=5,
        key="work",
        title=_("To do"),
        icon="checklist",
        template="tickets/record_panel.html",
        context=panels.record_panel,
    )
)
hooks.register(
    hooks.TimelineSource(
        order=31, key="change", label=_("Changes"), entries=pages.history
    )
)
hooks.register(
    hooks.TimelineSource(
        order=40, key=TICKET, label=_("Tickets"), entries=panels.ticket_entries
    )
)
hooks.register(
    hooks.TimelineSource(
        order=50,
        key="activity",
        label=_("Activities"),
        entries=panels.activity_entries,
    )
)
hooks.register(
    hooks.BinType(
        order=62,
        key="tickets",
        model=Ticket,
        label=_("Ticket"),
        icon=showing.TICKET_ICON,
        title=str,
        visible=visible,
        search=searching.search_bin,
        restore=binning.bring_back,
        forget=binning.forget_tickets,
    )
)
hooks.register(
    hooks.BinType(
        order=64,
        key="activities",
        model=Activity,
        label=_("Activity"),
        icon="calendar-check",
        title=showing.title,
        visible=visible,
        restore=binning.bring_back,
    )
)
hooks.register(
    hooks.Attached(
        key="tickets",
        move=attached.move,
        take_back=attached.take_back,
        forget=attached.forget,
        used=attached.used,
        label=_("Tickets and activities"),
    )
)
hooks.register(
    hooks.BackgroundLoop(key="remind", seconds=reminders.SECONDS, run=reminders.remind)
)
hooks.register(
    hooks.PageFragment(
        order=60,
        key="work",
        template="tickets/fragment.html",
        scripts=("tickets/work.js",),
        styles=("tickets/work.css",),
    )
)
hooks.register(
    hooks.DemoData(
        order=50, key="tickets", label=_("Tickets and activities"), load=demo.load
    )
)
hooks.register(
    hooks.CreateEntry(
        key="ticket", label=_("Ticket"), icon="ticket", url_name="tickets:create"
    )
)
hooks.register(
    hooks.CreateEntry(
        key="activity",
        label=_("Activity"),
        icon="calendar-check",
        url_name="tickets:create-activity",
    )
)
hooks.register(hooks.ApiRoutes(order=40, key="tickets", urls=api.urlpatterns))
