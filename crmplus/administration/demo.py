"""The demo's add-ons: active by a code that counts nowhere else."""

from __future__ import annotations

from django.utils import timezone

from crmplus import demo, hooks
from crmplus.administration.activation import from_text
from crmplus.administration.models import Activation

# Its private key is in fixtures/demo/activation.key, for all to see.
PUBLIC_KEY = from_text("WvHipoCFR6GUozRWQuFXVJzqioMx81yAOqMbb9j1TH8")


def load() -> int:
    """Activate the add-ons that nobody has decided about yet; gives how many."""
    decided = set(Activation.objects.values_list("add_on", flat=True))
    known = {add_on.key for add_on in hooks.registered(hooks.AddOn)} - decided
    rows = [
        Activation(add_on=row["add_on"], code=row["code"], changed_at=timezone.now())
        for row in demo.rows("activations")
        if row["add_on"] in known
    ]
    for row in rows:
        row.save()
    return len(rows)
