"""The organisations that publish, and who acts for which: for the administrator."""

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.identity import actions, forms, presenters, queries
from rivulus.identity.actions.organisations import About
from rivulus.identity.models import Affiliation, Organisation, Person
from rivulus.identity.terms import OrganisationKind, Role
from rivulus.kernel.forms import carry_out, status_of
from rivulus.kernel.http import requires

EDIT = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@requires(Role.ADMINISTRATOR)
def list_all(request: HttpRequest) -> HttpResponseBase:
    """List the organisations."""
    rows = [(row, presenters.kind_name(row.kind)) for row in queries.list_all_organisations()]
    return render(request, "identity/organisations.html", {"rows": rows})


@EDIT
@requires(Role.ADMINISTRATOR)
def new(request: HttpRequest) -> HttpResponseBase:
    """Enter an organisation."""
    form = forms.NewOrganisationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        code, reason = form.cleaned_data["code"], form.cleaned_data["reason"]
        about = _about(form)
        if carry_out(
            request,
            form,
            lambda: actions.found_organisation(by=_me(request), code=code, about=about, reason=reason),
            _("Saved."),
        ):
            return redirect("identity:organisation", code=code)
    return render(request, "identity/organisation_new.html", {"form": form}, status=status_of(form))


@EDIT
@requires(Role.ADMINISTRATOR)
def one(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show an organisation with who acts for it, and change what is said of it."""
    organisation = get_object_or_404(Organisation, code=code)
    form = forms.OrganisationForm.of(organisation, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        about, reason = _about(form), form.cleaned_data["reason"]
        act = lambda: actions.change_organisation(  # noqa: E731
            by=_me(request), organisation=organisation, about=about, reason=reason
        )
        if carry_out(request, form, act, _("Saved.")):
            return redirect("identity:organisation", code=code)
    return _render(request, organisation, status=status_of(form), form=form)


@require_POST
@requires(Role.ADMINISTRATOR)
def affiliate(request: HttpRequest, code: str) -> HttpResponseBase:
    """Let a publisher act for the organisation."""
    organisation = get_object_or_404(Organisation, code=code)
    form = forms.AffiliationForm(request.POST, auto_id="affiliate_%s")
    if form.is_valid():
        reason, email = form.cleaned_data["reason"], form.cleaned_data["email"]
        person = queries.list_reached(_me(request)).filter(email=email.strip().lower()).first()
        if person is None:
            form.add_error("email", _("Nobody has an account with this address; ask them to open one first."))
        elif carry_out(
            request,
            form,
            lambda: actions.affiliate(by=_me(request), person=person, organisation=organisation, reason=reason),
            _("Saved."),
        ):
            return redirect("identity:organisation", code=code)
    return _render(request, organisation, status=400, affiliation_form=form)


@require_POST
@requires(Role.ADMINISTRATOR)
def end(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Let somebody act for the organisation no longer."""
    affiliation = get_object_or_404(Affiliation.objects.select_related("organisation"), pk=pk, organisation__code=code)
    form = forms.ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if carry_out(
            request,
            form,
            lambda: actions.end_affiliation(by=_me(request), affiliation=affiliation, reason=reason),
            _("Saved."),
        ):
            return redirect("identity:organisation", code=code)
    return _render(request, affiliation.organisation, status=400, end_form=form, ending=pk)


@require_POST
@requires(Role.ADMINISTRATOR)
def set_open(request: HttpRequest, code: str) -> HttpResponseBase:
    """Close an organisation, or open it again."""
    organisation = get_object_or_404(Organisation, code=code)
    form = forms.ReasonForm(request.POST, auto_id="open_%s")
    act = actions.close_organisation if organisation.is_active else actions.reopen_organisation
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if carry_out(
            request, form, lambda: act(by=_me(request), organisation=organisation, reason=reason), _("Saved.")
        ):
            return redirect("identity:organisation", code=code)
    return _render(request, organisation, status=400, open_form=form)


def _render(request: HttpRequest, organisation: Organisation, *, status: int = 200, **bound: object) -> HttpResponse:
    visible = queries.list_reached(_me(request)).values("pk")
    context = {
        "organisation": organisation,
        "kind": presenters.kind_name(organisation.kind),
        "affiliations": queries.list_affiliations(organisation).filter(person__in=visible),
        "lines": presenters.list_journal_of(organisation),
        "form": forms.OrganisationForm.of(organisation),
        "affiliation_form": forms.AffiliationForm(auto_id="affiliate_%s"),
        "end_form": forms.ReasonForm(auto_id="end_%s"),
        "open_form": forms.ReasonForm(auto_id="open_%s"),
        "ending": 0,
    }
    return render(request, "identity/organisation.html", context | bound, status=status)


def _about(form: forms.OrganisationForm) -> About:
    data = form.cleaned_data
    return About(
        name_ro=data["name_ro"],
        name_en=data["name_en"],
        name_hu=data["name_hu"],
        kind=OrganisationKind(data["kind"]),
        siruta=data["siruta"],
        homepage=data["homepage"],
        email=data["email"],
    )


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
