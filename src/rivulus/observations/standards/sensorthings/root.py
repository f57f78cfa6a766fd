"""The service itself: its sets, and what of the standard it does."""

import os

from rivulus.observations.standards.sensorthings.entities import ENTITIES
from rivulus.observations.standards.sensorthings.options import MAX_TOP, MAX_TOP_DATA_ARRAY
from rivulus.observations.standards.sensorthings.rendering import ServiceError

STA = "http://www.opengis.net/spec/iot_sensing/1.1/req"
TASKING = "http://www.opengis.net/spec/iot_tasking/1.0/req"
BUCKETS = "rivulus:time-buckets"  # docs/reference/sensorthings.md
CONFORMANCE = (
    *(f"{STA}/datamodel{part}" for part in (
        "", "/entity-control-information", "/thing", "/location", "/historical-location", "/datastream", "/sensor",
        "/observed-property", "/observation", "/feature-of-interest",
    )),
    f"{STA}/resource-path/resource-path-to-entities",
    *(f"{STA}/request-data{part}" for part in (
        "", "/status-code", "/query-status-code", "/order", "/expand", "/select", "/orderby", "/top", "/skip", "/count",
        "/filter", "/built-in-filter-operations", "/built-in-query-functions", "/pagination",
    )),
    *(f"{STA}/create-update-delete{part}" for part in (
        "", "/create-entity", "/link-to-existing-entities", "/deep-insert", "/deep-insert-status-code",
        "/update-entity", "/update-entity-put", "/update-entity-jsonpatch", "/delete-entity",
        "/historical-location-auto-creation",
    )),
    f"{STA}/batch-request/batch-request",
    f"{STA}/data-array/data-array",
    f"{STA}/multi-datastream",
    f"{TASKING}/tasking-capability",
    f"{TASKING}/actuator",
    f"{TASKING}/task",
    f"{TASKING}/create-tasks",
)  # fmt: skip


BY_MQTT = (
    f"{STA}/create-observations-via-mqtt/observations-creation",
    f"{STA}/receive-updates-via-mqtt/receive-updates",
)
"""Where a broker is configured."""


def show_root(base: str) -> dict[str, object]:
    """Return the list of sets, and what the service can do (OGC 18-088, 9.2.1)."""
    by_mqtt = BY_MQTT if os.environ.get("RIVULUS_MQTT_URL") else ()
    return {
        "value": [{"name": entity.set_name, "url": f"{base}/{entity.set_name}"} for entity in ENTITIES],
        "serverSettings": {
            "conformance": [*CONFORMANCE, *by_mqtt],
            BUCKETS: {
                "bucket": ["hour", "day", "month", "15m"],
                "aggregate": ["average", "min", "max", "sum", "count", "percentile(95)"],
            },
            "resultFormats": ["JSON", "dataArray", "CSV", "GeoJSON", "Parquet"],
            "maxTop": MAX_TOP,
            "maxTopDataArray": MAX_TOP_DATA_ARRAY,
        },
    }


def refuse_format(name: str) -> ServiceError:
    """Return the error for a format that a set does not come in."""
    return ServiceError(400, f"$resultFormat={name} is not possible here.")
