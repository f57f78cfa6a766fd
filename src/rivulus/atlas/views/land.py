"""The register of land and buildings: what is on offer, one entry, and how it is kept."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.atlas.actions import land as actions
from rivulus.atlas.forms.land import LandFilterForm, LandForm, PhotoForm, StageForm, WithdrawForm
from rivulus.atlas.models import LandAsset
from rivulus.atlas.presenters import land as presenter
from rivulus.atlas.presenters.plans import report_words
from rivulus.atlas.presenters.viewer import may, viewer
from rivulus.atlas.queries import land as queries
from rivulus.atlas.queries import parcels
from rivulus.atlas.queries.base import home_bounds
from rivulus.atlas.rules import land
from rivulus.atlas.rules.permissions import EDITORS
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.geometry import from_wkb
from rivulus.kernel.http import requires
from rivulus.kernel.photos import clean_photos
from rivulus.kernel.words import say
from rivulus.ui.presenters import percent_text

if TYPE_CHECKING:
    from rivulus.identity.models import Person

ON_A_PAGE = 30
A_DAY_S = 24 * 3600
ROLES = sorted(EDITORS)


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show what is on offer and what waits to be used again, best score first; the weights stand in the address."""
    form = LandFilterForm(request.GET)
    weights = land.read_weights(request.GET.dict())
    who = viewer(request)
    wanted = form.wanted()
    places = {asset.pk: from_wkb(asset.geometry) for asset in queries.list_assets(who, wanted)[: queries.MOST]}
    ranked = queries.rank(who, wanted, weights, plans=parcels.list_floor_ratios(places, clock.today(), who))
    page = Paginator(ranked, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [presenter.row_of(scored) for scored in page]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "weights": [(field, weights[part]) for field, part in zip(form.weights, land.Part, strict=True)],
        "parts": [(gettext(land.PART_NAMES[part]), gettext(land.PART_WORDS[part])) for part in land.Part],
        "features": presenter.features_of(rows),
        "bounds": presenter.bounds_of(rows),
        "sketch": presenter.sketch_of(rows, gettext("Land and buildings of this page")),
        "may_edit": may(request, "edit_land"),
        "is_narrowed": any(value for name, value in request.GET.items() if name != "page"),
    }
    return render(request, "atlas/land/list.html", context)


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show one entry: facts, photos, what the plan allows, recovery of the ground, and its score part by part."""
    asset = _get(request, code)
    weights = land.read_weights(request.GET.dict())
    geometry = from_wkb(asset.geometry)
    who, today = viewer(request), clock.today()
    ratio = parcels.list_floor_ratios({asset.pk: geometry}, today, who)[asset.pk]
    score = queries.score(asset, weights, queries.prices_per_m2(who), ratio)
    row = presenter.row_of(queries.Scored(asset, score))
    keeps = may(request, "edit_land", asset.keeper_id)
    context = {
        "asset": asset,
        "row": row,
        "features": presenter.features_of([row]),
        "bounds": presenter.bounds_of([row]),
        "known_share": percent_text(100 * score.known_share, 0),
        "parts": presenter.part_rows(score, weights),
        "utilities": presenter.words(land.UTILITY_NAMES, asset.utilities),
        "uses": presenter.words(land.USE_NAMES, asset.uses),
        "condition": presenter.word(land.CONDITION_NAMES, asset.condition),
        "owner": presenter.word(land.OWNER_KIND_NAMES, asset.owner_kind),
        "stage": presenter.word(land.STAGE_NAMES, asset.stage),
        "stages": [(step, presenter.word(land.STAGE_NAMES, step.stage)) for step in asset.stages.all()],
        "floor_area": presenter.area_text(asset.floor_area_m2),
        "photos": asset.photos.all(),
        "report": report_words(parcels.describe(geometry, today, who)),
        "keeps": keeps,
        "stage_form": StageForm(asset=asset) if keeps else None,
        "photo_form": PhotoForm(initial={"number": asset.number}) if keeps else None,
        "withdraw_form": WithdrawForm(initial={"number": asset.number}) if keeps else None,
    }
    return render(request, "atlas/land/one.html", context)


@requires(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Enter a plot or building."""
    keepers = viewer(request).organisations
    form = LandForm(request.POST or None, keepers=keepers, initial={"keeper": next(iter(keepers), None)})
    if form.is_valid():
        given = form.cleaned_data
        try:
            asset = actions.enter(
                by=_person(request), code=given["code"], keeper=given["keeper"], geometry=given["outline"],
                values=form.values(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The entry is kept."))
            return redirect("atlas:land_asset", code=asset.code)
    return _show_form(request, form, None)


@requires(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponseBase:
    """Change an entry; a refusal gives the form back with all that was typed."""
    asset = _kept(request, code)
    form = LandForm(request.POST or None, instance=asset, keepers=viewer(request).organisations)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.change(
                by=_person(request), asset=asset, number=given["number"] or 0, values=form.values(),
                geometry=given["outline"],
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The entry is kept."))
            return redirect("atlas:land_asset", code=code)
    return _show_form(request, form, asset)


def _show_form(request: HttpRequest, form: LandForm, asset: LandAsset | None) -> HttpResponse:
    context = {"form": form, "asset": asset, "bounds": asset.box if asset is not None else home_bounds()}
    return render(request, "atlas/land/edit.html", context, status=422 if form.errors else 200)


@requires(*ROLES)
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponseBase:
    """Record a step, add or withdraw a photo, or take the entry out of the register."""
    asset = _kept(request, code)
    doing = {"stage": _reach_stage, "photo": _add_photo, "withdraw_photo": _withdraw_photo, "withdraw": _withdraw}
    carry_out = doing.get(request.POST.get("do", ""))
    if carry_out is None:
        raise Http404
    try:
        said = carry_out(request, asset)
    except Refused as refused:
        messages.error(request, say(refused))
    else:
        messages.success(request, said)
    is_gone = LandAsset.objects.filter(pk=asset.pk, withdrawn_at__isnull=False).exists()
    return redirect("atlas:land") if is_gone else redirect("atlas:land_asset", code=code)


def _reach_stage(request: HttpRequest, asset: LandAsset) -> str:
    given = _valid(StageForm(request.POST, asset=asset))
    actions.reach_stage(
        by=_person(request), asset=asset, number=given["number"], stage=land.Stage(given["stage"]), on=given["on"],
        note=given["note"], document_url=given["document_url"],
    )  # fmt: skip
    return gettext("The step is recorded.")


def _add_photo(request: HttpRequest, asset: LandAsset) -> str:
    form = PhotoForm(request.POST, request.FILES)
    given = _valid(form)
    photos = clean_photos([form.photo_said()])
    actions.add_photos(by=_person(request), asset=asset, number=given["number"], photos=photos)
    return gettext("The photo is kept.")


def _withdraw_photo(request: HttpRequest, asset: LandAsset) -> str:
    wanted = request.POST.get("photo", "")
    photo = next((photo for photo in asset.photos.all() if str(photo.pk) == wanted), None)
    if photo is None:
        raise Http404
    actions.withdraw_photo(by=_person(request), photo=photo)
    return gettext("The photo is gone.")


def _withdraw(request: HttpRequest, asset: LandAsset) -> str:
    given = _valid(WithdrawForm(request.POST))
    actions.withdraw(by=_person(request), asset=asset, number=given["number"], reason=given["reason"])
    return gettext("The entry was taken out of the register.")


def _valid(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise Refused("; ".join(str(error) for errors in form.errors.values() for error in errors))
    return form.cleaned_data


@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a photo of an entry that whoever asks sees."""
    try:
        found = queries.get_photo(pk, viewer(request))
    except NotFound:
        raise Http404 from None
    file = queries.file_of(found)
    if not file.is_file():
        raise Http404
    response = FileResponse(file.open("rb"), content_type="image/jpeg")
    is_open = found.asset.is_public
    response["Cache-Control"] = f"{'public' if is_open else 'private'}, max-age={A_DAY_S}"
    return response


def _get(request: HttpRequest, code: str) -> LandAsset:
    try:
        return queries.get_asset(code, viewer(request))
    except NotFound:
        raise Http404 from None


def _kept(request: HttpRequest, code: str) -> LandAsset:
    """Return an entry that whoever asks may change."""
    asset = _get(request, code)
    if not may(request, "edit_land", asset.keeper_id):
        raise PermissionDenied(gettext("This belongs to another organisation."))
    return asset


def _person(request: HttpRequest) -> "Person":
    return cast("Person", request.user)
