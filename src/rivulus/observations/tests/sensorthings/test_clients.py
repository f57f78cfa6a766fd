"""The public client of FROST reads every entity."""

from typing import Any

import pytest

from rivulus.observations.tests import frost
from rivulus.observations.tests.sensorthings.city import City, build

pytestmark = pytest.mark.filterwarnings("ignore:furl.pathstr is deprecated")
CLASSES = [
    "things",
    "locations",
    "historical_locations",
    "datastreams",
    "multi_datastreams",
    "sensors",
    "observed_properties",
    "observations",
    "features_of_interest",
    "actuators",
    "tasking_capabilities",
]


@pytest.fixture
def city(transactional_db: None) -> City:
    return build()


def test_the_client_lists_and_finds_every_entity(live_server: Any, city: City) -> None:
    service = frost.load().SensorThingsService(f"{live_server.url}/sensorthings/v1.1")
    for name in CLASSES:
        dao = getattr(service, name)()
        listed = list(dao.query().top(3).list())
        assert listed, name
        assert dao.find(listed[0].id).id == listed[0].id
    filtered = (
        service.things().query().filter("name eq 'Park'").expand("Datastreams($expand=Observations($top=2))").list()
    )
    park = filtered.entities[0]
    assert park.name == "Park" and len(park.datastreams.entities[0].observations.entities) == 2


def test_the_client_walks_through_all_pages(live_server: Any, city: City) -> None:
    service = frost.load().SensorThingsService(f"{live_server.url}/sensorthings/v1.1")
    observations = service.observations().query().top(9).count().orderby("phenomenonTime", "asc").list()
    assert observations.count == 83
    assert len({one.id for one in observations}) == 83
