"""A made-up plan, cadastre and register of land, on layers marked as illustrative; added once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from rivulus.atlas.actions import features
from rivulus.atlas.actions import land as register
from rivulus.atlas.models import Constraint, LandAsset, Layer, Plan, ZoneRule
from rivulus.atlas.rules import demonstration as drawn
from rivulus.atlas.rules.land import Stage
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import STEREO70, ChangeKind, GeometryType, Origin, Theme, Visibility
from rivulus.identity import queries as identity
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

ADOPTED = dt.date(2024, 1, 1)
PLAN = "exemplu"
NAME = {"name": "name", "type": "string", "is_name": True, "title": {"ro": "Denumire", "en": "Name", "hu": "Név"}}
ZONE_SCHEMA: list[dict[str, object]] = [
    {"name": "zone", "type": "string", "is_required": True, "is_name": True,
     "title": {"ro": "Zona (UTR)", "en": "Zone", "hu": "Övezet"}},
    {"name": "pot_max", "type": "number", "unit": "%", "minimum": 0, "maximum": 100,
     "title": {"ro": "POT maxim", "en": "Maximum site coverage (POT)", "hu": "Legnagyobb beépítettség (POT)"}},
    {"name": "cut_max", "type": "number", "minimum": 0,
     "title": {"ro": "CUT maxim", "en": "Maximum floor-area ratio (CUT)", "hu": "Legnagyobb szintterületi mutató (CUT)"}},
    {"name": "height_max_m", "type": "number", "unit": "m", "minimum": 0,
     "title": {"ro": "Înălțime maximă", "en": "Maximum height", "hu": "Legnagyobb magasság"}},
    {"name": "storeys", "type": "string",
     "title": {"ro": "Regim de înălțime", "en": "Storeys", "hu": "Szintszám"}},
]  # fmt: skip
ZONE_STYLE: dict[str, object] = {
    "colour": "#8a6d3b",
    "by": {
        "attribute": "zone",
        "classes": [
            {"value": "M1", "colour": "#c0504d"},
            {"value": "L1", "colour": "#e3b34c"},
            {"value": "L2", "colour": "#c9822f"},
            {"value": "V1", "colour": "#4e9a55"},
            {"value": "I1", "colour": "#7b6aa6"},
            {"value": "S1", "colour": "#4c86b8"},
        ],
    },
    "opacity": 0.35,
    "label": "zone",
}


@dataclass(frozen=True, slots=True)
class Added:
    """How much was added; nothing where it was there already."""

    features: int = 0
    entries: int = 0


@transaction.atomic
def add_demonstration(*, by: "Person | None") -> Added:
    """Add everything that is made up, once. Raises Refused where no demonstration runs or the pack is not loaded."""
    city = identity.find_city()
    if not settings.RIVULUS_DEMO:
        raise Refused(N_("The demonstration is switched off here."))
    if city is None:
        raise Refused(N_("The facts of the city are not loaded yet: run ./rivulus load."))
    if Plan.objects.filter(code=PLAN).exists():
        return Added()
    zones = _layer(
        city, "zones-illustrative", Theme.PLANNING, GeometryType.POLYGON, ZONE_SCHEMA, ZONE_STYLE,
        ("Zonele unui plan (exemplu)", "Zones of a plan (example)", "Egy terv övezetei (példa)"),
    )  # fmt: skip
    count = _fill(by, zones, drawn.zones())
    _plan(zones)
    count += _fill(by, _parcels(city), drawn.parcels())
    count += _limits(by, city)
    return Added(count, _land(by, city))


def _plan(zones: Layer) -> None:
    plan = Plan.objects.create(
        code=PLAN, kind="puz", layer=zones, adopted_on=ADOPTED, decision="—",
        title_ro="Plan urbanistic zonal inventat, pentru încercări", title_en="Made-up zonal plan, for trying things out",
        title_hu="Kitalált övezeti terv, kipróbáláshoz",
    )  # fmt: skip
    ZoneRule.objects.bulk_create(
        ZoneRule(
            plan=plan, code=rule.code, valid_from=ADOPTED, pot_max=rule.pot_max, cut_max=rule.cut_max,
            height_max_m=rule.height_max_m, storeys=rule.storeys,
            title_ro=rule.title[0], title_en=rule.title[1], title_hu=rule.title[2],
            permitted_ro=rule.permitted[0], permitted_en=rule.permitted[1], permitted_hu=rule.permitted[2],
            forbidden_ro=rule.forbidden[0], forbidden_en=rule.forbidden[1], forbidden_hu=rule.forbidden[2],
        )
        for rule in drawn.RULES
    )  # fmt: skip


def _parcels(city: "Organisation") -> Layer:
    schema: list[dict[str, object]] = [
        {"name": "cadastral_number", "type": "string", "is_name": True,
         "title": {"ro": "Număr cadastral", "en": "Cadastral number", "hu": "Kataszteri szám"}},
    ]  # fmt: skip
    return _layer(
        city, "parcels", Theme.LAND, GeometryType.POLYGON, schema,
        {"colour": "#6b7280", "width": 1, "opacity": 0.05, "label": "cadastral_number", "min_zoom": 15},
        ("Parcele (exemplu)", "Parcels (example)", "Telkek (példa)"),
    )  # fmt: skip


def _limits(by: "Person | None", city: "Organisation") -> int:
    flood = _layer(
        city, "flood-illustrative", Theme.ENVIRONMENT, GeometryType.POLYGON,
        [NAME, {"name": "return_period_years", "type": "integer", "unit": "a",
                "title": {"ro": "O dată la (ani)", "en": "Once in (years)", "hu": "Visszatérés (év)"}}],
        {"colour": "#2b6ca3", "opacity": 0.25}, ("Zonă inundabilă (exemplu)", "Flood area (example)", "Ártér (példa)"),
    )  # fmt: skip
    pipes = _layer(
        city, "water-mains-illustrative", Theme.UTILITIES, GeometryType.LINE,
        [NAME, {"name": "kind", "type": "string", "title": {"ro": "Fel", "en": "Kind", "hu": "Fajta"}}],
        {"colour": "#1f7a8c", "width": 3},
        ("Conducte de apă (exemplu)", "Water mains (example)", "Vízvezetékek (példa)"),
    )  # fmt: skip
    Constraint.objects.create(
        layer=flood, kind="flood", authority="Apele Române",
        effect_ro="Construcții numai cu avizul de gospodărire a apelor; fără subsol.",
        effect_en="Building only with the consent of the water authority; no basement.",
        effect_hu="Építés csak a vízügyi hatóság hozzájárulásával; pince nélkül.",
    )  # fmt: skip
    Constraint.objects.create(
        layer=pipes, kind="utility", authority="Vital", buffer_m=5,
        effect_ro="Fără construcții la mai puțin de 5 m de conductă.",
        effect_en="No building within 5 m of the pipe.",
        effect_hu="A vezetéktől 5 m-en belül építeni tilos.",
    )  # fmt: skip
    return _fill(by, flood, drawn.flood_area()) + _fill(by, pipes, drawn.water_main())


def _land(by: "Person | None", city: "Organisation") -> int:
    entries = drawn.land()
    for entry in entries:
        register.enter(
            by=by, code=entry.code, keeper=city, geometry=entry.geometry, values=entry.values, is_illustrative=True
        )
    works = LandAsset.objects.get(code=entries[0].code)
    today = clock.today()
    steps = (
        (Stage.STUDIED, 400, "12 probe de sol (exemplu)"),
        (Stage.DESIGNED, 250, ""),
        (Stage.PLANTED, 120, "Salix, Miscanthus (exemplu)"),
    )
    for number, (stage, days, note) in enumerate(steps, 1):
        day = today - dt.timedelta(days=days)
        register.reach_stage(by=by, asset=works, number=number, stage=stage, on=day, note=note)
    return len(entries)


def _layer(
    city: "Organisation",
    code: str,
    theme: Theme,
    geometry_type: GeometryType,
    schema: list[dict[str, object]],
    style: dict[str, object],
    titles: tuple[str, str, str],
) -> Layer:
    return Layer.objects.create(
        code=code, theme=theme, geometry_type=geometry_type, schema=schema, style=style, owner=city, crs=STEREO70,
        title_ro=titles[0], title_en=titles[1], title_hu=titles[2], visibility=Visibility.PUBLIC,
        origin=Origin.ILLUSTRATIVE, licence="CC0-1.0", update_rhythm="NEVER",
    )  # fmt: skip


def _fill(by: "Person | None", layer: Layer, shapes: Iterable[drawn.Drawn]) -> int:
    rows = [NewFeature(shape.geometry, shape.properties, shape.key) for shape in shapes]
    features.apply_changes(by=by, layer=layer, kind=ChangeKind.PACK, reason="Demonstration.", additions=rows)
    return len(rows)
