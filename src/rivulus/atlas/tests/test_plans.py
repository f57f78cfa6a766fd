"""Facts about plans in the database: what a place meets, as of a day, and amendments that take effect."""

import datetime as dt
from typing import Any

import pytest
import shapely
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from rivulus.atlas.actions import features, plans
from rivulus.atlas.models import Amendment, Constraint, Feature, Layer, Plan, ZoneRule
from rivulus.atlas.queries import parcels
from rivulus.atlas.queries import plans as queries
from rivulus.atlas.queries.visible import viewer_of
from rivulus.atlas.rules import measuring
from rivulus.atlas.rules.plans import ItemAction
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import ChangeKind, GeometryType, Theme, Visibility
from rivulus.atlas.tests.layers import make_city
from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused

NOW = dt.datetime(2026, 11, 29, 10, tzinfo=dt.UTC)
TODAY = NOW.date()
SPRING = dt.date(2027, 3, 1)
EAST, NORTH = 393_000.0, 685_000.0
ZONES = [
    {"name": "zone", "type": "string", "is_required": True},
    {"name": "pot_max", "type": "number", "minimum": 0, "maximum": 100},
    {"name": "draftsman", "type": "string", "is_private": True},
]
PARCEL = [{"name": "cadastral_number", "type": "string"}, {"name": "owner", "type": "string", "is_private": True}]


def plot(west: float, south: float, width: float, height: float) -> Any:
    box = shapely.box(EAST + west, NORTH + south, EAST + west + width, NORTH + south + height)
    return measuring.from_the_ground(box)


def make_layer(code: str, schema: list[dict[str, Any]], **more: Any) -> Layer:
    city = make_city()
    values = {"theme": Theme.PLANNING, "geometry_type": GeometryType.POLYGON, "visibility": Visibility.PUBLIC}
    return Layer.objects.create(code=code, title_ro=code, owner=city, schema=schema, **(values | more))


def fill(layer: Layer, *rows: NewFeature) -> None:
    features.apply_changes(by=None, layer=layer, kind=ChangeKind.PACK, additions=rows)


@pytest.fixture
def plan(db: None) -> Plan:
    """Two zones side by side, 100 m each, and a plan of 2020."""
    zones = make_layer("zones", ZONES)
    fill(
        zones,
        NewFeature(plot(0, 0, 100, 100), {"zone": "L1", "draftsman": "Secret Vlad"}, "z1"),
        NewFeature(plot(100, 0, 100, 100), {"zone": "M2", "pot_max": 70}, "z2"),
    )
    made = Plan.objects.create(code="pug", kind="pug", layer=zones, title_ro="PUG", adopted_on=dt.date(2020, 1, 1))
    ZoneRule.objects.create(
        plan=made, code="L1", valid_from=dt.date(2020, 1, 1), title_ro="Locuințe", pot_max=35, cut_max=0.9
    )
    ZoneRule.objects.create(plan=made, code="M2", valid_from=dt.date(2020, 1, 1), title_ro="Mixt", pot_max=60)
    return made


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.frozen(NOW):
        yield


def drafted(dan: Person, plan: Plan, *, day: dt.date = SPRING) -> Amendment:
    """Dan wants zone z1 to become a zone of another kind from spring on."""
    made = plans.propose(by=dan, plan=plan, title="Park instead of houses")
    plans.describe(
        by=dan, amendment=made, revision=1, title="", reason="The river floods here.", effective_on=day, document_url=""
    )
    plans.put_item(
        by=dan, amendment=made, revision=2, action=ItemAction.CHANGE, key="z1", seen=1, properties={"zone": "V1"},
        geometry=plot(0, 0, 100, 100),
    )  # fmt: skip
    return plans.submit(by=dan, amendment=made, revision=3)


def zones_on(day: dt.date, geometry: Any = None) -> list[str]:
    return [zone.code for zone in parcels.describe(geometry or plot(10, 10, 20, 20), day).zones]


def test_a_parcel_over_two_zones_is_told_what_each_allows(plan: Plan) -> None:
    report = parcels.describe(plot(80, 0, 80, 50), TODAY)
    shown = [(zone.code, round(zone.meeting.share, 2), zone.indices.pot_max) for zone in report.zones]
    assert shown == [("M2", 0.75, 70), ("L1", 0.25, 35)]
    assert [round(zone.allowance.footprint_m2 or 0) for zone in report.zones] == [2100, 350]
    assert report.zones[1].allowance.floor_area_m2 == pytest.approx(900, rel=0.01)
    assert report.uncovered == 0


def test_what_no_plan_covers_is_said(plan: Plan) -> None:
    assert parcels.describe(plot(150, 0, 100, 100), TODAY).uncovered == pytest.approx(0.5, abs=0.01)
    assert parcels.describe(plot(500, 500, 10, 10), TODAY).uncovered == 1


def test_before_the_plan_was_adopted_it_says_nothing(plan: Plan) -> None:
    assert zones_on(dt.date(2019, 12, 31)) == []


def test_limits_reach_as_far_as_their_strip(plan: Plan) -> None:
    pipes = make_layer("pipes", [], geometry_type=GeometryType.LINE)
    line = shapely.LineString([(EAST + 35, NORTH - 50), (EAST + 35, NORTH + 200)])
    fill(pipes, NewFeature(measuring.from_the_ground(line), {}, "main"))
    Constraint.objects.create(layer=pipes, kind="utility", effect_ro="Fără construcții", buffer_m=6)
    near, far = parcels.describe(plot(10, 10, 20, 20), TODAY), parcels.describe(plot(0, 10, 20, 20), TODAY)
    assert [(limit.name, round(limit.meeting.distance_m)) for limit in near.limits] == [("main", 5)]
    assert far.limits == ()


def test_a_limit_of_a_hidden_layer_is_not_told_to_everybody(plan: Plan, dan: Person) -> None:
    secret = make_layer("secret", [], visibility=Visibility.STAFF)
    fill(secret, NewFeature(plot(0, 0, 50, 50), {}, "depot"))
    Constraint.objects.create(layer=secret, kind="other", effect_ro="Secret")
    assert parcels.describe(plot(10, 10, 20, 20), TODAY).limits == ()
    assert len(parcels.describe(plot(10, 10, 20, 20), TODAY, viewer_of(dan)).limits) == 1


def test_private_attributes_of_zones_and_parcels_stay_with_the_owner(plan: Plan, dan: Person) -> None:
    cadastre = make_layer("parcels", PARCEL, theme=Theme.LAND)
    fill(cadastre, NewFeature(plot(10, 10, 20, 20), {"cadastral_number": "101", "owner": "Vlad"}, "p1"))
    report = parcels.describe(plot(10, 10, 20, 20), TODAY)
    assert "Vlad" not in str(report.zones[0].meeting.shape.properties) + str(report.parcels[0].properties)
    assert parcels.find_parcels("101")[0].properties == {"cadastral_number": "101"}
    assert parcels.find_parcels("101", viewer_of(dan))[0].properties["owner"] == "Vlad"


def test_parcels_are_found_by_the_beginning_of_their_number(plan: Plan) -> None:
    cadastre = make_layer("parcels", PARCEL, theme=Theme.LAND)
    numbers = ("1012", "101", "201-C1", "10_1")
    fill(cadastre, *(NewFeature(plot(n, 0, 1, 1), {"cadastral_number": number}) for n, number in enumerate(numbers)))
    assert [parcel.number for parcel in parcels.find_parcels("101")] == ["101", "1012"]
    assert [parcel.number for parcel in parcels.find_parcels("201-c")] == ["201-C1"]
    assert parcels.find_parcels("%") == parcels.find_parcels("") == []


def test_nobody_finds_a_parcel_by_a_number_that_they_do_not_see(plan: Plan, dan: Person) -> None:
    cadastre = make_layer("parcels", [{"name": "cadastral_number", "is_private": True}], theme=Theme.LAND)
    fill(cadastre, NewFeature(plot(0, 0, 10, 10), {"cadastral_number": "101"}, "p"))
    assert parcels.find_parcels("101") == parcels.find_parcels("1") == []
    assert [parcel.key for parcel in parcels.find_parcels("101", viewer_of(dan))] == ["p"]


def test_an_index_that_only_the_owner_sees_ranks_nothing_for_others(plan: Plan, dan: Person) -> None:
    Layer.objects.filter(code="zones").update(
        schema=[*ZONES, {"name": "cut_max", "type": "number", "is_private": True}]
    )
    Feature.objects.filter(key="z2").update(properties={"zone": "M2", "cut_max": 9.5})
    middle = {1: plot(110, 10, 10, 10)}
    assert parcels.list_floor_ratios(middle, TODAY) == {1: (None, True)}
    assert parcels.list_floor_ratios(middle, TODAY, viewer_of(dan)) == {1: (9.5, True)}


def test_looking_for_a_parcel_does_not_read_them_all(plan: Plan) -> None:
    cadastre = make_layer("points", PARCEL, geometry_type=GeometryType.POINT)
    rows = (NewFeature(shapely.Point(23 + n / 1e4, 47), {"cadastral_number": str(n)}) for n in range(2000))
    fill(cadastre, *rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE atlas_feature")
        cursor.execute(
            "EXPLAIN SELECT key FROM atlas_feature WHERE layer_id = %s "
            "AND properties->>'cadastral_number' IS NOT NULL AND lower(properties->>'cadastral_number') LIKE %s",
            [cadastre.pk, "101%"],
        )
        assert "atlas_parcel_by_number" in str(cursor.fetchall())


def test_a_report_costs_the_same_with_many_limits(plan: Plan) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        parcels.describe(plot(10, 10, 20, 20), TODAY)
    for number in range(5):
        layer = make_layer(f"limit-{number}", [])
        fill(layer, NewFeature(plot(0, 0, 50, 50), {}))
        Constraint.objects.create(layer=layer, kind="other", effect_ro="Limită")
    with CaptureQueriesContext(connection) as many:
        assert len(parcels.describe(plot(10, 10, 20, 20), TODAY).limits) == 5
    assert len(many) == len(few)


def test_an_approved_amendment_holds_from_its_day_on(plan: Plan, dan: Person, mara: Person) -> None:
    plans.decide(by=mara, amendment=drafted(dan, plan), verb="approve", reason="Agreed by the council.")
    assert zones_on(TODAY) == ["L1"]
    assert zones_on(SPRING - dt.timedelta(days=1)) == ["L1"]
    assert zones_on(SPRING) == ["V1"]
    assert [each.number for each in parcels.describe(plot(10, 10, 20, 20), TODAY).coming] == [1]
    assert parcels.describe(plot(10, 10, 20, 20), SPRING).coming == ()


def test_a_new_zone_and_a_removed_one_take_effect_too(plan: Plan, dan: Person, mara: Person) -> None:
    made = plans.propose(by=dan, plan=plan, title="Two houses fewer")
    plans.describe(
        by=dan, amendment=made, revision=1, title="", reason="They were pulled down.", effective_on=SPRING,
        document_url="",
    )  # fmt: skip
    plans.put_item(by=dan, amendment=made, revision=2, action=ItemAction.REMOVE, key="z2", seen=1)
    plans.put_item(
        by=dan, amendment=made, revision=3, action=ItemAction.ADD, key="z3", properties={"zone": "V2"},
        geometry=plot(100, 0, 50, 100),
    )  # fmt: skip
    plans.decide(by=mara, amendment=plans.submit(by=dan, amendment=made, revision=4), verb="approve", reason="Agreed.")
    place = plot(110, 10, 10, 10)
    assert (zones_on(TODAY, place), zones_on(SPRING, place)) == (["M2"], ["V2"])
    assert zones_on(SPRING, plot(160, 10, 10, 10)) == []


def test_nobody_decides_on_their_own_amendment(plan: Plan, dan: Person) -> None:
    waiting = drafted(dan, plan)
    with pytest.raises(Refused, match="second person"):
        plans.decide(by=dan, amendment=waiting, verb="approve", reason="I like it.")
    with pytest.raises(IntegrityError, match="amendment_decided_by_another"), transaction.atomic():
        Amendment.objects.filter(pk=waiting.pk).update(decided_by=dan)


def test_a_zone_that_changed_meanwhile_is_not_overwritten(plan: Plan, dan: Person, mara: Person) -> None:
    waiting = drafted(dan, plan)
    features.apply_changes(
        by=mara, layer=plan.layer, kind=ChangeKind.EDIT, reason="A typing mistake.",
        updates=[features.ChangedFeature("z1", 1, None, {"zone": "L1a"})],
    )  # fmt: skip
    with pytest.raises(Refused, match="z1 was changed since"):
        plans.decide(by=mara, amendment=waiting, verb="approve", reason="Agreed.")
    waiting.refresh_from_db()
    assert waiting.state == "review"
    assert zones_on(SPRING) == ["L1a"]


def test_two_people_on_one_draft_do_not_lose_each_others_words(plan: Plan, dan: Person, mara: Person) -> None:
    made = plans.propose(by=dan, plan=plan, title="A draft")
    plans.put_item(by=dan, amendment=made, revision=1, action=ItemAction.REMOVE, key="z2", seen=1)
    with pytest.raises(Refused, match="Somebody else"):
        plans.describe(by=mara, amendment=made, revision=1, title="Mine", reason="", effective_on=None, document_url="")


def test_a_zone_over_another_is_refused_before_review(plan: Plan, dan: Person) -> None:
    made = plans.propose(by=dan, plan=plan, title="Overlapping")
    plans.describe(
        by=dan, amendment=made, revision=1, title="", reason="For the test of it.", effective_on=SPRING, document_url=""
    )
    plans.put_item(
        by=dan, amendment=made, revision=2, action=ItemAction.ADD, key="z9", properties={"zone": "V1"},
        geometry=plot(50, 0, 20, 20),
    )  # fmt: skip
    with pytest.raises(Refused, match="over zone z1"):
        plans.submit(by=dan, amendment=made, revision=3)
    with pytest.raises(Refused, match="of this name"):
        plans.put_item(
            by=dan, amendment=made, revision=3, action=ItemAction.ADD, key="z2", properties={"zone": "V1"},
            geometry=plot(300, 0, 20, 20),
        )  # fmt: skip


def test_drafts_are_not_public_and_approved_amendments_are(plan: Plan, dan: Person, mara: Person) -> None:
    waiting = drafted(dan, plan)
    with pytest.raises(NotFound):
        queries.get_amendment(plan, waiting.number, with_drafts=False)
    plans.decide(by=mara, amendment=waiting, verb="approve", reason="Agreed.")
    assert len(queries.get_amendment(plan, waiting.number, with_drafts=False).items.all()) == 1


def test_only_who_keeps_the_plan_proposes(plan: Plan, ana: Person, flavia: Person) -> None:
    with pytest.raises(Refused):
        plans.propose(by=ana, plan=plan, title="Mine")
    with pytest.raises(Refused, match="another organisation"):
        plans.propose(by=flavia, plan=plan, title="Mine")


def test_a_returned_amendment_is_a_draft_again(plan: Plan, dan: Person, mara: Person) -> None:
    returned = plans.decide(by=mara, amendment=drafted(dan, plan), verb="return", reason="Say more of the flood.")
    assert (returned.state, returned.decided_by) == ("draft", None)
    assert Feature.objects.get(layer=plan.layer, key="z1").number == 1


def test_rules_of_a_later_day_take_the_place_of_earlier_ones(plan: Plan) -> None:
    ZoneRule.objects.create(plan=plan, code="L1", valid_from=SPRING, title_ro="Locuințe", pot_max=20)
    assert parcels.describe(plot(10, 10, 20, 20), TODAY).zones[0].indices.pot_max == 35
    assert parcels.describe(plot(10, 10, 20, 20), SPRING).zones[0].indices.pot_max == 20
