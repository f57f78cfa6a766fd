"""A town hall with a live table of its own, and what a program asks of it."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rivulus.catalog.models import Dataset
from rivulus.catalog.terms import Source, State
from rivulus.identity.models import Organisation
from rivulus.kernel import publishing
from rivulus.kernel.publishing import Column, ColumnType, Table

COLUMNS = (
    Column("code", ColumnType.STRING, {"ro": "Cod", "en": "Code"}),
    Column("name", ColumnType.STRING, {"ro": "Nume"}, {"ro": "Numele pe hartă"}),
    Column("day", ColumnType.DATE, {"ro": "Ziua"}),
    Column("at", ColumnType.DATETIME),
    Column("count", ColumnType.INTEGER),
    Column("value", ColumnType.NUMBER, {"ro": "Valoare"}, unit="µg/m³"),
    Column("open", ColumnType.BOOLEAN),
    Column("geometry", ColumnType.GEOJSON),
)
START = dt.datetime(2026, 3, 1, 6, 0, tzinfo=dt.UTC)


def row(number: int) -> tuple[Any, ...]:
    """A row as a context would give it; every seventh has holes."""
    is_hole = number % 7 == 0
    return (
        f"t{number:03}",
        ("=SUMĂ(A1)", "Parcul Central", "Piața Libertății", "Lăpuș, „vechi”", "-5 grade")[number % 5],
        None if is_hole else dt.date(2026, 1, 1) + dt.timedelta(days=number),
        START + dt.timedelta(hours=number),
        None if is_hole else number * 3 - 20,
        None if is_hole else round(number * 1.5 - 10, 2),
        number % 2 == 0,
        None
        if is_hole
        else {"type": "Point", "coordinates": [round(23.5 + number / 1000, 4), round(47.6 + number / 2000, 4)]},
    )


@dataclass
class Records:
    """Rows that change."""

    rows: list[tuple[Any, ...]] = field(default_factory=lambda: [row(number) for number in range(60)])
    revision: str = "1"
    reads: int = 0
    columns: tuple[Column, ...] = COLUMNS
    simulated: bool = False
    before_rows: Callable[[], None] = lambda: None

    def read(self) -> Iterator[tuple[Any, ...]]:
        self.reads += 1
        self.before_rows()
        yield from self.rows


def table_of(source: Records, name: str = "tests_places") -> Table:
    return Table(
        name=name,
        title={"ro": "Locuri"},
        description={"ro": "Locuri de încercare."},
        theme="ENVI",
        columns=source.columns,
        rows=source.read,
        revision=lambda: source.revision,
        key=("code",),
        simulated=lambda: source.simulated,
        approximate_rows=lambda: len(source.rows),
    )


@contextmanager
def published(source: Records, name: str = "tests_places") -> Iterator[None]:
    """Let the table be public for a while; its family may take it back by ``source.columns = ()``."""

    def tables() -> Iterator[Table]:
        if source.columns:
            yield table_of(source, name)

    publishing.register_tables("tests", tables)
    try:
        yield
    finally:
        publishing._families.pop("tests")


def make_organisation() -> Organisation:
    return Organisation.objects.get_or_create(
        code="primaria", defaults={"name_ro": "Primăria de încercare", "kind": "town_hall", "is_city": True}
    )[0]


def make_dataset(code: str = "locuri", table: str = "tests_places", **more: Any) -> Dataset:
    source = Source.LIVE if table else Source.FILE
    return Dataset.objects.create(
        **{
            "code": code,
            "organisation": more.get("organisation") or make_organisation(),
            "source": source,
            "table": table,
            "state": State.PUBLISHED,
            "title_ro": "Locuri",
            "description_ro": "Locuri de încercare.",
            **more,
        }
    )
