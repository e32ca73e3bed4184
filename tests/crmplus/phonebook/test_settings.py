"""The number settings, and the plan that they make."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from crmplus.phonebook import plan
from crmplus.phonebook.models import NumberSettings
from crmplus.phonebook.normalise import NumberPlan, normalise
from crmplus.phonebook.plan import forget_plan, is_own, number_plan


@pytest.mark.django_db
def test_without_settings_the_server_decides() -> None:
    assert number_plan() == NumberPlan(region="DE")
    assert str(NumberSettings.load()) == "number settings"


@pytest.mark.django_db
def test_settings_become_the_plan() -> None:
    NumberSettings.objects.create(
        pk=1,
        region="AT",
        area_code="01",
        outside_prefix="0",
        bare_international=True,
        own_numbers=" +43 1 5331000 \n\n01 555-0\n",
        max_internal=4,
    )
    assert number_plan() == NumberPlan(
        region="AT",
        area_code="01",
        outside_prefix="0",
        bare_international=True,
        own_numbers=("+43 1 5331000", "01 555-0"),
        max_internal=4,
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"region": "XX"}, "region"),
        ({"region": "de"}, "region"),
        ({"area_code": "+4822"}, "area_code"),
        ({"region": "PL", "area_code": "+4930"}, "area_code"),
        ({"area_code": "thirty"}, "area_code"),
        ({"outside_prefix": "+"}, "outside_prefix"),
        ({"max_internal": 10}, "max_internal"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    values: dict[str, str], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        NumberSettings(**values).full_clean(validate_unique=False)
    assert field in refusal.value.message_dict


def test_settings_that_work_are_accepted() -> None:
    NumberSettings(region="PL", area_code="+48 22").full_clean(validate_unique=False)
    NumberSettings(area_code="030", outside_prefix="0").full_clean(
        validate_unique=False
    )
    NumberSettings(area_code="+4930").full_clean(validate_unique=False)


@pytest.mark.django_db(transaction=True)
def test_the_plan_is_read_once_in_a_while_and_anew_after_a_change(
    django_assert_num_queries: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("crmplus.phonebook.plan.time.monotonic", lambda: now[0])
    forget_plan()
    try:
        assert number_plan().area_code == ""
        NumberSettings.objects.create(pk=1, area_code="030")
        assert number_plan().area_code == "030"
        NumberSettings.objects.update(area_code="040")  # as another process does it
        now[0] += plan.SECONDS - 0.1
        assert number_plan().area_code == "030"
        now[0] += 0.2
        assert number_plan().area_code == "040"
    finally:
        forget_plan()


@pytest.mark.django_db
def test_what_may_be_rolled_back_is_not_remembered() -> None:
    forget_plan()
    number_plan()
    assert plan._kept == []


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_forgets_the_plan() -> None:
    NumberSettings.objects.create(pk=1, area_code="030")
    assert number_plan().area_code == "030"
    call_command("flush", interactive=False)
    assert number_plan().area_code == ""
    forget_plan()


@pytest.mark.parametrize(
    ("number", "own"),
    [
        ("030 23125-0", True),
        ("030 23125-77", True),
        ("030 2312", False),
        ("0171 3920012", True),
        ("0171 39200129", False),
        ("030 555 12", True),
        ("030 556 12", False),
        ("201", False),
        ("anonymous", False),
    ],
)
def test_own_numbers_and_all_behind_an_own_switchboard(number: str, own: bool) -> None:
    ours = NumberPlan(own_numbers=("030 23125-0", "0171 3920012", "030 555*", "junk*"))
    assert is_own(normalise(number, ours), ours) is own


def test_nobody_owns_a_number_without_settings() -> None:
    assert not is_own(normalise("030 23125-0", NumberPlan()), NumberPlan())
