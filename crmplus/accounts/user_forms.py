"""The forms of the administration of users and teams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import Q
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from crmplus.accounts.forms import UserModelForm, language_field
from crmplus.accounts.models import Role, Scope, Team, User
from crmplus.formfields import SeveralField, styled

if TYPE_CHECKING:
    from crmplus.hooks import Text

    TeamModelForm = forms.ModelForm[Team]
else:
    TeamModelForm = forms.ModelForm

LONGEST_IDLE = 24 * 60
SEES_RECORDS: dict[str, Text] = {
    Scope.OWN: _("The records they own, and those that nobody owns."),
    Scope.TEAM: _("The records that anybody of their team owns, or nobody."),
    Scope.ALL: _("All records, whoever owns them."),
}
SEES_CALLS: dict[str, Text] = {
    "": _("Agents see the calls of their team, supervisors all."),
    Scope.OWN: _("The calls that they took, placed, or that rang for them."),
    Scope.TEAM: _("The calls that anybody of their team had a part in."),
    Scope.ALL: _("All calls, whoever took them."),
}


class UserForm(UserModelForm):
    """A user as an admin sees them."""

    class Meta:
        model = User
        fields = (
            "username",
            "first_name",
            "last_name",
            "email",
            "role",
            "language",
            "team",
            "sees_records",
            "sees_calls",
            "sign_out_after",
            "must_change_password",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = language_field()
        self.fields["username"].label = _("User name")
        self.fields["email"].label = _("E-mail")
        self.fields["username"].help_text = _("For signing in, such as anna.schmidt.")
        self.fields["username"].widget.attrs["autocomplete"] = "off"
        self.fields["role"].help_text = _(
            "“Call statistics only” sees figures and no customers; administrators see "
            "everything and set things up."
        )
        self._choose_team()
        self.fields["sees_records"] = _scope_field(_("Which records they see"))
        by_role = [("", _("As the role says"))]
        self.fields["sees_calls"] = _scope_field(_("Which calls they see"), by_role)
        self._ask_for_minutes()
        self._ask_for_password()

    def _choose_team(self) -> None:
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101
        team.empty_label = _("No team")

    def _ask_for_minutes(self) -> None:
        self.fields["sign_out_after"] = forms.IntegerField(
            label=_("Sign out after (minutes)"),
            required=False,
            min_value=0,
            validators=[MaxValueValidator(LONGEST_IDLE)],
            help_text=_(
                "So many minutes without a click or a key in the CRM. 0 is never. A "
                "long call without a click counts, too."
            ),
        )

    def _ask_for_password(self) -> None:
        if self.instance._state.adding:
            del self.fields["must_change_password"]
            return
        field = self.fields["must_change_password"]
        field.label = _("Password to be changed at the next sign-in")
        field.help_text = _("Who is signed in is asked at once.")

    def clean_sign_out_after(self) -> int:
        """Nothing is never."""
        return self.cleaned_data["sign_out_after"] or 0

    def scopes(self) -> Iterator[dict[str, Any]]:
        """How far a user sees: for each, the field, and its choices with a sentence."""
        words = {"sees_records": SEES_RECORDS, "sees_calls": SEES_CALLS}
        for name, sentences in words.items():
            yield {"field": self[name], "choices": _choices(self, name, sentences)}

    @property
    def lacks_team(self) -> bool:
        """Whether a team is to be seen, and there is none."""
        person = self.instance
        seen = {person.sees_records, person.sees_calls}
        agent = person.role not in {Role.STATISTICS, Role.ADMIN}
        return agent and Scope.TEAM in seen and person.team is None


def _scope_field(
    label: Text, more: Sequence[tuple[str, Text]] = ()
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[*more, *Scope.choices],
        required=False,
        widget=forms.RadioSelect,
    )


def _choices(
    form: forms.BaseForm, name: str, sentences: dict[str, Text]
) -> list[tuple[BoundWidget, Text]]:
    chosen = styled(form[name]).subwidgets
    return [(radio, sentences[radio.data["value"]]) for radio in chosen]


class PeopleField(SeveralField):
    """A choice of users for a team; whoever is in another one says in which."""

    def __init__(self, team: Team, **options: Any) -> None:
        # Locked users stay what they are: nobody else could take them out.
        offered = Q(is_active=True) | Q(team=team)
        rows = User.objects.filter(offered).select_related("team")
        order = rows.order_by("first_name", "last_name", "username")
        super().__init__(order, **options)
        self.team = team

    def label_from_instance(self, obj: User) -> str:
        """ "Ben Carter", or "Ben Carter · Service" while he is in another team."""
        other = obj.team if obj.team != self.team else None
        return f"{obj} · {other}" if other else str(obj)


class TeamForm(TeamModelForm):
    """A team's name."""

    class Meta:
        model = Team
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"


class TeamPageForm(TeamForm):
    """A team's name, and who is in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"] = PeopleField(
            self.instance,
            label=_("Members"),
            required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            help_text=_(
                "Everybody is in one team at most: who comes in leaves the other one."
            ),
        )
        self.initial["members"] = list(
            self.instance.members.values_list("pk", flat=True)
        )
