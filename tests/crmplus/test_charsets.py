"""What charsets requests may come in."""

from __future__ import annotations

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.test import AsyncRequestFactory, Client

from crmplus.charsets import charset_middleware

BODY = (
    b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\na\xff\r\n--x--\r\n'
)
MULTIPART = "multipart/form-data; boundary=x"
FORM = "application/x-www-form-urlencoded"


def user_name(content_type: str) -> str:
    """What a view reads of a form, asked for as the server asks."""
    request = AsyncRequestFactory().generic("POST", "/?q=%C3%A4", BODY, content_type)
    view = charset_middleware(lambda asked: HttpResponse(asked.POST.get("username")))
    return view(request).text


@pytest.mark.parametrize("charset", ["zlib", "undefined", "idna", "punycode", "nope"])
@pytest.mark.parametrize("kind", ["text/plain", MULTIPART, FORM])
def test_what_no_browser_sends_is_refused(kind: str, charset: str) -> None:
    with pytest.raises(BadRequest):
        user_name(f"{kind}; charset={charset}")


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("utf-8", "a\ufffd"),
        ("UTF8", "a\ufffd"),
        ("us-ascii", "a\ufffd"),
        ("latin-1", "aÿ"),
        ("ISO-8859-1", "aÿ"),
        ("windows-1252", "aÿ"),
    ],
)
def test_usual_charsets_are_read(charset: str, name: str) -> None:
    assert user_name(f"{MULTIPART}; charset={charset}") == name


def test_no_charset_is_needed() -> None:
    assert user_name(MULTIPART) == "a\ufffd"


def test_the_refusal_is_a_page_in_the_readers_language(db: None) -> None:
    answer = Client(headers={"accept-language": "de"}).generic(
        "POST", "/sign-in/", b"username=x", "text/plain; charset=nope"
    )
    assert answer.status_code == 400
    assert 'lang="de"' in answer.text
