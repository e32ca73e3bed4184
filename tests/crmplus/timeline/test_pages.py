from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from crmplus import hooks
from crmplus.accounts.models import User
from crmplus.records.models import Contact
from crmplus.timeline import Entry
from crmplus.timeline.entries import PAGE_SIZE
from crmplus.timeline.models import Comment
from crmplus.timeline.pages import parse_until
from crmplus.timeline.services import add_comment

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def contact(db: None) -> Contact:
    return Contact.objects.create(last_name="Schmidt")


def calls(
    user: Any, source_key: str, record: Any, before: datetime | None, limit: int
) -> Sequence[Entry]:
    """A call at half past eleven, as an add-on would tell of it."""
    at = NOON - timedelta(minutes=30)
    call = Entry(
        at=at,
        kind="call",
        icon="phone",
        title="Inbound call",
        author="Ben Nowak",
        url="/calls/1/",
        possible=True,
        tone="missed",
    )
    return [call] if before is None or at < before else []


CALLS = hooks.TimelineSource(key="call", label="Calls", entries=calls)


def comment_at(contact: Contact, author: User, text: str, at: datetime) -> Comment:
    comment = add_comment("contacts", contact.pk, author, text)
    Comment.objects.filter(pk=comment.pk).update(created_at=at)
    return comment


def test_what_several_sources_tell_is_one_story(
    web: Client, anna: User, contact: Contact
) -> None:
    comment_at(contact, anna, "before the call", NOON - timedelta(hours=1))
    comment_at(contact, anna, "after the call", NOON)
    with hooks.temporarily(CALLS):
        page = web.get(contact.get_absolute_url())
    texts = [entry.text or entry.title for entry in page.context["timeline"].entries]
    assert texts == ["after the call", "Inbound call", "before the call"]
    html = page.content.decode()
    for part in ('href="/calls/1/"', "Ben Nowak", "possibly", "is-missed"):
        assert part in html


@pytest.mark.parametrize(
    ("show", "kinds"),
    [("comment", {"comment"}), ("call", {"call"}), ("nonsense", {"comment", "call"})],
)
def test_it_is_filtered_by_kind(
    web: Client, anna: User, contact: Contact, show: str, kinds: set[str]
) -> None:
    comment_at(contact, anna, "hello", NOON)
    with hooks.temporarily(CALLS):
        page = web.get(f"{contact.get_absolute_url()}?show={show}")
    timeline = page.context["timeline"]
    assert {entry.kind for entry in timeline.entries} == kinds
    chosen = [kind.key for kind in timeline.kinds if kind.chosen]
    assert chosen == ([show] if show != "nonsense" else [""])
    labels = [kind.label for kind in timeline.kinds]
    assert labels[:2] == ["All", "Comments"]
    assert "Calls" in labels


def test_sources_of_one_kind_share_a_filter(web: Client, contact: Contact) -> None:
    more = hooks.TimelineSource(key="comment", label="More", entries=calls)
    with hooks.temporarily(CALLS), hooks.temporarily(more):
        page = web.get(f"{contact.get_absolute_url()}?show=comment")
    timeline = page.context["timeline"]
    keys = [kind.key for kind in timeline.kinds]
    assert keys.count("comment") == 1
    assert keys.count("call") == 1
    assert [entry.title for entry in timeline.entries] == ["Inbound call"]


def test_an_empty_filter_says_so(web: Client, contact: Contact) -> None:
    page = web.get(f"{contact.get_absolute_url()}?show=comment")
    assert b"There is nothing of this kind." in page.content


def test_older_entries_are_one_link_away(
    web: Client, anna: User, contact: Contact
) -> None:
    for minute in range(PAGE_SIZE + 1):
        comment_at(contact, anna, f"c{minute}", NOON + timedelta(minutes=minute))
    url = contact.get_absolute_url()
    first = web.get(url).context["timeline"]
    assert [entry.text for entry in first.entries][-1] == "c1"
    second = web.get(url + first.older_url).context["timeline"]
    assert [entry.text for entry in second.entries] == ["c0"]
    assert second.older_url == ""
    assert second.newest_url == "?#timeline"


@pytest.mark.parametrize(
    "text", ["", "x", "2026-03-02", "2026-03-02T12:00", "0001-01-01T00:00+00:00"]
)
def test_a_time_without_a_zone_or_sense_is_none(text: str) -> None:
    assert parse_until(text) is None


def test_a_comment_is_written_on_the_page(
    web: Client, anna: User, contact: Contact
) -> None:
    url = contact.get_absolute_url()
    answer = web.post(f"/comments/contacts/{contact.pk}/", {"text": HOSTILE})
    assert answer["Location"] == f"{url}#timeline"
    assert Comment.objects.get().author == anna
    html = web.get(url).content
    assert b"&lt;script&gt;alert(1)" in html
    assert b"<script>alert" not in html


@pytest.mark.parametrize("text", ["", "  ", "a\x00b"])
def test_a_comment_that_is_none_is_refused_with_a_reason(
    web: Client, contact: Contact, text: str
) -> None:
    answer = web.post(f"/comments/contacts/{contact.pk}/", {"text": text}, follow=True)
    assert not Comment.objects.exists()
    assert b'data-level="error"' in answer.content


@pytest.mark.parametrize("target", ["contacts/999", "nobody/1", "call/1"])
def test_comments_need_a_record_that_is_there(
    web: Client, contact: Contact, target: str
) -> None:
    assert web.post(f"/comments/{target}/", {"text": "x"}).status_code == 404


def test_what_a_user_may_not_see_takes_no_comment(
    web: Client, contact: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = hooks.PhoneSource(
        key="hidden",
        model=Contact,
        fields={},
        label="Hidden",
        label_plural="Hidden",
        icon="user",
        title=str,
        url=lambda record: "/",
        visible=lambda user, rows: rows.none(),
    )
    with hooks.temporarily(hidden):
        answer = web.post(f"/comments/hidden/{contact.pk}/", {"text": "x"})
    assert answer.status_code == 404


def test_ones_own_comment_can_be_edited(
    web: Client, anna: User, contact: Contact
) -> None:
    comment = add_comment("contacts", contact.pk, anna, "old")
    url = f"/comments/{comment.pk}/edit/"
    assert b"old" in web.get(url).content
    refused = web.post(url, {"text": ""})
    assert "text" in refused.context["form"].errors
    answer = web.post(url, {"text": "new"})
    assert answer["Location"] == f"{contact.get_absolute_url()}#timeline"
    comment.refresh_from_db()
    assert comment.text == "new"


def test_ones_own_comment_can_be_deleted_and_brought_back(
    web: Client, anna: User, contact: Contact
) -> None:
    comment = add_comment("contacts", contact.pk, anna, "mine")
    where = f"{contact.get_absolute_url()}?show=comment"
    page = web.post(f"/comments/{comment.pk}/delete/", {"next": where}, follow=True)
    assert page.redirect_chain == [(where, 302)]
    assert b"mine" not in page.content
    undo = f"/recycle-bin/comments/{comment.pk}/restore/"
    assert undo.encode() in page.content
    web.post(undo)
    assert Comment.objects.get() == comment


@pytest.mark.parametrize("what", ["edit", "delete"])
def test_nobody_changes_the_comment_of_somebody_else(
    web: Client, ben: User, contact: Contact, what: str
) -> None:
    comment = add_comment("contacts", contact.pk, ben, "his")
    page = web.get(contact.get_absolute_url()).content.decode()
    assert f"/comments/{comment.pk}/{what}/" not in page
    answer = web.post(f"/comments/{comment.pk}/{what}/", {"text": "mine"})
    assert answer.status_code == 404
    comment.refresh_from_db()
    assert comment.text == "his"


def test_a_comment_on_what_no_page_shows_leads_home(
    web: Client, anna: User, contact: Contact
) -> None:
    comment = add_comment("call", 7, anna, "mine")
    assert web.post(f"/comments/{comment.pk}/delete/")["Location"] == "/"


@pytest.mark.parametrize(
    "url", ["/comments/contacts/1/", "/comments/1/edit/", "/comments/1/delete/"]
)
def test_only_who_is_signed_in_writes_comments(
    client: Client, db: None, url: str
) -> None:
    assert client.post(url)["Location"].startswith("/sign-in/")
