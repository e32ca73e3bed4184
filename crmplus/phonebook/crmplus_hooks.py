"""What the phonebook adds to the product."""

from __future__ import annotations

from crmplus import hooks
from crmplus.phonebook import api, changing, display

hooks.register(hooks.BackgroundLoop(key="towns", seconds=30, run=display.warm_up))
hooks.register(
    hooks.BackgroundLoop(key="phone-index", seconds=5, run=changing.rebuild_if_due)
)
hooks.register(hooks.ApiRoutes(order=20, key="phonebook", urls=api.urlpatterns))
