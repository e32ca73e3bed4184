"""Forms of the workplace: groups, breaks, deputies, main numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus.accounts.models import Role, User
from crmplus.formfields import SeveralField
from pbxmanager.events import EXTENSION_LENGTH
from pbxmanager.models import Extension
from pbxmanager.workplace.main_numbers import phones_of
from pbxmanager.workplace.models import Deputy, Group, Pause

if TYPE_CHECKING:
    GroupModelForm = forms.ModelForm[Group]
    PauseModelForm = forms.ModelForm[Pause]
    ExtensionChoice = forms.ModelChoiceField[Extension]
else:
    GroupModelForm = PauseModelForm = forms.ModelForm
    ExtensionChoice = forms.ModelChoiceField

SEPARATORS = re.compile(r"[\s,;]+")
INTERNAL = re.compile(rf"[0-9A-Za-z*#._-]{{1,{EXTENSION_LENGTH}}}")
MOST_NUMBERS = 20
CHOOSE = gettext_lazy("Choose somebody")
AT_WORK = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)


def people() -> QuerySet[User]:
    """All who can take calls, by their names."""
    rows = User.objects.filter(is_active=True, role__in=AT_WORK)
    return rows.order_by("first_name", "last_name", "username")


def offer(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field of a form choose from some rows."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


class ExtensionField(ExtensionChoice):
    """A choice of extensions, with what their owner calls them."""

    def label_from_instance(self, obj: Extension) -> str:
        return f"{obj.number} – {obj.label}" if obj.label else obj.number


class GroupForm(GroupModelForm):
    """A group, its numbers and its members."""

    numbers = forms.CharField(
        label=gettext_lazy("Numbers"),
        required=False,
        max_length=500,
        help_text=gettext_lazy(
            "The internal numbers that ring for the group, such as 600, 601. Calls "
            "to them pop up for its members."
        ),
    )
    members = SeveralField(
        label=gettext_lazy("Members"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    class Meta:
        model = Group
        fields: ClassVar = ["name", "numbers", "wrap_up", "needs_sign_in", "members"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # More than the model says: who sets a group up wonders why nothing pops up.
        self.fields["needs_sign_in"].help_text = _(
            "Members sign in to the group in the top bar, beside their presence, and "
            "get its calls from then on. Off: all get them whenever they are available."
        )
        offer(self, "members", people())
        if self.instance.pk:
            rows = self.instance.numbers.values_list("number", flat=True)
            self.initial["numbers"] = ", ".join(rows)
            members = self.instance.memberships.values_list("user", flat=True)
            self.initial["members"] = list(members)

    def clean_name(self) -> str:
        """A name that no other group has."""
        name: str = self.cleaned_data["name"]
        same = Group.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(_("There is a group of that name."))
        return name

    def clean_numbers(self) -> list[str]:
        """Internal numbers that are nobody's own."""
        text: str = self.cleaned_data["numbers"]
        numbers = list(dict.fromkeys(part for part in SEPARATORS.split(text) if part))
        wrong = [one for one in numbers if not INTERNAL.fullmatch(one)]
        if wrong or len(numbers) > MOST_NUMBERS:
            raise forms.ValidationError(
                _("Write internal numbers with commas between them, such as 600, 601.")
            )
        taken = Extension.objects.filter(number__in=numbers, user__isnull=False)
        for extension in taken.select_related("user"):
            raise forms.ValidationError(
                _("%(number)s is the extension of %(name)s."),
                params={"number": extension.number, "name": extension.user},
            )
        return numbers


class PauseForm(PauseModelForm):
    """A kind of break."""

    class Meta:
        model = Pause
        fields: ClassVar = ["name", "icon", "minutes"]

    def clean_name(self) -> str:
        """A name that no other break has."""
        name: str = self.cleaned_data["name"]
        same = Pause.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(_("There is a break of that name."))
        return name


class DeputyForm(forms.Form):
    """Somebody, and who stands in for them."""

    boss = forms.ModelChoiceField(
        label=gettext_lazy("Calls of"),
        queryset=User.objects.none(),
        empty_label=CHOOSE,
    )
    assistant = forms.ModelChoiceField(
        label=gettext_lazy("Deputy"),
        queryset=User.objects.none(),
        empty_label=CHOOSE,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in ("boss", "assistant"):
            offer(self, name, people())

    def clean(self) -> dict[str, Any]:
        """Two different people."""
        cleaned = super().clean() or {}
        if cleaned.get("boss") and cleaned.get("boss") == cleaned.get("assistant"):
            self.add_error("assistant", _("Nobody is their own deputy."))
        return cleaned


class DeputyOfMineForm(forms.Form):
    """Who shall stand in for a user."""

    assistant = forms.ModelChoiceField(
        label=gettext_lazy("New deputy"),
        queryset=User.objects.none(),
        empty_label=CHOOSE,
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        named = Deputy.objects.filter(boss=user).values("assistant")
        others = people().exclude(pk=user.pk).exclude(pk__in=named)
        offer(self, "assistant", others)


class MainNumberForm(forms.Form):
    """Which of a user's numbers colleagues see."""

    extension = ExtensionField(
        label=gettext_lazy("Main number"),
        queryset=Extension.objects.none(),
        required=False,
        empty_label=None,
        help_text=gettext_lazy(
            "Colleagues see this number, whichever of the phones rings."
        ),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        self.phones: Sequence[Extension] = phones_of([user.pk]).get(user.pk, ())
        first = self.phones[0] if self.phones else None
        super().__init__(data, initial={"extension": first})
        offer(self, "extension", user.extensions.order_by("number"))
