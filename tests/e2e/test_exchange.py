"""A file on its way into the CRM and out again, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import JULIA, Agent, Office

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
FILE = f"""Vorname;Nachname;Firma;Mobiltelefon;E-Mail-Adresse;Ort
Julia;Berg;;{JULIA};julia.berg@example.com;Köln
Jan;Berg;;{JULIA};;Köln
Wanda;Öztürk;Übersetzungen AG;0171 2345999;wanda@example.com;Ulm
;;Niemand AG;;;Ulm
"""


def choose(tab: Page, text: str) -> None:
    file = {"name": "kunden.csv", "mimeType": "text/csv", "buffer": text.encode()}
    tab.set_input_files("input[type=file]", [file])
    tab.get_by_role("button", name="Go on").click()


def test_a_file_is_imported_and_taken_back(
    sit: Callable[..., Page], agent: Agent, office: Office
) -> None:
    tab = sit(agent, path="/contacts/")
    tab.get_by_role("link", name="Import").click()
    assert complaints(tab) == []

    choose(tab, FILE)
    expect(tab.get_by_label("Mobiltelefon")).to_have_value("mobile")
    expect(tab.get_by_label("Encoding")).to_have_value("utf-8")
    assert complaints(tab) == []

    tab.get_by_role("button", name="Check").click()
    counts = tab.locator(".import-count dd")
    expect(counts).to_have_text(["1", "1", "1", "1"])
    expect(tab.locator(".import-rows")).to_contain_text("Julia Berg")
    assert complaints(tab) == []
    tab.get_by_label("What to do with row 3").select_option("skip")
    tab.get_by_role("button", name="Faulty 1").click()
    expect(tab.locator(".import-reason")).to_have_text(
        "There is neither a first nor a last name."
    )
    assert complaints(tab) == []

    tab.get_by_role("button", name="Import 3 rows").click()
    expect(tab.get_by_role("status").filter(has_text="created")).to_have_text(
        "1 created, 1 updated, 1 skipped, 1 faulty", timeout=30_000
    )
    assert complaints(tab) == []
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Faulty rows as CSV").click()
    assert download.value.suggested_filename == "Faulty rows.csv"
    assert office.ask(f"{FOUND}('wanda@example.com')") == 1

    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".job-state")).to_have_text("Undone", timeout=30_000)
    assert complaints(tab) == []
    assert office.ask(f"{FOUND}('wanda@example.com')") == 0
    tab.get_by_role("link", name="My jobs").first.click()
    expect(tab.locator(".jobs-list tbody tr")).to_have_count(1)
    assert complaints(tab) == []


FOUND = (
    "(lambda email: __import__('crmplus.records.models', fromlist=['Contact'])"
    ".Contact.objects.filter(email=email).count())"
)


def test_who_goes_on_working_is_told_when_a_job_is_done(
    sit: Callable[..., Page], agent: Agent
) -> None:
    tab = sit(agent, path="/leads/import/")
    rows = "".join(f"Ida;Wolf{number};\n" for number in range(800))
    choose(tab, f"Vorname;Nachname;Firma\n{rows}")
    tab.get_by_role("button", name="Check").click()
    # More than is checked while one waits: the page of the check leads on by itself.
    tab.get_by_role("button", name="Import 800 rows").click(timeout=30_000)
    tab.get_by_role("link", name="Leads").first.click()

    toast = tab.locator(".toast", has_text="Import: kunden.csv is done.")
    toast.wait_for(timeout=30_000)
    expect(tab.locator("#jobs-running")).to_be_hidden()
    toast.get_by_role("link", name="Show").click()
    expect(tab.locator(".job-words")).to_have_text("800 created")


def test_a_list_is_exported_as_it_is_shown(
    sit: Callable[..., Page], agent: Agent
) -> None:
    tab = sit(agent, path="/organisations/?q=muster")
    tab.get_by_role("link", name="Export").click()
    expect(tab.locator(".chip")).to_have_text("Searchmuster")
    assert complaints(tab) == []

    with tab.expect_download() as download:
        tab.get_by_role("button", name="Export").click()

    assert re.fullmatch(
        r"Organisations \d{4}-\d\d-\d\d\.xlsx", download.value.suggested_filename
    )
