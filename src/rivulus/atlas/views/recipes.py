"""Analyses: the list, one with its latest answer, how one is written and asked, rasters brought in."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.atlas.actions import recipes as actions
from rivulus.atlas.feeds import rasters
from rivulus.atlas.feeds.recipes import answer
from rivulus.atlas.forms.recipes import RasterForm, RecipeForm
from rivulus.atlas.models import Recipe, RecipeRun
from rivulus.atlas.presenters import recipes as presenter
from rivulus.atlas.presenters.plans import bounds_of_features
from rivulus.atlas.presenters.viewer import may, viewer
from rivulus.atlas.queries import recipes as queries
from rivulus.atlas.queries.visible import list_layers
from rivulus.atlas.rules import permissions
from rivulus.atlas.rules.recipes.kinds import RecipeKind, RunState, in_order
from rivulus.identity.queries import find_city
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.http import requires
from rivulus.kernel.listing import csv_response
from rivulus.kernel.words import say

if TYPE_CHECKING:
    from rivulus.identity.models import Person

ON_A_PAGE = 30
EDITORS = sorted(permissions.ALLOWED["edit_recipe"])


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the analyses and when each was answered."""
    page = Paginator(queries.list_recipes(viewer(request)), ON_A_PAGE).get_page(request.GET.get("page"))
    missing = queries.list_missing(page)
    context = {
        "page": page,
        "rows": [
            (each, presenter.kind_words(each.kind), presenter.headline(each), presenter.waits(missing[each.pk]))
            for each in page
        ],
        "may_edit": may(request, "edit_recipe"),
    }
    return render(request, "atlas/recipes/list.html", context)


@require_safe
def one(request: HttpRequest, code: str, run: int | None = None) -> HttpResponse:
    """Show an analysis: what it asks, the latest answer (or an earlier one), on what it rests, and its runs."""
    recipe = _recipe(request, code)
    try:
        shown = queries.get_run(recipe, run) if run is not None else queries.find_answer(recipe)
    except NotFound:
        raise Http404 from None
    runs = list(queries.list_runs(recipe)[:20])
    is_answered = shown is not None and shown.state == RunState.DONE
    unit = recipe.raster.unit if recipe.raster is not None else ""
    areas = queries.list_areas(recipe, [row[0] for row in shown.rows]) if shown is not None and is_answered else []
    features = presenter.areas_map(shown, areas, unit) if shown is not None else None
    context = {
        "features": features,
        "bounds": bounds_of_features(features) if features else None,
        "told_by": presenter.told_by(shown, unit) if shown is not None else "",
        "recipe": recipe,
        "question": presenter.question(recipe),
        "run": shown,
        "answer": presenter.answer_words(recipe, shown) if shown is not None and is_answered else None,
        "inputs": presenter.inputs_words(shown.inputs) if shown else [],
        "runs": [(each, presenter.state_words(each.state)) for each in runs],
        "waiting": next((each for each in runs if each.state in (RunState.QUEUED, RunState.RUNNING)), None),
        "keeps": _keeps(request, recipe),
        "failure": _failure(shown, runs),
        "waits": presenter.waits(queries.missing_inputs(recipe)),
        "sketched_by": presenter.sketched_by(recipe),
    }
    return render(request, "atlas/recipes/one.html", context)


def _failure(shown: RecipeRun | None, runs: list[RecipeRun]) -> str:
    """Return why the run that is looked at, or else the latest one, has no answer."""
    looked_at = shown if shown is not None else next(iter(runs), None)
    return presenter.failure_words(looked_at) if looked_at is not None else ""


@require_safe
def as_csv(request: HttpRequest, code: str) -> HttpResponseBase:
    """Send the table of the latest answer for spreadsheets."""
    recipe = _recipe(request, code)
    run = queries.find_answer(recipe)
    if run is None:
        raise Http404
    columns = in_order(name for row in run.rows for name in row[2])
    rows = ([row[0], row[1], *(row[2].get(name) for name in columns)] for row in run.rows)
    return csv_response(f"{recipe.code}-{run.pk}", ["key", "name", *columns], rows)


@requires(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Write an analysis."""
    who, city = viewer(request), find_city()
    organisations = set(who.organisations)
    if city is not None and permissions.STRATEGY in who.roles:
        organisations.add(city.pk)
    form = RecipeForm(
        request.POST or None, organisations=organisations, layers=list_layers(who), rasters=queries.list_rasters(who),
        initial={"owner": next(iter(sorted(organisations)), None)},
    )  # fmt: skip
    if form.is_valid():
        given = form.cleaned_data
        layer, other, raster = form.subjects()
        try:
            recipe = actions.write_recipe(
                by=_person(request), code=given["code"], titles=form.titles(), kind=RecipeKind(given["kind"]),
                owner=given["owner"], parameters=form.parameters(), layer=layer, other=other, raster=raster,
                is_public=given["is_public"],
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            _ask(request, recipe)
            return redirect("atlas:recipe", code=recipe.code)
    return render(request, "atlas/recipes/new.html", {"form": form}, status=422 if form.errors else 200)


@requires(*EDITORS)
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponseBase:
    """Ask again, or withdraw."""
    recipe = _recipe(request, code)
    if not _keeps(request, recipe):
        raise PermissionDenied(gettext(permissions.NOT_YOURS))
    if request.POST.get("do") == "withdraw":
        actions.withdraw_recipe(by=_person(request), recipe=recipe)
        messages.success(request, gettext("The analysis was withdrawn."))
        return redirect("atlas:recipes")
    _ask(request, recipe)
    return redirect("atlas:recipe", code=code)


def _ask(request: HttpRequest, recipe: Recipe) -> None:
    try:
        run = actions.ask(by=_person(request), recipe=recipe)
    except Refused as refused:
        messages.error(request, say(refused))
        return
    answer.enqueue(run.pk)
    messages.success(request, gettext("The question is with the worker; the answer appears here."))


@requires(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def raster(request: HttpRequest) -> HttpResponseBase:
    """Bring in a raster."""
    organisations = viewer(request).organisations
    form = RasterForm(
        request.POST or None, request.FILES or None, organisations=organisations,
        initial={"owner": next(iter(sorted(organisations)), None), "code": request.GET.get("code", "")[:60]},
    )  # fmt: skip
    if form.is_valid():
        given = form.cleaned_data
        try:
            kept = rasters.keep(
                given["file"].chunks(), code=given["code"],
                titles=(given["title_ro"], given["title_en"], given["title_hu"]), unit=given["unit"],
                taken_on=given["taken_on"], source=given["source"],
            )  # fmt: skip
            actions.bring_raster(by=_person(request), owner=given["owner"], raster=kept)
        except Refused as refused:
            form.add_error("file", say(refused))
        else:
            messages.success(request, gettext("The raster is kept."))
            return redirect("atlas:recipes" if queries.is_awaited(given["code"]) else "atlas:recipe_new")
    return render(request, "atlas/recipes/raster.html", {"form": form}, status=422 if form.errors else 200)


def _recipe(request: HttpRequest, code: str) -> Recipe:
    try:
        return queries.get_recipe(code, viewer(request))
    except NotFound:
        raise Http404 from None


def _keeps(request: HttpRequest, recipe: Recipe) -> bool:
    is_unit = permissions.STRATEGY in viewer(request).roles and recipe.owner.is_city
    return is_unit or may(request, "edit_recipe", recipe.owner_id)


def _person(request: HttpRequest) -> "Person":
    return cast("Person", request.user)
