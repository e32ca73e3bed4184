"""The forms of rules, numbers and the block list."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crmplus.phonebook.changing import FIELDS
from crmplus.phonebook.models import NumberSettings
from crmplus.phonebook.normalise import (
    MAX_TEXT,
    Number,
    NumberKind,
    NumberPlan,
    normalise,
)
from crmplus.phonebook.plan import number_plan
from pbxmanager.blocking import NOTE_LENGTH, BlockedNumber
from pbxmanager.rules import RuleSettings

if TYPE_CHECKING:
    RulesModelForm = forms.ModelForm[RuleSettings]
    NumbersModelForm = forms.ModelForm[NumberSettings]
else:
    RulesModelForm = NumbersModelForm = forms.ModelForm

MAX_LINES = 500
LISTS = ("own_numbers", "ignored_numbers")
NOBODYS = frozenset({NumberKind.ANONYMOUS, NumberKind.EMPTY, NumberKind.PLACEHOLDER})
# Digits, or the address of a SIP caller.
DIALLED = re.compile(r"\+?[0-9]+|[^@\s]+@[^@\s]+")


def validate_plain(text: str) -> None:
    """Refuse signs that cannot be seen: control and direction characters."""
    if any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in text):
        raise ValidationError(
            _("There are characters in it that cannot be seen."), code="invisible"
        )


class RulesForm(RulesModelForm):
    """What pops up, and what is kept."""

    class Meta:
        model = RuleSettings
        fields = (
            "popup_internal",
            "popup_answered_elsewhere",
            "popup_stays",
            "missed_shared",
            "call_back_within",
            "keep_events_days",
            "recordings_inside",
        )
        widgets = {"recordings_inside": forms.Textarea({"rows": 3})}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call_back_within"].required = False

    def clean_call_back_within(self) -> int:
        """Nothing is no time, as 0 is."""
        return self.cleaned_data["call_back_within"] or 0


class RegionField(forms.CharField):
    """Two letters in either case."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class NumbersForm(NumbersModelForm):
    """How numbers are written and dialled here."""

    tried = forms.CharField(
        label=_("Try a number"),
        max_length=MAX_TEXT,
        required=False,
        help_text=_("Any number, as a phone may send it. It is not saved."),
    )

    class Meta:
        model = NumberSettings
        fields = FIELDS
        field_classes = {"region": RegionField}  # noqa: RUF012
        labels = {"region": _("Home region")}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "own_numbers": _(
                "Your direct numbers and the head numbers of your lines, one per line; "
                "they never match a record. An end of -0 or * stands for all numbers "
                "that begin like it: 030 23125-0 or +493023125*."
            )
        }
        widgets = {  # noqa: RUF012
            "own_numbers": forms.Textarea({"rows": 5}),
            "ignored_numbers": forms.Textarea({"rows": 5}),
        }

    def clean(self) -> dict[str, Any]:
        """Each line is a number, as it is read with the settings as entered."""
        cleaned = super().clean() or {}
        given = {name: cleaned[name] for name in FIELDS if name in cleaned}
        plan = NumberSettings(**given).plan()
        for name in LISTS:
            if name in cleaned:
                try:
                    cleaned[name] = _lines(cleaned[name], plan)
                except ValidationError as error:
                    self.add_error(name, error)
        return cleaned


def is_number(number: Number) -> bool:
    """Whether a text names somebody by a number or an address.

    One that is not in use, as far as is known, is one all the same: callers make
    them up.
    """
    if number.kind is NumberKind.INVALID:
        return bool(DIALLED.fullmatch(number.key))
    return number.kind not in NOBODYS


def _lines(text: str, plan: NumberPlan) -> str:
    """The lines of a text, each of which is a number under a plan."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_LINES:
        raise ValidationError(
            _("These are too many lines: at most %(count)s."),
            params={"count": MAX_LINES},
        )
    for line in lines:
        validate_plain(line)
        bare = line.rstrip("* ")
        if not is_number(normalise(bare, plan)):
            raise ValidationError(
                _("“%(line)s” is not a number."), params={"line": line[:MAX_TEXT]}
            )
    return "\n".join(lines)


class BlockForm(forms.Form):
    """A number to block, in any notation, and why."""

    number = forms.CharField(
        label=_("Number"),
        max_length=MAX_TEXT,
        validators=[validate_plain],
        help_text=_("In any notation, such as 030 1234567 or +49 30 1234567."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=NOTE_LENGTH,
        required=False,
        validators=[validate_plain],
    )

    def clean_number(self) -> Number:
        """The number as it is read here; one that is not blocked yet."""
        number = normalise(self.cleaned_data["number"], number_plan())
        if not is_number(number):
            raise ValidationError(_("This is not a number."))
        if BlockedNumber.objects.filter(party=number.key).exists():
            raise ValidationError(_("This number is blocked already."))
        return number


class BlockAgainForm(BlockForm):
    """What was just taken off the list, whatever a call had as its number."""

    def clean_number(self) -> Number:
        number = normalise(self.cleaned_data["number"], number_plan())
        if not number.key:
            raise ValidationError(_("This is not a number."))
        return number


def values_of(form: Any) -> dict[str, Any]:
    """What a bound form would store, as far as it could be read."""
    return {name: form.cleaned_data.get(name) for name in form._meta.fields}
