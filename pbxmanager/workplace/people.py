"""The colleagues of a user: who they are, how to reach them, what they do just now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from crmplus.accounts.models import User
from pbxmanager.models import Extension
from pbxmanager.workplace.looks import LOOKS, Look
from pbxmanager.workplace.main_numbers import phones_of
from pbxmanager.workplace.models import Membership, Pin
from pbxmanager.workplace.presences import Shown, few, presences

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PAGE_SIZE: Final = 100
SORTS: Final = ("name", "state", "team")


@dataclass(frozen=True, slots=True)
class Colleague:
    """A colleague in the list; ``phones`` have the main one first, ``seconds`` is how
    long they have been as they are. ``labels`` are what the buttons do, for who does
    not see in which row they stand."""

    user: User
    name: str
    shown: Shown
    labels: Mapping[str, str]
    phones: Sequence[Extension] = ()
    groups: Sequence[str] = ()
    is_pinned: bool = False
    seconds: int = 0
    url: str = ""

    @property
    def look(self) -> Look:
        return LOOKS[self.shown.presence.state]

    @property
    def word(self) -> str | _StrPromise:
        """The state in words; a break has a name of its own."""
        return self.shown.pause or self.look.word

    @property
    def since(self) -> datetime | None:
        return self.shown.presence.since

    @property
    def number(self) -> str:
        """The one internal number, "" for none."""
        return self.phones[0].number if self.phones else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to see; ``team`` and ``group`` are ids, None for all.

    ``after`` is the id of the colleague behind whom the page begins, None for the
    first page.
    """

    text: str = ""
    team: int | None = None
    group: int | None = None
    sort: str = "name"
    after: int | None = None
    pinned_only: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wish:
        """The wish in an address; what makes no sense there counts as not asked."""

        def key(name: str) -> int | None:
            text = given.get(name, "")
            return (
                int(text)
                if text.isascii() and text.isdigit() and len(text) < 19
                else None
            )

        sort = given.get("sort", "")
        return cls(
            text=given.get("q", "").replace("\0", "").strip()[:100],
            team=key("team"),
            group=key("group"),
            sort=sort if sort in SORTS else "name",
            after=key("after"),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the colleagues; ``previous`` and ``following`` are what the neighbouring
    pages have as their ``after``: "" for the first page, None where there is no page.
    """

    people: Sequence[Colleague]
    previous: int | str | None = None
    following: int | None = None


def colleagues(user: User, wish: Wish, now: datetime) -> Page:
    """The colleagues that a user wants to see, pinned ones first, page by page.

    All are read, for what they do just now is in no column that a database could sort
    by; what a line costs, only those on the page do. The number of queries does not
    depend on how many there are.
    """
    rows = list(_wanted(user, wish))
    pinned = pinned_by(user)
    shown = presences([row.pk for row in rows], now) if wish.sort == "state" else {}
    rows.sort(key=_order(wish.sort, pinned, shown))
    keys = [row.pk for row in rows]
    start = keys.index(wish.after) + 1 if wish.after in keys else 0
    end = start + PAGE_SIZE
    return Page(
        described(rows[start:end], pinned, now),
        _previous(keys, start),
        keys[end - 1] if end < len(keys) else None,
    )


def _previous(keys: Sequence[int], start: int) -> int | str | None:
    if start == 0:
        return None
    return keys[start - PAGE_SIZE - 1] if start > PAGE_SIZE else ""


def pinned_by(user: User) -> Collection[int]:
    """The ids of the colleagues whom a user has pinned."""
    return set(user.pins.values_list("colleague_id", flat=True))


def described(
    rows: Sequence[User], pinned: Collection[int], now: datetime
) -> list[Colleague]:
    """Some people with all that a list shows of them; ``pinned`` are ids."""
    users = [row.pk for row in rows]
    shown = presences(users, now)
    phones = phones_of(few(users))
    groups = _groups(few(users))
    base = reverse("workplace:panel")  # of which each has a page; once, for it is slow
    # Translated once, not for each of hundreds.
    patterns = {
        "pin": _("Pin %(name)s to the top"),
        "call": _("Call %(name)s"),
        "mail": _("Send %(name)s an e-mail"),
    }
    found = []
    for row in rows:
        name = {"name": str(row)}
        found.append(
            Colleague(
                row,
                name["name"],
                shown[row.pk],
                {key: pattern % name for key, pattern in patterns.items()},
                phones.get(row.pk, ()),
                groups.get(row.pk, ()),
                row.pk in pinned,
                _seconds(shown[row.pk], now),
                f"{base}{row.pk}/",
            )
        )
    return found


def _seconds(shown: Shown, now: datetime) -> int:
    since = shown.presence.since
    return max(0, int((now - since).total_seconds())) if since else 0


def _wanted(user: User, wish: Wish) -> QuerySet[User]:
    rows = User.objects.filter(is_active=True).exclude(pk=user.pk)
    rows = rows.select_related("team")
    if wish.pinned_only:
        rows = rows.filter(pk__in=user.pins.values("colleague"))
    if wish.team is not None:
        rows = rows.filter(team=wish.team)
    if wish.group is not None:
        rows = rows.filter(
            pk__in=Membership.objects.filter(
                group=wish.group, group__deleted_at=None
            ).values("user")
        )
    for word in wish.text.split()[:5]:
        rows = rows.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
            | Q(extensions__number__startswith=word)
        ).distinct()
    return rows.order_by("first_name", "last_name", "username", "pk")


def _groups(users: Collection[int] | None) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Membership.objects.filter(group__deleted_at=None)
    if users is not None:
        rows = rows.filter(user__in=users)
    for user, name in rows.order_by("group__name").values_list("user", "group__name"):
        found[user].append(name)
    return found


def _order(
    sort: str, pinned: Collection[int], shown: Mapping[int, Shown]
) -> Callable[[User], Any]:
    def rank(user: User) -> int:
        return LOOKS[shown[user.pk].presence.state].rank

    def key(user: User) -> tuple[Any, ...]:
        name = str(user).casefold()
        by: dict[str, Callable[[], tuple[Any, ...]]] = {
            "name": lambda: (name,),
            "state": lambda: (rank(user), name),
            "team": lambda: (str(user.team or "\uffff").casefold(), name),
        }
        return (user.pk not in pinned, *by[sort]())

    return key


def pin(user: User, colleague: int) -> bool | None:
    """Pin a colleague (id) for a user, or unpin one who is pinned.

    Gives whether they are pinned now; None where there is nobody of that id.
    """
    if Pin.objects.filter(user=user, colleague=colleague).delete()[0]:
        return False
    if not User.objects.filter(pk=colleague, is_active=True).exclude(pk=user.pk):
        return None
    Pin.objects.get_or_create(user=user, colleague_id=colleague)
    return True
