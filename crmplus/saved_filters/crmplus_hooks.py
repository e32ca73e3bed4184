"""What saved filters bring: deleted ones come back from the recycle bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.saved_filters.models import SavedFilter

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def _visible(user: User, rows: QuerySet[SavedFilter]) -> QuerySet[SavedFilter]:
    return rows.filter(user=user) | rows.filter(deleted_by=user)


hooks.register(
    hooks.BinType(
        order=90,
        key="saved-filters",
        model=SavedFilter,
        label=_("Saved filter"),
        icon="filter",
        title=str,
        visible=_visible,
    )
)
