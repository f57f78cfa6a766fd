"""What observations publish as tables: things, series, daily values by domain; only what is public.

Alarms are for the duty and in none of them. Rows that come from simulated things are marked, and left out where no
demonstration runs.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from django.db.models import Count, Max, Q, QuerySet
from django.utils import translation

from rivulus.journal import queries as journal
from rivulus.kernel import clock
from rivulus.kernel.publishing import Column, ColumnType, Row, Table, register_table, register_tables
from rivulus.kernel.words import N_
from rivulus.observations.models import Datastream
from rivulus.observations.queries.rollups import daily
from rivulus.observations.queries.things import ThingFilter, list_things, position_of
from rivulus.observations.queries.visible import shows_simulated, visible_series
from rivulus.observations.rules.rollups import day_of
from rivulus.observations.terms import DOMAIN_NAMES, Domain

FAMILY = "observations_daily"
TEXT, WHOLE, NUMBER, YES, DAY, TIME, PLACE = (
    ColumnType.STRING,
    ColumnType.INTEGER,
    ColumnType.NUMBER,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.DATETIME,
    ColumnType.GEOJSON,
)
THEMES: Mapping[Domain, str] = {
    Domain.PARKING: "TRAN",
    Domain.TRAFFIC: "TRAN",
    Domain.CHARGING: "TRAN",
    Domain.ENERGY: "ENER",
    Domain.LIGHTING: "ENER",
    Domain.WIFI: "TECH",
}
SIMULATED = Column("simulated", YES, N_("Made up"), N_("True for what a simulated thing says; it is not real."))
FIRST_DAY = dt.date(1990, 1, 1)
SERIES_AT_ONCE = 50
ROWS_AT_ONCE = 2_000


def register_all() -> None:
    """Let the catalog publish the tables of observations."""
    for table in (THINGS, SERIES):
        register_table(table)
    register_tables(FAMILY, _daily_tables)


def _public_series() -> QuerySet[Datastream]:
    return visible_series(Datastream.objects.all(), with_private=False)


def _things() -> Iterator[Row]:
    public = Count("datastreams", filter=Q(datastreams__is_public=True))
    for thing in list_things(ThingFilter()).annotate(number=public).iterator(ROWS_AT_ONCE):
        at = position_of(thing)
        place = next((location.name for location in thing.locations.all()), "")
        yield (
            thing.pk, thing.code, thing.name, thing.domain, place, thing.number, thing.is_simulated,
            {"type": "Point", "coordinates": at} if at else None,
        )  # fmt: skip


def _series() -> Iterator[Row]:
    found = _public_series().select_related("thing", "observed_property").order_by("thing_id", "id")
    for one in found.iterator(ROWS_AT_ONCE):
        observed = one.observed_property
        yield (
            one.pk, one.code, one.thing_id, one.thing.name, one.thing.domain, observed.code if observed else None,
            one.name, one.unit_of_measurement.get("symbol") or None, one.kind, one.period_s,
            one.is_simulated or one.thing.is_simulated,
        )  # fmt: skip


def _days(domain: Domain) -> Iterator[Row]:
    """Whole days only, series after series, a few series at a time."""
    found = list(
        _public_series()
        .filter(thing__domain=domain)
        .select_related("thing", "observed_property")
        .order_by("thing_id", "id")
    )
    yesterday = clock.today() - dt.timedelta(days=1)
    for start in range(0, len(found), SERIES_AT_ONCE):
        part = {one.pk: one for one in found[start : start + SERIES_AT_ONCE]}
        rolled = daily(list(part), FIRST_DAY, yesterday)
        mean = rolled.mean
        for at in range(len(rolled)):
            one = part[int(rolled.datastream[at])]
            observed = one.observed_property
            yield (
                day_of(int(rolled.start[at]), clock.CITY_ZONE), one.pk, one.thing_id, one.thing.name,
                observed.code if observed else one.name, one.unit_of_measurement.get("symbol") or None,
                int(rolled.count[at]), _known(mean[at]), _known(rolled.min[at]), _known(rolled.max[at]),
                int(rolled.flagged[at]), int(rolled.covered_s[at]), one.is_simulated or one.thing.is_simulated,
            )  # fmt: skip


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _daily_tables() -> Iterator[Table]:
    present = set(_public_series().order_by().values_list("thing__domain", flat=True).distinct())
    yield from (_daily_table(domain) for domain in Domain if domain in present)


def _daily_table(domain: Domain) -> Table:
    return Table(
        name=f"{FAMILY}_{domain}",
        title=_worded(N_("Daily values: %(domain)s"), domain),
        description=_worded(
            N_("Mean, least and most of every public series of “%(domain)s” on every day of the city."), domain
        ),
        theme=THEMES.get(domain, "ENVI"),
        columns=DAILY_COLUMNS,
        rows=lambda: _days(domain),
        revision=lambda: _daily_revision(domain),
        key=("day", "series"),
        keywords=("observații", str(domain)),
        update_rhythm="DAILY",
        simulated=lambda: _has_simulated(_public_series().filter(thing__domain=domain)),
    )


def _worded(sentence: str, domain: Domain) -> dict[str, str]:
    found = {}
    for language in ("ro", "en", "hu"):
        with translation.override(language):
            found[language] = translation.gettext(sentence) % {"domain": translation.gettext(DOMAIN_NAMES[domain])}
    return found


def _daily_revision(domain: Domain) -> str:
    """A day is published when it is over; what arrives late for an older one is seen the day after."""
    known = _public_series().filter(thing__domain=domain).aggregate(number=Count("id"), last=Max("id"))
    return f"{clock.today()}:{known['number']}:{known['last']}:{shows_simulated()}"


def _series_revision() -> str:
    known = _public_series().aggregate(number=Count("id"), last=Max("id"))
    return f"{journal.get_head().sequence}:{known['number']}:{known['last']}:{shows_simulated()}"


def _has_simulated(found: QuerySet[Datastream]) -> bool:
    return found.filter(Q(is_simulated=True) | Q(thing__is_simulated=True)).exists()


NUMBER_OF_SERIES = Column("series", WHOLE, N_("Series"), N_("Number of the series in SensorThings."))
THING = Column("thing", WHOLE, N_("Thing"), N_("Number of the thing in SensorThings."))
THING_NAME = Column("thing_name", TEXT, N_("Name of the thing"))
DOMAIN = Column("domain", TEXT, N_("Domain"), N_("What the thing measures for: air, noise, parking …"))
DAILY_COLUMNS = (
    Column("day", DAY, N_("Day")), NUMBER_OF_SERIES, THING, THING_NAME,
    Column("property", TEXT, N_("What is measured")), Column("unit", TEXT, N_("Unit")),
    Column("count", WHOLE, N_("Readings"), N_("Readings that count; doubtful ones do not.")),
    Column("mean", NUMBER, N_("Mean")), Column("min", NUMBER, N_("Least")), Column("max", NUMBER, N_("Most")),
    Column("flagged", WHOLE, N_("Doubtful readings")),
    Column("covered_s", WHOLE, N_("Time covered"), N_("For how much of the day the readings stand."), unit="s"),
    SIMULATED,
)  # fmt: skip
THINGS = Table(
    name="observations_things",
    title=N_("Things that measure"),
    description=N_("Stations, lamps, bins, buildings: every public thing of the city with series, and where it is."),
    theme="ENVI",
    columns=(
        Column("id", WHOLE, N_("Number")), Column("code", TEXT, N_("Code")), Column("name", TEXT, N_("Name")), DOMAIN,
        Column("place", TEXT, N_("Place")), Column("series_count", WHOLE, N_("Public series")), SIMULATED,
        Column("geometry", PLACE, N_("Where it is")),
    ),
    rows=_things,
    revision=_series_revision,
    key=("id",),
    keywords=("observații", "senzori"),
    simulated=lambda: _has_simulated(_public_series()),
)  # fmt: skip
SERIES = Table(
    name="observations_series",
    title=N_("Series of measurements"),
    description=N_("What each public thing measures, in which unit and how often."),
    theme="ENVI",
    columns=(
        Column("id", WHOLE, N_("Number")), Column("code", TEXT, N_("Code")), THING, THING_NAME, DOMAIN,
        Column("property", TEXT, N_("What is measured")), Column("name", TEXT, N_("Name")),
        Column("unit", TEXT, N_("Unit")), Column("kind", TEXT, N_("Kind of results")),
        Column("period_s", WHOLE, N_("Time between readings"), unit="s"), SIMULATED,
    ),
    rows=_series,
    revision=_series_revision,
    key=("id",),
    keywords=("observații", "senzori"),
    simulated=lambda: _has_simulated(_public_series()),
)  # fmt: skip
