"""What a text in a number field means. Pure: knows no Django, no database.

``normalise`` never guesses: digits that may be two numbers, or a number that lacks
its area code, stay ``ambiguous`` and are matched digit for digit. The reasons are in
``docs/decisions/reading-numbers.md``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from crmplus.phonebook import notation, numbering, words

MAX_RAW = 512
MAX_TEXT = 128
MAX_EMERGENCY = 6
CACHED = 128  # longer texts are no numbers as a rule, and would fill the cache


class NumberKind(StrEnum):
    """What a text turned out to be.

    ``internal`` is an extension. ``feature`` is nobody's number: an emergency, short
    or star code. ``ambiguous`` digits need a setting (an area code, say) to be a
    number. ``placeholder`` is a variable that the phone did not fill in.
    """

    E164 = "e164"
    INTERNAL = "internal"
    FEATURE = "feature"
    AMBIGUOUS = "ambiguous"
    ANONYMOUS = "anonymous"
    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """How numbers are written and dialled at an installation.

    ``region`` is ISO 3166-1 alpha-2. ``area_code`` completes local numbers ("030" or
    "+4930"). ``outside_prefix`` is dialled for an outside line. With
    ``bare_international`` numbers come without plus or 00 ("493023125123").
    ``own_numbers`` never match anybody; one that ends in "-0" or "*" stands for all
    that begin as it does. An extension has ``min_internal`` to ``max_internal``
    digits, and begins like one of ``internal_prefixes`` where there are any.
    ``ignored_numbers`` are nobody's calls: "*" at the end as above.
    """

    region: str = "DE"
    area_code: str = ""
    outside_prefix: str = ""
    bare_international: bool = False
    own_numbers: tuple[str, ...] = ()
    max_internal: int = 5
    min_internal: int = 1
    internal_prefixes: tuple[str, ...] = ()
    ignored_numbers: tuple[str, ...] = ()

    def is_extension(self, digits: str) -> bool:
        """Whether some digits can be a line of the installation's own."""
        if not self.min_internal <= len(digits) <= self.max_internal:
            return False
        return not self.internal_prefixes or digits.startswith(self.internal_prefixes)

    def for_record(self, region: str = "") -> NumberPlan:
        """The plan for a number stored in a record of a region ("" for the own one).

        Nobody stores an outside-line prefix. The own area code says nothing about
        records abroad.
        """
        if region in {"", self.region}:
            return replace(self, outside_prefix="")
        return replace(self, region=region, area_code="", outside_prefix="")


@dataclass(frozen=True, slots=True)
class Number:
    """A text and what it means.

    ``e164`` is "+" and at most 15 digits (ITU-T E.164), None for other kinds.
    ``value`` is what is kept and matched: the E.164 form, the digits, or the text;
    None for what names nobody (anonymous, empty, placeholder).
    """

    raw: str
    kind: NumberKind
    e164: str | None
    value: str | None

    @property
    def key(self) -> str:
        """What two notations of one number share; "" for what names nobody."""
        return self.e164 or self.value or ""


def normalise(raw: str, plan: NumberPlan) -> Number:
    """Read a number in any notation. Never raises, whatever the text."""
    if len(raw) > CACHED:
        return normalise_once(raw, plan)
    return _cached(raw, plan)


def head_number(raw: str, number: Number, plan: NumberPlan) -> str | None:
    """The E.164 digits that all numbers behind a switchboard "…-0" begin with."""
    head = notation.head_of(raw) if number.e164 and number.e164[-1] == "0" else ""
    if head and normalise(f"{head}0", plan).e164 == number.e164:
        return number.e164 and number.e164[:-1]
    return None


def normalise_once(raw: str, plan: NumberPlan) -> Number:
    """``normalise`` without remembering the answer, for many numbers in a row."""
    if PLAIN.fullmatch(raw) and not (
        SEPARATED.search(raw) and notation.has_second_number(raw)
    ):
        return _plain(raw, raw, plan)
    text = notation.cleaned(raw[:MAX_RAW])
    for _ in range(notation.DECODINGS):
        kind = _wordless_kind(text)
        if kind:
            return Number(raw, kind, None, None)
        decoded = notation.decoded(text) if "%" in text else text
        if decoded == text:
            break
        text = decoded
    return _from_address(raw, notation.unwrapped(text), text, plan)


_cached = lru_cache(maxsize=65_536)(normalise_once)

# Digits with the usual signs between them: no words to be taken away.
PLAIN = re.compile(r"[+(]?[0-9][0-9 ./()-]{0,30}")
SEPARATED = re.compile(r"/| -| 0")  # without these there is no second number
SIGNS = str.maketrans("", "", " ./()-[]_'")
BRITISH_CLIR = re.compile(r"^(?:141|1470)(?=0)")
# FRITZ!Box: **1 to **9, **51 to **59, **600 to **629 ring its own telephones.
FRITZBOX = re.compile(r"\*\*(?:[1-9]|5[0-9]|6[0-2][0-9])")
CODE = re.compile(r"[0-9*#]*[*#][0-9*#]*")


def _wordless_kind(text: str) -> NumberKind | None:
    """The kind of a text that names no number, None where it may."""
    if words.is_nothing(text):
        return NumberKind.EMPTY
    if words.is_anonymous(text):
        return NumberKind.ANONYMOUS
    return NumberKind.PLACEHOLDER if words.is_placeholder(text) else None


def _from_address(
    raw: str, address: notation.Address, text: str, plan: NumberPlan
) -> Number:
    user = address.text[:MAX_TEXT]
    if address.host == "anonymous.invalid" or words.is_anonymous(user):  # RFC 3323
        return Number(raw, NumberKind.ANONYMOUS, None, None)
    number = _read(raw, user, address.context, plan)
    if number:
        return number
    kept = f"{user.strip()}@{address.host}" if address.host else " ".join(text.split())
    return Number(raw, NumberKind.INVALID, None, kept[:MAX_TEXT])


def _read(raw: str, text: str, context: str, plan: NumberPlan) -> Number | None:
    """The number in a text, None where it holds none or more than one."""
    dialled = notation.without_pause(notation.without_clir(text, plan.region))
    number = _code(raw, dialled, plan) if CODE.search(dialled) else None
    if number or notation.has_second_number(dialled):
        return number
    bare = dialled.rstrip(" #")
    if context and _is_digits(bare):
        found = _in_context(bare.translate(SIGNS), context)
        if found:
            return Number(raw, NumberKind.E164, found, found)
    if DIGITS.fullmatch(bare):
        return _plain(raw, bare, plan)
    return _among_words(raw, bare.strip(), plan)


DIGITS = re.compile(r"[(\s]*\+*(?=[^0-9]*[0-9])[0-9 ()\[\]/.\-_']*")


def _is_digits(text: str) -> bool:
    return DIGITS.fullmatch(text) is not None and "+" not in text


def _code(raw: str, text: str, plan: NumberPlan) -> Number | None:
    """A star or hash code; None where "#" only ends or extends a number."""
    code = text.translate(SIGNS)
    if not CODE.fullmatch(code) or not code.rstrip("#*"):
        return None
    if code.rstrip("#").isdigit() or re.fullmatch(r"[0-9]+#[0-9]+", code):
        return None
    kind = NumberKind.INTERNAL if FRITZBOX.fullmatch(code) else NumberKind.FEATURE
    return Number(raw, kind, None, code[:MAX_TEXT])


def _among_words(raw: str, text: str, plan: NumberPlan) -> Number | None:
    """A number with words around it counts only if it is complete."""
    spelled = notation.vanity(text)
    if spelled:
        number = _plain(raw, spelled, plan)
        if number.e164 and numbering.is_service_number(number.e164):
            return number
    extension = notation.extension_alone(text)
    if extension and plan.is_extension(extension):
        return Number(raw, NumberKind.INTERNAL, None, extension)
    for candidate in notation.candidates(text):
        number = _plain(raw, candidate, plan)
        if number.kind is NumberKind.E164:
            return number
    return None


def _plain(raw: str, text: str, plan: NumberPlan) -> Number:
    """Read digits, with or without plus."""
    digits = text.translate(SIGNS)
    if "+" in digits:
        digits = digits.lstrip("+")
        # A country code never begins with 0: the plus was put before any number.
        if digits[:1] != "0":
            return _definite(raw, f"+{digits}", numbering.international(digits), plan)
    elif "(" in text and notation.BEFORE_ZERO.match(text.strip()):
        found = numbering.international(digits)
        if found:
            return Number(raw, NumberKind.E164, found, found)
    return _dialled(raw, digits, text[:1] == " " and text[1:2].isdigit(), plan)


def _definite(raw: str, text: str, found: str | None, plan: NumberPlan) -> Number:
    """A number whose notation leaves no question, in use or not."""
    if found:
        return Number(raw, NumberKind.E164, found, found)
    if text in words.ANONYMOUS_DIGITS:
        return Number(raw, NumberKind.ANONYMOUS, None, None)
    value = numbering.possible(text, plan.region) or text
    return Number(raw, NumberKind.INVALID, None, value[:MAX_TEXT])


def _dialled(raw: str, digits: str, plus_lost: bool, plan: NumberPlan) -> Number:
    """Digits without plus: an extension, a code, or what the settings make of them."""
    if plan.region == "GB":
        digits = BRITISH_CLIR.sub("", digits, count=1)
    short = _short(digits, plan)
    if short:
        return Number(raw, short[0], None, short[1])
    found = _readings(digits, plus_lost, plan)
    if len(found) == 1:
        return _definite(raw, digits, found.pop(), plan)
    if not found and numbering.is_complete(digits, plan.region):
        return _definite(raw, digits, None, plan)
    if not found and numbering.is_short_code(digits, plan.region):
        return Number(raw, NumberKind.FEATURE, None, digits)
    usable = len(digits) <= numbering.MAX_DIGITS
    kind = NumberKind.AMBIGUOUS if usable else NumberKind.INVALID
    return Number(raw, kind, None, digits[:MAX_TEXT])


def _short(digits: str, plan: NumberPlan) -> tuple[NumberKind, str] | None:
    outside = plan.outside_prefix
    if len(digits) > max(MAX_EMERGENCY + len(outside), plan.max_internal):
        return None
    inner = digits[len(outside) :] if digits.startswith(outside) else digits
    for code in {digits, inner}:
        if 0 < len(code) <= MAX_EMERGENCY and numbering.is_emergency(code, plan.region):
            return NumberKind.FEATURE, code
    if plan.is_extension(digits):
        return NumberKind.INTERNAL, digits
    return None


def _readings(digits: str, plus_lost: bool, plan: NumberPlan) -> set[str]:
    """All numbers in use that the digits may be under the settings."""
    outside, region, area = plan.outside_prefix, plan.region, plan.area_code
    if not (outside or area or plus_lost):
        return _complete(digits, plan)
    local = None
    if outside and digits.startswith(outside):
        inner = digits[len(outside) :]
        found = _complete(inner, plan)
        if found:  # the admin's word: these digits begin with an outside line
            return found
        local = numbering.local(inner, region, area)
    readings = _complete(digits, plan) | ({local} if local else set())
    lost = numbering.international(digits) if plus_lost else None
    if lost:
        readings.add(lost)
    same = None if local else numbering.local(digits, region, area)
    return readings | {same} if same else readings


def _complete(digits: str, plan: NumberPlan) -> set[str]:
    found = numbering.national(digits, plan.region)
    bare = numbering.international(digits) if plan.bare_international else None
    return {number for number in (found, bare) if number}


def _in_context(digits: str, context: str) -> str | None:
    """RFC 3966, 5.1.5: a local number, and the digits it is local to."""
    region = numbering.region_of(context)
    found = {numbering.international(context + digits)}
    found.add(numbering.national(digits, region) if region else None)
    found.discard(None)
    return found.pop() if len(found) == 1 else None
