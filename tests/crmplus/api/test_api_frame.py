"""What holds for the whole API: errors, hostile input, sessions, its description."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client, RequestFactory
from drf_spectacular.validation import validate_schema
from hypothesis import given
from hypothesis import strategies as st

from crmplus import errors
from crmplus.accounts.models import User
from crmplus.conf import BASE_DIR
from crmplus.records.models import Partner
from tests.crmplus.api.programs import PROBLEM, faults, program, send

URL = "/api/partners/"


@pytest.fixture
def description(client: Client) -> dict[str, Any]:
    answer = client.get("/api/schema/")
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"
    content: dict[str, Any] = answer.json()
    return content


class TestErrors:
    def test_what_is_not_there(self, api: Client) -> None:
        for url in (f"{URL}1/", f"{URL}{'9' * 30}/", f"{URL}{'9' * 5000}/"):
            answer = api.get(url)
            assert answer.status_code == 404
            assert answer["Content-Type"] == PROBLEM

    def test_an_address_that_is_none(self, api: Client) -> None:
        answer = api.get("/api/nothing/")
        assert answer.status_code == 404
        assert answer["Content-Type"] == PROBLEM
        assert answer["Cache-Control"] == "no-store"
        assert answer.json()["title"] == "Not Found"

    def test_a_fault_of_ours_names_a_number_and_is_no_page(self) -> None:
        answer = errors.server_error(RequestFactory().get(URL))
        assert answer.status_code == 500
        assert answer["Content-Type"] == PROBLEM
        assert "(" in json.loads(answer.content)["detail"]

    def test_a_fault_within_a_view_is_no_page_either(
        self, api: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*arguments: object) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("crmplus.phonebook.api.find", broken)
        api.raise_request_exception = False
        answer = api.get("/api/phonebook/?number=030")
        assert answer.status_code == 500
        assert answer["Content-Type"] == PROBLEM
        assert b"secret" not in answer.content

    @pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT"])
    def test_a_method_that_is_not_offered(self, api: Client, method: str) -> None:
        answer = api.generic(method, URL)
        assert answer.status_code == 405
        assert answer["Content-Type"] == PROBLEM
        assert answer["Allow"] == "GET, HEAD, POST"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"NaN",
            b'{"name": Infinity}',
            b'"text"',
            b"[]",
            b"null",
            b"\xff\xfe",
            b"[" * 100_000,
            b"9" * 5000,
            '{"name": "Müller"}'.encode("utf-16"),
        ],
    )
    def test_a_body_that_is_no_object(self, api: Client, body: bytes) -> None:
        answer = api.generic("POST", URL, body, "application/json; charset=zlib")
        assert answer.status_code == 400
        assert answer["Content-Type"] == PROBLEM

    def test_a_body_that_is_too_large(self, api: Client) -> None:
        answer = send(api, "POST", URL, {"name": "x" * 3_000_000})
        assert answer.status_code == 413
        assert answer["Content-Type"] == PROBLEM

    def test_a_body_that_is_no_json(self, api: Client) -> None:
        answer = api.post(URL, {"name": "Form"})
        assert answer.status_code == 415
        assert answer["Content-Type"] == PROBLEM

    def test_a_charset_is_no_reason_to_refuse(self, api: Client) -> None:
        answer = api.post(
            URL, '{"name": "Müller"}', content_type="Application/JSON; charset=UTF-8"
        )
        assert answer.status_code == 201

    def test_html_is_asked_for_in_vain(self, api: Client) -> None:
        answer = api.get(URL, headers={"accept": "text/html"})
        assert answer["Content-Type"] == "application/json"

    def test_nothing_is_kept_by_a_cache(self, api: Client) -> None:
        for client in (api, Client()):
            assert client.get(URL)["Cache-Control"] == "no-store"


class TestParameters:
    def test_an_unknown_one_is_named_together_with_those_there_are(
        self, api: Client
    ) -> None:
        told = faults(api.get(URL, {"qq": "Weber"}))
        assert "cursor, limit, q" in told["qq"]

    def test_one_that_comes_twice(self, api: Client) -> None:
        assert "q" in faults(api.get(f"{URL}?q=a&q=b"))

    @pytest.mark.parametrize("limit", ["", "0", "201", "-1", "x", "1e3", "9" * 5000])
    def test_a_limit_out_of_range(self, api: Client, limit: str) -> None:
        assert "limit" in faults(api.get(URL, {"limit": limit}))

    @pytest.mark.parametrize(
        "cursor", ["", "x", "\x00", "a:b", "é:é", "WyJhIl0:x", "\ud800", "x" * 3000]
    )
    def test_a_cursor_that_is_none(self, api: Client, cursor: str) -> None:
        query = cursor.encode("utf-8", "surrogatepass")
        assert "cursor" in faults(api.get(URL, {"cursor": query}))

    @given(st.text(), st.text())
    @pytest.mark.django_db
    def test_no_text_breaks_a_search(self, name: str, value: str) -> None:
        user, _made = User.objects.get_or_create(username="fuzz")
        query = urlencode({name: value, "q": value}, errors="replace")
        assert program(user).get(f"{URL}?{query}").status_code in {200, 400}

    def test_nul_is_refused(self, api: Client) -> None:
        assert "q" in faults(api.get(URL, {"q": "a\x00b"}))


class TestSessions:
    @pytest.fixture
    def browser(self, anna: User) -> Client:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(anna)
        return browser

    def test_reading_needs_no_csrf_token(self, browser: Client) -> None:
        assert browser.get(URL).status_code == 200

    def test_writing_without_csrf_token_is_refused(self, browser: Client) -> None:
        answer = send(browser, "POST", URL, {"name": "Forged"})
        assert answer.status_code == 403
        assert answer["Content-Type"] == PROBLEM
        assert not Partner.objects.exists()

    def test_writing_with_csrf_token(self, browser: Client) -> None:
        page = browser.get("/partners/new/")
        given = {"X-CSRFToken": str(page.context["csrf_token"])}
        answer = browser.post(
            URL, {"name": "Honest"}, content_type="application/json", headers=given
        )
        assert answer.status_code == 201

    def test_a_token_needs_none(self, anna: User) -> None:
        api = program(anna)
        api.handler.enforce_csrf_checks = True
        assert send(api, "POST", URL, {"name": "Robot"}).status_code == 201

    def test_who_was_locked_out_has_no_session(
        self, browser: Client, anna: User
    ) -> None:
        anna.is_active = False
        anna.save()
        assert browser.get(URL).status_code == 401


class TestDescription:
    @pytest.mark.thorough
    def test_it_is_valid_and_for_everybody(self, description: dict[str, Any]) -> None:
        validate_schema(description)  # type: ignore[no-untyped-call]
        assert len(description["paths"]) == 19

    def test_each_operation_tells_who_may_and_what_goes_wrong(
        self, description: dict[str, Any]
    ) -> None:
        for operations in description["paths"].values():
            for method, operation in operations.items():
                assert operation["summary"]
                assert operation["security"] == [{"token": []}, {"cookieAuth": []}]
                told = set(operation["responses"])
                assert "401" in told
                assert ("403" in told) == (method != "get")
                for status in told:
                    if int(status) >= 400:
                        content = operation["responses"][status]["content"]
                        assert list(content) == [PROBLEM]

    def test_each_body_has_an_example(self, description: dict[str, Any]) -> None:
        for operations in description["paths"].values():
            for operation in operations.values():
                for body in (
                    operation.get("requestBody", {}).get("content", {}).values()
                ):
                    assert body["examples"]

    def test_the_guide_names_each_address_and_filter(
        self, description: dict[str, Any]
    ) -> None:
        guide = (BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
        for path, operations in description["paths"].items():
            assert path.removesuffix("{id}/") in guide
            for parameter in operations.get("get", {}).get("parameters", ()):
                assert parameter["in"] == "path" or f"`{parameter['name']}`" in guide
