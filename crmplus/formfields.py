"""Form fields in the look of the page, whatever form they come from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

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
        widget = self.get_context(name, value, attrs)["widget"]
        if any(group for group, _options, _index in widget["optgroups"]):
            return super().render(name, value, attrs, renderer)
        options = format_html_join(
            "",
            '  <option value="{}"{}>{}</option>\n\n',
            (
                (str(option["value"]), flatatt(option["attrs"]), option["label"])
                for _group, some, _index in widget["optgroups"]
                for option in some
            ),
        )
        return format_html(
            '<select name="{}"{}>\n{}</select>\n',
            name,
            flatatt(widget["attrs"]),
            options,
        )
