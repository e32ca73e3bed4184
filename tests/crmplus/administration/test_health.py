"""What the health page and ``manage.py doctor`` make of what the checks find."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from crmplus import hooks
from crmplus.administration import health
from crmplus.administration.checkups import database
from crmplus.administration.health import examine
from crmplus.hooks import Finding, FindingRow, FindingTable, Level
from tests.crmplus.accounts.conftest import client_of

PAGE = reverse("administration:health")
WELL = Finding(text="It runs.")
NOTE = Finding(level=Level.INFO, text="It is new.")
WARNED = Finding(
    level=Level.WARNING,
    text="It is <b>late</b>.",
    remedy="Wait.",
    url="/settings/",
    link="Settings",
)
BROKEN = Finding(level=Level.ERROR, text="It is broken.", remedy="Mend it.")
TABLE = FindingTable(
    columns=("Phone", "Calls", "Last"),
    rows=[
        FindingRow(cells=("201 <i>", 7, None), url="/settings/users/"),
        FindingRow(cells=("202", 3, datetime(2026, 3, 2, 12, 30, 5, tzinfo=UTC))),
    ],
    left_out=41,
)


def check(key: str, *findings: Finding, **more: object) -> hooks.HealthCheck:
    """A check that finds this."""
    return hooks.HealthCheck(
        **{
            "key": key,
            "label": f"The {key}",
            "icon": "clock",
            "run": lambda: findings,
            **more,
        }
    )


def failing(key: str, error: Exception) -> hooks.HealthCheck:
    """A check that raises."""

    def run():
        raise error

    return check(key, run=run)


@pytest.fixture
def only(monkeypatch):
    """``only(check, …)``: these are all checks, beside that of the database."""
    monkeypatch.setattr(health, "DATABASE", check("database", WELL))

    def install(*checks):
        others = [one for one in hooks._hooks if type(one) is not hooks.HealthCheck]
        monkeypatch.setattr(hooks, "_hooks", [*others, *checks])

    return install


@pytest.fixture
def away(monkeypatch):
    """The database does not answer, and nobody may ask it."""
    monkeypatch.setattr(database, "fault", lambda: "connection refused")


def doctor(*arguments: str) -> tuple[str, int]:
    """What ``manage.py doctor`` prints, and its exit code."""
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


@pytest.mark.django_db
class TestExamination:
    def test_sums_up_in_words(self, only):
        only(check("clock", WELL, NOTE))
        found = examine()
        assert (found.summary, found.level) == ("Everything works", Level.OK)
        only(check("clock", WELL, WARNED))
        assert examine().summary == "1 thing needs attention"
        only(check("clock", WARNED, WARNED), check("phone", NOTE, BROKEN))
        found = examine()
        assert found.summary == "3 things need attention"
        assert found.level == Level.ERROR

    def test_puts_the_worst_first(self, only):
        only(
            check("a", WARNED, order=1),
            check("b", WELL, NOTE, BROKEN, WARNED, order=2),
            check("c", WELL, order=3),
        )
        found = examine()
        assert [one.hook.key for one in found.troubled] == ["b", "a"]
        assert found.troubled[0].problems == [BROKEN, WARNED]
        assert found.troubled[0].rest == [NOTE, WELL]
        assert [one.hook.key for one in found.checked] == ["database", "a", "b", "c"]

    def test_shows_a_broken_check_and_all_others(self, only, caplog):
        secret = f"sk_{'x' * 43}"
        only(
            failing("a", DatabaseError(f"no such table\nwith {secret}")),
            failing("b", RuntimeError(f"{secret} is odd")),
            failing("c", KeyError()),
            check("d", WELL),
        )
        found = examine()
        texts = [one.findings[0].text for one in found.checked]
        assert texts == [
            "It runs.",
            "This could not be looked at: no such table",
            "This could not be looked at: sk_xxxx… is odd",
            "This could not be looked at: KeyError",
            "It runs.",
        ]
        assert found.summary == "3 things need attention"
        assert "The health check a failed." in caplog.text

    def test_a_failed_query_does_not_spoil_the_next_check(self, only):
        def run():
            from crmplus.accounts.models import User

            return [Finding(text=f"{User.objects.count()} users")]

        only(failing("a", DatabaseError()), check("b", run=run))
        assert examine().checked[-1].findings[0].text == "0 users"

    @pytest.mark.skipif("connection.vendor != 'postgresql'")
    def test_no_query_is_waited_for_long(self, only, monkeypatch):
        def ask(sql):
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return [Finding(text=str(cursor.fetchone()[0]))]

        monkeypatch.setattr(health, "QUERY_SECONDS", 0.1)
        only(
            check("a", run=lambda: ask("SELECT pg_sleep(60)")),
            check("b", run=lambda: ask("SELECT 7")),
        )
        _database, slow, quick = examine().checked
        assert "statement timeout" in slow.findings[0].text
        assert quick.findings[0].text == "7"

    def test_a_check_that_finds_nothing_says_so(self, only):
        only(check("a"))
        assert examine().checked[-1].findings == [Finding(text="Nothing to report.")]

    def test_leaves_out_add_ons_that_are_not_active(self, only, monkeypatch):
        only(check("a", BROKEN, origin="chat"), check("b", WELL, origin="pbx"))
        monkeypatch.setattr(health.addons, "app_is_active", lambda app: app != "chat")
        assert [one.hook.key for one in examine().checked] == ["database", "b"]

    def test_runs_before_the_database_is_migrated(self, only, monkeypatch):
        def missing(app):
            raise DatabaseError("no such table: activation")

        only(check("a", WELL))
        monkeypatch.setattr(health.addons, "app_is_active", missing)
        assert [one.hook.key for one in examine().checked] == ["database", "a"]


class TestWithoutDatabase:
    def test_the_rest_is_looked_at(self, only, away):
        only(
            failing("a", AssertionError("must not run")),
            check("b", WELL, needs_database=False),
        )
        found = examine()
        assert [(one.level, one.findings[0].text) for one in found.checked] == [
            ("error", "The database does not answer: connection refused"),
            ("info", "Not looked at, because the database does not answer."),
            ("ok", "It runs."),
        ]
        assert found.summary == "1 thing needs attention"

    def test_doctor_prints_it_and_fails(self, only, away):
        only(check("b", WELL, needs_database=False))
        text, code = doctor()
        assert code == 1
        assert "The database does not answer: connection refused" in text
        assert "It runs." in text


@pytest.mark.django_db
class TestDoctor:
    def test_prints_problems_first_each_with_what_to_do(self, only):
        only(check("a", WELL), check("b", WARNED, NOTE, order=200))
        text, _code = doctor()
        head, *blocks = text.strip().split("\n\n")
        assert head.splitlines()[1] == "1 thing needs attention."
        assert [block.splitlines()[0] for block in blocks] == [
            "The b",
            "The database",
            "The a",
        ]
        assert blocks[0].splitlines()[1:] == [
            "  Warning  It is <b>late</b>.",
            "           Wait.",
            "           http://localhost:8000/settings/",
            "  Note     It is new.",
        ]

    def test_aligns_tables_and_says_what_they_leave_out(self, only):
        only(check("a", Finding(text="Many.", table=TABLE)))
        text, _code = doctor()
        assert text.splitlines()[-5:] == [
            "  OK       Many.",
            "             Phone    Calls  Last",
            "             201 <i>  7      never",
            "             202      3      2 March 2026, 13:30:05",
            "             and 41 more",
        ]

    def test_lets_no_text_move_the_cursor(self, only):
        only(check("a", Finding(text="a\x1b[2Jb\N{RIGHT-TO-LEFT OVERRIDE}c\xa0d\r")))
        assert "a?[2Jb?c d?" in doctor()[0]

    @pytest.mark.parametrize(
        ("finding", "code", "strict"),
        [(WELL, 0, 0), (NOTE, 0, 0), (WARNED, 0, 1), (BROKEN, 1, 1)],
    )
    def test_fails_where_it_should(self, only, finding, code, strict):
        only(check("a", finding))
        assert doctor()[1] == code
        assert doctor("--fail-on", "warning")[1] == strict

    def test_speaks_the_language_of_the_installation(self, only, settings):
        settings.LANGUAGE_CODE = "de"
        only(check("a", Finding(text="x", table=TABLE)))
        assert "2. März 2026" in doctor()[0]


class TestPage:
    @pytest.fixture
    def look(self, only, admin):
        def open_page(*checks):
            only(*checks)
            answer = client_of(admin).get(PAGE)
            assert answer.status_code == 200
            return " ".join(answer.text.split())

        return open_page

    def test_is_for_administrators(self, only, anna, karin, client):
        only(check("a", WELL))
        assert client_of(anna).get(PAGE).status_code == 403
        assert client_of(karin).get(PAGE).status_code == 403
        assert client.get(PAGE).status_code == 302
        assert client.post(PAGE).status_code == 302

    def test_only_shows(self, only, admin):
        only(check("a", WELL))
        assert client_of(admin).post(PAGE).status_code == 405
        assert "no-cache" in client_of(admin).get(PAGE)["Cache-Control"]

    def test_says_that_everything_works(self, look):
        page = look(check("a", WELL))
        assert '<h2 id="health-summary">Everything works</h2>' in page
        assert "What was looked at" in page
        assert f'<a class="btn" href="{PAGE}">' in page

    def test_shows_problems_before_the_rest(self, look):
        page = look(check("a", WELL), check("b", WARNED, NOTE))
        places = [
            page.index(text)
            for text in (
                "1 thing needs attention",
                "It is &lt;b&gt;late&lt;/b&gt;.",
                "What else was looked at",
                "It runs.",
                "It is new.",
            )
        ]
        assert places == sorted(places)
        assert re.search(r'<a href="/settings/">Settings\b', page)
        assert "Wait." in page

    def test_shows_tables(self, look):
        page = look(check("a", Finding(level=Level.WARNING, text="x", table=TABLE)))
        assert "<summary>2 rows and 41 more</summary>" in page
        assert '<a href="/settings/users/">201 &lt;i&gt;</a>' in page
        assert '<th scope="col" class="num">Calls</th>' in page
        assert re.search(r'<td class="num">\s*7\s*</td>', page)
        assert re.search(r"<td>\s*never\s*</td>", page)
        assert '<time datetime="2026-03-02T12:30:05+00:00"' in page
        assert '<details class="health-details" open>' in page
        page = look(check("a", Finding(text="x", table=TABLE)))
        assert '<details class="health-details">' in page

    def test_a_broken_check_is_no_broken_page(self, look):
        page = look(failing("a", DatabaseError("odd")), check("b", WELL))
        assert "This could not be looked at: odd" in page
        assert "It runs." in page

    def test_is_in_the_menu_of_administrators(self, only, admin, anna):
        only(check("a", WELL))
        assert f'href="{PAGE}"' in client_of(admin).get("/settings/").text
        assert f'href="{PAGE}"' not in client_of(anna).get("/").text


def test_all_real_checks_run(admin, caplog):
    answer = client_of(admin).get(PAGE)
    assert answer.status_code == 200
    assert "could not be looked at" not in answer.text
    for hook in hooks.registered(hooks.HealthCheck):
        assert str(hook.label) in answer.text
    assert abs((timezone.now() - examine().at).total_seconds()) < 60
