"""Facts about what is made up for trying things out."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
import shapely
from django.test import Client

from rivulus.atlas.actions import demonstration
from rivulus.atlas.actions.demonstration_campaign import add_campaign
from rivulus.atlas.models import CampaignTask, Feature, Layer
from rivulus.atlas.queries import campaigns, parcels
from rivulus.atlas.queries import land as register
from rivulus.atlas.queries.use_probes import community_tasks_approved
from rivulus.atlas.queries.visible import list_layers
from rivulus.atlas.rules import demonstration as drawn
from rivulus.identity.models import Organisation, Person
from rivulus.identity.terms import Role
from rivulus.identity.tests.people import make_person
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


def test_a_campaign_is_added_once_with_tasks_at_every_step_and_counts_for_nothing(
    city: Organisation, dan: Person, flavia: Person, ana: Person, settings: Any, client: Client
) -> None:
    settings.RIVULUS_DEMO = True
    bogdan = make_person("bogdan", Role.PROJECT_TEAM)
    tasks = add_campaign(by=dan, teacher=flavia, mappers=[ana, bogdan])
    assert tasks == CampaignTask.objects.count() == 12
    assert add_campaign(by=dan, teacher=flavia, mappers=[ana, bogdan]) == 0
    states = Counter(CampaignTask.objects.values_list("state", flat=True))
    assert states == {"approved": 2, "validated": 1, "mapped": 1, "ready": 7, "locked": 1}
    assert Feature.objects.filter(layer__code="benches-illustrative").count() == 6
    assert campaigns.count_community(clock.now() - dt.timedelta(days=1)).tasks == 0
    assert community_tasks_approved(clock.now()).value == 0
    client.force_login(dan)
    answer = client.get("/en/atlas/campaigns/exemplu-banci/approved.osc", follow=True)
    assert "not handed to OpenStreetMap" in answer.content.decode()
