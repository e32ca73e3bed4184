"""Form fields in the look of the page, whatever form they come from."""

from __future__ import annotations

from collections.abc import Container
from html import escape
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BoundField
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    SeveralChoice = forms.ModelMultipleChoiceField[Any]
else:
    SeveralChoice = forms.ModelMultipleChoiceField

LONGEST_KEY = 18  # digits: what has more may be too large for a database
CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


def styled(bound: BoundField, *, mark_errors: bool = True) -> BoundField:
    """Give a field's widget the classes of the design, once."""
    widget = bound.field.widget
    wanted = next(css for kind, css in CLASSES if isinstance(widget, kind))
    classes = widget.attrs.get("class", "").split()
    for css in (wanted, "is-invalid" if mark_errors and bound.errors else ""):
        if css and css not in classes:
            classes.append(css)
    widget.attrs["class"] = " ".join(classes)
    return bound


class SeveralField(SeveralChoice):
    """A choice of several rows; a number that no key can be is none of them."""

    def clean(self, value: Any) -> Any:
        for one in value or ():
            if len(str(one)) > LONGEST_KEY:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], params={"value": one}
                )
        return super().clean(value)


class QuickSelect(forms.Select):
    """A select with hundreds of options, for which Django would take two templates
    each. What it writes means the same.
    """

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        pairs = list(self.choices)
        if any(isinstance(label, (list, tuple)) for _value, label in pairs):
            return super().render(name, value, attrs, renderer)
        chosen = {str(one) for one in self.format_value(value)}
        options = "".join(
            _option("" if one is None else str(one), label, chosen)
            for one, label in pairs
        )
        return format_html(
            '<select name="{}"{}>\n{}</select>\n',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            mark_safe(options),  # noqa: S308  (each part of it is escaped)
        )


def _option(value: str, label: Any, chosen: Container[str]) -> str:
    selected = " selected" if value in chosen else ""
    shown = conditional_escape(label)
    return f'  <option value="{escape(value)}"{selected}>{shown}</option>\n\n'
