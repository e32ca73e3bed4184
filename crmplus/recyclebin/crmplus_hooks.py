"""The recycle bin's place in the module bar."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.recyclebin import bin_jobs, bulk

hooks.register(
    hooks.MenuEntry(
        order=900,
        key="recycle-bin",
        label=_("Recycle bin"),
        icon="trash",
        url_name="recyclebin:list",
        help=_("What was deleted, and how to get it back."),
    )
)
hooks.register(
    hooks.ChangeWords(
        area=bulk.AREA,
        kind=bulk.DELETED,
        title=_("Recycle bin: %(name)s"),
        named=bulk.name_of_type,
        label=bulk.FIELDS.get,
    )
)
bin_jobs.register()
