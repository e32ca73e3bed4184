"""Statements compiled once give what Django's own would."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Model, QuerySet
from pytest_django import DjangoAssertNumQueries

from crmplus.accounts.models import User
from crmplus.administration.models import CronRun
from crmplus.statements import compiled, insert, update
from crmplus.timeline.models import Comment

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def comment(text: str, *, target: int = 1, at: datetime = NOON) -> Comment:
    row = Comment.objects.create(target_kind="call", target_id=target, text=text)
    Comment.objects.filter(pk=row.pk).update(created_at=at)
    row.refresh_from_db()
    return row


@compiled
def of_targets(kind: str, targets: Collection[int]) -> QuerySet[Comment]:
    comments = Comment.objects.filter(target_kind=kind, target_id__in=targets)
    return comments.order_by("pk")


@compiled
def since(at: datetime) -> QuerySet[Comment, tuple[str, datetime]]:
    comments = Comment.objects.filter(created_at__gte=at).order_by("pk")
    return comments.values_list("text", "created_at")


@compiled
def without_text(target: int) -> QuerySet[Comment]:
    return Comment.objects.filter(target_id=target).defer("text")


def fields(row: Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields}


def test_rows_are_those_of_the_query() -> None:
    rows = [comment("one"), comment("two", target=2), comment("three", target=3)]
    comment("another", target=4)
    found = of_targets(kind="call", targets={1, 2, 3})
    assert [fields(row) for row in found] == [fields(row) for row in rows]
    assert not found[0]._state.adding


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8, 9])
def test_a_list_may_have_any_length(length: int) -> None:
    rows = [comment(str(target), target=target) for target in range(12)]
    assert of_targets(kind="call", targets=range(length)) == rows[:length]


def test_times_go_in_and_come_out_in_utc() -> None:
    comment("early", at=NOON - timedelta(microseconds=1))
    comment("late")
    assert since(at=NOON) == [("late", NOON)]


def test_what_was_deferred_is_read_when_asked_for(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    comment("a text")
    (row,) = without_text(target=1)
    with django_assert_num_queries(1):
        assert row.text == "a text"


def test_the_query_is_built_once_for_each_shape() -> None:
    built = []

    @compiled
    def build(targets: Collection[int]) -> QuerySet[Comment]:
        built.append(len(targets))
        return Comment.objects.filter(target_id__in=targets)

    for length in (1, 2, 3, 4, 3, 2, 1):
        build(targets=range(length))
    assert built == [1, 2, 4]


def test_an_inserted_row_reads_back_as_it_was() -> None:
    author = User.objects.create_user("anna")
    row = Comment(
        target_kind="call", target_id=7, author=author, text="ü ☎", created_at=NOON
    )
    insert(row)
    assert fields(Comment.objects.get(pk=row.pk)) == fields(row)


@pytest.mark.parametrize("counts", [{"deleted": 3, "ü": [None]}, "text", 3])
def test_json_reads_back_as_it_was(counts: object) -> None:
    row = CronRun(command="job", trigger="cron", ok=True, counts=counts)
    insert(row)
    assert fields(CronRun.objects.get(pk=row.pk)) == fields(row)


def test_an_inserted_row_can_be_saved_again() -> None:
    row = Comment(target_kind="call", target_id=7, text="one", created_at=NOON)
    insert(row)
    row.text = "two"
    row.save()
    assert [one.text for one in Comment.objects.all()] == ["two"]


def test_update_writes_only_the_named_fields() -> None:
    row = comment("one")
    author = User.objects.create_user("anna")
    row.text, row.target_id, row.author_id = "two", 9, author.pk
    update(row, ["text", "author_id"])
    row.refresh_from_db()
    assert (row.text, row.target_id, row.author) == ("two", 1, author)
