"""How a number is handed to a phone: dial templates. Pure: knows no Django.

A template is a URI with one placeholder: ``tel:{e164}``, ``zoiper:{e164}``,
``sip:{digits}@pbx.example.com``. What goes in consists of digits (and a leading plus)
only, so no number can change what the URI means.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import phonenumbers

STANDARD_SCHEMES = frozenset({"tel", "sip", "sips", "callto"})
# URI schemes that softphones register for themselves, as their vendors document them.
APP_SCHEMES = frozenset(
    {"zoiper", "ciscotel", "tapi", "dial", "msteams", "zoomphonecall", "linphone"}
)
PLACEHOLDERS = frozenset({"e164", "digits", "national"})
TEMPLATE_LENGTH = 200
DEFAULT_TEMPLATE = "tel:{e164}"
# RFC 3986: scheme ":" then unreserved and reserved characters, without blanks, quotes
# and angle brackets.
TEMPLATE = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{1,30}):"
    r"(?P<rest>[A-Za-z0-9@:/?&=;,.+_~%{}-]+)"
)
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
E164 = re.compile(r"\+[1-9][0-9]{2,14}")
INTERNAL = re.compile(r"[0-9*#]{1,20}")


class TemplateFault(ValueError):
    """A template that can't be used; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(template: str, schemes: Collection[str]) -> None:
    """Raise TemplateFault where a template can't be used.

    Codes: ``form``, ``scheme`` (not allowed; http and https never are here, as a page
    must not hold a phone's credentials), ``placeholder`` (none, several or unknown).
    """
    if len(template) > TEMPLATE_LENGTH:
        raise TemplateFault("form")
    found = TEMPLATE.fullmatch(template)
    if not found:
        raise TemplateFault("form")
    if found["scheme"] not in schemes or found["scheme"] in {"http", "https"}:
        raise TemplateFault("scheme")
    names = PLACEHOLDER.findall(found["rest"])
    left = PLACEHOLDER.sub("", found["rest"])
    if len(names) != 1 or names[0] not in PLACEHOLDERS or "{" in left or "}" in left:
        raise TemplateFault("placeholder")


def national(e164: str, outside_prefix: str) -> str:
    """A number as one dials it in its own country, behind the outside-line prefix.

    Raises TemplateFault for a number of no country.
    """
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException as error:
        raise TemplateFault("number") from error
    written = phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.NATIONAL
    )
    return outside_prefix + re.sub(r"[^0-9]", "", written)


def render(
    template: str, number: str, schemes: Collection[str], outside_prefix: str = ""
) -> str:
    """The URI that dials a number (E.164, or an internal number).

    Raises TemplateFault for a template that can't be used (it is checked again here,
    for the settings may have changed) or a text that is no number.
    """
    check(template, schemes)
    if E164.fullmatch(number):
        values = {"e164": number, "digits": number[1:]}
        if "{national}" in template:
            values["national"] = national(number, outside_prefix)
    elif INTERNAL.fullmatch(number):
        # RFC 3966: "#" would begin the fragment.
        values = dict.fromkeys(PLACEHOLDERS, number.replace("#", "%23"))
    else:
        raise TemplateFault("number")
    return PLACEHOLDER.sub(lambda found: values[found[1]], template)
