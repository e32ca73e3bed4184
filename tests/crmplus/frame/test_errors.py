"""Error pages."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest
from django.test import Client
from django.urls import path

from crmplus import urls


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
