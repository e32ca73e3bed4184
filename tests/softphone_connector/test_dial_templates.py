"""Dial templates: no number and no template ever makes another URI of it."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from softphone_connector.dial_templates import (
    APP_SCHEMES,
    STANDARD_SCHEMES,
    TemplateFault,
    check,
    national,
    render,
)

SCHEMES = STANDARD_SCHEMES | APP_SCHEMES
BERLIN = "+493012345678"
ANY = st.text(max_size=30) | st.text("+0123456789*#:/?&=@%{}<>'\" \n", max_size=30)
TEMPLATES = st.one_of(
    st.builds(
        "{}:{}{{{}}}{}".format,
        st.sampled_from([*sorted(SCHEMES), "javascript", "http", "https", "data"]),
        st.text(string.printable, max_size=10),
        st.sampled_from(["e164", "digits", "national", "number"]),
        st.text(string.printable, max_size=10),
    ),
    st.text(max_size=40),
)


@pytest.mark.parametrize(
    ("template", "number", "uri"),
    [
        ("tel:{e164}", BERLIN, f"tel:{BERLIN}"),
        ("callto:{digits}", BERLIN, "callto:493012345678"),
        ("sip:{national}@pbx.example.com", BERLIN, "sip:003012345678@pbx.example.com"),
        ("zoiper:{e164}", "201", "zoiper:201"),
        ("sip:{national}@pbx", "201", "sip:201@pbx"),
        ("tel:{e164}", "*21#", "tel:*21%23"),
    ],
)
def test_a_number_goes_into_its_place(template: str, number: str, uri: str) -> None:
    assert render(template, number, SCHEMES, "0") == uri


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("javascript:{e164}", "scheme"),
        ("https://phone.local/?n={e164}", "scheme"),
        ("data:{e164}", "scheme"),
        ("tel:", "form"),
        ("tel", "form"),
        ("Tel:{e164}", "form"),
        (" tel:{e164}", "form"),
        ("tel:{e164}\n", "form"),
        ("tel:{e164} x", "form"),
        ("tel:'{e164}", "form"),
        ("tel:" + "9" * 200, "form"),
        ("tel:+49", "placeholder"),
        ("tel:{number}", "placeholder"),
        ("tel:{e164}{e164}", "placeholder"),
        ("tel:{e164}{", "placeholder"),
        ("tel:}{e164}", "placeholder"),
        ("tel:{{e164}}", "placeholder"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(template: str, code: str) -> None:
    with pytest.raises(TemplateFault) as refused:
        check(template, SCHEMES)
    assert refused.value.code == code


def test_a_scheme_stays_refused_even_where_it_is_listed() -> None:
    with pytest.raises(TemplateFault):
        check("https://phone.local/?n={e164}", SCHEMES | {"https"})


@pytest.mark.parametrize("number", ["", "anonymous", "+0301", "1;ext=2", "+49 30 1"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(TemplateFault, match="number"):
        render("tel:{e164}", number, SCHEMES)


def test_a_national_number_is_dialled_behind_the_outside_line() -> None:
    assert national(BERLIN, "0") == "003012345678"
    assert national("+12125550123", "9") == "92125550123"


@pytest.mark.parametrize("number", ["+9991234567", "+2101234567"])
def test_a_number_of_no_country_has_no_national_form(number: str) -> None:
    with pytest.raises(TemplateFault, match="number"):
        render("tel:{national}", number, SCHEMES)
    assert render("tel:{e164}", number, SCHEMES) == f"tel:{number}"


@given(TEMPLATES, ANY | st.from_regex(r"\+[1-9][0-9]{4,13}", fullmatch=True))
def test_no_number_and_no_template_makes_another_uri(
    template: str, number: str
) -> None:
    try:
        uri = render(template, number, SCHEMES, "0")
    except TemplateFault:
        return
    scheme, _colon, rest = template.partition(":")
    before, _brace, after = rest.partition("{")
    after = after.partition("}")[2]
    assert scheme in SCHEMES
    assert uri.startswith(f"{scheme}:{before}")
    assert uri.endswith(after)
    put = uri[len(scheme) + 1 + len(before) : len(uri) - len(after)]
    assert set(put) <= set("+0123456789*%")
    assert put.replace("%23", "").count("%") == 0
    assert urlsplit(uri).scheme == scheme
    assert not set(uri) & set("\"'<>`\\ \n\r\t")


@given(ANY)
def test_a_text_that_phones_send_never_changes_the_uri(text: str) -> None:
    assume(not text.isascii() or not text.lstrip("+").isdigit())
    try:
        uri = render("sip:{e164}@pbx.example.com;transport=tls", text, SCHEMES)
    except TemplateFault:
        return
    assert set(text) <= set("0123456789*#")
    assert uri.endswith("@pbx.example.com;transport=tls")
    assert uri.count("@") == uri.count(";") == 1
