"""One feature: as it is, as it was, and how it is edited; what two people did at once is shown to the later one."""

import datetime as dt
import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.forms.features import ConflictForm, FeatureForm, RemoveForm
from rivulus.atlas.models import Layer
from rivulus.atlas.presenters import features as presenter
from rivulus.atlas.presenters import layers as layer_presenter
from rivulus.atlas.presenters.viewer import may, viewer
from rivulus.atlas.queries import features as queries
from rivulus.atlas.queries import history
from rivulus.atlas.queries.base import home_bounds
from rivulus.atlas.queries.features import SeenFeature
from rivulus.atlas.rules.diffs import clash, merge
from rivulus.atlas.rules.placing import write_place
from rivulus.atlas.rules.versions import ChangedFeature, Conflict, NewFeature, RemovedFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.views.layers import ROLES, find, own, person
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import to_wkb
from rivulus.kernel.http import requires
from rivulus.kernel.words import say


@require_safe
def one(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show a feature as it is, as of a day, or one version of it; its place, its history."""
    layer, who = find(request, code), viewer(request)
    versions = history.list_versions(layer, who, key)
    if not versions:
        raise Http404
    day, wanted = _day(request), request.GET.get("version", "")
    feature = _wanted(layer, request, key, day)
    schema = queries.shown_schema(layer, who)
    shown = feature or versions[0].feature
    row = layer_presenter.feature_rows(layer, schema, [shown])[0]
    current = queries.find_feature(layer, who, key, any_time=True)
    context = {
        "layer": layer,
        "layer_row": layer_presenter.layer_row(layer),
        "feature": shown,
        "name": row.name,
        "is_there": feature is not None,
        "is_past": bool(wanted) or (current is not None and current.number != shown.number),
        "is_gone": current is None,
        "day": day,
        "valid": row.valid,
        "facts": presenter.attribute_facts(schema, shown.properties),
        "place": presenter.place_facts(shown.geometry),
        "map": layer_presenter.on_a_map([row]),
        "bounds": layer_presenter.bounds_of_rows([row]),
        "versions": presenter.version_rows(layer, schema, versions, who),
        "may_edit": current is not None and _may_edit(request, layer),
    }
    return render(request, "atlas/layers/feature.html", context)


def _wanted(layer: Layer, request: HttpRequest, key: str, day: dt.date | None) -> SeenFeature | None:
    wanted = request.GET.get("version", "")
    if wanted:
        if not (wanted.isdecimal() and len(wanted) < 9):
            raise Http404
        found = queries.find_version(layer, viewer(request), key, int(wanted))
        if found is None:
            raise Http404
        return found
    return queries.find_feature(layer, viewer(request), key, on=day, any_time=day is None)


def _day(request: HttpRequest) -> dt.date | None:
    try:
        return parse_date(request.GET.get("on", ""))
    except ValueError:
        return None


def _may_edit(request: HttpRequest, layer: Layer) -> bool:
    return may(request, "edit_feature", layer.owner_id) and not layer.is_kept_by_machine


@requires(*ROLES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponseBase:
    """Add a feature."""
    layer = own(request, code, "edit_feature")
    form = FeatureForm(request.POST or None, layer=layer)
    if form.is_valid():
        added = NewFeature(form.geometry, form.properties, form.cleaned_data["key"], form.valid)
        try:
            change = apply_changes(
                by=person(request),
                layer=layer,
                kind=ChangeKind.EDIT,
                reason=form.cleaned_data["reason"],
                additions=[added],
            )
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The feature is kept."))
            made = history.list_changed(change, layer, viewer(request), limit=1)[0]
            return redirect("atlas:feature", code, made[0].key)
    return _show_form(request, form, layer, None)


@requires(*ROLES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str, key: str) -> HttpResponseBase:
    """Change a feature; whoever opened it before another changed it is shown what differs, and loses nothing."""
    layer = own(request, code, "edit_feature")
    feature = queries.find_feature(layer, viewer(request), key, any_time=True)
    if feature is None and request.method != "POST":
        raise Http404
    form = FeatureForm(request.POST or None, layer=layer, feature=feature)
    if form.is_valid():
        given = form.cleaned_data
        seen = given["number"] or (feature.number if feature else 1)
        changed = ChangedFeature(key, seen, form.geometry, form.properties, given["since"])
        try:
            apply_changes(
                by=person(request), layer=layer, kind=ChangeKind.EDIT, reason=given["reason"], updates=[changed]
            )
        except Conflict as conflict:
            return _show_conflict(request, layer, changed, given["reason"], conflict)
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The feature is kept."))
            return redirect("atlas:feature", code, key)
    return _show_form(request, form, layer, key)


def _show_form(request: HttpRequest, form: FeatureForm, layer: Layer, key: str | None) -> HttpResponse:
    context = {
        "form": form,
        "layer": layer,
        "key": key,
        "is_machines": layer.is_kept_by_machine,
        "bounds": form.feature.geometry.bounds
        if form.feature is not None
        else queries.bounds_of(layer) or home_bounds(),
    }
    return render(request, "atlas/layers/edit.html", context, status=422 if form.errors else 200)


def _show_conflict(
    request: HttpRequest, layer: Layer, wanted: ChangedFeature, reason: str, conflict: Conflict
) -> HttpResponse:
    """Say who was faster and with what; what the later one wanted stays in the form."""
    who = viewer(request)
    versions = history.list_versions(layer, who, wanted.key)
    theirs = next((v.feature for v in versions if v.feature.number == conflict.number), None)
    base = next((v.feature for v in versions if v.feature.number == conflict.seen), None)
    taken_away = next((v.superseded_by for v in versions if v.feature.number == conflict.seen), None)
    if base is None or taken_away is None:
        raise Http404
    mine = dict(wanted.properties or {})
    clashes = clash(base.properties, theirs.properties if theirs else {}, mine)
    my_wkb = to_wkb(wanted.geometry)
    theirs_moved = theirs is not None and not presenter.is_same_place(theirs, base)
    context: dict[str, Any] = {
        "layer": layer,
        "key": wanted.key,
        "who": layer_presenter.who_words(taken_away, layer, who),
        "when": taken_away.at,
        "why": taken_away.reason,
        "is_removed": theirs is None,
        "rows": presenter.clash_rows(queries.shown_schema(layer, who), clashes) if theirs else [],
        "has_shapes": theirs_moved and my_wkb not in (base.wkb, theirs.wkb if theirs else b""),
        "shape": "theirs" if theirs is not None and my_wkb == base.wkb else "mine",
        "hidden": {
            "seen": theirs.number if theirs else 0,
            "base": conflict.seen,
            "mine": json.dumps(mine, ensure_ascii=False),
            "place": write_place(wanted.geometry),
            "since": wanted.since.isoformat() if wanted.since else "",
            "reason": reason,
        },
    }
    return render(request, "atlas/layers/conflict.html", context, status=409)


@requires(*ROLES)
@never_cache
@require_POST
def settle(request: HttpRequest, code: str, key: str) -> HttpResponseBase:
    """Keep what was chosen of both: attribute by attribute, and of the two geometries one."""
    layer = own(request, code, "edit_feature")
    form = ConflictForm(request.POST, layer=layer)
    if not form.is_valid():
        messages.error(request, gettext("What you wrote cannot be read any more. Open the form again."))
        return redirect("atlas:feature_edit", code, key)
    given = form.cleaned_data
    theirs = queries.find_version(layer, viewer(request), key, given["seen"]) if given["seen"] else None
    base = queries.find_version(layer, viewer(request), key, given["base"])
    if base is None or (given["seen"] and theirs is None):
        raise Http404
    merged = _merged(given, base, theirs)
    try:
        said = _carry_out(request, layer, key, given, merged, base, theirs)
    except Conflict as conflict:
        wanted = ChangedFeature(key, conflict.seen, given["place"], merged, given["since"])
        return _show_conflict(request, layer, wanted, given["reason"], conflict)
    except Refused as refused:
        messages.error(request, say(refused))
    else:
        messages.success(request, said)
    return redirect("atlas:feature", code, key)


def _merged(given: dict[str, Any], base: SeenFeature, theirs: SeenFeature | None) -> dict[str, Any]:
    mine: dict[str, Any] = given["mine"]
    if theirs is None:
        return mine
    clashes = clash(base.properties, theirs.properties, mine)
    return merge(clashes, theirs.properties, frozenset(given["keep"]))


def _carry_out(
    request: HttpRequest,
    layer: Layer,
    key: str,
    given: dict[str, Any],
    merged: dict[str, Any],
    base: SeenFeature,
    theirs: SeenFeature | None,
) -> str:
    by, reason = person(request), given["reason"]
    if theirs is None:
        again = NewFeature(given["place"], merged, key, base.valid)
        apply_changes(by=by, layer=layer, kind=ChangeKind.EDIT, reason=reason, additions=[again])
        return gettext("The feature is there again, as you wrote it.")
    geometry = given["place"] if given["shape"] == "mine" else None
    changed = ChangedFeature(key, theirs.number, geometry, merged, given["since"])
    apply_changes(by=by, layer=layer, kind=ChangeKind.EDIT, reason=reason, updates=[changed])
    return gettext("The feature is kept, with what both of you changed.")


@requires(*ROLES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, code: str, key: str) -> HttpResponseBase:
    """Say that a feature is no more, or never was."""
    layer = own(request, code, "edit_feature")
    feature = queries.find_feature(layer, viewer(request), key, any_time=True)
    if feature is None:
        raise Http404
    form = RemoveForm(request.POST or None, initial={"number": feature.number})
    if form.is_valid():
        given = form.cleaned_data
        try:
            apply_changes(
                by=person(request), layer=layer, kind=ChangeKind.EDIT, reason=given["reason"],
                removals=[RemovedFeature(key, given["number"], given["since"])],
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The feature is removed. Its history is kept."))
            return redirect("atlas:layer", code)
    name = queries.shown_schema(layer, viewer(request)).name_of(feature.properties, key)
    context = {"layer": layer, "form": form, "key": key, "name": name}
    return render(request, "atlas/layers/remove.html", context, status=422 if form.errors else 200)
