"""Whatever a number is stored and received as, the two meet; others never do."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from crmplus.phonebook.normalise import (
    MAX_TEXT,
    NumberKind,
    NumberPlan,
    head_number,
    normalise,
)
from tests.crmplus.phonebook.notations import (
    NOTATIONS,
    REGIONS,
    Notation,
    Real,
    real_numbers,
)

BERLIN = Real("+493023125123", "DE")
notations = st.sampled_from(NOTATIONS)
plans = st.builds(
    NumberPlan,
    region=st.sampled_from([*REGIONS, "RU", "AR", "HU", "XX", ""]),
    area_code=st.sampled_from(["", "030", "+4930", "0049 30", "x"]),
    outside_prefix=st.sampled_from(["", "0", "9", "00"]),
    bare_international=st.booleans(),
    max_internal=st.integers(0, 9),
)
hostile = st.text(
    st.one_of(
        st.sampled_from(
            "0123456789+*#()/-.,;:@<>[]{}$%&?=\"'\\ \u202e\u200b\u0660\ufffd"
        ),
        st.sampled_from("sipteluxDWkp"),
        st.characters(),
    ),
    max_size=80,
)


def key(number: Real, notation: Notation) -> str | None:
    text, plan = notation(number)
    return normalise(text, plan).e164


@pytest.mark.parametrize("notation", NOTATIONS, ids=lambda one: ascii(one(BERLIN)[0]))
@given(number=real_numbers())
def test_every_notation_is_that_number(notation: Notation, number: Real) -> None:
    text, plan = notation(number)
    assert normalise(text, plan).e164 == number.e164, text


@given(one=real_numbers(), other=real_numbers(), first=notations, second=notations)
def test_numbers_that_differ_never_meet(
    one: Real, other: Real, first: Notation, second: Notation
) -> None:
    assume(one.e164 != other.e164)
    assert key(one, first) != key(other, second)


@given(number=real_numbers(), plan=plans)
def test_under_any_settings_bare_digits_are_the_number_or_nothing(
    number: Real, plan: NumberPlan
) -> None:
    at_home = NumberPlan(
        region=number.region,
        bare_international=plan.bare_international,
        max_internal=5,
    )
    assert normalise(number.national, at_home).e164 in {number.e164, None}
    if plan.bare_international:
        read = normalise(number.e164[1:], at_home)
        assert read.e164 == number.e164 or read.kind is NumberKind.AMBIGUOUS


@given(text=hostile, plan=plans)
@example(text="0" * 600, plan=NumberPlan())
@example(text="+4" + "9" * 600, plan=NumberPlan())
@example(text="%" * 512, plan=NumberPlan())
@example(text="tel:;phone-context=+", plan=NumberPlan())
@example(text="\ud800", plan=NumberPlan())
def test_no_text_is_too_strange(text: str, plan: NumberPlan) -> None:
    number = normalise(text, plan)
    head_number(text, number, plan)
    nobody = number.kind in {
        NumberKind.ANONYMOUS,
        NumberKind.EMPTY,
        NumberKind.PLACEHOLDER,
    }
    assert (number.value is None) == nobody
    assert (number.e164 is not None) == (number.kind is NumberKind.E164)
    assert len(number.key) <= MAX_TEXT


@given(
    text=st.from_regex(r"(\+|00|0| )?(49|1|48|43|39|54|7)?[1-9][0-9]{6,11}\Z"),
    plan=plans,
)
def test_reading_a_number_again_changes_nothing(text: str, plan: NumberPlan) -> None:
    e164 = normalise(text, plan).e164
    if e164:
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", e164)
        assert normalise(e164, plan).e164 == e164


@given(number=real_numbers(), plan=plans)
def test_e164_means_the_same_under_all_settings(number: Real, plan: NumberPlan) -> None:
    assert normalise(number.e164, plan).e164 == number.e164
