"""The pack's wishes for forecasts (``observations/forecasts.yaml``), fulfilled with the series that there are."""

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import from_wkb
from rivulus.observations.actions.forecasts import choose_series
from rivulus.observations.models import Datastream
from rivulus.observations.rules.forecasts.choosing import Candidate, Wish, choose, read_wishes
from rivulus.observations.terms import ResultKind

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FILE = "forecasts.yaml"
LARGEST_BYTES = 100_000


def load(*, by: "Person | None", folder: Path) -> int:
    """Let the series that the pack wishes for be forecast, and return how many they are; nothing is chosen twice."""
    wishes = read(folder)
    codes = {wish.property_code for wish in wishes} | {code for wish in wishes for code in wish.companions}
    chosen = choose(wishes, list_candidates(codes))
    series = Datastream.objects.in_bulk({*chosen, *(one for others in chosen.values() for one in others)})
    for series_id, companions in chosen.items():
        choose_series(by=by, datastream=series[series_id], companions=[series[one] for one in companions])
    return len(chosen)


def read(folder: Path) -> tuple[Wish, ...]:
    """Return the wishes of a pack's folder of observations; none where it has no such file."""
    file = folder / FILE
    if not file.exists():
        return ()
    if file.stat().st_size > LARGEST_BYTES:
        raise Refused(f"{FILE} is too large.")
    try:
        return read_wishes(yaml.safe_load(file.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise Refused(f"{FILE}: {error}") from error


def list_candidates(codes: set[str]) -> list[Candidate]:
    """Return the public numeric series of these properties with where they stand; three queries."""
    found = Datastream.objects.filter(
        observed_property__code__in=codes, kind=ResultKind.NUMBER, is_public=True, thing__is_public=True
    )
    found = found.select_related("observed_property", "thing").prefetch_related("thing__locations").order_by("id")
    return [
        Candidate(
            one.pk,
            (one.observed_property.code or "") if one.observed_property else "",
            one.thing_id,
            _position(one),
            one.is_simulated,
        )
        for one in found
    ]


def _position(series: Datastream) -> tuple[float, float] | None:
    for location in series.thing.locations.all():
        if location.geometry is not None:
            middle = from_wkb(location.geometry).centroid
            return middle.x, middle.y
    return None
