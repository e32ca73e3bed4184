"""What jobs bring to the frame, and what the server does for them."""

from __future__ import annotations

from crmplus import hooks
from crmplus.accounts.models import Role
from crmplus.jobs import running, services, telling

# Two at a time, so that a small job need not wait for a big one.
for _number in (1, 2):
    hooks.register(
        hooks.BackgroundLoop(key=f"jobs-{_number}", seconds=1.0, run=running.work_off)
    )
hooks.register(
    hooks.BackgroundLoop(key="jobs-watch", seconds=10.0, run=running.look_after)
)
hooks.register(
    hooks.BackgroundLoop(key="jobs-clean-up", seconds=3_600.0, run=services.clean_up)
)
hooks.register(
    hooks.LiveSnapshot(key="jobs", messages=telling.snapshot, roles=(Role.STATISTICS,))
)
hooks.register(
    hooks.TopbarItem(key="jobs", template="jobs/topbar.html", roles=(Role.STATISTICS,))
)
hooks.register(
    hooks.PageFragment(
        key="jobs",
        order=90,
        template="jobs/fragment.html",
        scripts=("jobs/jobs.js",),
        styles=("jobs/jobs.css",),
        roles=(Role.STATISTICS,),
    )
)
