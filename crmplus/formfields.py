"""Form fields in the look of the page, whatever form they come from."""

from __future__ import annotations

from django import forms
from django.forms import BoundField

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
