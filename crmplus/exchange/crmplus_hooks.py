"""What import and export bring: their kinds of jobs, words for the log of changes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crmplus import hooks
from crmplus.exchange import checking, demo, exporting, flow, importing, undoing, words

hooks.register(
    hooks.JobKind(
        key=exporting.EXPORT,
        label=pgettext_lazy("job", "Export"),
        icon="file-export",
        run=exporting.run,
        said=exporting.said,
        may_see=exporting.may_see,
    )
)
hooks.register(
    hooks.JobKind(
        key=flow.READ,
        label=_("Reading"),
        icon="file-import",
        run=flow.run_read,
        then=flow.then,
    )
)
hooks.register(
    hooks.JobKind(
        key=flow.CHECK,
        label=_("Check"),
        icon="file-import",
        run=checking.run,
        then=flow.then,
    )
)
hooks.register(
    hooks.JobKind(
        key=flow.IMPORT,
        label=_("Import"),
        icon="file-import",
        run=importing.run,
        undo=undoing.undo,
        said=words.said,
        template="exchange/includes/result.html",
        context=flow.result_context,
    )
)
hooks.register(
    hooks.BackgroundLoop(key="imports-clean-up", seconds=3_600.0, run=flow.clean_up)
)
hooks.register(
    hooks.DemoData(order=40, key="exchange", label=_("Jobs"), load=demo.load)
)
for _kind, _title in (
    (exporting.EXPORT, _("Export of %(name)s")),
    (importing.IMPORT, _("Import of %(name)s")),
):
    hooks.register(
        hooks.ChangeWords(
            area=exporting.AREA,
            kind=_kind,
            title=_title,
            named=exporting.kind_words,
            label=exporting.change_label,
        )
    )
