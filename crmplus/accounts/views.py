"""Signing in and out, and what users set for themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crmplus.accounts import idle
from crmplus.accounts.forms import ChangePasswordForm, MySettingsForm, SignInForm
from crmplus.accounts.models import Theme, User
from crmplus.accounts.rights import open_to_statistics
from crmplus.accounts.sections import save_all, sections
from crmplus.context import THEME_COOKIE
from crmplus.web import next_page

YEAR = 365 * 24 * 3600


@open_to_statistics
class SignIn(auth_views.LoginView):
    """GET shows the form, POST signs in and goes on to ``next`` if it is ours.

    Answers 429 with ``Retry-After`` (seconds) after too many failures.
    """

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        if form.wait:
            response.status_code = 429
            response["Retry-After"] = str(form.wait)
        return response


@open_to_statistics
class SignOut(auth_views.LogoutView):
    """POST ends the session."""

    http_method_names = ("post", "options")


@open_to_statistics
class ChangePassword(auth_views.PasswordChangeView):
    """A new password; all other sessions of the user end.

    Who came with a one-time password goes on to the home page.
    """

    form_class = ChangePasswordForm
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:my-settings")

    def form_valid(self, form: Any) -> HttpResponse:
        if form.user.must_change_password:
            self.success_url = reverse_lazy("home")
        form.user.must_change_password = False
        messages.success(self.request, _("The new password is set."))
        return super().form_valid(form)


@open_to_statistics
@login_required
def my_settings(request: HttpRequest) -> HttpResponse:
    """The user's own settings with the sections that add-ons bring, saved as one."""
    user = _user(request)
    data = request.POST if request.method == "POST" else None
    form = MySettingsForm(data, instance=User.objects.get(pk=user.pk))
    parts = sections(user, data)
    if data is not None and save_all([form, *(part.form for part in parts)]):
        _say_saved(request, form.instance)
        return redirect("accounts:my-settings")
    context = {"form": form, "sections": parts}
    return render(request, "accounts/my_settings.html", context)


def _say_saved(request: HttpRequest, user: User) -> None:
    # In the language just chosen, which is the one of the page that shows it.
    with translation.override(user.language or translation.get_language()):
        messages.success(request, _("Your settings are saved."))


@open_to_statistics
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Set ``language`` for the user, or in a cookie for who is not signed in."""
    language = request.POST.get("language", "")
    response = redirect(next_page(request, "/"))
    if language not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, User):
        request.user.language = language
        request.user.save(update_fields=["language"])
    _remember(request, response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@open_to_statistics
@require_POST
@login_required
def set_theme(request: HttpRequest) -> HttpResponse:
    """Set ``theme``: auto, light or dark."""
    user, response = _user(request), redirect(next_page(request, "/"))
    if request.POST.get("theme") in Theme.values:
        user.theme = request.POST["theme"]
        user.save(update_fields=["theme"])
        _remember(request, response, THEME_COOKIE, user.theme)
    return response


@open_to_statistics
@require_POST
@login_required
def active(request: HttpRequest) -> HttpResponse:
    """Somebody types or clicks on a page: they are not signed out yet."""
    idle.note_activity(request.session, _user(request))
    return HttpResponse(status=204)


def _remember(
    request: HttpRequest, response: HttpResponse, name: str, value: str
) -> None:
    """Keep a choice in the browser, for the pages before sign-in."""
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (behind login_required)
    return request.user
