"""Error pages."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest
from django.test import Client
from django.urls import path

from crmplus import errors, urls
from crmplus.accounts.models import Role, User
from tests.pbxmanager.office import queries


def fail(request: HttpRequest, kind: str) -> None:
    raise {
        "400": BadRequest,
        "403": PermissionDenied,
        "404": Http404,
        "500": RuntimeError,
    }[kind]("<b>secret detail")


urlpatterns = [*urls.urlpatterns, path("fail/<kind>/", fail)]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("400", "load the page anew"),
        ("403", "ask your administrator"),
        ("404", "deleted or moved"),
        ("500", "Try again in a minute"),
    ],
)
def test_say_what_to_do_and_name_a_number(db, caplog, kind, words):
    client = Client(raise_request_exception=False)
    answer = client.get(f"/fail/{kind}/", headers={"accept-language": "en"})
    assert answer.status_code == int(kind)
    assert answer["Cache-Control"] == "no-store"
    assert words in answer.text
    assert "secret detail" not in answer.text
    number = re.search(r"request number ([0-9A-F]{8})", answer.text)[1]
    assert f"Request {number}: GET /fail/{kind}/ gave {kind}." in caplog.text


@pytest.mark.urls(__name__)
def test_need_no_database(rf, django_assert_num_queries, db):
    from crmplus.errors import server_error

    with django_assert_num_queries(0):
        assert server_error(rf.get("/")).status_code == 500


@pytest.mark.urls(__name__)
def test_look_as_the_browser_last_did(db):
    client = Client()
    client.cookies["theme"] = "dark"
    assert 'data-bs-theme="dark"' in client.get("/fail/404/").text


@pytest.mark.urls(__name__)
def test_come_also_where_static_files_were_never_collected(
    db, settings, tmp_path, caplog
):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "crmplus.static_files.StaticFilesStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    client = Client(raise_request_exception=False)
    answer = client.get("/fail/500/", headers={"accept-language": "en"})
    assert answer.status_code == 500
    assert "Try again in a minute" in answer.text
    assert "stylesheet" not in answer.text
    assert "has lost its looks" in caplog.text


def test_unknown_address(client, db):
    assert client.get("/nothing/here/").status_code == 404


FRAME = 'id="sidebar"'


@pytest.fixture
def anna(db):
    return User.objects.create(username="anna", language="de")


def browser(user, **options):
    client = Client(raise_request_exception=False, **options)
    client.force_login(user)
    return client


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("kind", ["400", "403", "404"])
def test_stand_in_the_frame_in_the_language_of_who_is_signed_in(anna, kind):
    page = "http://testserver/contacts/"
    answer = browser(anna).get(f"/fail/{kind}/", headers={"referer": page})
    assert answer.status_code == int(kind)
    assert FRAME in answer.text
    assert 'id="global-search"' in answer.text
    assert '<html lang="de"' in answer.text
    assert f'href="{page}"' in answer.text
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("page", ["https://evil.example/", "javascript:1", "", "//x"])
def test_lead_back_to_pages_of_ours_alone(anna, page):
    answer = browser(anna).get("/fail/404/", headers={"referer": page})
    assert "arrow-left" not in answer.text
    assert not page or f'href="{page}"' not in answer.text


@pytest.mark.urls(__name__)
def test_who_sees_figures_alone_gets_no_search(anna):
    anna.role = Role.STATISTICS
    anna.save()
    answer = browser(anna).get("/fail/404/")
    assert (answer.status_code, FRAME in answer.text) == (403, True)
    assert 'id="global-search"' not in answer.text
    assert 'href="/contacts/"' not in answer.text


@pytest.mark.urls(__name__)
def test_our_own_faults_and_strangers_get_the_plain_page(anna):
    assert FRAME not in browser(anna).get("/fail/500/").text
    assert FRAME not in Client().get("/fail/404/").text


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    "headers", [{"hx-request": "true"}, {"sec-fetch-dest": "empty"}]
)
def test_what_a_script_asked_for_gets_the_plain_page(anna, headers):
    assert FRAME not in browser(anna).get("/fail/404/", headers=headers).text


@pytest.mark.urls(__name__)
def test_who_asks_for_json_gets_json(anna):
    headers = {"accept": "application/json"}
    answer = browser(anna).get("/fail/404/", headers=headers)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_a_form_without_a_token_leads_back_to_its_page(anna):
    page = "http://testserver/contacts/new/"
    client = browser(anna, enforce_csrf_checks=True)
    answer = client.post("/contacts/new/", {}, headers={"referer": page})
    assert answer.status_code == 403
    assert FRAME in answer.text
    assert f'href="{page}"' in answer.text


@pytest.mark.urls(__name__)
def test_come_without_the_frame_where_that_fails(anna, monkeypatch, caplog):
    def fail(request):
        raise RuntimeError

    monkeypatch.setattr(errors, "_came_from", fail)
    answer = browser(anna).get("/fail/404/")
    assert answer.status_code == 404
    assert FRAME not in answer.text
    assert "has lost its frame" in caplog.text


@pytest.mark.urls(__name__)
def test_cost_no_more_than_the_frame_of_any_page(anna):
    client = browser(anna)
    client.get("/fail/404/")
    assert queries(lambda: client.get("/fail/404/")) <= 8
