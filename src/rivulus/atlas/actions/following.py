"""Analyses that the pack declares: written before their layers are there, asked by themselves once these are."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.atlas.actions import recipes
from rivulus.atlas.models import Layer, RasterFile, Recipe, RecipeRun
from rivulus.atlas.queries.recipes import find_layers, list_following, missing_inputs, types_of
from rivulus.atlas.rules.recipes import kinds
from rivulus.atlas.rules.recipes.kinds import NEEDS, Parameters, RecipeKind
from rivulus.atlas.terms import Visibility
from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

type Texts = tuple[str, str, str]
"""Romanian, English, Hungarian."""

AGAIN_AFTER = dt.timedelta(days=1)  # a layer that is worked on all day is not asked of with every change
ROLES = ("layer", "other", "raster")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeSpec:
    """An analysis in words; ``wanted`` holds the codes of its layers and raster. ``is_shown`` makes a layer of it."""

    code: str
    title: Texts
    note: Texts
    kind: str
    wanted: Mapping[str, str]
    parameters: Parameters = field(default_factory=Parameters)
    is_shown: bool = False


@transaction.atomic
def declare(*, by: "Person | None", specs: Sequence[RecipeSpec]) -> int:
    """Write or bring up to date the analyses that the pack declares, and return how many changed; raises Refused.

    One that somebody wrote by hand under the same code is left as it is; one that was withdrawn stays so.
    """
    owner = identity.find_city()
    if owner is None:
        if specs:
            raise Refused(N_("The facts of the city are not loaded yet: run ./rivulus load."))
        return 0
    return sum(_declare(by, owner, spec) for spec in specs)


def _declare(by: "Person | None", owner: "Organisation", spec: RecipeSpec) -> bool:
    _check(spec)
    columns = {
        **{f"title_{language}": text for language, text in zip(("ro", "en", "hu"), spec.title, strict=True)},
        **{f"note_{language}": text for language, text in zip(("ro", "en", "hu"), spec.note, strict=True)},
        "kind": spec.kind,
        "wanted": {**spec.wanted, **({"shown": True} if spec.is_shown else {})},
        "parameters": spec.parameters.as_json(),
    }
    found = Recipe.objects.select_for_update(of=("self",)).filter(code=spec.code).first()
    if found is None:
        found = Recipe.objects.create(
            code=spec.code, owner=owner, follows=True, is_public=True, created_at=clock.now(), **columns
        )
    elif found.created_by_id is not None or all(getattr(found, name) == value for name, value in columns.items()):
        return False
    else:
        for name, value in columns.items():
            setattr(found, name, value)
        found.layer = found.other = found.raster = None  # looked up anew before it is asked
        found.save(update_fields=[*columns, "layer", "other", "raster"])
    journal.write(
        by=by, verb="atlas.recipe.declared", subject=recipes.SUBJECT, subject_id=found.pk, content={"code": spec.code}
    )
    return True


def _check(spec: RecipeSpec) -> None:
    if spec.kind not in list(RecipeKind):
        raise Refused(N_("“%(kind)s” is no kind of analysis."), kind=spec.kind)
    needs = NEEDS[RecipeKind(spec.kind)]
    kinds.check_numbers(RecipeKind(spec.kind), spec.parameters)
    if (needs.layer and not spec.wanted.get("layer")) or (needs.other and not spec.wanted.get("other")):
        raise Refused(N_("Choose the layers that this question is about."))
    if needs.raster and not spec.wanted.get("raster"):
        raise Refused(N_("Choose the raster that this question is about."))


@transaction.atomic
def ask_what_changed(*, by: "Person | None") -> list[RecipeRun]:
    """Ask every analysis that follows its layers, where these are there and are others than at its last answer.

    The first answer is asked for at once, a new one at most once a day. One that cannot be asked is passed over: its page
    says what it waits for.
    """
    asked = []
    for recipe in list_following():
        last = recipe.runs.order_by("-id").first()
        if last is not None and last.ended_at is None:
            continue
        if missing_inputs(recipe) or not _link(by, recipe) or not _is_new(recipe, last):
            continue
        asked.append(recipes.ask(by=by, recipe=recipe))
    return asked


def _link(by: "Person | None", recipe: Recipe) -> bool:
    """Let a recipe rest on what it wants, now that this is there; say whether it makes sense so."""
    layers = {layer.code: layer for layer in find_layers([recipe.wanted.get(role, "") for role in ROLES])}
    layer, other = layers.get(recipe.wanted.get("layer", "")), layers.get(recipe.wanted.get("other", ""))
    raster = RasterFile.objects.filter(code=recipe.wanted.get("raster", "")).first()
    if not _makes_sense(recipe, layer, other, raster):
        return False
    if (recipe.layer, recipe.other, recipe.raster) != (layer, other, raster):
        recipe.layer, recipe.other, recipe.raster = layer, other, raster
        if recipe.wanted.get("shown") and recipe.output is None:
            recipe.output = recipes.make_output(by=by, recipe=recipe)
        recipe.save(update_fields=["layer", "other", "raster", "output"])
    return True


def _makes_sense(recipe: Recipe, layer: Layer | None, other: Layer | None, raster: RasterFile | None) -> bool:
    numbers = kinds.read_parameters(recipe.parameters)
    besides = list(find_layers(numbers.layers))
    if any(each is not None and each.visibility != Visibility.PUBLIC for each in (layer, other, *besides)):
        return False
    try:
        kinds.check(
            RecipeKind(recipe.kind), numbers, layer=layer is not None, other=other is not None,
            raster=raster is not None,
            attributes=types_of(other if recipe.kind == RecipeKind.INDICATORS else layer),
        )  # fmt: skip
        for each, only in ((layer, numbers.only), (other, numbers.other_only)):
            kinds.check_only(only, types_of(each))
    except Refused:
        return False
    return True


def _is_new(recipe: Recipe, last: RecipeRun | None) -> bool:
    if last is None:
        return True
    if last.parameters != recipe.parameters:
        return True
    assert last.ended_at is not None
    if clock.now() - last.ended_at < AGAIN_AFTER:
        return False
    codes = [layer.code for layer in (recipe.layer, recipe.other) if layer is not None]
    codes += kinds.read_parameters(recipe.parameters).layers
    now = dict(Layer.objects.filter(code__in=codes).values_list("code", "revision"))
    return bool(now != last.inputs.get("layers") or _checksum(recipe) != last.inputs.get("raster_sha256"))


def _checksum(recipe: Recipe) -> str | None:
    return recipe.raster.checksum if recipe.raster is not None else None
