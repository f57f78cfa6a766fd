"""A layer of plots with everything that can be asked about."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import shapely

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.models import Layer
from rivulus.atlas.rules.versions import NewFeature, Span
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests.layers import make_layer, square
from rivulus.identity.models import Organisation

PLOTS: list[dict[str, Any]] = [
    {"name": "name", "type": "string", "title": {"ro": "Nume", "en": "Name"}, "is_name": True},
    {"name": "kind", "type": "string", "codes": [{"code": "park", "title": {"ro": "Parc"}}, {"code": "yard", "title": {"ro": "Curte"}}]},
    {"name": "area", "type": "number", "unit": "m²", "title": {"ro": "Suprafață"}},
    {"name": "floors", "type": "integer"},
    {"name": "is_public", "type": "boolean"},
    {"name": "built", "type": "date"},
    {"name": "owner_phone", "type": "string", "is_private": True},
]  # fmt: skip


@pytest.fixture(autouse=True)
def _own_shelf(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def plots(city: Organisation) -> Layer:
    """Ten plots in a row from west to east, p0 … p9; the last one only from 2040 on."""
    layer = make_layer("plots", geometry_type="polygon", schema=PLOTS, title_ro="Parcele", title_en="Plots")
    features = [
        NewFeature(
            square(23.50 + n * 0.01, 47.60, 0.008),
            {
                "name": f"Șura {n}",
                "kind": "park" if n % 2 else "yard",
                "area": n * 100.5,
                "floors": n,
                "is_public": n < 5,
                "built": f"20{10 + n}-05-01",
                "owner_phone": f"SECRET-{n}",
            }
            if n != 8
            else {"name": "nothing else"},
            f"p{n}",
            Span(dt.date(2040, 1, 1), None) if n == 9 else Span(),
        )
        for n in range(10)
    ]
    apply_changes(by=None, layer=layer, kind=ChangeKind.PACK, additions=features)
    return layer


@pytest.fixture
def triangle(city: Organisation) -> Layer:
    """One area whose box is far larger than itself."""
    layer = make_layer("triangle", geometry_type="polygon")
    shape = shapely.Polygon([(23.5, 47.6), (23.6, 47.6), (23.5, 47.7)])
    apply_changes(by=None, layer=layer, kind=ChangeKind.PACK, additions=[NewFeature(shape, {}, "t")])
    return layer
