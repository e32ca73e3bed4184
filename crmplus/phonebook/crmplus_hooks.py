"""What the phonebook adds to the product."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.administration.change_words import labels_of
from crmplus.phonebook import api, attached, changing, display
from crmplus.phonebook.models import NumberSettings

hooks.register(hooks.BackgroundLoop(key="towns", seconds=30, run=display.warm_up))
hooks.register(
    hooks.BackgroundLoop(key="phone-index", seconds=5, run=changing.rebuild_if_due)
)
hooks.register(
    hooks.ChangeWords(
        area=changing.SUBJECT.area,
        kind=changing.SUBJECT.kind,
        title=_("Number settings"),
        label=labels_of(NumberSettings, more={"region": _("Home region")}),
    )
)
hooks.register(hooks.ApiRoutes(order=20, key="phonebook", urls=api.urlpatterns))
hooks.register(
    hooks.Attached(
        key="choices",
        move=attached.move,
        take_back=attached.take_back,
        forget=attached.forget,
    )
)
