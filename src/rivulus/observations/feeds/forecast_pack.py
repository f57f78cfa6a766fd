"""The pack's wishes for forecasts (``observations/forecasts.yaml``), fulfilled with the series that there are."""

from pathlib import Path
from typing import TYPE_CHECKING

from rivulus.observations.actions.forecasts import choose_series
from rivulus.observations.feeds.yaml_files import read_yaml
from rivulus.observations.models import Datastream
from rivulus.observations.queries.things import position_of
from rivulus.observations.rules.forecasts.choosing import Candidate, Wish, choose, read_wishes
from rivulus.observations.terms import ResultKind

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FILE = "forecasts.yaml"


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
    return read_wishes(read_yaml(file)) if file.exists() else ()


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
            position_of(one.thing),
            one.is_simulated,
        )
        for one in found
    ]
