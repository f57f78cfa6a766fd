"""The space of a supplier: its series, keys, messages and commands; and the pages by which departments manage them."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.kernel import clock
from rivulus.kernel.forms import attempt, status_of, tell
from rivulus.kernel.http import requires
from rivulus.observations.actions import suppliers as actions
from rivulus.observations.forms import suppliers as forms
from rivulus.observations.models import Supplier, SupplierKey, SupplierMember
from rivulus.observations.presenters import suppliers as presenters
from rivulus.observations.presenters.viewer import may
from rivulus.observations.queries import devices as device_queries
from rivulus.observations.queries import suppliers as queries
from rivulus.observations.rules.suppliers import NOT_YOURS

PER_PAGE = 25
EDIT = require_http_methods(["GET", "HEAD", "POST"])
MANAGE = "manage_suppliers"


@require_safe
@requires()
def list_all(request: HttpRequest) -> HttpResponseBase:
    """List suppliers: all for departments, their own for everybody else."""
    form = forms.SupplierFilter(request.GET)
    search = form.cleaned_data["q"].strip() if form.is_valid() else ""
    manages = may(request, MANAGE)
    rows = queries.list_suppliers(search=search) if manages else queries.list_suppliers_of(_me(request))
    if not manages and not rows.exists() and not may_supply(request):
        raise PermissionDenied(_(NOT_YOURS))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "manages": manages}
    return render(request, "observations/suppliers/list.html", context)


@EDIT
@requires("department", "administrator")
def new(request: HttpRequest) -> HttpResponseBase:
    """Let a supplier in."""
    form = forms.NewSupplierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: actions.create_supplier(by=_me(request), **form.cleaned_data))
        if made:
            messages.success(request, _("Saved."))
            return redirect("observations:supplier", code=made.code)
    return render(request, "observations/suppliers/new.html", {"form": form}, status=status_of(form))


@require_safe
@requires()
def space(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show the things and series of a supplier with the last that came of each."""
    supplier = _supplier(request, code)
    page = Paginator(device_queries.list_series_of(supplier), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": presenters.present_series(page.object_list),
        "usage": queries.usage_on(supplier.pk, clock.today()),
        "open_keys": queries.count_open_keys(supplier),
    }
    return _render(request, "space", supplier, context)


@never_cache
@EDIT
@requires()
def keys(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show the keys of a supplier, and make one; a new key is shown once, in the answer to its making."""
    supplier = _supplier(request, code)
    started = {"is_sandbox": supplier.is_demonstration}
    form, issued = forms.KeyForm(request.POST or None, initial=started), None
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("name", "scopes", "is_sandbox")}
        issued = attempt(
            form,
            lambda: actions.issue_key(by=_me(request), supplier=supplier, expires_at=form.expires_at, **wanted),
        )
    page = Paginator(queries.list_keys(supplier), PER_PAGE).get_page(request.GET.get("page"))
    rows = presenters.present_keys(page.object_list, clock.now(), forms.SCOPE_WORDS)
    context = {
        "form": forms.KeyForm(initial=started) if issued else form,
        "issued": issued,
        "page_obj": page,
        "rows": rows,
    }
    return _render(request, "keys", supplier, context, status=200 if issued else status_of(form))


@require_POST
@requires()
def revoke(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Revoke a key."""
    supplier = _supplier(request, code)
    key = get_object_or_404(SupplierKey, pk=pk, supplier=supplier)
    tell(
        request,
        lambda: actions.revoke_key(by=_me(request), key=key),
        _("The key was revoked; it opens nothing any more."),
    )
    return redirect("observations:supplier_keys", code=code)


@require_safe
@requires()
def device_messages(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show what the devices of a supplier said in the last week, with what was right or wrong."""
    supplier = _supplier(request, code)
    rows = device_queries.list_messages(supplier)
    if request.GET.get("only") == "wrong":
        rows = rows.filter(is_good=False)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": presenters.present_messages(page.object_list),
        "only": request.GET.get("only", ""),
    }
    return _render(request, "messages", supplier, context)


@require_safe
@requires()
def start(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show how to send, with commands that carry the numbers of the supplier's own series."""
    supplier = _supplier(request, code)
    series = list(device_queries.list_series_of(supplier)[:100])
    commands = presenters.commands_for(supplier, series, request.build_absolute_uri("/"))
    return _render(request, "start", supplier, {"commands": commands, "series": series[:PER_PAGE]})


@EDIT
@requires("department", "administrator")
def manage(request: HttpRequest, code: str) -> HttpResponseBase:
    """Change what a supplier is called and how much it may send; show its people."""
    supplier = _supplier(request, code)
    form = forms.SupplierForm.of(supplier, request.POST or None)
    if request.method == "POST" and form.is_valid():
        changed = attempt(
            form, lambda: actions.change_supplier(by=_me(request), supplier=supplier, **form.cleaned_data)
        )
        if changed:
            messages.success(request, _("Saved."))
            return redirect("observations:supplier_manage", code=code)
    return _manage(request, supplier, form=form)


@require_POST
@requires("department", "administrator")
def add_member(request: HttpRequest, code: str) -> HttpResponseBase:
    """Let somebody into the space of a supplier."""
    supplier = _supplier(request, code)
    form = forms.MemberForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"]
        if attempt(form, lambda: actions.add_member(by=_me(request), supplier=supplier, email=email)):
            messages.success(request, _("Saved."))
            return redirect("observations:supplier_manage", code=code)
    return _manage(request, supplier, member_form=form)


@require_POST
@requires("department", "administrator")
def remove_member(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Close the space of a supplier to somebody."""
    supplier = _supplier(request, code)
    member = get_object_or_404(SupplierMember, pk=pk, supplier=supplier)
    tell(request, lambda: actions.remove_member(by=_me(request), member=member), _("Saved."))
    return redirect("observations:supplier_manage", code=code)


@require_POST
@requires("department", "administrator")
def set_active(request: HttpRequest, code: str) -> HttpResponseBase:
    """Suspend a supplier with a reason, or let it in again."""
    supplier = _supplier(request, code)
    form = forms.SuspendForm(request.POST)
    if not form.is_valid():
        return _manage(request, supplier, suspend_form=form)
    wanted, reason = not supplier.is_active, form.cleaned_data["reason"]
    act = lambda: actions.set_active(by=_me(request), supplier=supplier, is_active=wanted, reason=reason)  # noqa: E731
    tell(request, act, _("Saved."))
    return redirect("observations:supplier_manage", code=code)


def may_supply(request: HttpRequest) -> bool:
    """Say whether somebody has the role of a supplier, with or without a supplier to belong to."""
    return "supplier" in {str(role) for role in _me(request).active_roles()}


def _manage(request: HttpRequest, supplier: Supplier, **bound: Form) -> HttpResponse:
    context: dict[str, Any] = {
        "form": forms.SupplierForm.of(supplier),
        "member_form": forms.MemberForm(),
        "suspend_form": forms.SuspendForm(),
        "members": queries.list_members(supplier),
    }
    status = max((status_of(form) for form in bound.values()), default=200)
    return _render(request, "manage", supplier, context | bound, status=status)


def _render(
    request: HttpRequest, page: str, supplier: Supplier, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    common = {"supplier": supplier, "tab": page, "manages": may(request, MANAGE)}
    return render(request, f"observations/suppliers/{page}.html", common | context, status=status)


def _supplier(request: HttpRequest, code: str) -> Supplier:
    """Return a supplier that the reader may see; to everybody else it does not exist."""
    found = queries.find_supplier(code)
    if found is None or not (may(request, MANAGE) or queries.is_member(_me(request), found.pk)):
        raise Http404
    if found.is_demonstration and not settings.RIVULUS_DEMO:
        raise Http404
    return found


def _me(request: HttpRequest) -> Any:
    return cast(Any, request.user)
