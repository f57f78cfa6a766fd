"""The ways to get a dataset: files and interfaces of the platform, and addresses elsewhere."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from rivulus.catalog.models import Dataset, Distribution
from rivulus.catalog.models.tables import KeptTable
from rivulus.catalog.rules import quality
from rivulus.catalog.terms import Format, Source
from rivulus.catalog.terms.vocabularies import FILE_TYPES, LICENCES, PUBLIC, file_type_uri

TABULAR = (Format.CSV, Format.JSON, Format.XLSX, Format.PARQUET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to get a dataset: at ``path`` on this platform, or at ``url`` elsewhere.

    ``key`` names it within its dataset for ever; ``is_alive`` is None where nobody has asked yet.
    """

    key: str
    format: Format
    title: str = ""
    path: str = ""
    url: str = ""
    size: int | None = None
    rows: int | None = None
    checksum: str = ""
    issued_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    is_api: bool = False
    is_alive: bool | None = None
    distribution: int = 0
    slug: str = ""

    @property
    def name(self) -> str:
        """Return the name of its format."""
        return FILE_TYPES[self.format].name

    @property
    def address(self) -> str:
        """Return the address, relative to this platform where it is here."""
        return self.path or self.url


def list_ways(dataset: Dataset) -> tuple[Way, ...]:
    """Return the ways to get one dataset."""
    return list_ways_of([dataset])[dataset.pk]


def list_ways_of(datasets: Sequence[Dataset]) -> dict[int, tuple[Way, ...]]:
    """Return the ways to get many datasets, in two queries."""
    found: dict[int, list[Way]] = defaultdict(list)
    live = {dataset.table: dataset for dataset in datasets if dataset.source == Source.LIVE}
    kept = {row.name: row for row in KeptTable.objects.filter(name__in=list(live))} if live else {}
    for name, dataset in live.items():
        found[dataset.pk] += _ways_of_table(dataset, kept.get(name), slug=dataset.code)
    others = {dataset.pk: dataset for dataset in datasets if dataset.source != Source.LIVE}
    for row in _distributions(list(others)) if others else ():
        dataset = others[row.dataset_id]
        table = getattr(row, "kept_table", None)
        if row.url:
            found[row.dataset_id].append(_way_elsewhere(row))
        elif table is not None:
            found[row.dataset_id] += _ways_of_table(dataset, table, slug=table.slug, row=row)
    return {dataset.pk: tuple(found[dataset.pk]) for dataset in datasets}


def formats_of(ways: Sequence[Way]) -> list[str]:
    """Return the formats among the ways, each once, by name."""
    return sorted({str(way.format) for way in ways})


def as_described(dataset: Dataset, ways: Sequence[Way]) -> quality.Described:
    """Return a dataset as the score of its description looks at it."""
    return quality.Described(
        keywords=len(dataset.keywords),
        themes=len(dataset.theme),
        has_spatial=bool(dataset.spatial),
        has_temporal=dataset.temporal is not None,
        has_contact=bool(dataset.contact_email),
        access_rights=PUBLIC,
        is_known_access_rights=True,
        issued=dataset.issued_at is not None,
        modified=True,
        is_conforming=bool(dataset.title_ro and dataset.description_ro and ways),
        ways=[_as_described(way, dataset) for way in ways],
    )


def _as_described(way: Way, dataset: Dataset) -> quality.Way:
    kind = FILE_TYPES[way.format]
    is_known = bool(file_type_uri(way.format))
    return quality.Way(
        access_url=way.address,
        download_url="" if way.format is Format.HTML else way.address,
        is_alive=way.is_alive,
        has_format=is_known,
        has_media_type=is_known,
        is_known_type=is_known,
        is_open_type=kind.is_open and is_known,
        is_machine_readable=kind.is_machine_readable,
        has_size=way.size is not None,
        issued=way.issued_at is not None,
        modified=way.changed_at is not None,
        licence=dataset.licence,
        is_known_licence=dataset.licence in LICENCES,
    )


def _distributions(datasets: list[int]) -> QuerySet[Distribution]:
    rows = Distribution.objects.filter(dataset__in=datasets, withdrawn_at__isnull=True)
    return rows.select_related("link", "kept_table").order_by("dataset_id", "rank", "id")


def _way_elsewhere(row: Distribution) -> Way:
    link = getattr(row, "link", None)
    return Way(
        key=f"link-{row.pk}",
        format=Format(row.format),
        title=row.title,
        url=row.url,
        size=row.size,
        rows=row.rows,
        checksum=row.checksum,
        issued_at=row.created_at,
        changed_at=row.changed_at,
        is_api=row.is_api,
        is_alive=link.is_alive if link is not None else None,
        distribution=row.pk,
    )


def _ways_of_table(
    dataset: Dataset, table: KeptTable | None, *, slug: str, row: Distribution | None = None
) -> list[Way]:
    has_places = (table is not None and table.box is not None) or Format.GEOJSON in dataset.formats
    formats = (*TABULAR, Format.GEOJSON) if has_places else TABULAR
    changed_at = (table.changed_at if table is not None else None) or dataset.data_changed_at or dataset.changed_at
    ways = [
        Way(
            key=f"{slug}.{format_}",
            format=format_,
            title=row.title if row is not None else "",
            path=_path("catalog_file", dataset.code, f"{slug}.{format_}"),
            size=table.size if table is not None and format_ is Format.PARQUET and table.size else None,
            rows=table.rows if table is not None and table.version else None,
            checksum=table.checksum if table is not None and format_ is Format.PARQUET else "",
            issued_at=row.created_at if row is not None else dataset.issued_at,
            changed_at=changed_at,
            is_alive=True,
            distribution=row.pk if row is not None else 0,
            slug=slug,
        )
        for format_ in formats
    ]
    api = _path("catalog_rows", dataset.code)
    if api and slug == dataset.code:
        ways.append(
            Way(
                key="rows",
                format=Format.JSON,
                path=api,
                is_api=True,
                is_alive=True,
                issued_at=dataset.issued_at,
                changed_at=changed_at,
                slug=slug,
            )
        )
    return [way for way in ways if way.path]


def _path(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
