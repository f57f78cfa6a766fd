"""What the columns of a file are: which one is the time, which ones go to which series, and how they are written."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import times
from rivulus.observations.rules.times import Twice

CSV, PARQUET = "csv", "parquet"
DELIMITERS = (",", ";", "\t", "|")
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "-", "--", "NODATA")
MOST_COLUMNS = 60
LARGEST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of values: where it is, the series it goes to, and its unit where that is not the unit of the series."""

    place: int
    series: int
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is read. Either ``columns`` name the series, or one column does (``series_place``, by code or number).

    Places count from 0. ``zone`` is for times that name none.
    """

    form: str = CSV
    delimiter: str = ","
    has_header: bool = True
    decimal: str = "."
    time_place: int = 0
    time_format: str = times.ISO
    zone: str = ""
    twice: Twice = Twice.REFUSE
    missing: tuple[str, ...] = MISSING
    columns: tuple[Column, ...] = ()
    series_place: int | None = None
    value_place: int | None = None
    unit: str = ""  # of the one column of values
    names: tuple[str, ...] = field(default=())

    @property
    def is_long(self) -> bool:
        """Whether a column says which series a line is of."""
        return self.series_place is not None

    def as_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return asdict(self)

    def name_of(self, place: int) -> str:
        """Return what people call a column."""
        return self.names[place] if place < len(self.names) and self.names[place] else str(place + 1)


def from_json(given: Mapping[str, Any]) -> Layout:
    """Return what was kept."""
    kept = dict(given)
    kept["columns"] = tuple(Column(**column) for column in kept.get("columns", ()))
    kept["missing"] = tuple(kept.get("missing", MISSING))
    kept["names"] = tuple(kept.get("names", ()))
    kept["twice"] = Twice(kept.get("twice", "refuse"))
    return Layout(**kept)


def check_layout(layout: Layout) -> Layout:
    """Return a layout by which a file can be read; raises Refused with what is missing."""
    if layout.form == CSV and layout.delimiter not in DELIMITERS:
        raise Refused(N_("Cells are parted by a comma, a semicolon, a tab or a bar."))
    times.check_format(layout.time_format)
    if layout.zone:
        times.zone_of(layout.zone)
    if layout.is_long:
        if layout.value_place is None or layout.columns:
            raise Refused(N_("Where a column names the series, exactly one column holds the values."))
    elif not layout.columns:
        raise Refused(N_("No column goes to a series yet."))
    places = [column.place for column in layout.columns]
    if len({layout.time_place, *places}) < len(places) + 1:
        raise Refused(N_("A column can be only one thing."))
    if len({column.series for column in layout.columns}) < len(layout.columns):
        raise Refused(N_("Two columns go to the same series."))
    return layout
