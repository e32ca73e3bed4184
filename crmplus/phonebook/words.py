"""Words that stand where a number should be. Pure: knows no Django.

Anonymous callers as PBXs and phones write them in six languages, and variables that
a phone did not fill in.
"""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\ufffd"  # what a decoder leaves of bytes that are no UTF-8

# English, German, Polish, French, Italian, Spanish; as ``fold`` leaves them.
ANONYMOUS = frozenset(
    """
    anonymous, anonymous caller, anonymous call, unknown, unknown caller,
    unknown number, caller unknown, number unknown, withheld, number withheld,
    withheld number, caller withheld, private, private caller, private number,
    restricted, restricted number, unavailable, number unavailable, blocked,
    blocked number, hidden, hidden number, suppressed, no caller id, no number,
    out of area, presentation restricted, id withheld, caller id withheld,
    anonym, anonymer anrufer, anonymer anruf, unbekannt, unbekannter anrufer,
    unbekannte nummer, unbekannte rufnummer, nummer unbekannt, rufnummer unbekannt,
    unterdruckt, unterdrueckt, nummer unterdruckt, rufnummer unterdruckt,
    nummer unterdrueckt, rufnummer unterdrueckt, unterdruckte nummer,
    unterdruckte rufnummer, privat, private nummer, private rufnummer, keine nummer,
    keine rufnummer, ohne rufnummer, nicht verfugbar,
    nieznany, nieznana, nieznane, nieznany numer, numer nieznany, zastrzezony,
    zastrzezona, zastrzezone, zastrzezony numer, numer zastrzezony, prywatny,
    numer prywatny, numer ukryty, ukryty, anonimowy, anonimowe, niedostepny,
    brak numeru,
    anonyme, appel anonyme, appelant anonyme, masque, numero masque, appel masque,
    inconnu, numero inconnu, appelant inconnu, correspondant inconnu, prive,
    numero prive, appel prive, secret, numero secret, non disponible, indisponible,
    anonimo, chiamante anonimo, chiamata anonima, numero anonimo, sconosciuto,
    numero sconosciuto, chiamante sconosciuto, privato, numero privato, nascosto,
    numero nascosto, riservato, numero riservato,
    llamada anonima, desconocido, numero desconocido, oculto, numero oculto, privado,
    numero privado, restringido, numero restringido, no disponible, sin numero
    """.replace("\n", " ")
    .strip()
    .split(", ")
)
ANONYMOUS_WORDS = frozenset(" ".join(phrase.split()) for phrase in ANONYMOUS)

# Digits that carriers and Twilio send for anonymous, restricted, blocked, unknown and
# unavailable: the words, spelled on a keypad. No such number is in use.
ANONYMOUS_DIGITS = frozenset(
    {"+266696687", "+7378742883", "+2562533", "+8566696", "+86282452253"}
)

# What programs print for a value that they do not have.
NOTHING = frozenset({"null", "nil", "none", "undefined", "nan"})

# Names of variables that stand for themselves in some products, without any sign.
BARE_NAMES = re.compile(
    r"SIP_(?:FROM|TO)(?:_\w+)?"
    r"|(?:Calling|Called)Party(?:Number|Name)|(?:Caller|Dialed|Remote)(?:Number|Party)"
    r"|(?:caller_num|peer_?uri|callerid(?:number)?|caller_id_number|number|phone)",
    re.IGNORECASE,
)
# "tel:", "sip:" or a fixed plus or zeros may stand before the variable.
BEFORE = r"(?:[a-z][a-z+.-]*:(?://)?)?[+0]{0,3}"
PLACEHOLDER = re.compile(
    # $remote, $$REMOTENUMBER$$, ${caller.address}, <base64($RemoteParty)>
    r".*\$\$?\{?[a-z_].*"
    # {CALLERNUM}, {CALLERNUM:1}, {{number}}, #{number}
    rf"|{BEFORE}[#@$]?\{{\{{?[^{{}}]*[a-z_][^{{}}]*\}}.*"
    # [Number]; an IPv6 address has colons
    rf"|{BEFORE}\[[a-z_][\w .-]*\](?:@.*)?"
    # <Call.NumberSC>; a URI has colons, an address has an at sign
    rf"|{BEFORE}<+[a-z][\w .-]*(?:\(.*\))?>+"
    # %CallerNumber%, %%CallerNumber%%, %n, %1
    rf"|{BEFORE}(?:%{{1,2}}[a-z_][\w .:-]*%{{1,2}}|%[a-z1-9])"
    # what is left of %CallerNumber% after "%Ca" was decoded to one broken byte
    rf"|[^0-9%]*[a-z]{{3,}}%|[^0-9]*{REPLACEMENT}[^0-9]*",
    re.IGNORECASE | re.DOTALL,
)


def fold(text: str) -> str:
    """Lower case without accents and punctuation, for comparing words."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l"))
    letters = (char for char in plain if not unicodedata.combining(char))
    kept = "".join(
        char if char.isalnum() or char == REPLACEMENT else " " for char in letters
    )
    return " ".join(kept.split())


def is_anonymous(text: str) -> bool:
    """Whether a text says that the caller does not show a number."""
    words = fold(text)
    if REPLACEMENT not in words:
        return words in ANONYMOUS_WORDS
    # Latin-1 read as UTF-8 breaks the one letter with an accent: "unterdr\ufffdckt".
    broken = re.compile(re.escape(words).replace(REPLACEMENT, ".{1,2}"))
    return any(broken.fullmatch(phrase) for phrase in ANONYMOUS_WORDS)


def is_nothing(text: str) -> bool:
    """Whether a text stands for no value at all: blanks, ``(null)``, ``undefined``."""
    return not text.strip() or fold(text) in NOTHING


def is_placeholder(text: str) -> bool:
    """Whether a text is a variable that the phone did not replace by its value."""
    stripped = text.strip()
    return bool(PLACEHOLDER.fullmatch(stripped) or BARE_NAMES.fullmatch(stripped))
