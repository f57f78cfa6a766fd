"""What the journeys find in the atlas: a plan with its cadastre, a campaign of two tasks, a yard on offer."""

import datetime as dt
from collections.abc import Iterable

import shapely

from rivulus.atlas.actions import campaigns, land, plan_facts
from rivulus.atlas.actions.base.places import replace_places
from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.actions.layers import create_layer
from rivulus.atlas.actions.plan_facts import LimitSpec, PlanSpec, RuleSpec
from rivulus.atlas.rules import demonstration as drawn
from rivulus.atlas.rules import measuring
from rivulus.atlas.rules.base.places import PlaceRow
from rivulus.atlas.rules.base.words import words_of
from rivulus.atlas.rules.campaigns.moves import CampaignState, Level
from rivulus.atlas.rules.specs import LayerSpec
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.identity.models import Person
from rivulus.identity.queries import find_city

PLAN, PARCEL, ZONE, YARD, CAMPAIGN, ANALYSIS = "puz-sasar", "900007", "L1-23", "curte", "banci", "green-300m"
STREET, NUMBER = "Strada Crizantemelor", "12"
ADOPTED = dt.date(2024, 1, 1)
EAST, NORTH = 393_400.0, 684_900.0  # of the campaign, in Stereo 70


def build(ana: Person, dan: Person, flavia: Person) -> None:
    """Let Dan put a plan and a yard online, and run a campaign in which Ana maps and Flavia validates."""
    _plan()
    _address()
    _campaign(ana, dan, flavia)
    city = find_city()
    assert city is not None
    yard = drawn.land()[1]
    values = {**yard.values, "title_ro": "Curte industrială liberă", "source": "inventar 2026"}
    land.enter(by=dan, code=YARD, keeper=city, geometry=yard.geometry, values=values)


def _plan() -> None:
    height = {"name": "height_max_m", "type": "number", "unit": "m", "title": {"ro": "Înălțime maximă"}}
    zone = {"name": "zone", "type": "string", "is_required": True, "is_name": True, "title": {"ro": "Zona (UTR)"}}
    number = {"name": "cadastral_number", "type": "string", "is_name": True, "title": {"ro": "Număr cadastral"}}
    name = {"name": "name", "type": "string", "is_name": True, "title": {"ro": "Denumire"}}
    _layer("zones", "planning", "Zone", [zone, height], drawn.zones())
    _layer("parcels", "land", "Parcele", [number], drawn.parcels())
    _layer("flood-zones", "environment", "Zone inundabile", [name], drawn.flood_area())
    rules = [
        RuleSpec(code=rule.code, valid_from=ADOPTED, title=rule.title, permitted=rule.permitted, forbidden=rule.forbidden,
                 pot_max=rule.pot_max, cut_max=rule.cut_max, height_max_m=rule.height_max_m, storeys=rule.storeys)
        for rule in drawn.RULES
    ]  # fmt: skip
    title = ("PUZ Malul Săsarului", "Zonal plan of the bank of the Săsar", "A Zazar partjának övezeti terve")
    plan = PlanSpec(code=PLAN, kind="puz", layer="zones", title=title, adopted_on=ADOPTED, rules=tuple(rules))
    effect = (
        "Numai cu avizul apelor.",
        "With the consent of the water authority only.",
        "Csak vízügyi hozzájárulással.",
    )
    limit = LimitSpec(layer="flood-zones", kind="flood", effect=effect, authority="Apele Române")
    plan_facts.declare(by=None, plans=[plan], limits=[limit])


def _layer(code: str, theme: str, title: str, schema: list[dict[str, object]], shapes: Iterable[drawn.Drawn]) -> None:
    layer = create_layer(by=None, spec=LayerSpec(
        code=code, theme=theme, title={"ro": title}, geometry_type="polygon", schema=schema, visibility="public",
        origin="official", licence="CC-BY-4.0",
    ))  # fmt: skip
    known = {str(attribute["name"]) for attribute in schema}
    rows = [
        NewFeature(one.geometry, {k: v for k, v in one.properties.items() if k in known}, one.key) for one in shapes
    ]
    apply_changes(by=None, layer=layer, kind=ChangeKind.PACK, additions=rows)


def _address() -> None:
    point = measuring.from_the_ground(shapely.Point(drawn.EAST + 20, drawn.NORTH + 5 * 134 + 100))
    where = {"longitude": point.x, "latitude": point.y, "box": (point.x, point.y, point.x, point.y)}
    words = words_of(STREET)
    street = PlaceRow(key="w1", kind="street", name=STREET, words=words, weight=50, **where)
    house = PlaceRow(key="n1", kind="address", name=STREET, words=words, number=NUMBER, **where)
    replace_places(by=None, source="osm", rows=[street, house])


def _campaign(ana: Person, dan: Person, flavia: Person) -> None:
    city = find_city()
    assert city is not None
    seats = {"name": "seats", "type": "integer", "minimum": 0, "title": {"ro": "Locuri", "en": "Seats"}}
    layer = create_layer(by=None, spec=LayerSpec(
        code="benches", theme="community", title={"ro": "Bănci", "en": "Benches"}, geometry_type="point",
        schema=[seats], visibility="public", origin="community", licence="ODbL-1.0",
    ))  # fmt: skip
    campaign = campaigns.prepare(
        by=dan, code=CAMPAIGN, titles=("Băncile din parc", "Benches of the park", ""),
        instructions=("Un punct pentru fiecare bancă.", "", ""), owner=city, layer=layer, side_m=100,
        tags={"fixed": {"amenity": "bench"}, "attributes": {"seats": "seats"}},
        area=measuring.from_the_ground(shapely.box(EAST, NORTH, EAST + 200, NORTH + 100)),
    )  # fmt: skip
    campaign = campaigns.set_state(by=dan, campaign=campaign, state=CampaignState.OPEN)
    campaigns.join(by=ana, campaign=campaign, shown_name="Anișoara")
    member = campaigns.join(by=flavia, campaign=campaign, shown_name="Flavia")
    campaigns.set_level(by=dan, member=member, level=Level.TEACHER)


def spot(east: float, north: float) -> str:
    """Return latitude and longitude as people write them, from metres off the corner of the campaign."""
    point = measuring.from_the_ground(shapely.Point(EAST + east, NORTH + north))
    return f"{point.y:.6f}, {point.x:.6f}"
