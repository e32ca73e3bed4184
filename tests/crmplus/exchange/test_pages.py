"""The pages of imports and exports: what they show, keep, and to whom."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from crmplus.accounts.models import Role, Scope, User
from crmplus.administration.models import SettingsChange
from crmplus.exchange import demo, exporting, flow
from crmplus.exchange.models import Import, RememberedMapping
from crmplus.exchange.workbook import QUICK
from crmplus.jobs.models import Job
from crmplus.records.models import Contact, Lead, Organisation
from crmplus.records.types import CONTACTS
from tests.crmplus.exchange.conftest import rows_of_xlsx, upload, worked_off

pytestmark = pytest.mark.django_db
TINY = QUICK._replace(unpacked=100)
FILE = "First name;Last name;E-mail;Remark\nJulia;Berg;j@x.de;x\n;;;y\n"


def send(web: Client, text: str | bytes, name: str = "people.csv") -> Any:
    data = text.encode() if isinstance(text, str) else text
    return web.post("/contacts/import/", {"file": SimpleUploadedFile(name, data)})


def people_xlsx() -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        book.add_worksheet().write_column(0, 0, ["Last name", "Berg"])
    return data.getvalue()


def last() -> Import:
    return Import.objects.latest("pk")


def page(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def test_a_file_goes_through_all_steps(web: Client, anna: User) -> None:
    mapping = send(web, FILE)
    assert mapping.url == f"/imports/{last().uid}/columns/"
    text = page(web.get(mapping.url))
    assert "people.csv" in text
    assert "Julia" in text

    columns = {"column-0": "first_name", "column-1": "last_name", "column-2": "email"}
    preview = web.post(mapping.url, {**columns, "owner": anna.pk})
    assert preview.url == f"/imports/{last().uid}/preview/"
    text = page(web.get(preview.url))
    assert "Import 1 row" in text
    assert "There is neither a first nor a last name." in text

    job = web.post(preview.url, {"run": "1"})
    worked_off(Job.objects.get(uid=last().job))
    result = page(web.get(job.url))
    assert "1 created, 1 faulty" in result
    assert f"/imports/{last().uid}/faulty/" in result
    assert Contact.objects.get().owner == anna
    # It runs once: there is no way back into it.
    assert web.get(preview.url).url == job.url
    assert web.post(mapping.url, columns).url == job.url


def test_the_columns_of_a_file_like_it_are_remembered(web: Client, anna: User) -> None:
    send(web, FILE)
    columns = {"column-1": "last_name", "column-2": "email", "column-3": "position"}
    web.post(f"/imports/{last().uid}/columns/", columns)
    send(web, FILE.replace("Julia", "Max"))

    assert last().mapping == ["", "last_name", "email", "position"]
    assert RememberedMapping.objects.count() == 1
    other = User.objects.create_user("ben")
    assert upload(other, FILE).mapping == ["first_name", "last_name", "email", ""]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"column-2": "email"}, "Choose the column with the first name"),
        ({"column-0": "last_name", "column-1": "last_name"}, "more than one column"),
        ({"column-0": "deleted_at"}, "Choose the fields from the lists."),
    ],
)
def test_columns_that_make_no_sense_are_asked_for_again(
    web: Client, columns: dict[str, str], words: str
) -> None:
    send(web, FILE)

    answer = web.post(f"/imports/{last().uid}/columns/", columns)

    assert words in page(answer)
    assert not last().is_checked


def test_a_file_can_be_read_otherwise(web: Client) -> None:
    send(web, "Name;Vorname;Ort\nBerg;Jörg;Łódź\n".encode("cp1250", "replace"))
    assert last().encoding == "cp1252"

    how = {"reread": "1", "encoding": "cp1250", "delimiter": ";"}
    web.post(f"/imports/{last().uid}/columns/", how)

    assert "Łódź" in page(web.get(f"/imports/{last().uid}/columns/"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.4", "This is a PDF file and no table"),
        (b"\x00\x00\x00", "The file is empty"),
        (b"PK\x03\x04x", "This is no Excel file that can be read"),
    ],
)
def test_a_wrong_file_says_so_beside_the_field_and_leaves_nothing(
    web: Client, data: bytes, words: str
) -> None:
    assert words in page(send(web, data))
    assert Import.objects.count() == 0


def test_no_file_and_a_large_one_say_so(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Choose a file first." in page(web.post("/contacts/import/"))
    monkeypatch.setattr(flow, "MOST_BYTES", 5)
    assert "Split it into smaller ones" in page(send(web, FILE))


def test_a_large_file_is_read_and_checked_by_jobs(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "QUICK_BYTES", 5)
    monkeypatch.setattr(flow, "QUICK_ROWS", 0)

    reading = send(web, FILE)
    assert reading.url.startswith("/jobs/")
    worked_off(Job.objects.latest("pk"))
    mapping = web.get(reading.url)
    assert mapping.url == f"/imports/{last().uid}/columns/"
    assert web.get(f"{reading.url}state/")["HX-Redirect"] == mapping.url
    checking = web.post(mapping.url, {"column-1": "last_name"})
    assert checking.url.startswith("/jobs/")
    worked_off(Job.objects.latest("pk"))
    assert web.get(checking.url).url == f"/imports/{last().uid}/preview/"
    # Steps are no jobs of their own.
    assert "people.csv" not in page(web.get("/jobs/"))


def test_a_large_wrong_file_says_so_on_the_page_of_its_job(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "QUICK_BYTES", 2)

    answer = send(web, b"%PDF-1.4")
    worked_off(Job.objects.latest("pk"))

    assert "This is a PDF file" in page(web.get(answer.url))


def test_a_small_workbook_that_takes_long_is_read_by_a_job(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "QUICK", TINY)

    answer = send(web, people_xlsx())
    worked_off(Job.objects.latest("pk"))

    assert web.get(answer.url).url == f"/imports/{last().uid}/columns/"


def test_a_workbook_that_takes_too_long_for_a_job_says_what_to_do(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "QUICK", TINY)
    monkeypatch.setattr(flow.read, "__defaults__", ("", "", TINY))

    answer = send(web, people_xlsx())
    worked_off(Job.objects.latest("pk"))

    assert "Save the sheet as CSV, or split it" in page(web.get(answer.url))


def test_choices_are_kept_from_page_to_page(
    web: Client, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmplus.exchange.checking.SHOWN", 2)
    for number in range(3):
        Contact.objects.create(last_name=f"B{number}", email=f"b{number}@x.de")
    text = "Last name;E-mail\n" + "".join(f"B{n};b{n}@x.de\n" for n in range(3))
    send(web, text)
    url = f"/imports/{last().uid}/preview/"
    columns = {"column-0": "last_name", "column-1": "email"}
    web.post(f"/imports/{last().uid}/columns/", columns)
    first = page(web.get(url))
    assert "B1" in first
    assert "row-4" not in first

    answer = web.post(url, {"on_same": "skip", "row-2": "overwrite", "go": "same.3"})

    assert answer.url == f"{url}?show=same&after=3"
    assert "row-4" in page(web.get(answer.url))
    assert (last().on_same, last().choices) == ("skip", {"2": "overwrite"})
    web.post(url, {"row-2": "", "row-999999999": "skip", "on_same": "explode"})
    assert (last().on_same, last().choices) == ("skip", {})


def test_faulty_rows_can_be_mended_and_sent_again(web: Client) -> None:
    send(web, "First name;Last name;E-mail\n=1+1;Berg;nonsense\n")
    columns = {"column-0": "first_name", "column-1": "last_name", "column-2": "email"}
    web.post(f"/imports/{last().uid}/columns/", columns)

    answer = web.get(f"/imports/{last().uid}/faulty/")
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == ["First name", "Last name", "E-mail", "Row", "Reason"]
    assert rows[1][:4] == ["'=1+1", "Berg", "nonsense", "2"]
    send(web, text.replace("nonsense", "a@b.de"))
    assert last().mapping == ["first_name", "last_name", "email", "", ""]


@pytest.mark.parametrize("path", ["columns/", "preview/", "faulty/"])
def test_nobody_else_finds_an_import(client: Client, anna: User, path: str) -> None:
    one = upload(anna, FILE)
    client.force_login(User.objects.create_user("karin", role=Role.ADMIN))

    assert client.get(f"/imports/{one.uid}/{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/contacts/import/", "/contacts/export/", "/contacts/example/"]
)
def test_who_sees_figures_alone_takes_nothing_in_or_out(
    client: Client, path: str
) -> None:
    client.force_login(User.objects.create_user("eve", role=Role.STATISTICS))

    assert client.get(path).status_code == 403
    assert client.post(path).status_code == 403


def test_imports_go_with_their_files_after_a_week(anna: User) -> None:
    one = upload(anna, FILE)
    folder = one.folder
    assert folder.exists()
    flow.clean_up()
    assert folder.exists()

    Import.objects.update(created_at=timezone.now() - flow.KEPT - flow.KEPT)
    flow.clean_up()

    assert not folder.exists()
    assert Import.objects.count() == 0


# Export


Export = Callable[..., Any]


@pytest.fixture
def export(web: Client) -> Export:
    def post(query: str = "", format: str = "csv", columns: str = "all") -> Any:
        return web.post(
            f"/contacts/export/{query}", {"format": format, "columns": columns}
        )

    return post


def csv_rows(answer: Any) -> list[list[str]]:
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_list_is_exported_with_its_filters_and_order(export: Export) -> None:
    for name, city in (("Zet", "Ulm"), ("Abel", "Ulm"), ("Mey", "Bonn")):
        Contact.objects.create(last_name=name, city=city)

    rows = csv_rows(export("?city=Ulm&sort=-name"))

    assert rows[0][:4] == ["First name", "Last name", "Position", "Organisation"]
    assert [row[1] for row in rows[1:]] == ["Zet", "Abel"]


def test_times_are_real_dates_and_numbers_are_texts(export: Export) -> None:
    Contact.objects.create(last_name="Berg", phone="+49 030 1", postcode="01234")

    answer = export(format="xlsx")
    head, row = rows_of_xlsx(answer.content)

    cells = dict(zip(head, row, strict=True))
    assert cells["Phone"] == "+49 030 1"
    assert cells["Postcode"] == "01234"
    assert cells["Created"].date() == timezone.localdate()
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_columns_that_the_list_shows_can_be_taken(export: Export) -> None:
    Contact.objects.create(last_name="Berg")

    assert csv_rows(export(columns="shown"))[0] == [
        "First name",
        "Last name",
        "Organisation",
        "Phone",
        "E-mail",
        "Owner",
        "Changed",
    ]


def test_nobody_exports_what_they_do_not_see(export: Export, anna: User) -> None:
    ben = User.objects.create_user("ben")
    User.objects.filter(pk=anna.pk).update(sees_records=Scope.OWN)
    for owner in (anna, ben, None):
        Contact.objects.create(last_name=str(owner), owner=owner)

    names = {row[1] for row in csv_rows(export())[1:]}

    assert names == {"Anna Berger", "None"}


def test_who_exported_how_many_is_kept_for_admins(export: Export, web: Client) -> None:
    Contact.objects.create(last_name="Berg", city="Ulm")
    export("?city=Ulm")

    change = SettingsChange.objects.get()
    facts = {each["field"]: each["after"] for each in change.changes}
    assert (change.actor_name, change.what) == ("Anna Berger", "contacts")
    assert facts == {"rows": 1, "format": "csv", "columns": 17, "filters": "city=Ulm"}
    web.force_login(User.objects.create_user("karin", role=Role.ADMIN))
    assert "Export of Contacts" in page(web.get("/settings/changes/"))


def test_a_large_list_is_exported_as_a_job(
    export: Export, web: Client, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    monkeypatch.setattr(exporting, "CHUNK", 2)
    for number in range(5):
        Contact.objects.create(last_name=f"B{number}")

    answer = export()
    job = worked_off(Job.objects.get())

    assert answer.url == job.get_absolute_url()
    assert job.result == {"rows": 5}
    assert "5 entries." in page(web.get(answer.url))
    data = b"".join(web.get(f"{answer.url}file/"))  # type: ignore[arg-type]
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert [row[1] for row in rows[1:]] == [f"B{number}" for number in range(5)]
    # Who sees less now gets no file that has more.
    User.objects.filter(pk=anna.pk).update(sees_records=Scope.OWN)
    assert web.get(f"{answer.url}file/").status_code == 404


def test_the_demo_has_an_export_to_look_at(web: Client, anna: User) -> None:
    Contact.objects.create(last_name="Berg")

    assert (demo.load(), demo.load()) == (1, 0)
    assert "1 entry." in page(web.get("/jobs/"))


def test_an_empty_list_says_so(web: Client) -> None:
    assert "there is nothing to export" in page(web.get("/contacts/export/"))


def test_an_empty_file_to_fill_in_can_be_imported(web: Client) -> None:
    heads = rows_of_xlsx(web.get("/leads/example/").content)[0]
    line = {"First name": "A", "Last name": "B", "Country": "Polen"}
    text = ";".join(heads) + "\n" + ";".join(line.get(head, "") for head in heads)
    web.post("/leads/import/", {"file": SimpleUploadedFile("x.csv", text.encode())})
    one = last()

    assert all(one.mapping)
    flow.start_check(one)
    worked_off(flow.start_import(one))
    assert Lead.objects.get().country == "PL"


def test_the_list_leads_to_both_with_its_filters(web: Client) -> None:
    text = page(web.get("/contacts/?city=Ulm"))

    assert '"/contacts/import/"' in text
    assert '"/contacts/export/?city=Ulm"' in text


def test_more_than_a_thousand_with_an_organisation_each_are_exported(
    anna: User,
) -> None:
    firms = (Organisation(name=f"F{number}") for number in range(1_100))
    made = Organisation.objects.bulk_create(firms)
    Contact.objects.bulk_create(
        Contact(last_name="Berg", organisation=firm) for firm in made
    )

    chunks = exporting.records(CONTACTS, "", anna)

    names = {record.organisation_name for chunk in chunks for record in chunk}
    assert len(names) == 1_100


def test_reading_the_records_of_a_chunk_costs_no_query_for_each(
    anna: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        Contact.objects.create(last_name=f"B{number}", owner=anna)
    with django_assert_max_num_queries(6):
        chunks = list(exporting.records(CONTACTS, "", anna))
        names = [str(record.owner) for chunk in chunks for record in chunk]

    assert len(names) == 20
