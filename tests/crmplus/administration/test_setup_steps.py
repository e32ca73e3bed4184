"""What the apps want to be set up before all works, and when it counts as done."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crmplus import home, hooks
from crmplus.accounts.models import User
from crmplus.administration import addons, licensing
from crmplus.phonebook.models import NumberSettings
from pbxmanager.models import Extension
from softphone_connector.add_on import ADD_ON
from softphone_connector.models import SoftphoneKey
from tests.crmplus.administration.conftest import Issuer


def done(user: User) -> dict[str, bool]:
    return {
        hook.key: hook.done(user)
        for hook in hooks.registered(hooks.SetupStep)
        if hook.for_admins == user.is_admin
    }


@pytest.mark.django_db
def test_an_administrator_is_led_from_the_code_to_the_first_phone(
    admin: User, issuer: Issuer
) -> None:
    addons.forget()
    assert done(admin) == {"add-ons": False}, "the rest comes with the add-on"
    code = issuer.code(ADD_ON.key, until="2099-12-31")
    licensing.activate(admin, ADD_ON, code)
    rest = {"numbers": False, "people": False, "client": False}
    assert done(admin) == {"add-ons": True, **rest}
    NumberSettings.load().save()
    Extension.objects.create(number="201", user=admin)
    assert done(admin) | {"client": None} == {
        "add-ons": True,
        "numbers": True,
        "people": True,
        "client": None,
    }
    key = SoftphoneKey.objects.create(pbx_name="PBX", hash="h", prefix="sk_abcd")
    assert not done(admin)["client"], "a key alone is no phone"
    key.last_used_at = timezone.now()
    key.save()
    assert home.steps(admin) == []


@pytest.mark.django_db
def test_an_agent_without_an_extension_is_led_to_my_phone(
    anna: User,
) -> None:
    (step,) = home.steps(anna)
    assert (step.url, step.is_next) == ("/my/phone/", True)
    Extension.objects.create(number="201", user=anna)
    assert home.steps(anna) == []


@pytest.mark.django_db
def test_all_steps_together_cost_a_query_each(
    admin: User,
    django_assert_num_queries: object,
) -> None:
    with django_assert_num_queries(4):
        home.steps(admin)
