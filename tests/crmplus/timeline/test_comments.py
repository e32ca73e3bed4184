from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmplus.accounts.models import Scope, User
from crmplus.records.models import Contact
from crmplus.timeline.models import TEXT_LENGTH, Comment
from crmplus.timeline.services import (
    add_comment,
    comments,
    comments_of,
    deleted_visible,
    edit_comment,
    may_change,
    move_comments,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_a_targets_comments_come_newest_first(anna: User) -> None:
    first = add_comment("call", 7, anna, "first")
    second = add_comment("call", 7, None, "second")
    add_comment("call", 8, anna, "of another call")
    add_comment("contacts", 7, anna, "of a contact")
    assert list(comments("call", 7)) == [second, first]


def test_comments_of_one_moment_keep_their_order(anna: User) -> None:
    written = [add_comment("call", 7, anna, text) for text in "abc"]
    Comment.objects.update(created_at=NOON)
    assert list(comments("call", 7)) == written[::-1]


def test_the_comments_of_many_targets_cost_one_query(
    anna: User, django_assert_num_queries: object
) -> None:
    for target in (1, 2, 2):
        add_comment("call", target, anna, f"on {target}")
    with django_assert_num_queries(1):
        found = comments_of("call", [1, 2, 3])
        authors = {str(one.author) for some in found.values() for one in some}
    assert {target: len(some) for target, some in found.items()} == {1: 1, 2: 2}
    assert authors == {"Anna Berger"}


@pytest.mark.parametrize("text", ["", "  \n", "\x00"])
def test_a_comment_needs_a_text(anna: User, text: str) -> None:
    with pytest.raises(ValueError, match="text"):
        add_comment("call", 1, anna, text)
    comment = add_comment("call", 1, anna, "something")
    with pytest.raises(ValueError, match="text"):
        edit_comment(comment, text)


def test_texts_are_trimmed_and_cut(anna: User) -> None:
    comment = add_comment("call", 1, anna, " a\r\nb\x00 " + "x" * TEXT_LENGTH)
    assert comment.text.startswith("a\nb x")
    assert len(comment.text) == TEXT_LENGTH


def test_an_edited_comment_says_so(anna: User) -> None:
    comment = add_comment("call", 1, anna, "old")
    edit_comment(comment, "old ")
    assert comment.edited_at is None
    edit_comment(comment, "new")
    comment.refresh_from_db()
    assert comment.text == "new"
    assert comment.edited_at is not None


def test_only_its_author_may_change_a_comment(anna: User, ben: User) -> None:
    assert may_change(anna, add_comment("call", 1, anna, "mine"))
    assert not may_change(ben, add_comment("call", 1, anna, "hers"))
    assert not may_change(ben, add_comment("call", 1, None, "nobody's"))


def test_all_comments_move_also_deleted_ones(anna: User) -> None:
    add_comment("call", 1, anna, "alive")
    add_comment("call", 1, anna, "deleted").move_to_bin(by=anna)
    other = add_comment("contacts", 1, anna, "stays")
    move_comments("call", 1, 2)
    moved = Comment.all_objects.filter(target_kind="call")
    assert {comment.target_id for comment in moved} == {2}
    other.refresh_from_db()
    assert other.target_id == 1


def test_the_bin_shows_whats_on_things_one_may_see(anna: User, ben: User) -> None:
    person = Contact.objects.create(last_name="Berg", owner=ben)
    his = add_comment("contacts", person.pk, ben, "his")
    his.move_to_bin(by=ben)
    person.move_to_bin(by=ben)
    rows = Comment.all_objects.all()
    assert list(deleted_visible(anna, rows)) == [his]
    anna.sees_records = Scope.OWN
    assert list(deleted_visible(anna, rows)) == []
    assert list(deleted_visible(ben, rows)) == [his]


def test_the_bin_shows_ones_own_comments(anna: User, ben: User) -> None:
    mine = add_comment("call", 1, anna, "mine")
    his = add_comment("call", 1, ben, "his")
    mine.move_to_bin(by=ben)
    his.move_to_bin(by=ben)
    rows = Comment.all_objects.order_by("pk")
    assert list(deleted_visible(anna, rows)) == [mine]
    assert list(deleted_visible(ben, rows)) == [mine, his]


def test_a_comment_is_named_by_its_beginning(anna: User) -> None:
    assert str(add_comment("call", 1, anna, "x" * 200)) == "x" * 79 + "…"
