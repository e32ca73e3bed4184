"""The ASGI door."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmplus.settings")
django_application = get_asgi_application()

from crmplus.door import Door  # noqa: E402  (needs the apps to be ready)

application = Door(django_application)
