"""The pack's wishes for forecasts (``observations/forecasts.yaml``), fulfilled with the series that there are."""

from pathlib import Path
from typing import TYPE_CHECKING

from rivulus.observations.actions.forecasts import choose_group, choose_series, leave_groups
from rivulus.observations.feeds.yaml_files import read_yaml
from rivulus.observations.models import Datastream
from rivulus.observations.queries.things import position_of
from rivulus.observations.rules.forecasts.choosing import Candidate, Wish, choose, read_wishes
from rivulus.observations.rules.forecasts.groups import Group, form, read_groups
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
    groups = form_groups(folder)
    for group in groups:
        choose_group(
            by=by,
            code=group.wish.code,
            title=group.wish.title,
            how=group.wish.how,
            members=group.members,
            companions=group.companions,
        )
    leave_groups(by=by, except_for=[group.wish.code for group in groups])
    return len(chosen) + len(groups)


def read(folder: Path) -> tuple[Wish, ...]:
    """Return the wishes of a pack's folder of observations; none where it has no such file."""
    file = folder / FILE
    return read_wishes(read_yaml(file)) if file.exists() else ()


def form_groups(folder: Path) -> list[Group]:
    """Return the groups that a pack wishes for, formed of the series that there are."""
    file = folder / FILE
    wishes = read_groups(read_yaml(file)) if file.exists() else ()
    return form(wishes, list_candidates({code for one in wishes for code in (one.property_code, *one.companions)}))


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
            one.thing.domain,
            one.unit_of_measurement.get("symbol") or "",
            one.thing.properties,
        )
        for one in found
    ]
