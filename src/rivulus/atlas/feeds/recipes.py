"""What the worker does for recipes; a run that was cut off is taken up again and answered once."""

import datetime as dt

from django.tasks import task
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.actions import following
from rivulus.atlas.actions import recipes as actions
from rivulus.atlas.feeds import rasters
from rivulus.atlas.models import Recipe
from rivulus.atlas.queries import recipes as queries
from rivulus.atlas.rules.recipes import raster, vector
from rivulus.atlas.rules.recipes.kinds import Parameters, RecipeKind, read_parameters
from rivulus.atlas.rules.recipes.shapes import Result, Shapes
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

STUCK_AFTER = dt.timedelta(minutes=20)
TOO_LARGE = N_("The layers are too large for this machine.")
BROKEN = N_("A shape of one of the layers is broken: an outline crosses itself. Mend it, and ask again.")


@task
def answer(run_id: int) -> None:
    """Work out one answer."""
    run = actions.begin(by=None, run_id=run_id)
    if run is None:
        return
    try:
        result = work_out(run.recipe, dt.date.fromisoformat(run.inputs["day"]))
    except Refused as refused:
        actions.fail(by=None, run=run, why=refused)
        return
    except MemoryError:
        actions.fail(by=None, run=run, why=Refused(TOO_LARGE))
        return
    except GEOSException:
        actions.fail(by=None, run=run, why=Refused(BROKEN))
        return
    actions.finish(by=None, run=run, result=result)


def work_out(recipe: Recipe, day: dt.date) -> Result:
    """Return the answer of a recipe as of a day; raises Refused where it cannot be worked out."""
    numbers = read_parameters(recipe.parameters)
    kind = RecipeKind(recipe.kind)
    if recipe.raster is not None and kind in (RecipeKind.ZONAL, RecipeKind.HOT_SPOTS):
        cells = rasters.read(queries.file_of(recipe.raster))
        if kind == RecipeKind.HOT_SPOTS:
            return raster.hot_spots(cells, deviations=numbers.deviations, smallest_m2=numbers.smallest_m2)
        return raster.zonal(_first(recipe, day), cells)
    area = queries.find_area(*numbers.area, day) if numbers.area else None
    one = _first(recipe, day, area)
    if kind == RecipeKind.BUFFER:
        return vector.buffer(one, within_m=numbers.within_m)
    assert recipe.other is not None
    other = queries.read_shapes(recipe.other, day).having(numbers.other_only)
    by = queries.read_shapes(queries.find_input(numbers.by), day) if numbers.by else None
    match kind:
        case RecipeKind.NEAREST:
            return vector.nearest(one, other, within_m=numbers.within_m)
        case RecipeKind.WITHIN:
            return vector.within(one, other, within_m=numbers.within_m, by=by)
        case RecipeKind.INTERSECTION:
            return vector.intersection(one, other)
        case RecipeKind.INDICATORS:
            return vector.indicators(one, other, attribute=numbers.attribute)
        case _:
            return vector.per_inhabitant(
                one,
                other,
                within_m=numbers.within_m,
                people=_people(one, numbers),
                smallest_m2=numbers.smallest_m2,
                area=area,
                by=by,
            )


def _first(recipe: Recipe, day: dt.date, area: BaseGeometry | None = None) -> Shapes:
    assert recipe.layer is not None
    found = queries.read_shapes(recipe.layer, day).having(read_parameters(recipe.parameters).only)
    return found.within(area) if area is not None else found


def _people(homes: Shapes, numbers: Parameters) -> vector.Floats:
    if numbers.people:
        return vector.spread_people(homes, numbers.people, storeys=numbers.attribute)
    return vector.people_of(homes, numbers.attribute)


def follow() -> int:
    """Ask what the city wants to know of layers that have come or changed, and return how many questions were asked."""
    asked = following.ask_what_changed(by=None)
    for run in asked:
        answer.enqueue(run.pk)
    return len(asked)


def take_up_stuck() -> int:
    """Queue again what has been waiting for twenty minutes, and return how many."""
    stuck = list(queries.list_waiting(clock.now() - STUCK_AFTER))
    for run in stuck:
        answer.enqueue(run.pk)
    return len(stuck)
