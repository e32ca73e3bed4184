"""Who stands behind a softphone key."""

from __future__ import annotations

import pytest

from crmplus.accounts.models import User
from pbxmanager import sources
from pbxmanager.endpoint_settings import EndpointSet
from pbxmanager.sources import Reporter
from softphone_connector.keys import create, revoke
from softphone_connector.profiles import profiles

pytestmark = pytest.mark.django_db


def test_owners_of_keys_are_named() -> None:
    anna = User.objects.create_user("anna", first_name="Anna", last_name="Schmidt")
    slug, client = next(iter(profiles().items()))
    mine, _secret = create(user=anna)
    mine.profile = slug
    mine.save()
    pbx, _secret = create(pbx_name="Office PBX")
    asked = [mine.source, pbx.source, "key:999", "key:x", "click:1"]
    assert sources.reporters(asked) == {
        mine.source: Reporter("Anna Schmidt", client.name),
        pbx.source: Reporter("Office PBX"),
    }
    named = str(Reporter("Anna Schmidt", client.name))
    assert named == f"Anna Schmidt, {client.name}"


def test_a_set_is_used_by_the_keys_that_have_it() -> None:
    own = EndpointSet.objects.create(name="Own")
    first, _secret = create(pbx_name="First", endpoint_set=own)
    second, _secret = create(pbx_name="Second")
    old, _secret = create(pbx_name="Old")
    revoke(old)
    assert sources.using(own.pk) == {first.source: Reporter("First")}
    assert sources.using(None) == {second.source: Reporter("Second")}


def test_the_door_of_the_endpoints_is_known() -> None:
    assert sources.doors() == ["/softphone/{key}/"]
