"""What the softphone connector adds to the host."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from softphone_connector import api
from softphone_connector.endpoints.asgi import EventDoor
from softphone_connector.endpoints.requests import PREFIX
from softphone_connector.my_phone import MyPhoneForm
from softphone_connector.popup import snapshot

hooks.register(hooks.AsgiPath(prefix=PREFIX, app=EventDoor()))
hooks.register(hooks.LiveSnapshot(key="popup", messages=snapshot))
hooks.register(
    hooks.PageFragment(
        key="popup",
        template="softphone_connector/popup_stack.html",
        scripts=("softphone_connector/popup.js", "softphone_connector/dial.js"),
        styles=("softphone_connector/popup.css",),
    )
)
hooks.register(
    hooks.SettingsSection(
        key="phone", title=_("My phone"), icon="phone", form=MyPhoneForm
    )
)
hooks.register(hooks.ApiRoutes(order=40, key="dial", urls=api.urlpatterns))
