"""No page of a million records may read them all: SQLite's plans name an index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import QuerySet

from crmplus.records.fields import begins_with
from crmplus.records.models import Contact, Lead, Partner

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="plans are those of SQLite"
    ),
]


def contacts() -> QuerySet[Contact]:
    return Contact.objects.all()


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: contacts().order_by("name_key", "pk"), "records_contact_name"),
        (lambda: contacts().order_by("-changed_at", "-pk"), "records_contact_changed"),
        (
            lambda: contacts().filter(owner=1).order_by("name_key", "pk"),
            "records_contact_owner",
        ),
        (
            lambda: contacts().filter(country="AT").order_by("name_key", "pk"),
            "records_contact_country",
        ),
        (
            lambda: contacts().filter(organisation=1).order_by("name_key", "pk"),
            "records_contact_organisation",
        ),
        (
            lambda: contacts().filter(begins_with("turned_key", "an")),
            "records_contact_turned",
        ),
        (
            lambda: contacts().filter(begins_with("email", "an")),
            "records_contact_email",
        ),
        (
            lambda: Lead.objects.filter(begins_with("company_key", "an")),
            "records_lead_company",
        ),
        (
            lambda: Partner.all_objects.filter(deleted_at__isnull=False).order_by(
                "-deleted_at", "-pk"
            ),
            "records_partner_bin",
        ),
    ],
)
def test_an_index_answers(rows: object, index: str) -> None:
    plan = rows()[:51].explain()
    assert f"USING INDEX {index}" in plan
    assert "USE TEMP B-TREE" not in plan
