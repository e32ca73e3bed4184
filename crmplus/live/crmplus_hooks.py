"""Every page of a signed-in user listens; the stream hangs at the ASGI door."""

from __future__ import annotations

from crmplus import hooks
from crmplus.live.bus import bus
from crmplus.live.stream import app

hooks.register(
    hooks.AsgiPath(
        prefix="/live/",
        app=app,
        start=lambda: bus().start(),
        stop=lambda: bus().stop(),
    )
)
hooks.register(
    hooks.PageFragment(
        key="live",
        # Before the fragments that use it.
        order=10,
        template="live/live.html",
        # Everybody: the page shows that one is signed out.
        roles=("statistics",),
        scripts=("live/live.js",),
    )
)
