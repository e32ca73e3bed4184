from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Import and export of records."""

    name = "crmplus.exchange"
    label = "exchange"
    verbose_name = _("Import and export")
