"""Tags of the pages of records."""

from __future__ import annotations

from django import template

from crmplus.records.countries import country_name

register = template.Library()


@register.simple_tag
def country(code: str) -> str:
    """``{% country record.country %}``: its name in the active language."""
    return country_name(code) if code else ""
