"""What profiles say, in words: the catalogue of their sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from pbxmanager.events import Direction, EventKind
from softphone_connector.profiles.shape import (
    ClientKind,
    Doubt,
    How,
    Lack,
    Profile,
    Quirk,
    Statement,
    Step,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

KINDS: Mapping[ClientKind, _StrPromise] = {
    ClientKind.DESK_PHONE: _("Desk phone"),
    ClientKind.SOFTPHONE: _("Softphone"),
    ClientKind.PBX: _("PBX"),
    ClientKind.SERVICE: _("Service"),
}
HOWS: Mapping[How, _StrPromise] = {
    How.URL: _("Calls an address for each event"),
    How.ADAPTER: _("Posts its own format to one address"),
    How.BRIDGE: _("Through a bridge"),
    How.DIAL: _("Dials only"),
    How.NONE: _("Not yet"),
}
EVENTS: Mapping[tuple[EventKind, Direction], _StrPromise] = {
    (EventKind.RINGING, Direction.INBOUND): _("An incoming call rings"),
    (EventKind.RINGING, Direction.OUTBOUND): _("An outgoing call begins"),
    (EventKind.RINGING, Direction.UNKNOWN): _("A call rings"),
    (EventKind.CONNECTED, Direction.INBOUND): _("An incoming call is answered"),
    (EventKind.CONNECTED, Direction.OUTBOUND): _("An outgoing call is answered"),
    (EventKind.CONNECTED, Direction.UNKNOWN): _("A call is answered"),
    (EventKind.ENDED, Direction.INBOUND): _("An incoming call ends"),
    (EventKind.ENDED, Direction.OUTBOUND): _("An outgoing call ends"),
    (EventKind.ENDED, Direction.UNKNOWN): _("A call ends"),
    (EventKind.MISSED, Direction.INBOUND): _("A call was missed"),
    (EventKind.MISSED, Direction.OUTBOUND): _("Nobody answered an outgoing call"),
    (EventKind.MISSED, Direction.UNKNOWN): _("A call was missed"),
}
ALL_EVENTS = _("All events")

STEPS: Mapping[Step, _StrPromise] = {
    Step.ACTIVATE_EACH: _("Tick the box beside each address, else it is not called."),
    Step.ADD_LINES: _("Add the lines below to %(what)s."),
    Step.ALLOW_DIALLING: _(
        "Only if the client is to be dialled from outside: allow that there (%(what)s)."
    ),
    Step.BACKGROUND: _(
        "Choose the action “%(what)s”, which works in the background. The other one "
        "opens a window for each event."
    ),
    Step.BRIDGE: _(
        "Let the bridge run all the time, as a service. Its command stands below, to "
        "be run in the folder of the CRM; for other computers see %(what)s."
    ),
    Step.CHOOSE_NUMBERS: _(
        "Choose there which numbers report their calls (%(what)s): the others report "
        "nothing."
    ),
    Step.CLOSED: _("Close the client before you edit %(what)s."),
    Step.DIAL_CODE: _("Dial %(what)s once on a telephone that is connected to it."),
    Step.EXECUTABLE: _(
        "Let yourself run the script, and nobody else read it, for it holds your key: "
        "chmod 700 %(what)s"
    ),
    Step.EXTENSIONS: _(
        "Give your users the extensions that the service calls them by, such as "
        "%(what)s."
    ),
    Step.FILL_VARIABLES: _(
        "Put the client's own variables in place of those in braces, such as {NUMBER}: "
        "the client's help lists them. %(what)s"
    ),
    Step.IN_WINDOW: _(
        "Instead of adding the lines you can enter the same script in each field of "
        "%(what)s."
    ),
    Step.MAP: _(
        "Tell the bridge which of your extensions each number and each telephone "
        "rings, in place of %(what)s."
    ),
    Step.NO_SCHEME: _(
        "If the field shows http:// already, or its examples come without it, leave "
        "it out."
    ),
    Step.ONE_END: _(
        "Of the settings for the end fill in %(what)s only. A second one would report "
        "each end twice."
    ),
    Step.ONE_KEY_EACH: _("Give each user a key of their own."),
    Step.ONLY_THERE: _(
        "Enter the address there only: as %(what)s it would keep calls from being "
        "connected."
    ),
    Step.OWN_PATH: _("Put the whole path of your home folder in place of %(what)s."),
    Step.PRIVATE: _("Let nobody else read the file with the key: chmod 600 %(what)s"),
    Step.RULE_PER_EVENT: _("Make one rule for each of these addresses."),
    Step.SAVE_FILES: _(
        "Save what is below in this folder of the computer on which the client runs: "
        "%(what)s"
    ),
    Step.SIGNING_KEY: _(
        "The service signs what it sends (%(what)s). Enter its public key, which "
        "stands below, as the signing secret when you make the key; else the signature "
        "is not checked."
    ),
    Step.SIGNING_SECRET: _(
        "The service signs what it sends (%(what)s). When you make the key, enter the "
        "secret from the service's settings as the signing secret; else the signature "
        "is not checked."
    ),
    Step.SUBSCRIBE: _("Switch on these notifications: %(what)s."),
}

QUIRKS: Mapping[Quirk, _StrPromise] = {
    Quirk.BARE_INTERNATIONAL: _(
        "Numbers come in international form without plus or 00. They are read so."
    ),
    Quirk.BASE64: _("Values may come in Base64. They are decoded."),
    Quirk.BROWSER: _(
        "It opens the address in the browser. The page that opens is the popup of the "
        "call; whoever is not signed in signs in first."
    ),
    Quirk.DIALS_BACK: _(
        "It rings the user's own phone first and then the other side. That ring counts "
        "as part of the outgoing call and opens no second popup."
    ),
    Quirk.EMPTY_AT_END: _(
        "At the end of a call %(what)s may be empty. The call is found by its ID, or "
        "as the one that is running."
    ),
    Quirk.FOLLOWED_BY_AND: _(
        "A variable must be followed by & or by the end of the address. The addresses "
        "above are made that way."
    ),
    Quirk.ID_PER_LEG: _(
        "Each leg of a call has an ID of its own (%(what)s). Legs are joined by number "
        "and time."
    ),
    Quirk.IDS_RESTART: _(
        "It uses its call IDs again for later calls. A ringing after an end begins a "
        "new call."
    ),
    Quirk.LITERAL: _(
        "What it does not know it sends as it stands (%(what)s). That counts as not "
        "stated."
    ),
    Quirk.MADE_ID: _(
        "It gives no call ID; the address makes one of other values (%(what)s)."
    ),
    Quirk.NO_CALL_ID: _(
        "It gives no call ID. Events are put together by extension, number and time; "
        "two calls of one extension with the same number at the same time can't be "
        "told apart."
    ),
    Quirk.NOT_ENCODED: _(
        "It does not encode what it puts into the address. A lost plus is mended; an & "
        "in a name cuts it, so that the name comes last. %(what)s"
    ),
    Quirk.OUT_OF_ORDER: _(
        "Events can arrive in the wrong order (%(what)s). The order does not matter."
    ),
    Quirk.OWN_EVENTS: _("It has names of its own for the events: %(what)s."),
    Quirk.REPLY_ECHO: _(
        "It checks the address first and wants its own text back (%(what)s). It gets "
        "it."
    ),
    Quirk.REPLY_XML: _(
        "It wants an answer in XML to %(what)s, else it reports nothing more. It gets "
        "it."
    ),
    Quirk.SEMICOLON: _(
        "Some separate the parameters by semicolons instead of &. Both are read."
    ),
    Quirk.SEVERAL_ENDS: _(
        "One end can fire several events (%(what)s). They count once."
    ),
    Quirk.SIGNED: _(
        "It signs what it sends (%(what)s). The signature is checked where the key has "
        "the signing secret."
    ),
    Quirk.SIP_URI: _(
        "Numbers come as SIP addresses, such as sip:201@pbx.example.com. The number is "
        "taken out of them."
    ),
    Quirk.SLASHES_DIALLED: _(
        "With slashes (%(what)s) Windows adds one that is dialled too. The template "
        "does without."
    ),
}

LACKS: Mapping[Lack, _StrPromise] = {
    Lack.DEVICE_LATE: _(
        "While it rings, %(client)s does not say whose phone that is: the popup comes "
        "to a person only with the answer, or where the key is limited to one "
        "extension."
    ),
    Lack.FORWARDED: _(
        "%(client)s reports no incoming call while it forwards calls or is set to do "
        "not disturb."
    ),
    Lack.INTERNAL: _("%(client)s does not report calls between colleagues."),
    Lack.LATE: _(
        "%(client)s reports a call only when it is over: no popup while it rings."
    ),
    Lack.MAPPED: _(
        "%(client)s does not say which phones ring: those count that you give to the "
        "called number."
    ),
    Lack.NO_CONNECTED: _(
        "%(client)s does not report that a call was answered: an answered call can't "
        "be told from a missed one."
    ),
    Lack.NO_CONNECTED_OUT: _(
        "%(client)s reports only with the end whether an outgoing call was answered."
    ),
    Lack.NO_END: _(
        "%(client)s reports no end: these calls have no duration, and PBX Clean Up "
        "removes those nobody touched."
    ),
    Lack.NO_EXTENSION: _(
        "%(client)s does not say which extension rings: give each user a key of their "
        "own, limited to one extension."
    ),
    Lack.NO_MISSED: _(
        "%(client)s has no event for missed calls: a call that rang and ended without "
        "an answer counts as missed."
    ),
    Lack.NO_NAME: _("%(client)s does not state the caller's name."),
    Lack.NO_OUTBOUND: _(
        "%(client)s does not report outgoing calls. A click on a number makes its own "
        "entry."
    ),
    Lack.NOTHING: _(
        "%(client)s reports no calls. A click on a number makes an entry without "
        "duration."
    ),
    Lack.OWN_FORMAT: _(
        "%(client)s reports calls in a format of its own that is not read yet: "
        "%(what)s."
    ),
}

DOUBTS: Mapping[Doubt, _StrPromise] = {
    Doubt.BOTH_ENDS: _("that both are called at one end: %(what)s"),
    Doubt.CALL_ID: _("that this stays the same during a call: %(what)s"),
    Doubt.CAUSES: _("the words for why a call ended: %(what)s"),
    Doubt.CONNECTED: _("that every firmware has it: %(what)s"),
    Doubt.DIAL: _("the way to dial: %(what)s"),
    Doubt.EMPTY: _("that these may be empty at the end of a call: %(what)s"),
    Doubt.ENCODING: _("whether it encodes what it puts into the address"),
    Doubt.EVENTS: _("when exactly the events are sent: %(what)s"),
    Doubt.METHOD: _("that it calls the address by GET or POST"),
    Doubt.MODELS: _("that these work the same way: %(what)s"),
    Doubt.NO_END: _("that it reports no end"),
    Doubt.SCRIPT: _("the script, which was not tried with the client"),
    Doubt.SIGNATURE: _("how it signs: %(what)s"),
    Doubt.VARIABLES: _("the names of its variables: %(what)s"),
    Doubt.WHERE: _("the way to its settings: %(what)s"),
}
# By the kind of statement: members of two kinds can have the same value.
CATALOGUE: Mapping[type, Mapping[Any, _StrPromise]] = {
    Step: STEPS,
    Quirk: QUIRKS,
    Lack: LACKS,
    Doubt: DOUBTS,
}


def sentence(profile: Profile, statement: Statement) -> str:
    """A statement about a client in words, in the active language."""
    code, what = statement.code, statement.what
    text = CATALOGUE[type(code)][code] % {"client": profile.name, "what": what}
    return text if what else text.strip().removesuffix(":")


def event_label(
    event: EventKind | None = None, direction: Direction = Direction.UNKNOWN
) -> _StrPromise:
    """What happens at an event; without one: that an address is for all of them."""
    return EVENTS[event, direction] if event else ALL_EVENTS
