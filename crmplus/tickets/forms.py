"""Forms of tickets and activities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crmplus.phonebook.records import Record
from crmplus.tickets import texts
from crmplus.tickets.fields import (
    OwnerField,
    TargetField,
    WhenForm,
    parse_target,
    record_of,
    users_who_work,
)
from crmplus.tickets.finding import calls_uid, candidates
from crmplus.tickets.models import NUMBER_LENGTH, Kind, Priority, Ticket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmplus.accounts.models import User

WITHOUT_WORDS = frozenset({Kind.CALL_BACK, Kind.CALL})
ADDRESS_LENGTH = 64


@dataclass(frozen=True)
class Offer:
    """A record that it may be about; ``value`` stands for it in the form."""

    value: str
    record: Record | None
    chosen: bool


class WorkForm(WhenForm):
    """What the forms of a ticket and of an activity have in common.

    ``target`` and ``call`` say whom it is about and which call it came from.
    """

    owner = OwnerField()
    target = TargetField(label=gettext_lazy("About"))
    about = forms.CharField(
        label=gettext_lazy("Find a record"), required=False, max_length=200
    )
    call = forms.CharField(required=False, max_length=ADDRESS_LENGTH)

    def __init__(
        self,
        user: User,
        data: Mapping[str, Any] | None,
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.user = user
        self._guess_target()
        self.offer_times(timezone.localtime())
        target, owner = self.fields["target"], self.fields["owner"]
        assert isinstance(target, TargetField)  # noqa: S101
        assert isinstance(owner, OwnerField)  # noqa: S101
        target.user = user
        owner.queryset = users_who_work(getattr(initial.get("owner"), "pk", None))

    def _guess_target(self) -> None:
        """Begin with the one record that has the number, if there is just one."""
        phone = str(self.initial.get("phone") or "")
        if phone and not self.is_bound and not self.initial.get("target"):
            found = candidates(self.user, phone)
            if len(found) == 1:
                self.initial["target"] = f"{found[0].source}:{found[0].object_id}"

    def clean_call(self) -> int | None:
        """The key of the call that stands in an address, None for none that is seen."""
        text: str = self.cleaned_data["call"]
        return calls_uid(self.user, text) if text else None

    @property
    def given_target(self) -> str:
        return str(self["target"].value() or "")

    def offers(self) -> list[Offer]:
        """The records to choose from: the chosen one, and what was looked for."""
        chosen = parse_target(self.given_target)
        looked_for = str(self["about"].value() or self.initial.get("phone") or "")
        found = candidates(self.user, looked_for)
        own = record_of(chosen, self.user)
        records = {(one.source, one.object_id): one for one in found}
        if own and chosen:
            records = {chosen: own, **records}
        return [
            Offer(f"{kind}:{key}", record, (kind, key) == chosen)
            for (kind, key), record in records.items()
        ]


class TicketForm(WorkForm):
    """A ticket."""

    due_is_required = False
    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=texts.SUBJECT_LENGTH
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=texts.TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), choices=Priority.choices, coerce=int
    )

    def clean_subject(self) -> str:
        return _needed(self.cleaned_data["subject"])


class ActivityForm(WorkForm):
    """An activity."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices)
    subject = forms.CharField(
        label=gettext_lazy("What is to be done"),
        max_length=texts.SUBJECT_LENGTH,
        required=False,
    )
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=NUMBER_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    note = forms.CharField(
        label=pgettext_lazy("activity", "Note"),
        max_length=texts.TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    ticket = forms.ModelChoiceField(
        Ticket.objects.none(), required=False, widget=forms.HiddenInput
    )

    def clean(self) -> dict[str, Any]:
        """A task or a meeting needs words; a call-back needs a number or a record."""
        cleaned = super().clean()
        kind = cleaned.get("kind")
        needs_words = kind and kind not in WITHOUT_WORDS and "subject" in cleaned
        if needs_words and not texts.line(cleaned["subject"]):
            self.add_error("subject", _("Write in a few words what is to be done."))
        if kind == Kind.CALL_BACK and not (
            cleaned.get("number") or cleaned.get("target")
        ):
            self.add_error("number", _("Whom do you want to call back?"))
        return cleaned


class QuickForm(WhenForm):
    """What is added to a record by one line: a task, or a call-back."""

    due_is_required = False
    subject = forms.CharField(max_length=texts.SUBJECT_LENGTH)
    target = TargetField()

    def __init__(self, user: User, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.offer_times(timezone.localtime())
        target = self.fields["target"]
        assert isinstance(target, TargetField)  # noqa: S101
        target.user = user

    def clean_subject(self) -> str:
        return _needed(self.cleaned_data["subject"])


def _needed(subject: str) -> str:
    line = texts.line(subject)
    if not line:
        raise forms.ValidationError(_("Write in a few words what it is about."))
    return line
