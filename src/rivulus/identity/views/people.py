"""One's own account, the people of the platform, and the link of the first administrator."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.identity import actions, forms, presenters, queries
from rivulus.identity.models import Person
from rivulus.identity.presenters import present_language
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.forms import carry_out, status_of
from rivulus.kernel.http import requires
from rivulus.kernel.words import say

PEOPLE_PER_PAGE = 25
EDIT = require_http_methods(["GET", "HEAD", "POST"])


@EDIT
@requires()
def account(request: HttpRequest) -> HttpResponseBase:
    """Show and change one's own account."""
    me = _me(request)
    form = forms.ProfileForm(_posted(request), initial={"full_name": me.full_name, "language": me.language})
    if request.method == "POST" and form.is_valid():
        actions.change_profile(by=me, person=me, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("identity:account")
    context = {
        "form": form,
        "roles": [presenters.role_name(role) for role in sorted(me.held_roles())],
        "needs_second_step": queries.needs_second_step(me),
        "second_step_required": getattr(settings, "RIVULUS_REQUIRE_MFA", False),
        "has_second_step": me.has_second_step(),
        "has_services": bool(settings.SOCIALACCOUNT_PROVIDERS),
        "person": me,
    }
    return render(request, "identity/account.html", context, status=status_of(form))


@require_safe
@requires()
def second_step(request: HttpRequest) -> HttpResponseBase:
    """Explain why a second step is asked for, and lead to it."""
    context = {
        "second_step_required": getattr(settings, "RIVULUS_REQUIRE_MFA", False),
        "has_second_step": _me(request).has_second_step(),
    }
    return render(request, "identity/second_step.html", context)


@require_POST
@requires()
def export(request: HttpRequest) -> HttpResponseBase:
    """Hand over everything that is known of the person, as a file."""
    limited = ratelimit.consume_or_429(request, action="export_own_data", user=request.user)
    if limited:
        return limited  # type: ignore[no-any-return]
    data = presenters.export_of(_me(request))
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="rivulus-account.json"'
    response["Cache-Control"] = "no-store"
    return response


@EDIT
@requires()
@reauthentication_required  # type: ignore[untyped-decorator]
def erase(request: HttpRequest) -> HttpResponseBase:
    """Ask once more, then forget the person."""
    form = forms.EraseForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        me = _me(request)
        try:
            actions.erase_person(by=me, person=me)
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            logout(request)
            messages.success(request, _("Your account was erased."))
            return redirect("/")
    return render(request, "identity/erase.html", {"form": form}, status=status_of(form))


@require_safe
@requires(Role.ADMINISTRATOR)
def people(request: HttpRequest) -> HttpResponseBase:
    """List the people of the platform."""
    form = forms.PeopleFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {"q": "", "role": ""}
    found = queries.list_people(_me(request), search=wanted["q"].strip(), role=wanted["role"])
    page = Paginator(found, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "rows": presenters.list_rows(list(page.object_list))}
    return render(request, "identity/people.html", context)


@require_safe
@requires(Role.ADMINISTRATOR)
def person(request: HttpRequest, person_id: UUID) -> HttpResponseBase:
    """Show one person: roles, their history, and what the journal says."""
    return _render_person(request, get_object_or_404(queries.list_reached(_me(request)), pk=person_id))


@require_POST
@requires(Role.ADMINISTRATOR)
def grant(request: HttpRequest, person_id: UUID) -> HttpResponseBase:
    """Give a person a role."""
    other = get_object_or_404(queries.list_reached(_me(request)), pk=person_id)
    form = forms.GrantForm(request.POST, held=other.held_roles())
    if form.is_valid():
        role, reason = Role(form.cleaned_data["role"]), form.cleaned_data["reason"]
        if carry_out(
            request,
            form,
            lambda: actions.grant_role(by=_me(request), person=other, role=role, reason=reason),
            _("Saved."),
        ):
            return redirect("identity:person", person_id=other.pk)
    return _render_person(request, other, grant_form=form)


@require_POST
@requires(Role.ADMINISTRATOR)
def end(request: HttpRequest, person_id: UUID, role: str) -> HttpResponseBase:
    """End a person's role."""
    other = get_object_or_404(queries.list_reached(_me(request)), pk=person_id)
    form = forms.ReasonForm(request.POST)
    ending = Role(role)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if carry_out(
            request,
            form,
            lambda: actions.end_role(by=_me(request), person=other, role=ending, reason=reason),
            _("Saved."),
        ):
            return redirect("identity:person", person_id=other.pk)
    return _render_person(request, other, end_form=form, ending=role)


@require_POST
@requires(Role.ADMINISTRATOR)
def set_open(request: HttpRequest, person_id: UUID) -> HttpResponseBase:
    """Close a person's account, or open it again."""
    other = get_object_or_404(queries.list_reached(_me(request)), pk=person_id)
    form = forms.ReasonForm(request.POST)
    act = actions.close_account if other.is_active else actions.reopen_account
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if carry_out(request, form, lambda: act(by=_me(request), person=other, reason=reason), _("Saved.")):
            return redirect("identity:person", person_id=other.pk)
    return _render_person(request, other, open_form=form)


@never_cache
@sensitive_post_parameters("password", "password_again")
@EDIT
def claim(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Make the reader of the one-time link the administrator."""
    limited = ratelimit.consume_or_429(request, action="claim_first_link")
    if limited:
        return limited  # type: ignore[no-any-return]
    try:
        queries.check_can_claim(queries.find_first_link(secret), now=clock.now())
    except Refused as refused:
        return render(request, "identity/claim_refused.html", {"sentence": say(refused)}, status=410)
    form = forms.ClaimForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("full_name", "email", "password")}
        try:
            admin = actions.claim_first_link(secret=secret, language=present_language(), **data)
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            login(request, admin, backend=settings.AUTHENTICATION_BACKENDS[0])
            messages.success(request, _("You are the administrator now."))
            return redirect("identity:second_step")
    return render(request, "identity/claim.html", {"form": form}, status=status_of(form))


def _render_person(request: HttpRequest, other: Person, **bound: object) -> HttpResponse:
    held = other.held_roles()
    context = {
        "person": other,
        "held": [(str(role), presenters.role_name(role)) for role in sorted(held)],
        "memberships": [(row, presenters.role_name(row.role)) for row in queries.list_memberships(other)],
        "email_confirmed": queries.is_email_confirmed(other),
        "lines": presenters.list_journal(other),
        "grant_form": forms.GrantForm(held=held, auto_id="grant_%s"),
        "end_form": forms.ReasonForm(auto_id="end_%s"),
        "open_form": forms.ReasonForm(auto_id="open_%s"),
        "ending": "",
    }
    return render(request, "identity/person.html", context | bound, status=400 if bound else 200)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _me(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise TypeError("This view is for people who are signed in.")
    return request.user
