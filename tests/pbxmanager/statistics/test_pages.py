"""The page of figures: who sees what, and the calls behind each figure."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from crmplus.accounts.models import Role, Scope, User
from pbxmanager.events import Direction
from pbxmanager.models import Call
from pbxmanager.statistics import demo, upkeep
from pbxmanager.statistics.lines import Line
from pbxmanager.statistics.models import ShownPerson, StaleDay
from pbxmanager.statistics.report import Report
from pbxmanager.statistics.views import _report
from tests.pbxmanager.office import NOON, STRANGER, Office, queries, words_of
from tests.pbxmanager.statistics.conftest import DAY, HOUR, NOW

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
PAGE = "/statistics/"
# All calls of these tests, by day.
MARCH = "?since=2026-02-20&until=2026-03-24"
# The same by month.
MONTHS = "?since=2025-10-01&until=2026-03-24"


def report_for(user: User, query: str) -> Report:
    from django.test import RequestFactory

    request = RequestFactory().get(f"{PAGE}{query}")
    request.user = user
    return _report(request, NOW + 2 * HOUR)


def drilled(client: Client, url: str) -> int:
    """How many calls the list at an address shows."""
    shown = 0
    while url:
        html = client.get(url).content.decode()
        shown += len(re.findall(r'<tr[^>]*data-uid|class="call-state', html))
        following = re.search(r'href="([^"]*after=[^"]+)"', html)
        url = f"/pbx-manager/{unescape(following.group(1))}" if following else ""
    return shown


QUERIES = [
    MARCH,
    MONTHS,
    f"{MARCH}&direction=inbound",
    f"{MARCH}&direction=outbound",
    f"{MARCH}&result=missed",
    f"{MARCH}&result=busy&direction=inbound",
    "?period=today",
    "?period=week",
    "?period=last-month",
    "?period=month&compare=year",
]


def behind(line: Line, url: str) -> int:
    from urllib.parse import parse_qs, urlsplit

    from pbxmanager.figures import figure_of

    figure = figure_of(parse_qs(urlsplit(url).query)["figure"][0])
    assert figure is not None, line
    return figure.rows(Call.objects.all()).count()


@pytest.mark.parametrize("query", QUERIES)
def test_the_calls_behind_each_figure_are_as_many_as_it_says(
    busy: Office, query: str
) -> None:
    report = report_for(busy.karin, query)
    checked = 0
    for table in report.tables.values():
        for line in (*table.lines, report.total):
            for number, url in (
                (line.tally.calls, line.calls_url),
                (line.tally.answered, line.answered_url),
                (line.tally.taken.calls, line.taken_url),
                (line.tally.missed, line.missed_url),
                (line.tally.back, line.back_url),
            ):
                if url:
                    assert behind(line, url) == number, (table.key, line.label, url)
                    checked += 1
    for _weekday, cells in report.heat.lines:
        for cell in cells:
            if cell.url:
                assert behind(report.total, cell.url) == cell.calls
                checked += 1
    assert checked > 20
    assert report.total.tally.calls == sum(
        line.tally.calls for line in report.tables["hours"].lines
    )


def test_the_list_shows_the_calls_of_a_figure(busy: Office) -> None:
    client = busy.browser(busy.karin)
    report = report_for(busy.karin, MARCH)
    missed = report.total

    assert drilled(client, missed.missed_url) == missed.tally.missed > 5
    html = words_of(client.get(missed.missed_url).content.decode())
    assert "Figure 20 Feb 2026 – 24 Mar 2026, Inbound, Missed, Busy or rejected" in html
    assert "Private calls of others count in figures." in html
    assert "Private calls" not in client.get("/pbx-manager/").content.decode()


@pytest.mark.parametrize("query", [MARCH, MONTHS, "?period=last-month"])
def test_every_breakdown_adds_up_to_all(busy: Office, query: str) -> None:
    report = report_for(busy.karin, query)

    for table in report.tables.values():
        sums = [line.tally.of() for line in table.lines]
        assert sum(one.calls for one in sums) == report.total.tally.calls, table.key
        assert sum(one.talk for one in sums) == report.total.tally.talk, table.key
        assert sum(one.back for one in sums) == report.total.tally.back, table.key


@pytest.mark.parametrize("query", [MARCH, f"{MONTHS}&extension=202", "?period=today"])
def test_calls_are_counted_by_what_people_say_came_of_them(
    busy: Office, query: str
) -> None:
    table = report_for(busy.karin, query).tables["dispositions"]
    said = {line.label: line.tally.calls for line in table.lines}

    assert set(said) <= {"Reached", "Sold", "None chosen"}
    assert list(said)[-1] == "None chosen"
    for line in table.lines:
        assert behind(line, line.calls_url) == line.tally.calls > 0


def test_the_list_says_which_outcome_it_shows(busy: Office) -> None:
    client = busy.browser(busy.karin)
    table = report_for(busy.karin, MARCH).tables["dispositions"]
    for line in table.lines:
        assert drilled(client, line.calls_url) == line.tally.calls
        assert line.label in words_of(client.get(line.calls_url).content.decode())


def test_long_tables_are_folded_and_can_be_shown_whole(busy: Office) -> None:
    for number in range(40):
        busy.call(str(600 + number), f"+4930999{number}", at=NOON)
        if number % 2:
            busy.call(str(600 + number), f"+4930999{number}", at=NOON + HOUR)
    upkeep.run(NOW + 4 * HOUR)
    client = busy.browser(busy.karin)
    count = len(report_for(busy.karin, MARCH).tables["extensions"].lines)
    folded = client.get(f"{PAGE}{MARCH}").content.decode()

    assert f"These 25 of {count} have the most calls. Show all" in words_of(folded)
    assert ">639<" in folded
    assert ">638<" not in folded
    (address,) = re.findall(r'href="([^"]*all=extensions)#stat-extensions"', folded)
    whole = client.get(f"{PAGE}{unescape(address)}").content.decode()
    assert "have the most calls" not in whole
    assert ">638<" in whole
    csv = client.get(f"{PAGE}calls.csv{MARCH}&table=extensions").content.decode()
    assert csv.count("\r\n") == count + 1


def test_stored_and_live_figures_are_the_same(busy: Office) -> None:
    first = [
        line.tally.of() for line in report_for(busy.karin, MARCH).tables["days"].lines
    ]
    for day in (4, 9):
        StaleDay.objects.create(day=(NOON + (day - 4) * DAY).date())
    report = report_for(busy.karin, MARCH)

    assert [line.tally.of() for line in report.tables["days"].lines] == first
    assert report.behind == 0


def test_the_demo_has_months_of_figures(busy: Office) -> None:
    ShownPerson.objects.all().delete()
    known = Call.objects.count()
    demo.load()
    made = Call.objects.filter(reports=None)

    assert made.count() == Call.objects.count() - known > 500
    assert made.filter(disposition__isnull=False).exists()
    assert not made.filter(legs=None).exists()
    assert demo.load() == 0


def test_many_stale_days_are_told_of(busy: Office) -> None:
    for back in range(6):
        StaleDay.objects.create(day=(NOON - back * DAY).date())

    html = busy.browser(busy.karin).get(f"{PAGE}{MARCH}").content.decode()
    assert "4 days are being counted anew" in html


def test_figures_only_leads_to_no_call(busy: Office) -> None:
    guest = User.objects.create(username="guest", role=Role.STATISTICS)
    client = busy.browser(guest)
    html = client.get(f"{PAGE}{MARCH}").content.decode()

    assert "Calls by day" in html
    assert "pbx-manager" not in html.replace("pbxmanager", "")
    assert "/pbx-manager/" not in html
    assert "8880" not in html
    assert STRANGER not in html
    assert client.get("/pbx-manager/").status_code == 403


def visible_names(client: Client, query: str = MARCH) -> str:
    return words_of(client.get(f"{PAGE}{query}").content.decode())


@pytest.mark.parametrize("role", [Role.STATISTICS, Role.SUPERVISOR, Role.ADMIN])
def test_only_people_who_may_be_shown_are_named(busy: Office, role: Role) -> None:
    viewer = User.objects.create(username="viewer", last_name="Viewer", role=role)
    words = visible_names(busy.browser(viewer))

    assert "Ben Wagner" in words
    assert "Anna Schmidt" not in words
    assert "people together" in words
    for line in ("400", "203"):
        assert f" {line} " not in words


def test_an_agent_sees_what_is_their_own_alone(busy: Office) -> None:
    busy.anna.sees_calls = Scope.OWN
    busy.anna.save()
    words = visible_names(busy.browser(busy.anna))
    own = Call.objects.filter(user=busy.anna, started_at__gte=NOON - 13 * DAY)

    assert "Your own calls" in words
    assert "Ben Wagner" not in words
    report = report_for(busy.anna, MARCH)
    assert report.total.tally.calls == own.count()
    client = busy.browser(busy.anna)
    assert drilled(client, report.total.calls_url) == own.count()


def test_who_is_not_shown_cannot_be_asked_for(busy: Office) -> None:
    everything = report_for(busy.karin, MARCH).total.tally.calls
    for query in (
        f"&user={busy.anna.pk}",
        "&extension=201",
        f"&team={busy.anna.team_id}",
        "&user=x",
    ):
        assert report_for(busy.karin, MARCH + query).total.tally.calls == everything
    shown = report_for(busy.karin, f"{MARCH}&user={busy.ben.pk}")
    assert 0 < shown.total.tally.calls < everything


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    assert client.get(PAGE).status_code == 302


def test_the_page_costs_the_same_however_many_calls(busy: Office) -> None:
    client = busy.browser(busy.karin)
    client.get(f"{PAGE}{MONTHS}")
    before = queries(lambda: client.get(f"{PAGE}{MONTHS}"))
    for number in range(20):
        busy.call(str(600 + number), f"+4930999{number}", at=NOON + number * HOUR)
    upkeep.run(NOW + 4 * HOUR)

    assert queries(lambda: client.get(f"{PAGE}{MONTHS}")) == before <= 30


def test_an_empty_page_says_what_it_is_for(office: Office) -> None:
    words = visible_names(office.browser(office.karin))

    assert "No calls in these days" in words
    assert "being counted" in words  # nothing was ever counted
    narrowed = visible_names(office.browser(office.karin), "?direction=inbound")
    assert "Show all calls" in narrowed


@pytest.mark.parametrize(
    "query",
    [
        "?since=x&until=2026-99-99",
        "?since=2026-03-31&until=2026-03-01",
        "?since=0001-01-01",
        "?until=2026-03-01&period=custom",
        "?since=1990-01-01&until=2026-03-01",
        "?period=custom",
        "?period=%00&compare=%00&result=%00&direction=%00",
        "?since=2024-02-29&until=2024-02-29&compare=year",
    ],
)
def test_what_makes_no_sense_in_an_address_is_left_out(
    office: Office, query: str
) -> None:
    assert office.browser(office.karin).get(f"{PAGE}{query}").status_code == 200


def test_a_new_day_begins_where_the_office_is(busy: Office) -> None:
    """Whoever looks from another zone sees the same days."""
    busy.karin.time_zone = "Pacific/Auckland"
    busy.karin.save()
    with timezone.override("Pacific/Auckland"):
        far = report_for(busy.karin, "?period=today").total.tally.calls
    assert far == report_for(busy.karin, "?period=today").total.tally.calls > 0
