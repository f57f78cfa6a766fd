"""Facts about the register of land in the database, and its layer on the map."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import shapely
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from rivulus.atlas.actions import land as actions
from rivulus.atlas.models import Feature, LandAsset, LandStage, Layer
from rivulus.atlas.queries import land as queries
from rivulus.atlas.queries.land import LandFilter
from rivulus.atlas.queries.visible import PUBLIC, viewer_of
from rivulus.atlas.rules import land, measuring
from rivulus.atlas.rules.land import Stage
from rivulus.identity.models import Organisation, Person
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused

NOW = dt.datetime(2026, 11, 29, 10, tzinfo=dt.UTC)
HECTARE = measuring.from_the_ground(shapely.box(393_000, 685_000, 393_100, 685_100))


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.frozen(NOW):
        yield


def enter(dan: Person, city: Organisation, code: str = "cuprom", **values: Any) -> LandAsset:
    given = {"kind": "brownfield", "title_ro": "Fosta uzină Cuprom", "is_public": True, "pollution": "heavy"}
    return actions.enter(by=dan, code=code, keeper=city, geometry=HECTARE, values=given | values)


def test_what_is_public_in_the_register_is_on_the_map(dan: Person, city: Organisation) -> None:
    asset = enter(dan, city, price_eur=Decimal("50000"))
    feature = Feature.objects.get(layer__code="land", key="cuprom")
    assert feature.properties["price_eur"] == 50000
    actions.change(by=dan, asset=asset, number=1, values={"is_public": False})
    assert not Feature.objects.filter(layer__code="land").exists()


def test_an_outline_says_how_large_it_is(dan: Person, city: Organisation) -> None:
    assert enter(dan, city, area_m2=5.0).area_m2 == pytest.approx(10_000, abs=10)
    point = actions.enter(
        by=dan, code="hall", keeper=city, geometry=HECTARE.centroid, values={"kind": "building", "title_ro": "Hală",
        "area_m2": 900.0},
    )  # fmt: skip
    assert point.area_m2 == 900


def test_what_the_layer_does_not_show_does_not_change_it(dan: Person, city: Organisation) -> None:
    asset = enter(dan, city)
    revision = Layer.objects.get(code="land").revision
    actions.change(by=dan, asset=asset, number=1, values={"contact_email": "teren@example.org"})
    assert Layer.objects.get(code="land").revision == revision


def test_whoever_saw_an_older_entry_overwrites_nothing(dan: Person, mara: Person, city: Organisation) -> None:
    asset = enter(dan, city)
    actions.change(by=mara, asset=asset, number=1, values={"address": "Bd. Independenței 1"})
    with pytest.raises(Refused, match="Somebody else"):
        actions.change(by=dan, asset=asset, number=1, values={"address": "Elsewhere"})
    assert LandAsset.objects.get().address == "Bd. Independenței 1"


def test_a_private_person_is_never_named(dan: Person, city: Organisation) -> None:
    with pytest.raises(Refused, match="never named"):
        enter(dan, city, owner_kind="person", owner_name="Ion Popescu")
    asset = enter(dan, city, owner_kind="person")
    with pytest.raises(IntegrityError, match="land_names_no_person"), transaction.atomic():
        LandAsset.objects.filter(pk=asset.pk).update(owner_name="Ion Popescu")


def test_a_code_is_taken_once(dan: Person, city: Organisation) -> None:
    enter(dan, city)
    with pytest.raises(Refused, match="this code"):
        enter(dan, city)


def test_the_recovery_goes_step_by_step(dan: Person, city: Organisation) -> None:
    asset = enter(dan, city)
    actions.reach_stage(by=dan, asset=asset, number=1, stage=Stage.STUDIED, on=dt.date(2026, 3, 1))
    with pytest.raises(Refused, match="cannot follow"):
        actions.reach_stage(by=dan, asset=asset, number=2, stage=Stage.GROWING, on=dt.date(2026, 4, 1))
    with pytest.raises(Refused, match="before the last"):
        actions.reach_stage(by=dan, asset=asset, number=2, stage=Stage.DESIGNED, on=dt.date(2026, 2, 1))
    with pytest.raises(Refused, match="once it is done"):
        actions.reach_stage(by=dan, asset=asset, number=2, stage=Stage.DESIGNED, on=dt.date(2026, 12, 1))
    assert LandAsset.objects.get().stage == "studied"
    assert Feature.objects.get(layer__code="land").properties["stage"] == "studied"
    with pytest.raises(Exception, match="only ever added"), transaction.atomic():
        LandStage.objects.all().delete()


def test_another_organisation_keeps_its_own(dan: Person, flavia: Person, ana: Person, city: Organisation) -> None:
    asset = enter(dan, city, is_public=False)
    for person in (flavia, ana):
        with pytest.raises(Refused):
            actions.change(by=person, asset=asset, number=1, values={"address": "Mine"})
        with pytest.raises(NotFound):
            queries.get_asset("cuprom", viewer_of(person))
    assert queries.get_asset("cuprom", viewer_of(dan)) == asset


def test_what_is_made_up_is_on_a_layer_of_its_own_and_counts_for_nothing(
    dan: Person, city: Organisation, settings: Any
) -> None:
    actions.enter(
        by=None, code="example", keeper=city, geometry=HECTARE, is_illustrative=True,
        values={"kind": "brownfield", "title_ro": "Exemplu", "is_public": True},
    )  # fmt: skip
    assert Feature.objects.get().layer.code == "land-illustrative"
    assert queries.count_assets().listed == 0
    settings.RIVULUS_DEMO = False
    assert not queries.list_assets(PUBLIC).exists()


def test_the_inventory_is_counted(dan: Person, city: Organisation) -> None:
    enter(dan, city, uses=["solar"])
    enter(dan, city, code="b", kind="land", pollution="none_known", price_eur=Decimal(1))
    enter(dan, city, code="c", pollution="confirmed")
    enter(dan, city, code="d", kind="land", pollution="none_known", state="not_offered", rent_eur_month=Decimal(1))
    assert queries.count_assets() == queries.LandCounts(listed=3, valued=1, polluted=2, planned=1)


def test_a_search_finds_what_is_asked_best_first(dan: Person, city: Organisation) -> None:
    enter(dan, city)
    enter(dan, city, code="clean", kind="land", pollution="none_known", title_ro="Teren Săsar", uses=["housing"])
    ranked = queries.rank(PUBLIC, LandFilter(), land.DEFAULT_WEIGHTS, plans={})
    assert [row.asset.code for row in ranked] == ["clean", "cuprom"]
    only = queries.rank(PUBLIC, LandFilter(search="sasar"), land.DEFAULT_WEIGHTS, plans={})
    assert [row.asset.code for row in only] == ["clean"]
    wanted = LandFilter(use="housing", kind="land", smallest_m2=100, utilities=())
    assert [row.asset.code for row in queries.rank(PUBLIC, wanted, land.DEFAULT_WEIGHTS, plans={})] == ["clean"]


def test_ranking_asks_as_much_for_many_as_for_one(dan: Person, city: Organisation) -> None:
    enter(dan, city)
    with CaptureQueriesContext(connection) as few:
        queries.rank(PUBLIC, LandFilter(), land.DEFAULT_WEIGHTS, plans={})
    for number in range(5):
        enter(dan, city, code=f"more-{number}")
    with CaptureQueriesContext(connection) as many:
        assert len(queries.rank(PUBLIC, LandFilter(), land.DEFAULT_WEIGHTS, plans={})) == 6
    assert len(few) == len(many)
