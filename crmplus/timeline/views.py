"""Write, edit and delete comments; each works without JavaScript."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crmplus.recyclebin.services import offer_undo
from crmplus.timeline.models import TEXT_LENGTH, Comment
from crmplus.timeline.services import add_comment, edit_comment, may_change
from crmplus.timeline.targets import target_page, target_url
from crmplus.web import next_page, signed_in_user


class CommentForm(forms.Form):
    """A comment's text."""

    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def _own_comment(request: HttpRequest, pk: int) -> Comment:
    comment = get_object_or_404(Comment, pk=pk)
    if not may_change(signed_in_user(request), comment):
        raise Http404
    return comment


def _back(request: HttpRequest, comment: Comment) -> str:
    return next_page(request, target_url(signed_in_user(request), comment))


@login_required
@require_POST
def add(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Write a comment on a record; back to the record's page."""
    page = target_page(signed_in_user(request), kind, pk)
    form = CommentForm(request.POST)
    if form.is_valid():
        add_comment(kind, pk, signed_in_user(request), form.cleaned_data["text"])
    else:
        messages.error(request, " ".join(map(str, form.errors["text"])))
    return redirect(f"{page}#timeline")


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's own comment, on a page of its own."""
    comment = _own_comment(request, pk)
    back = _back(request, comment)
    form = CommentForm(request.POST or None, initial={"text": comment.text})
    if form.is_valid():
        edit_comment(comment, form.cleaned_data["text"])
        return redirect(back)
    context = {"form": form, "comment": comment, "back": back}
    return render(request, "timeline/edit.html", context)


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Move one's own comment to the recycle bin; it can be undone."""
    comment = _own_comment(request, pk)
    comment.move_to_bin(by=signed_in_user(request))
    back = _back(request, comment)
    offer_undo(request, _("The comment is deleted."), comment, back)
    return redirect(back)
