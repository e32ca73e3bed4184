"""What a service posted can be tried again, though it is not kept as it was posted."""

from __future__ import annotations

import pytest

from pbxmanager.models import Event
from softphone_connector import keys
from softphone_connector.inspector.trying import trial_of, try_with_key
from tests.contracts.services import Service, Story
from tests.contracts.test_contracts import (
    STORIES,
    installation,  # noqa: F401  (a fixture of all tests here)
    send,
)

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.mark.parametrize(("service", "story"), STORIES)
def test_each_event_again_changes_nothing(service: Service, story: Story) -> None:
    profile = service.profile
    key, secret = keys.create(pbx_name="PBX", profile=profile)
    send(service, secret, story.posts)
    kept = list(Event.objects.filter(report__isnull=False))
    assert kept
    for event in kept:
        became = try_with_key(trial_of(event, profile), key)
        assert became.accepted, event.raw
        assert became.changes_nothing, event.raw
