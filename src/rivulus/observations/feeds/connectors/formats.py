"""The formats by their names."""

from collections.abc import Callable, Mapping

from rivulus.observations.feeds.connectors import (
    datex2,
    gbfs,
    ngsi_ld,
    ocpi,
    open_meteo,
    openaq,
    sensor_community,
    tables,
)
from rivulus.observations.feeds.connectors.taking import Answer
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Mapped

MAPPERS: Mapping[str, Callable[[Answer, Declaration], Mapped]] = {
    "datex2": datex2.map_answer,
    "sensor_community": sensor_community.map_answer,
    "openaq": openaq.map_answer,
    "open_meteo": open_meteo.map_answer,
    "gbfs": gbfs.map_answer,
    "ocpi": ocpi.map_answer,
    "ngsi_ld": ngsi_ld.map_answer,
    "json": tables.map_json,
    "csv": tables.map_csv,
}


def map_answer(answer: Answer, declaration: Declaration) -> Mapped:
    """Return what the answer becomes; raises Refused where it is not of the declared format at all."""
    return MAPPERS[declaration.format](answer, declaration)
