"""A supplier with a key, things and series to measure with, in the scratch database."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """The key of the supplier, and the numbers of its series."""

    key: str
    series: tuple[int, ...]


def build(count: int) -> City:
    """Describe so many series of numbers, ten to a thing. Needs Django and the database."""
    from rivulus.observations.actions import entities, suppliers
    from rivulus.observations.rules.entities import PropertySpec, SensorSpec, SeriesSpec, ThingSpec
    from rivulus.observations.rules.suppliers import MOST_PER_DAY, MOST_PER_MINUTE

    supplier = suppliers.create_supplier(
        by=None,
        code="bench",
        name="Bench",
        is_city=True,
        quota_per_minute=MOST_PER_MINUTE,
        quota_per_day=MOST_PER_DAY,
    )
    issued = suppliers.issue_key(by=None, supplier=supplier, name="bench", scopes=["observe", "describe"])
    sensor = SensorSpec(code="bench:sensor", name="Sensor")
    kind = PropertySpec(code="bench:property", name="Temperature", definition="https://example.org/temperature")
    specs = [
        ThingSpec(
            code=f"bench:thing:{thing}",
            name=f"Thing {thing}",
            series=tuple(
                SeriesSpec(code=f"bench:{thing}:{place}", name="Temperature", sensor=sensor, observed_property=kind)
                for place in range(min(10, count - thing * 10))
            ),
        )
        for thing in range((count + 9) // 10)
    ]
    done = entities.upsert_things(by=None, specs=specs)
    return City(issued.secret, tuple(sorted(done.series.values())))
