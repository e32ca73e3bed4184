"""How people and phones write numbers: the text around the digits. Pure.

``cleaned`` makes one alphabet of all, ``unwrapped`` opens headers and URIs, and
``candidates`` takes away the words around a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

DECODINGS = 5  # values that went through several systems are encoded several times

SLASHES = {0x2044: "/", 0x2215: "/", 0x29F8: "/", 0x00D7: "x", 0x2212: "-"}
DOTS = {0x00B7: ".", 0x2022: ".", 0x2027: ".", 0x02D9: "."}
SIGNS = {0xFE62: "+", 0x2795: "+", 0x2019: "'", 0x02BC: "'"}
SUBSTITUTES = SLASHES | DOTS | SIGNS

# RFC 3986, 3.1; Teams writes "4:" before a phone number.
SCHEME = re.compile(r"([a-z][a-z0-9+.-]{1,23}|4(?=:\+)):(?://)?", re.IGNORECASE)
SIP = frozenset({"sip", "sips"})
ADDRESS = re.compile(r"\s*[^@\s<>]+@[^@\s<>]+\s*")
PARAMETER = re.compile(r";\s*([a-z-]+)\s*=\s*([^;?]*)", re.IGNORECASE)
DIAL_SCHEMES = SIP | {"tel", "callto"}
LOST_PLUS = re.compile(r" [0-9]+(?:[@;/]|\Z)")
DIALLED = re.compile(r"\s*[+*#(0-9]")

# "49(0)30": what stands before (0) is a country code, plus or not.
BEFORE_ZERO = re.compile(r"\(?\s*[1-9][0-9]{0,2}\s*\)?\s*[(\[]\s*0\s*[)\]]")
# DIN 5008: "-0" is the switchboard of the numbers that begin as it does.
HEAD = re.compile(r"\s*[-/. ]\s*0\s*\)?\s*\Z")

LETTER = "A-Za-zÀ-ɏ"
# Belongs to the PBX behind the number, not to the number (RFC 3966, ;ext=).
INTERNAL = (
    "x|ext|extn|extension|app|apparat|nst|nebenstelle|wew|wewn|wewnętrzny|"
    "poste|int|interno|anexo"
)
EXTENSION = re.compile(
    rf"[\s,;(\[/-]*(?:(?<![{LETTER}])(?:{INTERNAL})(?![{LETTER}])|\#)"
    r"[\s.:=-]*[0-9]{1,7}\s*[)\]]?\s*\Z",
    re.IGNORECASE,
)
ONLY_EXTENSION = re.compile(rf"(?:{INTERNAL})[\s.:=-]*([0-9]+)", re.IGNORECASE)
# Austrian and German direct dialling: these digits are dialled with the number.
DIRECT = re.compile(
    rf"[\s,;(\[/-]*(?<![{LETTER}])(?:dw|durchw|durchwahl|kl|klappe|ddi)(?![{LETTER}])"
    r"[\s.:=-]*([0-9]{1,6})\s*[)\]]?\s*\Z",
    re.IGNORECASE,
)
# Pause, then tones; the telephone network never sees these.
PAUSE = re.compile(r"(?<=[0-9])\s*(?:,,|[pw](?=[0-9*#,]))[0-9,*#pw]*\Z", re.IGNORECASE)
# After six digits: a second number with a beginning of its own, or another ending
# ("-120/121", "-0/-12").
SECOND = re.compile(
    r"(?:[^0-9]*[0-9]){6}.*?"
    r"(?:\+|(?:[/|&\\]|\s-\s)\s*\(?0(?:[ ()/.-]*[0-9]){4}|\s00?[1-9][0-9]{6}"
    r"|/\s*-|-[0-9 ]*/)"
)
# 3GPP TS 22.030: CLIR for one call; *67/*82 in North America, 141/1470 in Britain.
CLIR = re.compile(r"\s*[*#]31#(?=.)")
CLIR_OF_REGION = {
    "US": re.compile(r"\*(?:67|82)(?=(?:[^0-9]*[0-9]){7})"),
    "CA": re.compile(r"\*(?:67|82)(?=(?:[^0-9]*[0-9]){7})"),
    "IT": re.compile(r"\*67#(?=.)"),
}
# Words before and after a number; what stands between its digits.
AROUND = re.compile(
    r"(?:[^0-9+(*#]*[^0-9+(*#\w])?"
    r"(\(?\s*\+*\s*[0-9(][0-9 ()\[\]/.\-_']*?)"
    r"(?:[\s(\[,;:-][^0-9]*)?"
)
VANITY = re.compile(
    r"((?:(?:\+|00)[0-9]{1,3}[ .-]?|1[ .-]?)?\(?0?[0-9]{3,4}\)?)[ .-]?"
    r"([A-Za-z][A-Za-z0-9 .-]{2,9})"
)
KEYPAD = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999"
)  # ITU-T E.161


@dataclass(frozen=True, slots=True)
class Address:
    """What a header or URI holds: the number's text, and where it is valid.

    ``context`` holds the digits of a telephone context (RFC 3966), ``host`` the domain
    of a SIP address.
    """

    text: str
    host: str = ""
    context: str = ""


def cleaned(text: str) -> str:
    """The text in one alphabet: ASCII digits and signs, no invisible characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_plain, text.strip("\r\n\t\v\f\x00")))


def _plain(char: str) -> str:
    substitute = SUBSTITUTES.get(ord(char))
    if substitute is not None:
        return substitute
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category in {"Zs", "Pd"}:
        return " " if category == "Zs" else "-"
    if char in "\r\n\v\f":
        return ","
    if category in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return " " if char == "\t" else ""
    if unicodedata.decomposition(char).startswith("<wide>"):
        return unicodedata.normalize("NFKC", char)
    return char


def decoded(text: str) -> str:
    """The text with one layer of percent encoding removed."""
    return cleaned(unquote(text, errors="replace"))


def unwrapped(text: str) -> Address:
    """Open a header ("Max" <sip:…>;tag=…), a URI, or user@host."""
    if "<" in text:
        text = text.rpartition("<")[2].partition(">")[0]
    scheme = SCHEME.match(text)
    if scheme is None:
        return _address(text, is_sip=False)
    rest = text[scheme.end() :].partition("?")[0]
    is_sip = scheme[1].lower() in SIP
    if is_sip or DIALLED.match(rest):
        # A URI has no blanks: one before bare digits was a plus. "Tel: (201) …" is
        # a person's label.
        is_uri = scheme[1].lower() in DIAL_SCHEMES and LOST_PLUS.match(rest)
        return _address(rest if is_uri else rest.lstrip(), is_sip=is_sip)
    return _address(text, is_sip=False)


def _address(text: str, *, is_sip: bool) -> Address:
    """RFC 3261, 19.1.1 (user;parameters:password@host) and RFC 3966, 3."""
    host = ""
    if "@" in text and (is_sip or ADDRESS.fullmatch(text.partition(";")[0])):
        text, _, place = text.rpartition("@")
        host = re.split(r"[;?\s]", place.strip(), maxsplit=1)[0].lower()
        text = text.partition(":")[0]
    context = ""
    if is_sip or host or PARAMETER.search(text):
        text, _, parameters = text.partition(";")
        context = _telephone_context(parameters)
    return Address(text.rstrip("/"), host=host, context=context)


def _telephone_context(parameters: str) -> str:
    """The leading digits that a local number lacks; domains name no digits."""
    for name, value in PARAMETER.findall(f";{parameters}"):
        if name.lower() == "phone-context" and value.startswith("+"):
            return re.sub(r"[^0-9]", "", value)
    return ""


def has_second_number(text: str) -> bool:
    """Whether a text holds two numbers: none of them is *the* number."""
    return SECOND.match(text) is not None


def without_clir(text: str, region: str) -> str:
    """The text without a code that hides or shows the own number for one call."""
    own = CLIR_OF_REGION.get(region)
    stripped = CLIR.sub("", text, count=1) if CLIR.match(text) else text
    return own.sub("", stripped, count=1) if own and own.match(stripped) else stripped


def without_pause(text: str) -> str:
    """The text without what is dialled after the call is answered."""
    return PAUSE.sub("", text)


def candidates(text: str) -> Iterator[str]:
    """The number in a text with words around it, in the ways it may be meant."""
    direct = DIRECT.search(text)
    if direct and re.search("[0-9]", text[: direct.start()]):
        yield HEAD.sub("", text[: direct.start()]) + direct[1]
        return
    internal = EXTENSION.search(text)
    if internal:
        text = text[: internal.start()]
    around = AROUND.fullmatch(text.strip())
    if around:
        yield around[1]


def vanity(text: str) -> str:
    """The digits of a number that ends in a word ("0800 FLOWERS"), else ""."""
    word = VANITY.fullmatch(text)
    return word[1] + word[2].upper().translate(KEYPAD) if word else ""


def extension_alone(text: str) -> str:
    """The digits of "ext. 12" that no number precedes, else ""."""
    only = ONLY_EXTENSION.fullmatch(text)
    return only[1] if only else ""


def head_of(text: str) -> str:
    """The digits before "-0", written as they were; "" where there is no such end."""
    text = cleaned(text)
    head = HEAD.search(text)
    return text[: head.start()] if head else ""
