"""A table to look at: rows in words, a chart of two columns, places on the map, and where to take the same from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import shapely
from django.http import HttpRequest
from django.urls import reverse

from rivulus.catalog.models import Dataset
from rivulus.catalog.presenters.charting import draw_chart, offer_chart
from rivulus.catalog.presenters.wording import NUMBERS, cell_words
from rivulus.catalog.queries import rows as queries
from rivulus.catalog.queries.rows import Asked, Found
from rivulus.catalog.queries.tables import DataTable, find_table_of, list_tables_of
from rivulus.catalog.rules.columns import Column, written
from rivulus.catalog.rules.rowquery.trees import Mistake
from rivulus.kernel.errors import Refused
from rivulus.kernel.publishing import ColumnType
from rivulus.kernel.words import say
from rivulus.ui.presenters import active_language

FEW, PAGE = 10, 50
MOST_SPOTS = 300


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: what it is called, how it is sorted now, and where it is sorted otherwise."""

    name: str
    title: str
    unit: str
    is_number: bool
    sorted: str  # ascending, descending, none
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows of a table."""

    table: DataTable
    heads: tuple[Head, ...] = ()
    rows: tuple[tuple[tuple[str, bool], ...], ...] = ()
    total: int = 0
    first: int = 0
    last: int = 0
    before: str = ""
    after: str = ""
    files: tuple[tuple[str, str], ...] = ()
    api: str = ""
    chart: Any = None
    features: Mapping[str, object] | None = None
    hidden_spots: int = 0
    refusal: str = ""
    part: str = ""
    position: int = 0
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def tells_simulated(self) -> bool:
        """Tell whether a column says which rows are made up."""
        return self.table.find_column("simulated") is not None


def present_preview(dataset: Dataset, request: HttpRequest) -> dict[str, Any]:
    """Return the first rows of the first table of a dataset, for its page; nothing where there is no table yet."""
    table = find_table_of(dataset)
    if table is None or not table.file.exists():
        return {}
    shown = present_table(table, {}, limit=FEW, with_chart=False)
    return {"shown": shown, "explore": reverse("catalog:explore", args=[dataset.code])}


def present_table(table: DataTable, given: Mapping[str, str], *, limit: int = PAGE, with_chart: bool = True) -> Shown:
    """Return a page of a table as the address asks for it: where, order, offset, and the columns of a chart."""
    where, order = given.get("where", "").strip(), given.get("order", "").strip()
    offset = int(given["offset"]) if given.get("offset", "").isdecimal() and len(given["offset"]) < 9 else 0
    asked = Asked(where=where, order=order, limit=limit, offset=offset)
    kept = {"where": where, "order": order, **{name: given.get(name, "") for name in ("x", "y", "how", "table")}}
    try:
        found = queries.ask(table, asked)
        total = found.total or 0
        return Shown(
            table=table,
            heads=tuple(_head(column, kept) for column in found.columns),
            rows=tuple(_cells(found.columns, row) for row in found.rows),
            total=total,
            first=offset + 1 if found.rows else 0,
            last=offset + len(found.rows),
            before=_page(kept, max(0, offset - limit)) if offset else "",
            after=_page(kept, offset + limit) if offset + limit < total else "",
            files=_files(table, kept),
            api=_address(table, kept),
            chart=draw_chart(table, kept, where) if with_chart else None,
            features=_features(table, found),
            hidden_spots=max(0, total - MOST_SPOTS) if table.geometry else 0,
            asked=kept,
        )
    except Refused as refused:
        at = refused.at if isinstance(refused, Mistake) else 0
        part = refused.part if isinstance(refused, Mistake) else ""
        return Shown(table=table, refusal=say(refused), part=part, position=at, asked=kept, files=_files(table, {}))


def choices_of(table: DataTable, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form of the page offers: columns to sort by, and columns of a chart."""
    language = active_language()
    sortable = [column for column in table.columns if column.type is not ColumnType.GEOJSON]
    orders = [
        (f"{written(column.name)}{way}", f"{column.title_in(language)}{sign}")
        for column in sortable
        for way, sign in (("", " ↑"), (" desc", " ↓"))
    ]
    return {"orders": orders, "order": given.get("order", ""), **offer_chart(table, given)}


def list_others(dataset: Dataset, table: DataTable) -> list[tuple[str, str, bool]]:
    """Return the tables of a dataset with several: title, address, whether it is the one shown."""
    tables = list_tables_of(dataset)
    if len(tables) < 2:
        return []
    return [(one.title, f"?{urlencode({'table': one.slug})}", one.slug == table.slug) for one in tables]


def _head(column: Column, kept: Mapping[str, str]) -> Head:
    name, order = written(column.name), kept.get("order", "")
    state = {name: "ascending", f"{name} asc": "ascending", f"{name} desc": "descending"}.get(order, "none")
    following = f"{name} desc" if state == "ascending" else name
    is_sortable = column.type is not ColumnType.GEOJSON
    return Head(
        column.name,
        column.title_in(active_language()),
        column.unit,
        column.type in NUMBERS,
        state,
        _query({**kept, "order": following}) if is_sortable else "",
    )


def _cells(columns: Sequence[Column], row: Sequence[Any]) -> tuple[tuple[str, bool], ...]:
    """Each cell in words, and whether it is a number."""
    return tuple(
        (cell_words(column, value), column.type in NUMBERS) for column, value in zip(columns, row, strict=True)
    )


def _features(table: DataTable, found: Found) -> Mapping[str, object] | None:
    """The places of the rows that are shown."""
    geometry = table.geometry
    if geometry is None or geometry not in found.columns:
        return None
    at = found.columns.index(geometry)
    label = next((place for place, column in enumerate(found.columns) if column.name == "name"), None)
    if label is None:
        texts = [place for place, column in enumerate(found.columns) if column.type is ColumnType.STRING]
        label = texts[0] if texts else 0
    spots = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(shapely.from_wkb(row[at])),
            "properties": {"label": cell_words(found.columns[label], row[label])},
        }
        for row in found.rows
        if row[at] is not None
    ]
    return {"type": "FeatureCollection", "features": spots} if spots else None


def _files(table: DataTable, kept: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    asked = {name: kept[name] for name in ("where", "order") if kept.get(name)}
    query = f"?{urlencode(asked)}" if asked else ""
    return tuple(
        (form.upper(), reverse("catalog_file", args=[table.dataset.code, f"{table.slug}.{form}"]) + query)
        for form in table.formats
    )


def _address(table: DataTable, kept: Mapping[str, str]) -> str:
    asked = {name: kept[name] for name in ("where", "order") if kept.get(name)}
    if table.slug != table.dataset.code:
        asked["table"] = table.slug
    query = f"?{urlencode(asked)}" if asked else ""
    return reverse("catalog_rows", args=[table.dataset.code]) + query


def _page(kept: Mapping[str, str], offset: int) -> str:
    return _query({**kept, "offset": str(offset) if offset else ""})


def _query(asked: Mapping[str, str]) -> str:
    return "?" + urlencode({name: value for name, value in asked.items() if value})
