"""libphonenumber's numbering plans as patterns that are quick to ask. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat
from phonenumbers.phonemetadata import PhoneNumberDesc

NOWHERE = "001"

NOTHING = r"(?!)"

TYPES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip"),
    *("personal_number", "pager", "uan", "voicemail"),
)


@dataclass(frozen=True, slots=True)
class Region:
    """Which numbers of a calling code belong to a region and are in use there."""

    leading: re.Pattern[str] | None
    valid: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Country:
    """A calling code: the pattern of what may have to be removed, and its regions.

    ``trunk`` is a trunk prefix that is all there may be to remove, else "".
    """

    prefix: re.Pattern[str] | None
    trunk: str
    regions: tuple[Region, ...]

    def has(self, national: str) -> bool:
        """Whether a national significant number is in use (libphonenumber's rule)."""
        for region in self.regions:
            if region.leading is None:
                if region.valid.match(national):
                    return True
            elif region.leading.match(national):
                return region.valid.match(national) is not None
        return False


@dataclass(frozen=True, slots=True)
class Home:
    """How people dial within a region.

    ``trunk`` is what they write before the area code ("0", "06"), "" for nothing;
    ``plain`` says that the library would do no more than take it away.
    """

    code: str
    international_prefix: re.Pattern[str]
    trunk: str
    prefix: re.Pattern[str] | None
    plain: bool


@lru_cache(maxsize=512)
def country_of(code: str) -> Country:
    """The patterns of a calling code."""
    names = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)]
    metadata = [metadata_of(name, code) for name in names]
    prefix = metadata[0].national_prefix_for_parsing or ""
    return Country(
        prefix=_compiled(prefix),
        trunk=prefix if prefix.isdigit() else "",
        regions=tuple(
            Region(
                # The library asks for the region only where there are several.
                leading=_compiled(data.leading_digits) if len(names) > 1 else None,
                valid=_valid_pattern(data),
            )
            for data in metadata
        ),
    )


@lru_cache(maxsize=512)
def home_of(region: str) -> Home | None:
    """How people dial within a region, None for one that is not known."""
    data = PhoneMetadata.metadata_for_region(region, None)
    if data is None or region not in phonenumbers.SUPPORTED_REGIONS:
        return None
    prefix = data.national_prefix or ""
    code = phonenumbers.country_code_for_region(region)
    main = phonenumbers.region_code_for_country_code(code) == region
    return Home(
        code=str(code),
        international_prefix=re.compile(data.international_prefix or NOTHING),
        trunk=prefix if _writes(prefix, region) else "",
        prefix=_compiled(data.national_prefix_for_parsing),
        plain=main and prefix == data.national_prefix_for_parsing != "1",
    )


def _writes(prefix: str, region: str) -> bool:
    """Whether people of a region write its trunk prefix (a German does)."""
    example = phonenumbers.example_number(region)
    if not prefix or example is None:
        return bool(prefix)
    written = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
    return re.sub(r"[^0-9]", "", written).startswith(prefix)


def metadata_of(region: str, code: str) -> PhoneMetadata:
    """The library's data of a region, or of a calling code that has none."""
    if region == NOWHERE:
        data = PhoneMetadata.metadata_for_nongeo_region(int(code), None)
    else:
        data = PhoneMetadata.metadata_for_region(region, None)
    if data is None:  # pragma: no cover - the library ships data for all it lists
        raise LookupError(region)
    return data


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _valid_pattern(data: PhoneMetadata) -> re.Pattern[str]:
    """One pattern for what the library asks of a number, type by type."""
    kinds = [kind for kind in TYPES if _counts(kind, data)]
    choices = [described(getattr(data, kind)) for kind in kinds]
    either = "|".join(choice for choice in choices if choice)
    general = described(data.general_desc)
    return re.compile(f"(?={general})(?:{either})") if either else re.compile(NOTHING)


def _counts(kind: str, data: PhoneMetadata) -> bool:
    return kind != "mobile" or not data.same_mobile_and_fixed_line_pattern


def described(description: PhoneNumberDesc | None) -> str:
    """A pattern for a whole number of a description and of its lengths."""
    if description is None or not description.national_number_pattern:
        return ""
    pattern = f"(?:{description.national_number_pattern})\\Z"
    lengths = "|".join(f"[0-9]{{{n}}}\\Z" for n in description.possible_length)
    return f"(?={lengths}){pattern}" if lengths else pattern
