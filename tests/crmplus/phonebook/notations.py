"""Real numbers, and the ways people and phones write them, for property tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat as Format
from phonenumbers import PhoneNumberType as Type

from crmplus.phonebook.normalise import NumberPlan

REGIONS = ("DE", "AT", "CH", "PL", "US", "GB", "FR", "IT")
ABROAD = {"US": "011"}
FULL_WIDTH = str.maketrans("0123456789+-() ", "０１２３４５６７８９＋－（）　")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@dataclass(frozen=True)
class Real:
    """A number in use, and the region it is in."""

    e164: str
    region: str

    @property
    def parsed(self) -> phonenumbers.PhoneNumber:
        return phonenumbers.parse(self.e164)

    def written(self, style: int) -> str:
        return phonenumbers.format_number(self.parsed, style)

    @property
    def national(self) -> str:
        """As dialled within the region, digits only."""
        return "".join(filter(str.isdigit, self.written(Format.NATIONAL)))


@st.composite
def real_numbers(draw: st.DrawFn, regions: tuple[str, ...] = REGIONS) -> Real:
    """A valid number: an example of its region with other last digits."""
    region = draw(st.sampled_from(regions))
    kind = draw(st.sampled_from([Type.FIXED_LINE, Type.MOBILE, Type.TOLL_FREE]))
    example = phonenumbers.example_number_for_type(region, kind)
    assert example is not None
    e164 = phonenumbers.format_number(example, Format.E164)
    ending = draw(st.text("0123456789", min_size=4, max_size=4))
    changed = e164[:-4] + ending
    number = phonenumbers.parse(changed)
    valid = phonenumbers.is_valid_number_for_region(number, region)
    return Real(changed if valid else e164, region)


Notation = Callable[[Real], tuple[str, NumberPlan]]


def _at_home(number: Real, text: str) -> tuple[str, NumberPlan]:
    return text, NumberPlan(region=number.region)


def _international(template: str) -> Notation:
    """A notation that means the same everywhere."""
    return lambda number: (
        template.format(
            e164=number.e164,
            digits=number.e164[1:],
            pretty=number.written(Format.INTERNATIONAL),
            uri=number.written(Format.RFC3966),
        ),
        NumberPlan(region=number.region),
    )


def _national(template: str) -> Notation:
    return lambda number: _at_home(
        number,
        template.format(digits=number.national, pretty=number.written(Format.NATIONAL)),
    )


def _signs(before: str, after: str) -> Notation:
    return lambda number: _at_home(
        number, number.written(Format.NATIONAL).replace(before, after)
    )


NOTATIONS: list[Notation] = [
    *map(
        _international,
        [
            *("{e164}", "{pretty}", "{uri}", "tel:{e164}", "callto:{e164}"),
            *("callto://{e164}/", "sip:{e164}@pbx.example.com", " {digits}"),
            *(
                "sips:{e164}@pbx.example.com;user=phone",
                "sip: {digits}@10.0.0.1",
            ),
            *('"Max" <sip:{e164}@pbx.example.com>;tag=1', "{e164}@10.0.0.1"),
            *("%2B{digits}", "%252B{digits}", "%25252B{digits}", "%20{digits}"),
            *("\u202a{pretty}\u202c", "\u200b{e164}\ufeff", "Tel.: {pretty}"),
            *(
                "{pretty} x12",
                "{pretty} ext. 12",
                "{pretty} App. 12",
                "{pretty} wew. 12",
            ),
            *("{pretty} (privat)", "Zentrale {pretty}", "{e164};ext=12", "++{digits}"),
            "{pretty} wew. 12",
            *("*31#{e164}", "{e164}#", "({pretty})"),
        ],
    ),
    *map(
        _national,
        [
            *("{digits}", "{pretty}", "tel:{digits}", "callto:{digits}", "{digits}#"),
            *("sip:{digits}@192.168.178.1", "{digits}@172.16.1.1", "*31#{digits}"),
            *("{pretty} ext. 12", "Mobil: {pretty}", "\u200e{pretty}"),
        ],
    ),
    *(_signs(" ", sign) for sign in ("-", ".", "/", "\u00a0", "\u2009", "\u2011", "")),
    lambda number: _at_home(number, ABROAD.get(number.region, "00") + number.e164[1:]),
    lambda number: _at_home(
        number, number.written(Format.INTERNATIONAL).translate(FULL_WIDTH)
    ),
    lambda number: _at_home(number, number.national.translate(ARABIC)),
    lambda number: _at_home(number, number.national.translate(PERSIAN)),
    lambda number: (
        f"9{number.national}",
        NumberPlan(region=number.region, outside_prefix="9"),
    ),
    lambda number: (
        f"0{number.national}",
        NumberPlan(region=number.region, outside_prefix="0"),
    ),
    lambda number: (
        f"000{number.e164[1:]}",
        NumberPlan(region=number.region, outside_prefix="0"),
    ),
]
