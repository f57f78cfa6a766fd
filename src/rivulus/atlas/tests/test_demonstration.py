"""Facts about what is made up for trying things out."""

from typing import Any

import pytest
import shapely

from rivulus.atlas.actions import demonstration
from rivulus.atlas.models import Layer
from rivulus.atlas.queries import land as register
from rivulus.atlas.queries import parcels
from rivulus.atlas.queries.visible import list_layers
from rivulus.atlas.rules import demonstration as drawn
from rivulus.identity.models import Organisation
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused


def test_no_made_up_zone_or_parcel_lies_over_another() -> None:
    for shapes in (drawn.zones(), drawn.parcels()):
        areas = [shape.geometry for shape in shapes]
        union = shapely.union_all(areas)
        assert union.area == pytest.approx(sum(area.area for area in areas), rel=1e-6)
    assert len({parcel.key for parcel in drawn.parcels()}) == drawn.COLUMNS * drawn.ROWS * drawn.PLOTS


def test_it_is_added_once_and_marked(city: Organisation, settings: Any) -> None:
    settings.RIVULUS_DEMO = True
    added = demonstration.add_demonstration(by=None)
    assert (added.features, added.entries) == (338, 3)
    assert demonstration.add_demonstration(by=None) == demonstration.Added()
    assert set(Layer.objects.values_list("origin", flat=True)) == {"illustrative"}
    parcel = parcels.find_parcels("900007")[0]
    report = parcels.describe(parcel.geometry, clock.today())
    assert [zone.code for zone in report.zones] == ["V1"]
    assert [limit.constraint.kind for limit in report.limits] == ["flood"]
    assert register.count_assets().listed == 0


def test_where_no_demonstration_runs_it_is_neither_added_nor_shown(city: Organisation, settings: Any) -> None:
    settings.RIVULUS_DEMO = True
    demonstration.add_demonstration(by=None)
    settings.RIVULUS_DEMO = False
    assert not list_layers().exists()
    with pytest.raises(Refused, match="switched off"):
        demonstration.add_demonstration(by=None)
