from __future__ import annotations

import pytest
from django.test import RequestFactory

from crmplus.web import next_page


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/contacts/7/?x=1#timeline", "/contacts/7/?x=1#timeline"),
        ("https://evil.example/", "/otherwise/"),
        ("//evil.example/", "/otherwise/"),
        ("javascript:alert(1)", "/otherwise/"),
        ("", "/otherwise/"),
        ("7", "/otherwise/"),
        ("[[]]", "/otherwise/"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_next_leads_to_our_own_pages_only(method: str, url: str, expected: str) -> None:
    request = getattr(RequestFactory(), method)("/", {"next": url})
    assert next_page(request, "/otherwise/") == expected
