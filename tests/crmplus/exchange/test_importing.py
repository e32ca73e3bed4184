"""Importing: who is new, who is known, what is written, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crmplus.accounts.models import Scope, User
from crmplus.exchange import checking, flow, importing
from crmplus.exchange.models import Action, Import, ImportBatch
from crmplus.exchange.reading import rows
from crmplus.exchange.words import said
from crmplus.jobs import services
from crmplus.jobs.models import Job, State
from crmplus.jobs.running import look_after, run_job
from crmplus.phonebook.find import find
from crmplus.phonebook.upkeep import check as check_index
from crmplus.records.merging import merge
from crmplus.records.models import Contact, Lead, Organisation, Partner
from crmplus.records.types import CONTACTS, LEADS, ORGANISATIONS, PARTNERS
from crmplus.records.used import used_since
from crmplus.tickets.services import create_activity, create_ticket
from crmplus.timeline.models import Change, Deed
from crmplus.timeline.services import add_comment
from pbxmanager.choosing import choose_match
from pbxmanager.commenting import comment_on
from pbxmanager.models import Call
from tests.crmplus.exchange.conftest import checked, imported, upload, worked_off

pytestmark = pytest.mark.django_db
HEAD = "First name,Last name,Organisation,Phone,Mobile,E-mail,City,Country,Owner\n"


def julia(**more: Any) -> Contact:
    return Contact.objects.create(first_name="Julia", last_name="Berg", **more)


def test_rows_become_records_whose_numbers_are_found(anna: User) -> None:
    one = upload(
        anna, HEAD + "Julia,Berg,Muster GmbH,030 23125101,,J@X.DE,Berlin,Germany,\n"
    )

    job = imported(one)

    assert job.state == State.DONE
    assert job.result == {"created": 1, "updated": 0, "skipped": 0, "faulty": 0}
    contact = Contact.objects.get()
    assert (contact.title, contact.organisation_name) == ("Julia Berg", "Muster GmbH")
    assert (contact.email, contact.country) == ("j@x.de", "DE")
    assert contact.owner == anna
    assert contact.name_key == "berg julia"
    assert contact.organisation_key == "muster gmbh"
    assert [match.title for match in find("+493023125101", anna)] == ["Julia Berg"]
    assert not check_index()
    assert set(Change.objects.values_list("target_kind", "deed")) == {
        ("contacts", Deed.IMPORTED),
        ("organisations", Deed.IMPORTED),
    }


@pytest.mark.parametrize(
    "written", ["+49 30 23125101", "(030) 231 251 01", "0049/30-23125101"]
)
def test_who_has_the_number_in_any_notation_is_known(anna: User, written: str) -> None:
    julia(phone="030/23125101", country="DE")

    counts = checked(upload(anna, HEAD + f"Julia,Berg,,{written},,,,,\n"))

    assert counts == {"new": 0, "same": 1, "similar": 0, "faulty": 0}


def test_another_name_with_the_same_number_is_only_similar(anna: User) -> None:
    julia(phone="+493023125101")

    counts = checked(upload(anna, HEAD + "Max,Weber,,+493023125101,,,,,\n"))

    assert counts == {"new": 0, "same": 0, "similar": 1, "faulty": 0}


def test_a_switchboard_makes_nobody_similar_but_namesakes_stay_the_same(
    anna: User,
) -> None:
    number = "+493023125100"
    Contact.objects.bulk_create(
        [Contact(last_name=f"No{n}", phone=number) for n in range(5)]
    )
    from crmplus.phonebook.index import index_records

    index_records("contacts", Contact.objects.all())

    text = HEAD + f",New,,{number},,,,,\n,No3,,{number},,,,,\n"

    assert checked(upload(anna, text)) == {
        "new": 1,
        "same": 1,
        "similar": 0,
        "faulty": 0,
    }


def test_doubles_within_the_file_are_found_and_made_once(anna: User) -> None:
    text = HEAD + "Julia,Berg,,030 23125101,,,,DE,\nJulia,Berg,,,,j@x.de,,,\n"
    text += "Julia,Berg,,+493023125101,,j@x.de,Berlin,,\n"
    one = upload(anna, text)

    assert checked(one) == {"new": 2, "same": 1, "similar": 0, "faulty": 0}
    imported(one)
    assert Contact.objects.count() == 2
    assert Contact.objects.get(phone="030 23125101").city == "Berlin"


def test_a_double_in_a_later_batch_is_found_as_well(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmplus.exchange.checking.in_batches.__defaults__", (1,))
    one = upload(anna, HEAD + "Julia,Berg,,030 23125101,,,,DE,\n" * 3)

    job = imported(one)

    assert job.result["created"] == 1
    assert ImportBatch.objects.count() == 3
    assert Contact.objects.count() == 1


def test_known_ones_are_filled_in_and_nothing_is_overwritten(anna: User) -> None:
    contact = julia(phone="+493023125101", city="Hamburg")
    one = upload(anna, HEAD + "Julia,Berg,Muster,030 23125101,0171 123,j@x.de,Ulm,,\n")

    job = imported(one)

    contact.refresh_from_db()
    assert job.result["updated"] == 1
    assert (contact.city, contact.email) == ("Hamburg", "j@x.de")
    assert contact.phone == "+493023125101"
    assert contact.mobile == "0171 123"
    assert contact.organisation_name == "Muster"
    assert contact.organisation_key == "muster"
    noted = Change.objects.get(target_kind="contacts")
    assert noted.fields["email"] == ["", "j@x.de"]
    assert noted.author == anna
    assert not check_index()


def test_a_number_that_stands_in_another_field_is_not_filled_in_twice(
    anna: User,
) -> None:
    contact = julia(mobile="0171 2345678", country="DE")
    imported(upload(anna, HEAD + "Julia,Berg,,+491712345678,,,,,\n"))

    contact.refresh_from_db()
    assert contact.phone == ""


def test_overwriting_leaves_what_the_file_says_nothing_of(anna: User) -> None:
    contact = julia(email="j@x.de", city="Hamburg", website="https://x.de")
    imported(upload(anna, HEAD + "Julia,Berg,,,,j@x.de,Ulm,,\n"), on_same="overwrite")

    contact.refresh_from_db()
    assert (contact.city, contact.website) == ("Ulm", "https://x.de")


def test_what_becomes_of_single_rows_can_be_chosen(anna: User) -> None:
    julia(email="j@x.de")
    one = upload(anna, HEAD + "Julia,Berg,,,,j@x.de,Ulm,,\nJo,Berg,,,,j@x.de,Ulm,,\n")
    checked(one)
    one.choices = {"2": "create", "3": "skip"}
    one.save()

    job = worked_off(flow.start_import(one))

    assert job.result["created"] == 1
    assert job.result["skipped"] == 1
    assert Contact.objects.filter(first_name="Julia").count() == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,,1,,,,,", "neither a first nor a last name"),
        ("A,B,,,,nonsense,,,", "“nonsense” is no e-mail address"),
        ("A,B,,,,,,Atlantis,", "no country is called “Atlantis”"),
        ("A,B,,,,,,,zoe", "user name or e-mail “zoe”"),
        (f"A,B,,{'1' * 65},,,,,", "Phone: longer than 64"),
        (f"A,B,{'o' * 201},,,,,,", "Organisation: longer than 200"),
    ],
)
def test_faulty_rows_say_why_and_are_kept_to_be_mended(
    anna: User, row: str, reason: str
) -> None:
    one = upload(anna, f"{HEAD}{row}\nGood,One,,,,,,,\n")

    assert checked(one) == {"new": 1, "same": 0, "similar": 0, "faulty": 1}
    text = one.faulty.read_text(encoding="utf-8-sig")
    assert reason in text
    assert ";2;" in text
    assert imported(one).result["faulty"] == 1
    assert Contact.objects.get().title == "Good One"


@pytest.mark.parametrize("text", ["ben", "BEN@example.com", "Ben Nowak"])
def test_owners_are_named_by_user_name_e_mail_or_name(anna: User, text: str) -> None:
    ben = User.objects.create_user(
        "ben", email="ben@example.com", first_name="Ben", last_name="Nowak"
    )
    imported(upload(anna, HEAD + f"A,B,,,,,,,{text}\n"))

    assert Contact.objects.get().owner == ben


@pytest.mark.parametrize("text", ["pl", "Poland", "Polen", "Polska"])
def test_countries_are_named_in_any_language(anna: User, text: str) -> None:
    imported(upload(anna, HEAD + f"A,B,,,,,,{text},\n"))

    assert Contact.objects.get().country == "PL"


def test_organisations_are_found_by_name_or_made_once(anna: User) -> None:
    there = Organisation.objects.create(name="Müller & Söhne GmbH")
    text = HEAD + "A,B,muller sohne gmbh,,,,,,\nC,D,Neu AG,,,,,,\nE,F,NEU AG,,,,,,\n"
    imported(upload(anna, text))

    assert Organisation.objects.count() == 2
    assert Contact.objects.get(last_name="B").organisation == there
    assert Organisation.objects.get(name="Neu AG").contacts.count() == 2


@pytest.mark.parametrize(
    ("kind", "head", "model"),
    [
        (LEADS, "First name,Last name,Company,Phone\nA,B,X AG,1", Lead),
        (ORGANISATIONS, "Name,Phone\nX AG,030 12345", Organisation),
        (PARTNERS, "Name,Phone\nX AG,030 12345", Partner),
    ],
)
def test_every_kind_can_be_imported(
    anna: User, kind: Any, head: str, model: Any
) -> None:
    imported(upload(anna, head, kind))
    again = upload(anna, head, kind)

    assert model.objects.count() == 1
    assert checked(again)["same"] == 1


def test_who_sees_but_their_own_recognises_nobody_elses(anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(sees_records=Scope.OWN)
    anna.refresh_from_db()
    ben = User.objects.create_user("ben")
    julia(email="j@x.de", owner=ben)

    counts = checked(upload(anna, HEAD + "Julia,Berg,,,,j@x.de,,,\n"))

    assert counts["new"] == 1


def test_undo_removes_what_was_made_and_puts_the_rest_back(anna: User) -> None:
    contact = julia(email="j@x.de")
    text = (
        HEAD + "Julia,Berg,Muster,030 1234567,,j@x.de,Ulm,DE,\nNew,One,Muster,,,,,,\n"
    )
    job = imported(upload(anna, text))
    assert services.undo(job)
    worked_off(job)

    contact.refresh_from_db()
    assert job.state == State.UNDONE
    assert (contact.city, contact.phone, contact.organisation) == ("", "", None)
    assert contact.organisation_key != "muster"
    assert list(Contact.objects.all()) == [contact]
    assert Contact.all_objects.filter(deleted_by=anna).count() == 1
    assert Organisation.objects.count() == 0
    assert find("0301234567", anna) == []
    assert not check_index()
    assert (job.result["removed"], job.result["restored"]) == (1, 1)
    assert job.result["left"] == []


def test_undo_leaves_what_somebody_changed_since(anna: User) -> None:
    contact = julia(email="j@x.de")
    text = HEAD + "Julia,Berg,,030 1234567,,j@x.de,Ulm,,\nNew,One,,,,,,,\n"
    job = imported(upload(anna, text))
    contact.refresh_from_db()
    contact.city = "Bonn"
    contact.save()
    new = Contact.objects.get(first_name="New")
    new.position = "Boss"
    new.save()

    services.undo(job)
    worked_off(job)

    contact.refresh_from_db()
    assert (contact.city, contact.phone) == ("Bonn", "")
    assert Contact.objects.filter(pk=new.pk).exists()
    assert [(name, what) for name, _url, what in job.result["left"]] == [
        ("New One", ""),
        ("Julia Berg", "City"),
    ] or [(name, what) for name, _url, what in job.result["left"]] == [
        ("Julia Berg", "City"),
        ("New One", ""),
    ]


WORK: dict[str, tuple[Callable[[Contact, User], object], str]] = {
    "comment": (
        lambda one, by: add_comment("contacts", one.pk, by, "Wants a list"),
        "Comments",
    ),
    "ticket": (
        lambda one, by: create_ticket(by, "Broken", target=("contacts", one.pk)),
        "Tickets and activities",
    ),
    "activity": (
        lambda one, by: create_activity(
            by, "task", "Write", due=timezone.now(), target=("contacts", one.pk)
        ),
        "Tickets and activities",
    ),
    "call": (
        lambda one, by: choose_match(_call("+4930999"), "contacts", one.pk, by),
        "Calls",
    ),
    "note": (
        lambda one, by: comment_on(_call("+49301234567"), by, "Nice"),
        "Calls",
    ),
}


def _call(party: str) -> Call:
    return Call.objects.create(
        direction="inbound",
        status="ended",
        number=party,
        number_kind="external",
        e164=party,
        party=party,
        started_at=timezone.now(),
    )


@pytest.mark.parametrize("what", WORK)
def test_undo_leaves_what_somebody_worked_with_since(anna: User, what: str) -> None:
    text = HEAD + "Julia,Berg,,030 1234567,,,,,\nNew,One,,030 7654321,,,,,\n"
    job = imported(upload(anna, text))
    contact = Contact.objects.get(first_name="Julia")
    work, words = WORK[what]
    work(contact, anna)

    services.undo(job)
    worked_off(job)

    assert list(Contact.objects.all()) == [contact]
    assert job.result["left"] == [["Julia Berg", contact.get_absolute_url(), words]]
    assert said(job) == (
        "1 entry is in the recycle bin. "
        "1 entry stays, because somebody worked with it since."
    )


def test_what_was_noted_before_an_import_keeps_none_of_its_records(anna: User) -> None:
    comment_on(_call("+49301234567"), anna, "Long ago")
    job = imported(upload(anna, HEAD + "Julia,Berg,,030 1234567,,,,,\n"))

    services.undo(job)
    worked_off(job)

    assert not Contact.objects.exists()


def test_undo_leaves_organisations_with_people(anna: User) -> None:
    one = upload(anna, "Name\nMuster\nOther\n", ORGANISATIONS)
    job = imported(one)
    firm = Organisation.objects.get(name="Muster")
    julia(organisation=firm)

    services.undo(job)
    worked_off(job)

    assert list(Organisation.objects.all()) == [firm]
    assert [what for _name, _url, what in job.result["left"]] == ["Contacts"]


def test_undo_leaves_organisations_that_an_import_made_on_the_way(anna: User) -> None:
    job = imported(upload(anna, HEAD + "Julia,Berg,Muster,,,,,,\nA,B,Other,,,,,,\n"))
    firm = Organisation.objects.get(name="Muster")
    add_comment("organisations", firm.pk, anna, "Good people")

    services.undo(job)
    worked_off(job)

    assert list(Organisation.objects.all()) == [firm]
    assert [name for name, _url, _what in job.result["left"]] == ["Muster"]
    assert job.result["removed"] == 2


def test_asking_who_was_worked_with_costs_no_query_a_record(anna: User) -> None:
    text = HEAD + "".join(f"A,B{n},,030 77{n:05},,,,,\n" for n in range(30))
    imported(upload(anna, text))
    ids = list(Contact.objects.values_list("pk", flat=True))
    _call("+49307700001")

    with CaptureQueriesContext(connection) as few:
        used_since(CONTACTS, ids[:3], timezone.now())
    with CaptureQueriesContext(connection) as many:
        used_since(CONTACTS, ids, timezone.now())

    assert len(few) == len(many)


def test_undo_leaves_what_another_record_became_part_of(anna: User) -> None:
    old = julia(email="j@x.de")
    one = upload(anna, HEAD + "Julia,Berg,,,,j@x.de,,,\n")
    job = imported(one, on_same="create")
    new = Contact.objects.exclude(pk=old.pk).get()
    merge(CONTACTS, new.pk, old.pk, {}, anna)

    services.undo(job)
    worked_off(job)

    assert list(Contact.objects.all()) == [new]
    assert [name for name, _url, _what in job.result["left"]] == ["Julia Berg"]


def test_a_row_that_was_made_and_then_filled_in_is_removed_by_undo(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmplus.exchange.checking.in_batches.__defaults__", (1,))
    text = HEAD + "Julia,Berg,,030 1234567,,,,,\nJulia,Berg,,030 1234567,,,Ulm,,\n"
    job = imported(upload(anna, text))
    services.undo(job)
    worked_off(job)

    assert Contact.objects.count() == 0
    assert job.result["removed"] == 1


def test_an_import_whose_process_died_goes_on_behind_its_last_batch(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmplus.exchange.checking.in_batches.__defaults__", (2,))
    one = upload(anna, HEAD + "".join(f"A,B{n},,,,,,,\n" for n in range(6)))
    checked(one)
    store = importing.Importer._keep
    calls: list[int] = []

    def dies(self: Any, *args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            # As if the power went: nothing that follows is written.
            raise SystemExit
        store(self, *args)

    monkeypatch.setattr(importing.Importer, "_keep", dies)
    job = flow.start_import(one)
    with pytest.raises(SystemExit):
        worked_off(job)
    assert Contact.objects.count() == 2
    silent = job.created_at.replace(year=2020)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=silent)
    look_after()
    job.refresh_from_db()
    assert (job.state, job.interrupted) == (State.FAILED, True)

    assert services.start_again(job)
    worked_off(job)

    assert job.state == State.DONE
    assert sorted(Contact.objects.values_list("last_name", flat=True)) == [
        f"B{n}" for n in range(6)
    ]


def test_a_batch_is_written_as_a_whole_or_not_at_all(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = upload(anna, HEAD + "A,B,,,,,,,\nC,D,,,,,,,\n")
    checked(one)

    def breaks(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(importing, "index_records", breaks)
    job = worked_off(flow.start_import(one))

    assert job.state == State.FAILED
    assert Contact.objects.count() == 0
    one.refresh_from_db()
    assert one.position == 0


def test_two_imports_of_the_same_people_make_them_once(anna: User) -> None:
    text = HEAD + "Julia,Berg,,030 23125101,,,,DE,\nMax,Weber,,,,m@x.de,,,\n"
    one, other = upload(anna, text), upload(anna, text)
    assert checked(one) == checked(other)

    first, second = flow.start_import(one), flow.start_import(other)
    worked_off(first)
    second.refresh_from_db()

    assert first.result["created"] == 2
    assert second.result["created"] == 0
    assert Contact.objects.count() == 2


def test_a_check_of_other_columns_than_those_chosen_since_shows_nothing(
    anna: User,
) -> None:
    one = upload(anna, "First name,Last name,X\nJulia,Berg,Weber\n")
    text = [*one.mapping]

    def changed(*_done: int) -> None:
        mine = Import.objects.get(pk=one.pk)
        flow.choose_columns(mine, [text[0], "", "last_name"], anna)

    job = Job(uid=one.uid, parameters={"import": str(one.uid)})
    with pytest.raises(services.Stopped):
        checking.run(job, changed)  # type: ignore[arg-type]

    one.refresh_from_db()
    assert (one.is_checked, one.counts) == (False, {})
    assert {path.name for path in one.folder.iterdir()} == {"original", "table.csv"}


def test_two_clicks_import_once(anna: User) -> None:
    one = upload(anna, HEAD + "Julia,Berg,,,,,,,\n")
    checked(one)
    stale = Import.objects.select_related("user").get(pk=one.pk)

    assert flow.start_import(one) == flow.start_import(stale)
    assert Job.objects.filter(kind=flow.IMPORT).count() == 1


def test_a_job_that_was_given_up_and_still_lives_writes_no_row_twice(
    anna: User,
) -> None:
    one = upload(anna, HEAD + "Julia,Berg,,,,,,,\n")
    checked(one)
    one.on_same = Action.CREATE
    one.save()
    importers = [
        importing.Importer(Import.objects.select_related("user").get(pk=one.pk), {})
        for _attempt in range(2)
    ]
    batch = [importers[0].cleaner.clean(row) for row in rows(one.table)]

    importers[0].write(batch)
    with pytest.raises(services.Stopped):
        importers[1].write(batch)

    assert Contact.objects.count() == 1
    assert ImportBatch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_the_very_same_time_make_people_once(anna: User) -> None:
    text = HEAD + "".join(f"A,B{n},Firm,,,b{n}@x.de,,,\n" for n in range(30))
    jobs = []
    for _ in range(2):
        one = upload(anna, text)
        checked(one)
        jobs.append(flow.start_import(one))

    def work(job: Job) -> None:
        try:
            run_job(job.pk)
        finally:
            connection.close()

    threads = [Thread(target=work, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {again.state for again in Job.objects.filter(kind="import")} == {State.DONE}
    assert Contact.objects.count() == 30
    assert Organisation.objects.count() == 1


def test_a_batch_costs_the_same_number_of_queries_however_many_rows(
    anna: User,
) -> None:
    from django.test.utils import CaptureQueriesContext

    counts = []
    # Few enough for one INSERT on SQLite.
    for size in (2, 20):
        text = HEAD + "".join(
            f"A{size},B{n},Firm {size} {n},030 {size}{n:05},,{size}.{n}@x.de,,,\n"
            for n in range(size)
        )
        one = upload(anna, text)
        checked(one)
        importer = importing.Importer(Import.objects.get(pk=one.pk), {})
        rows = [importer.cleaner.clean(row) for row in importing.rows(one.table)]
        with CaptureQueriesContext(connection) as asked:
            importer.write(rows)
        counts.append(len(asked))

    assert counts[0] == counts[1]
