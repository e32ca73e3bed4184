"""Module manager, statistics: whose own figures others see, and wall boards."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crmplus import toasts
from crmplus.accounts.models import Role, User
from crmplus.accounts.rights import role_required
from crmplus.web import signed_in_user
from pbxmanager.statistics import wall_links
from pbxmanager.statistics.models import NAME_LENGTH, ShownPerson, WallBoardLink
from pbxmanager.statistics.showing import hide, show

form_page = require_http_methods(["GET", "HEAD", "POST"])


class PersonForm(forms.Form):
    """Whose figures are to be shown."""

    user = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("User"),
        empty_label=gettext_lazy("Choose a user"),
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        shown = ShownPerson.objects.values("user")
        rows = User.objects.filter(is_active=True).exclude(pk__in=shown)
        self.fields["user"].queryset = rows.order_by("last_name", "username")  # type: ignore[attr-defined]


class WallForm(forms.Form):
    """Where a wall board is to hang."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        label=gettext_lazy("Place"),
        help_text=gettext_lazy(
            "Where the screen is, so that you know it in this list."
        ),
    )


@role_required(Role.ADMIN)
@form_page
def people(request: HttpRequest) -> HttpResponse:
    """Whose own figures others may see; POST switches that on for one more."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        user = form.cleaned_data["user"]
        show(signed_in_user(request), user)
        text = _("Figures of %(name)s are shown.") % {"name": user}
        messages.success(request, text)
        return redirect("statistics:settings")
    rows = ShownPerson.objects.select_related("user")
    context = {
        "form": form,
        "rows": rows.order_by("user__last_name", "user__username"),
        "tab": "people",
    }
    return render(request, "statistics/settings/people.html", context)


@role_required(Role.ADMIN)
@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a user's own figures no more, or with ``?on`` again."""
    user, actor = get_object_or_404(User, pk=pk), signed_in_user(request)
    if "on" in request.GET:
        show(actor, user)
        text = _("Figures of %(name)s are shown.") % {"name": user}
        messages.success(request, text)
    elif hide(actor, user):
        undo = f"{reverse('statistics:settings-person', args=[pk])}?on"
        text = _("Figures of %(name)s are not shown any more.") % {"name": user}
        toasts.undoable(request, text, undo)
    return redirect("statistics:settings")


@role_required(Role.ADMIN)
@form_page
def walls(request: HttpRequest) -> HttpResponse:
    """The links of wall boards; POST makes one and shows its address this once."""
    form = WallForm(request.POST if request.method == "POST" else None)
    address = ""
    if form.is_bound and form.is_valid():
        name = form.cleaned_data["name"].replace("\x00", "")
        _link, secret = wall_links.make(signed_in_user(request), name)
        path = reverse("statistics:linked-wall", args=[secret])
        address, form = request.build_absolute_uri(path), WallForm()
    links = WallBoardLink.objects.filter(revoked_at=None).select_related("created_by")
    context = {"form": form, "links": links, "address": address, "tab": "walls"}
    response = render(request, "statistics/settings/walls.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@role_required(Role.ADMIN)
@require_POST
def revoke_wall(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a link. It cannot come back: a new one is made just as quickly."""
    link = get_object_or_404(WallBoardLink, pk=pk)
    wall_links.revoke(signed_in_user(request), link)
    text = _("The link of %(name)s shows nothing any more.") % {"name": link.name}
    messages.success(request, text)
    return redirect("statistics:settings-walls")
