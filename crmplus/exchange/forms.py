"""The forms of an import and an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmplus.exchange.models import Action
from crmplus.formfields import styled
from crmplus.records.filters import owners

if TYPE_CHECKING:
    from crmplus.accounts.models import User

ENCODINGS = (
    ("utf-8", _("UTF-8")),
    ("cp1252", _("Windows, Western Europe")),
    ("cp1250", _("Windows, Central Europe")),
    ("utf-16", _("UTF-16")),
)
DELIMITERS = (
    (";", _("Semicolon")),
    (",", _("Comma")),
    ("\t", _("Tab")),
    ("|", _("Vertical bar")),
)


class FileForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xlsm"}),
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("The file is empty. Choose another one."),
        },
    )


class ReadingForm(forms.Form):
    """How a text file is read."""

    encoding = forms.ChoiceField(label=_("Encoding"), choices=ENCODINGS)
    delimiter = forms.ChoiceField(label=_("Columns separated by"), choices=DELIMITERS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.fields:
            styled(self[name])


class OwnerForm(forms.Form):
    """Whose the new records are where the file names nobody."""

    owner = forms.ChoiceField(
        label=_("Owner of entries for which the file names nobody"), required=False
    )

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)  # noqa: S101
        me = str(user.pk)
        others = [(pk, name) for pk, name in owners()[0] if pk != me]
        owner.choices = [(me, str(user)), ("", _("Nobody")), *others]
        styled(self["owner"])


class ActionsForm(forms.Form):
    """What becomes of rows whose records are there already."""

    on_same = forms.ChoiceField(label=_("If it is there already"), choices=Action)
    on_similar = forms.ChoiceField(label=_("If it may be there"), choices=Action)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.fields:
            styled(self[name])


class ExportForm(forms.Form):
    """The form of the file, and its columns."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=(("xlsx", _("Excel (XLSX)")), ("csv", _("CSV"))),
        widget=forms.RadioSelect,
        initial="xlsx",
    )
    columns = forms.ChoiceField(
        label=_("Columns"),
        choices=(("all", _("All")), ("shown", _("Those that the list shows"))),
        widget=forms.RadioSelect,
        initial="all",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.fields:
            styled(self[name])
