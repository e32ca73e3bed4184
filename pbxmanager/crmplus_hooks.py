"""What the PBX Manager brings to the CRM."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.phonebook.models import NumberSettings
from pbxmanager import (
    afterwards,
    api,
    attached,
    change_words,
    clean_up_preview,
    demo,
    exporting,
    health,
    housekeeping,
    links,
    panels,
)
from pbxmanager.colleagues import colleagues
from pbxmanager.last_contact import last_contacts
from pbxmanager.looks import bring_icons
from pbxmanager.missed_list import menu_count
from pbxmanager.models import Call, Extension
from pbxmanager.visibility import visible_among, visible_for_lists

HOUR: Final = 3600.0

bring_icons()
health.register()
change_words.register()
hooks.register(
    hooks.MenuEntry(
        order=200,
        key="pbx-manager",
        label=_("PBX Manager"),
        icon="phone",
        url_name="pbxmanager:list",
        help=_("Who called whom, when, and what came of it."),
        keys="g b",
    )
)
hooks.register(
    hooks.MenuEntry(
        order=210,
        key="missed",
        label=_("Missed calls"),
        icon="phone-x",
        url_name="pbxmanager:missed",
        keys="g m",
        help=_("Callers whom nobody has reached yet, for the whole team."),
        count=menu_count,
    )
)
hooks.register(
    hooks.PageFragment(
        key="missed-counter",
        template="pbxmanager/missed_counter.html",
        scripts=("pbxmanager/missed_count.js",),
    )
)
hooks.register(
    hooks.MenuEntry(
        order=30,
        key="pbx-manager-settings",
        label=_("PBX Manager"),
        icon="phone",
        url_name="pbxmanager:settings-numbers",
        section="settings",
        roles=("admin",),
        help=_("How numbers are read, rules, outcomes, block list and endpoints."),
    )
)
hooks.register(
    hooks.BinType(
        order=60,
        key="calls",
        model=Call,
        label=_("Call"),
        icon="phone",
        title=panels.title,
        visible=visible_for_lists,
        search=attached.search_deleted,
        forget=attached.forget_comments,
    )
)
hooks.register(
    hooks.CronJob(
        command="pbx_clean_up",
        label=_("PBX Clean Up"),
        schedule="0 2 * * *",
        help=_(
            "Moves calls without a duration to the recycle bin, once they are 6 hours "
            "old and nobody has added anything to them."
        ),
        counts={"moved": _("Moved to the recycle bin")},
        preview=clean_up_preview.preview,
    )
)
hooks.register(
    hooks.BackgroundLoop(
        key="give-up-overdue", seconds=30.0, run=housekeeping.give_up_overdue
    )
)
hooks.register(
    hooks.JobKind(
        key=exporting.KIND,
        label=_("Export of calls"),
        icon="download",
        run=exporting.run,
        said=exporting.said,
        may_see=exporting.may_see,
    )
)
hooks.register(
    hooks.BackgroundLoop(
        key="after-calls",
        seconds=afterwards.SECONDS,
        run=afterwards.turn,
        everywhere=True,
    )
)
hooks.register(
    hooks.BackgroundLoop(
        key="missed-list", seconds=afterwards.CATCH_UP_SECONDS, run=afterwards.catch_up
    )
)
hooks.register(
    hooks.BackgroundLoop(
        key="expire-events", seconds=HOUR, run=housekeeping.expire_events
    )
)
hooks.register(
    hooks.SetupStep(
        order=20,
        key="numbers",
        label=_("Say how numbers are dialled here"),
        help=_("Country, area code, and the digit for an outside line."),
        url_name="pbxmanager:settings-numbers",
        done=lambda user: NumberSettings.objects.exists(),
    )
)
hooks.register(
    hooks.SetupStep(
        order=30,
        key="people",
        label=_("Add the people who take calls"),
        help=_("Their extensions are entered under “My phone”, by them or by you."),
        url_name="accounts:users",
        done=lambda user: Extension.objects.filter(user__isnull=False).exists(),
    )
)
hooks.register(hooks.Colleagues(find=colleagues))
hooks.register(
    hooks.LinkTarget(
        kind="call",
        load=links.load,
        find=links.find,
        visible=lambda user: visible_among(user, Call.all_objects.all()),
    )
)
hooks.register(hooks.LastContact(key="calls", of=last_contacts))
hooks.register(
    hooks.Attached(
        key="calls",
        move=attached.move,
        take_back=attached.take_back,
        forget=attached.forget,
        used=attached.used,
        label=_("Calls"),
    )
)
hooks.register(
    hooks.RecordPanel(
        order=10,
        key="calls",
        title=_("Calls"),
        icon="phone",
        template="pbxmanager/panel.html",
        context=panels.panel,
    )
)
hooks.register(
    hooks.TimelineSource(
        order=20, key="call", label=_("Calls"), entries=panels.call_entries
    )
)
hooks.register(
    # Of the same key as the records' own comments, so that they are filtered together.
    hooks.TimelineSource(
        order=21, key="comment", label=_("Comments"), entries=panels.comment_entries
    )
)
hooks.register(
    hooks.DemoData(
        order=30, key="extensions", label=_("Extensions"), load=demo.load_extensions
    )
)
hooks.register(
    hooks.DemoData(order=40, key="calls", label=_("Calls"), load=demo.load_calls)
)
hooks.register(hooks.ApiRoutes(order=10, key="calls", urls=api.urlpatterns))
