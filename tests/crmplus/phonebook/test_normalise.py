"""What numbers look like when they arrive, and what they are."""

from __future__ import annotations

import pytest

from crmplus.phonebook.normalise import (
    Number,
    NumberKind,
    NumberPlan,
    head_number,
    normalise,
)

BERLIN = "+493023125123"
GERMANY = NumberPlan()
IN_BERLIN = NumberPlan(area_code="030")
OUTSIDE = NumberPlan(outside_prefix="0")


def read(raw: str, plan: NumberPlan = GERMANY) -> Number:
    return normalise(raw, plan)


@pytest.mark.parametrize(
    "raw",
    [
        "+493023125123",
        " 493023125123",  # the plus was not encoded
        "0049 30 23125-123",
        "+49(0)30 23125-123",
        "+49 (030) 23125-123",
        "+49 030 23125-123",
        "(+49) 30 23125123",
        "+ 49 30 23125123",
        "++493023125123",
        "+03023125123",  # a fixed plus before a national number
        "+0049 30 23125123",
        "49 (0)30 23125-123",
        "030/23125-123",
        "(030) 23125-123",
        "030.231.25.123",
        "030–23125—123",
        "03023125123",
        "03023125123#",
        "030 23125-123\n",
        "sip: 493023125123@pbx.example.com;user=phone",
        "sip:03023125123@192.168.178.1",
        "SIP:+493023125123@pbx.example.com:5060;transport=tls?subject=x",
        "sips:+493023125123:secret@pbx.example.com",
        "sip:+493023125123",
        "sip:03023125123@[2001:db8::1]",
        '"Max Muster" <sip:+493023125123@pbx.example.com>;tag=abc',
        '"a<b" <sip:+493023125123@pbx.example.com>',
        "Max Muster <tel:+49-30-23125-123>",
        "<sip:+493023125123@pbx.example.com>",
        "+493023125123@pbx.example.com",
        "tel:+49-30-23125-123",
        "tel:+49-30-23125-123;ext=12",
        "tel:23125123;phone-context=+4930",
        "tel:030-23125-123;phone-context=+49",
        "sip:23125123;phone-context=+4930@pbx.example.com;user=phone",
        "callto:00493023125123",
        "callto://+493023125123/",
        "skype:+493023125123?call",
        "4:+493023125123",  # Microsoft Teams
        "*31#03023125123",
        "#31#03023125123",
        "%2B493023125123",
        "%252B493023125123",
        "%20493023125123",
        "sip%3A%2B493023125123%40pbx.example.com",
        "\u202a+49\u00a030\u00a023125123\u202c",
        "\u200b030\u200d23125\ufeff123",
        "０３０－２３１２５－１２３",
        "＋４９ ３０ ２３１２５１２３",
        "٠٣٠٢٣١٢٥١٢٣",
        "۰۳۰۲۳۱۲۵۱۲۳",
        "030 23125123 x12",
        "03023125123x12",
        "030 23125123, ext. 12",
        "030 23125123 (Ext 12)",
        "030 23125123 App. 12",
        "030 23125123 wew. 12",
        "030 23125123 #12",
        "030 23125 DW 123",
        "030 23125-0 Durchwahl 123",
        "030 23125-0, DW: -123",
        "03023125123,,12#",
        "03023125123p12",
        "Tel.: 030 23125-123",
        "Tel: 030 23125-123",
        "tel: 493023125123",
        "callto: 493023125123",
        "Büro: 030 23125-123",
        "Frau Dr. Müller 030 23125-123",
        "030 23125-123 (privat)",
        "030 23125-123 ab mittags",
    ],
)
def test_one_number_in_many_notations(raw: str) -> None:
    assert read(raw) == Number(raw, NumberKind.E164, BERLIN, BERLIN)


@pytest.mark.parametrize(
    ("raw", "plan", "e164"),
    [
        ("0800 3301000", GERMANY, "+498003301000"),
        ("0800 FLOWERS", GERMANY, "+498003569377"),
        ("+1-800-FLOWERS", GERMANY, "+18003569377"),
        ("1 800 flowers", NumberPlan(region="US"), "+18003569377"),
        ("23125123", IN_BERLIN, BERLIN),
        ("23125123", NumberPlan(area_code="30"), BERLIN),
        ("23125123", NumberPlan(area_code="+4930"), BERLIN),
        ("23125123", NumberPlan(area_code="0049 30"), BERLIN),
        ("003023125123", OUTSIDE, BERLIN),
        ("000493023125123", OUTSIDE, BERLIN),
        ("03023125123", OUTSIDE, BERLIN),
        ("00302310123456", GERMANY, "+302310123456"),
        ("00302310123456", OUTSIDE, "+49302310123456"),
        (
            "03023125123",
            NumberPlan(outside_prefix="0", area_code="030"),
            BERLIN,
        ),
        ("923125123", NumberPlan(outside_prefix="9", area_code="030"), BERLIN),
        ("493023125123", NumberPlan(bare_international=True), BERLIN),
        ("03023125123", NumberPlan(bare_international=True), BERLIN),
        ("+48 (0)22 345 67 89", GERMANY, "+48223456789"),
        ("022 345 67 89", NumberPlan(region="PL"), "+48223456789"),
        ("22 345 67 89", NumberPlan(region="PL"), "+48223456789"),
        ("+39 (0)6 12345678", GERMANY, "+390612345678"),
        ("06 12345678", NumberPlan(region="IT"), "+390612345678"),
        ("(212) 555-0123", NumberPlan(region="US"), "+12125550123"),
        ("1-212-555-0123", NumberPlan(region="US"), "+12125550123"),
        # A label, no lost plus: +20 1555 0000 would be Egypt.
        ("Mobil: (201) 555-0000", NumberPlan(region="US"), "+12015550000"),
        (" (201) 555-0000", NumberPlan(region="US"), "+12015550000"),
        ("011 49 30 23125123", NumberPlan(region="US"), BERLIN),
        ("0049 30 23125123", NumberPlan(region="US"), BERLIN),
        ("555-0123", NumberPlan(region="US", area_code="212"), "+12125550123"),
        ("*67 2125550123", NumberPlan(region="US"), "+12125550123"),
        ("141 020 7946 0018", NumberPlan(region="GB"), "+442079460018"),
        ("*67#0612345678", NumberPlan(region="IT"), "+390612345678"),
        ("8 (495) 123-45-67", NumberPlan(region="RU"), "+74951234567"),
        ("011 15 2345-6789", NumberPlan(region="AR"), "+5491123456789"),
        ("06 1 234 5678", NumberPlan(region="HU"), "+3612345678"),
        ("+36 (0)1 234 5678", GERMANY, "+3612345678"),
        ("01 53115/202345", NumberPlan(region="AT"), "+43153115202345"),
        ("+800 1234 5678", GERMANY, "+80012345678"),
    ],
)
def test_settings_and_countries(raw: str, plan: NumberPlan, e164: str) -> None:
    assert read(raw, plan).e164 == e164


@pytest.mark.parametrize(
    ("raw", "plan"),
    [
        ("23125123", GERMANY),  # which area code?
        ("493023125123", GERMANY),  # Germany, or a long local number
        ("5550123", NumberPlan(region="US")),
        ("2312512345", GERMANY),
        # Dortmund, or Berlin behind an outside line
        ("023125123", NumberPlan(outside_prefix="0", area_code="030")),
        ("23125123", NumberPlan(area_code="+4822")),
        ("23125123", NumberPlan(region="XX", area_code="030")),
        # Michigan, or the Seychelles without plus
        ("2484321000", NumberPlan(region="US", bare_international=True)),
    ],
)
def test_what_may_be_two_numbers_is_not_guessed(raw: str, plan: NumberPlan) -> None:
    assert read(raw, plan) == Number(raw, NumberKind.AMBIGUOUS, None, raw.strip())


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("201", "201"),
        ("201#", "201"),
        ("20701@172.18.186.94", "20701"),
        ("sip:201@pbx.example.com", "201"),
        ("tel:7042;phone-context=pbx.example.com", "7042"),
        ("*31#201", "201"),
        ("**610", "**610"),
        ("**1", "**1"),
        ("Nst. 201", "201"),
        ("0", "0"),
    ],
)
def test_internal_numbers(raw: str, value: str) -> None:
    assert read(raw) == Number(raw, NumberKind.INTERNAL, None, value)


@pytest.mark.parametrize(
    "raw",
    [
        "tel:863-1234;phone-context=+1-914-555",  # RFC 3966, 3: names an area only
        "863 1234;ext=1",
        "863(0)1234",  # no country code
    ],
)
def test_digits_that_lack_an_area_code_stay_digits(raw: str) -> None:
    number = read(raw)
    assert number.kind is NumberKind.AMBIGUOUS
    assert number.key in {"8631234", "86301234"}


def test_the_longest_extension_is_a_setting() -> None:
    assert read("201", NumberPlan(max_internal=2)).kind is NumberKind.AMBIGUOUS
    assert read("231251", NumberPlan(max_internal=6)).kind is NumberKind.INTERNAL


@pytest.mark.parametrize(
    ("raw", "region", "value"),
    [
        ("112", "DE", "112"),
        ("110", "DE", "110"),
        ("tel:112", "DE", "112"),
        ("999", "GB", "999"),
        ("911", "US", "911"),
        ("116117", "DE", "116117"),
        ("*97", "DE", "*97"),
        ("**701", "DE", "**701"),
        ("*21*03023125123#", "DE", "*21*03023125123#"),
        ("#96*5*", "DE", "#96*5*"),
        ("*31#", "DE", "*31#"),
    ],
)
def test_codes_are_nobodys_number(raw: str, region: str, value: str) -> None:
    number = read(raw, NumberPlan(region=region))
    assert number == Number(raw, NumberKind.FEATURE, None, value)


def test_an_emergency_call_over_an_outside_line() -> None:
    assert read("0112", OUTSIDE).value == "112"
    assert read("999").kind is NumberKind.INTERNAL  # no emergency number in Germany


@pytest.mark.parametrize(
    "raw",
    [
        *("anonymous", "Anonymous", "unknown", "<unknown>", "Withheld", "Private"),
        *("Restricted", "Unavailable", "No Caller ID", "Caller ID withheld"),
        *(
            "anonym",
            "Unbekannt",
            "unterdrückt",
            "unterdrueckt",
            "Rufnummer unterdrückt",
        ),
        "Rufnummer unterdrückt",
        *("nieznany", "Zastrzeżony", "numer zastrzeżony", "prywatny"),
        *("anonyme", "Masqué", "numéro masqué", "inconnu", "privé"),
        *("Anonimo", "sconosciuto", "privato", "numero privato"),
        *("anónimo", "Desconocido", "oculto", "número oculto", "privado"),
        *("sip:anonymous@anonymous.invalid", "sip:unknown@10.0.0.1"),
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        "Anonymous <sip:c8oqz84zk7z@anonymous.invalid>",
        *("unterdr%C3%BCckt", "unterdr%FCckt", "unterdr\ufffdckt", "masqu\ufffd"),
        *("+266696687", "+7378742883"),
    ],
)
def test_anonymous_callers(raw: str) -> None:
    assert read(raw) == Number(raw, NumberKind.ANONYMOUS, None, None)


@pytest.mark.parametrize("raw", ["", " ", "\t\n", "\u200b", "null", "(null)", "%20"])
def test_nothing_at_all(raw: str) -> None:
    assert read(raw) == Number(raw, NumberKind.EMPTY, None, None)


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "$remote",
            "$display_remote",
            "$call-id",
            "$RemoteParty",
            "$n",
            "$user_name1",
        ),
        "$user_name1",
        *("$$REMOTENUMBER$$", "$$INCOMINGNAME$$", "$sip_header(From)"),
        *("${caller.address}", "${caller.uri}", "${caller_id_number}"),
        *("${URIENCODE(${CALLERID(num)})}", "<base64($RemoteParty)>"),
        *("[Number]", "[CallDirection]", "{CALLERNUM}", "{CALLERNUM:1}", "{{number}}"),
        *("{calleridnumber}", "<Call.NumberSC>", "<Call.LineNumberSC>"),
        *("%CallerNumber%", "%%CallerNumber%%", "%CallerDisplayName%", "%n", "%1"),
        *("\ufffdllerNumber%", "\ufffdllerNumber", "ÊllerNumber%"),
        *("%24remote", "%5BNumber%5D", "%7BCALLERNUM%7D", "%2524remote"),
        *("+$remote", "0$remote", "tel:$remote", "sip:$remote@pbx", "+[Number]"),
        *("SIP_FROM_USER", "CallingPartyNumber", "number", "caller_num"),
    ],
)
def test_variables_that_a_phone_did_not_fill_in(raw: str) -> None:
    assert read(raw) == Number(raw, NumberKind.PLACEHOLDER, None, None)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("KzQ5MzAyMzEyNTEyMw==", "KzQ5MzAyMzEyNTEyMw=="),
        ("+49 30 23125123, +49 171 3920012", "+49 30 23125123, +49 171 3920012"),
        ("030 123/030 456", "030 123/030 456"),
        ("030 1234 / 030 5678", "030 1234 / 030 5678"),
        ("030 23125-120/121", "030 23125-120/121"),
        ("030 23125-0/-12", "030 23125-0/-12"),
        ("030 23125123 oder 0171 3920012", "030 23125123 oder 0171 3920012"),
        ("+", "+"),
        ("()", "()"),
        ("%", "%"),
        ("siehe  Notiz", "siehe Notiz"),
        ("12Uhr", "12Uhr"),
        ("0171 DW 5", "0171 DW 5"),
        ("%2525252525252B49", "%252B49"),  # encoded more often than anybody does
        ("20 Uhr", "20 Uhr"),
        ("0800 330 Hotline", "0800 330 Hotline"),
        ("0171 Anna", "0171 Anna"),
        ("info@Example.com", "info@example.com"),
        ("sip:anna@PBX.example.com;transport=tls", "anna@pbx.example.com"),
        ("7777abc@fpbx.example", "7777abc@fpbx.example"),
        ("sip:", "sip:"),
        ("Ext. 2017019", "Ext. 2017019"),
        ("1" * 16, "1" * 16),
        ("+999123456789", "+999123456789"),
        ("x" * 600, "x" * 128),
    ],
)
def test_what_is_no_number_is_kept_as_it_is(raw: str, value: str) -> None:
    assert read(raw) == Number(raw, NumberKind.INVALID, None, value)


@pytest.mark.parametrize("raw", ["+49 158 1234567", "0049158 1234567", "0158/1234567"])
def test_a_number_not_in_use_yet_meets_itself(raw: str) -> None:
    number = read(raw)
    assert (number.kind, number.e164) == (NumberKind.INVALID, None)
    assert number.key == "+491581234567"


def test_the_key_is_what_notations_share() -> None:
    assert read("030 23125123").key == BERLIN
    assert read("201").key == "201"
    assert read("anonymous").key == ""


@pytest.mark.parametrize(
    ("raw", "head"),
    [
        ("030 1234-0", "+49301234"),
        ("+49 (30) 1234 / 0", "+49301234"),
        ("030 1234 0", "+49301234"),
        ("0301234\u20130", "+49301234"),
        ("030 12340", None),
        ("030 1234-10", None),
        ("201-0", None),
        ("+49 30 1234-0 x0", None),
    ],
)
def test_the_switchboard_of_a_head_number(raw: str, head: str | None) -> None:
    assert head_number(raw, read(raw), GERMANY) == head


def test_a_record_abroad_is_read_by_its_own_plan() -> None:
    plan = NumberPlan(area_code="030", outside_prefix="0")
    assert plan.for_record() == NumberPlan(area_code="030")
    assert plan.for_record("DE") == NumberPlan(area_code="030")
    assert plan.for_record("AT") == NumberPlan(region="AT")
