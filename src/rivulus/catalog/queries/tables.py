"""Tables of datasets: which there are, what their columns are, and which file answers for them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.db.models import QuerySet

from rivulus.catalog.models import Dataset, KeptTable, Snapshot
from rivulus.catalog.queries import places
from rivulus.catalog.queries.viewing import list_public
from rivulus.catalog.rules.columns import Column, find_geometry, from_json
from rivulus.catalog.terms import Format, Source
from rivulus.kernel import publishing
from rivulus.kernel.errors import NotFound

TABULAR = (Format.CSV, Format.JSON, Format.PARQUET, Format.XLSX)
WITH_PLACES = (Format.CSV, Format.JSON, Format.GEOJSON, Format.PARQUET, Format.XLSX)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """A table of a dataset as it may be seen now.

    ``columns`` are those that are public at this moment; ``is_whole`` says that the kept file holds no others, so that
    it may be handed out as it is. ``slug`` is the name of its files, without the ending.
    """

    dataset: Dataset
    name: str
    slug: str
    title: str
    version: str
    columns: tuple[Column, ...]
    is_whole: bool
    rows: int
    size: int
    key: tuple[str, ...]
    box: tuple[float, float, float, float] | None
    is_simulated: bool
    changed_at: dt.datetime
    day: dt.date | None = None  # of a snapshot

    @property
    def file(self) -> Path:
        """Return the Parquet file that answers."""
        return places.table_file(self.name, self.version)

    @property
    def geometry(self) -> Column | None:
        """Return the column of places, if there is one."""
        return find_geometry(self.columns)

    @property
    def formats(self) -> tuple[Format, ...]:
        """Return the formats it comes in."""
        return WITH_PLACES if self.geometry else TABULAR

    def find_column(self, name: str) -> Column | None:
        """Return the column of a name."""
        return next((column for column in self.columns if column.name == name), None)


def find_open_dataset(code: str) -> Dataset | None:
    """Return the dataset of a code whose rows everybody may have."""
    return list_public().filter(code=code).select_related("organisation").first()


def list_open_datasets() -> list[Dataset]:
    """Return all datasets whose rows everybody may have, by code."""
    found = list_public().filter(source__in=(Source.LIVE, Source.FILE))
    return list(found.select_related("organisation").order_by("code", "id"))


def list_tables_of(dataset: Dataset) -> list[DataTable]:
    """Return the tables of a dataset that can be read now; an uploaded one for each file, in their order."""
    return [table for kept in _list_kept(dataset) if (table := _present(dataset, kept)) is not None]


def find_table_of(dataset: Dataset, slug: str = "") -> DataTable | None:
    """Return the table of this file name, or the first one."""
    tables = list_tables_of(dataset)
    return next((table for table in tables if slug in ("", table.slug)), None)


def get_table(dataset: Dataset, slug: str = "") -> DataTable:
    """Return the table of this file name, or the first one; raises NotFound."""
    found = find_table_of(dataset, slug)
    if found is None:
        raise NotFound
    return found


def list_open_tables() -> list[DataTable]:
    """Return all tables that everybody may ask, by the code of their dataset; a handful of queries for all."""
    datasets = list_open_datasets()
    live = {table.name: table for table in publishing.list_tables()}
    names = [dataset.table for dataset in datasets if dataset.source == Source.LIVE]
    kept = {one.name: one for one in KeptTable.objects.filter(name__in=names)}
    uploaded: dict[int, list[KeptTable]] = {}
    rows = KeptTable.objects.filter(
        distribution__dataset__in=datasets, distribution__withdrawn_at__isnull=True
    ).select_related("distribution")
    for row in rows.order_by("distribution__rank", "distribution_id"):
        if row.distribution is not None:
            uploaded.setdefault(row.distribution.dataset_id, []).append(row)
    found: list[DataTable] = []
    for dataset in datasets:
        if dataset.source == Source.LIVE and dataset.table in kept:
            table = _present_live(dataset, kept[dataset.table], live.get(dataset.table))
            found += [table] if table else []
        for one in uploaded.get(dataset.pk, []):
            found += [table] if (table := _present_uploaded(dataset, one)) else []
    return found


def list_snapshots(table: DataTable) -> QuerySet[Snapshot]:
    """Return the days of which a snapshot is kept, the newest first."""
    return Snapshot.objects.filter(table__name=table.name).order_by("-day")


def find_snapshot(table: DataTable, day: dt.date) -> DataTable | None:
    """Return the table as it was kept on a day, without the columns that are no longer public."""
    found = Snapshot.objects.filter(table__name=table.name, day=day).first()
    if found is None:
        return None
    public = {column.name for column in table.columns}
    kept = from_json(found.columns)
    columns = tuple(column for column in kept if column.name in public)
    if not columns:
        return None
    return replace(
        table,
        version=found.version,
        columns=columns,
        is_whole=len(columns) == len(kept),
        rows=found.rows,
        size=found.size,
        changed_at=found.made_at,
        day=day,
    )


def at_version(table: DataTable, version: str) -> DataTable | None:
    """Return the table in an earlier version that is still kept, for going on with pages begun there."""
    if version == table.version:
        return table
    try:
        is_there = places.table_file(table.name, version).exists()
    except ValueError:
        return None
    return replace(table, version=version, is_whole=False) if is_there else None


def find_kept(name: str) -> KeptTable | None:
    """Return what is kept of a table."""
    return KeptTable.objects.filter(name=name).first()


def _list_kept(dataset: Dataset) -> Sequence[KeptTable]:
    if dataset.source == Source.LIVE:
        return list(KeptTable.objects.filter(name=dataset.table)[:1])
    found = KeptTable.objects.filter(distribution__dataset=dataset, distribution__withdrawn_at__isnull=True)
    return list(found.select_related("distribution").order_by("distribution__rank", "distribution_id"))


def _present(dataset: Dataset, kept: KeptTable) -> DataTable | None:
    if kept.distribution_id is not None:
        return _present_uploaded(dataset, kept)
    return _present_live(dataset, kept, publishing.find_table(dataset.table))


def _present_live(dataset: Dataset, kept: KeptTable, live: publishing.Table | None) -> DataTable | None:
    """What its context no longer publishes is gone at once, a whole table as well as a single column."""
    if live is None or not kept.version or kept.changed_at is None:
        return None
    public = {column.name for column in live.columns}
    columns = tuple(column for column in from_json(kept.columns) if column.name in public)
    return _table(dataset, kept, dataset.code, dataset.title, columns) if columns else None


def _present_uploaded(dataset: Dataset, kept: KeptTable) -> DataTable | None:
    if not kept.version or kept.changed_at is None or kept.distribution is None:
        return None
    return _table(dataset, kept, kept.slug, kept.distribution.title or dataset.title, from_json(kept.columns))


def _table(dataset: Dataset, kept: KeptTable, slug: str, title: str, columns: tuple[Column, ...]) -> DataTable:
    assert kept.changed_at is not None
    west_to_north = tuple(kept.box) if kept.box else None
    return DataTable(
        dataset=dataset,
        name=kept.name,
        slug=slug,
        title=title,
        version=kept.version,
        columns=columns,
        is_whole=len(columns) == len(kept.columns),
        rows=kept.rows,
        size=kept.size,
        key=tuple(kept.key),
        box=west_to_north if west_to_north and len(west_to_north) == 4 else None,
        is_simulated=kept.is_simulated,
        changed_at=kept.changed_at,
    )
