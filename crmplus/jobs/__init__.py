"""Long work that one can leave and come back to: with progress, cancel, undo, a file.

An app names its kind of work in ``crmplus_hooks.py``, and starts jobs of it:

    hooks.register(hooks.JobKind(key="export", label=_("Export"), icon="download",
                                 run=run, undo=undo, said=said))

    job = services.start(user, "export", about="Contacts", parameters={"kind": "…"})
    return redirect(job)                 # its page: progress, cancel, undo, download

    def run(job: Job, progress: Progress) -> dict[str, Any]:
        path = services.new_file(job, "contacts.csv")   # offered as a download
        for number, batch in enumerate(batches, start=1):
            …write it, in a transaction of its own…
            progress(number * 500, total)               # raises Stopped on "Cancel"
        return {"rows": count}                          # plain JSON: job.result

    def said(job: Job) -> str:           # one sentence about job.result, for people
    def undo(job: Job, progress: Progress) -> dict[str, Any] | None:

Without a Celery broker the server itself works jobs off, two at a time, in threads; it
never keeps a request waiting. Call ``progress`` at least every 20 s and outside of
transactions: a job that was silent for a minute counts as interrupted. ``run`` speaks
the language and zone of who started it. Raise ``JobError("a sentence")`` for what
people can mend; anything else is logged, and the page says that it went wrong. A job
that was interrupted can be started again: ``run`` is then called anew with the same
parameters, and goes on where it was if it remembers. Files go after seven days, and
so does "Undo".
"""

from __future__ import annotations
