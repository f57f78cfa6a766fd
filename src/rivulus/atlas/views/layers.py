"""Layers: all of them by theme, one with its features as a table, its changes, and how it is described."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from rivulus.atlas.actions import layers as actions
from rivulus.atlas.forms.layers import FilterForm, LayerForm, WithdrawForm, attribute_rows, schema_of
from rivulus.atlas.models import Layer
from rivulus.atlas.presenters import features as feature_presenter
from rivulus.atlas.presenters import layers as presenter
from rivulus.atlas.presenters.viewer import may, viewer
from rivulus.atlas.queries import features as queries
from rivulus.atlas.queries import history
from rivulus.atlas.queries.visible import get_layer, list_layers
from rivulus.atlas.rules.permissions import EDITORS, NOT_YOURS
from rivulus.atlas.rules.schema_changes import NeedsAgreement
from rivulus.atlas.terms import Origin
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.http import requires
from rivulus.kernel.words import say

if TYPE_CHECKING:
    from rivulus.identity.models import Person

ROLES = sorted(EDITORS)
ON_A_PAGE, CHANGES_SHOWN = 25, 5


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the layers that whoever asks sees, by theme."""
    context = {
        "themes": presenter.by_theme(list_layers(viewer(request))),
        "may_describe": may(request, "edit_layer"),
    }
    return render(request, "atlas/layers/list.html", context)


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a layer: what it is, its features as a table that can be looked through, its changes, its downloads."""
    layer, who = find(request, code), viewer(request)
    schema = queries.shown_schema(layer, who)
    form = FilterForm(request.GET, schema=schema)
    words, day, filters = form.wanted()
    page = queries.list_features(
        layer, who, on=day, words=words, filters=filters, after=after_of(request), limit=ON_A_PAGE
    )
    rows = presenter.feature_rows(layer, schema, page.features)
    context = {
        "layer": layer,
        "row": presenter.layer_row(layer),
        "facts": presenter.facts(layer, queries.count_features(layer)),
        "legend": presenter.legend_lines(layer),
        "attributes": presenter.attribute_rows(schema),
        "form": form,
        "is_narrowed": bool(words or filters),
        "day": day,
        "columns": [a.title_in(presenter.language()) for a in presenter.columns_of(schema)],
        "rows": rows,
        "has_valid": any(row.valid for row in rows),
        "next_url": following(request, page.next_after),
        "is_first": not after_of(request),
        "map": presenter.on_a_map(rows),
        "bounds": presenter.bounds_of_rows(rows),
        "changes": presenter.change_rows(layer, history.list_changes(layer)[:CHANGES_SHOWN], who),
        "is_illustrative": layer.origin == Origin.ILLUSTRATIVE,
        "may_describe": may(request, "edit_layer", layer.owner_id),
        "may_edit": may(request, "edit_feature", layer.owner_id) and not layer.is_kept_by_machine,
        "may_import": may(request, "import_features", layer.owner_id) and not layer.is_kept_by_machine,
    }
    return render(request, "atlas/layers/one.html", context)


def after_of(request: HttpRequest) -> int:
    """Return the id after which the page begins."""
    given = request.GET.get("after", "")
    return int(given) if given.isdecimal() and len(given) < 18 else 0


def following(request: HttpRequest, after: object) -> str:
    """Return the address of the next page with the same choices; nothing at the end."""
    if after is None:
        return ""
    query = request.GET.copy()
    query["after"] = str(after)
    return f"?{query.urlencode()}"


@require_safe
def changes(request: HttpRequest, code: str) -> HttpResponse:
    """Show all changes of a layer."""
    layer = find(request, code)
    page = Paginator(history.list_changes(layer), ON_A_PAGE).get_page(request.GET.get("page"))
    rows = presenter.change_rows(layer, page, viewer(request))
    return render(request, "atlas/layers/changes.html", {"layer": layer, "page": page, "rows": rows})


@require_safe
def change(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Show what one change did, feature by feature."""
    layer, who = find(request, code), viewer(request)
    found = history.find_change(layer, pk)
    if found is None:
        raise Http404
    changed, after = history.list_changed(found, layer, who, after=request.GET.get("after", "")[:80], limit=ON_A_PAGE)
    schema = queries.shown_schema(layer, who)
    context = {
        "layer": layer,
        "row": presenter.change_rows(layer, [found], who)[0],
        "rows": feature_presenter.changed_rows(layer, schema, changed),
        "next_url": following(request, after),
    }
    return render(request, "atlas/layers/change.html", context)


@requires(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Describe a new layer."""
    return _describe(request, None)


@requires(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, code: str) -> HttpResponseBase:
    """Describe a layer anew; what loses or shows something asks first."""
    return _describe(request, own(request, code, "edit_layer"))


def _describe(request: HttpRequest, layer: Layer | None) -> HttpResponseBase:
    owners = viewer(request).organisations
    form = LayerForm(request.POST or None, layer=layer, owners=owners)
    rows = attribute_rows(layer, request.POST or None)
    context: dict[str, Any] = {"layer": layer, "form": form, "rows": rows, "questions": ()}
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            spec = form.spec(schema_of(rows, layer))
            if layer is None:
                kept = actions.create_layer(by=person(request), spec=spec)
            else:
                agreed = request.POST.getlist("agreed")
                kept = actions.describe_layer(by=person(request), layer=layer, spec=spec, agreed=agreed)
        except NeedsAgreement as needed:
            context["questions"] = [(q.attribute, say(Refused(q.sentence, **q.values))) for q in needed.questions]
            context["agreed"] = request.POST.getlist("agreed")
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The layer is described."))
            return redirect("atlas:layer", kept.code)
    is_wrong = bool(context["questions"] or form.errors or (request.method == "POST" and not rows.is_valid()))
    return render(request, "atlas/layers/describe.html", context, status=422 if is_wrong else 200)


@requires(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take a layer away from everybody's sight, after asking."""
    layer = own(request, code, "edit_layer")
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        try:
            actions.withdraw_layer(by=person(request), layer=layer, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The layer is withdrawn. Its features and their history are kept."))
            return redirect("atlas:layers")
    return render(request, "atlas/layers/withdraw.html", {"layer": layer, "form": form})


def find(request: HttpRequest, code: str) -> Layer:
    """Return a layer that whoever asks sees, or answer that there is none."""
    try:
        return get_layer(code, viewer(request))
    except NotFound:
        raise Http404 from None


def own(request: HttpRequest, code: str, verb: str) -> Layer:
    """Return a layer with which whoever asks may do this."""
    layer = find(request, code)
    if not may(request, verb, layer.owner_id):
        raise PermissionDenied(gettext(NOT_YOURS))
    return layer


def person(request: HttpRequest) -> "Person":
    """Return whoever is signed in."""
    return cast("Person", request.user)
