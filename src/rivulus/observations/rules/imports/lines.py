"""One line after the other: readings, and what could not be taken with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import units
from rivulus.observations.rules.connectors.values import read_number
from rivulus.observations.rules.imports.mapping import Layout
from rivulus.observations.rules.times import TimeReader

DAY_US = 86_400_000_000
LONGEST_GIVEN = 100


@dataclass(frozen=True, slots=True)
class Known:
    """A series that a file may go to; its unit in UCUM, empty where nothing is said of it."""

    id: int
    unit: str
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Reject:
    """What could not be taken: a whole line where no column is named."""

    line: int
    column: str
    given: str
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Taken:
    """What came out of some lines; ``missing`` counts cells in which nothing was measured."""

    rows: list[tuple[int, int, float]] = field(default_factory=list)  # (series, microseconds, value)
    rejects: list[Reject] = field(default_factory=list)
    lines: int = 0
    missing: int = 0


@dataclass(slots=True)
class LineTaker:
    """Reads lines by a layout. ``find`` looks up a series that a line names; ``now_us`` is when the import began."""

    layout: Layout
    series: Mapping[int, Known]
    find: Callable[[str], Known | None]
    now_us: int
    clock_us: int | None = None
    _reader: TimeReader = field(init=False)
    _missing: frozenset[str] = field(init=False)
    _conversions: dict[tuple[int, str], units.Conversion] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        layout = self.layout
        self._missing = frozenset(layout.missing)
        self._reader = TimeReader(layout.time_format, layout.zone, layout.twice, self.clock_us)

    @property
    def latest_us(self) -> int | None:
        """The last time read, for the hour that comes twice."""
        return self._reader.latest_us

    def take(self, line: int, cells: Sequence[Any], into: Taken) -> None:
        """Take one line."""
        into.lines += 1
        if len(cells) <= self.layout.time_place:
            into.rejects.append(self._reject(line, "", "", Refused(N_("The line has no column for the time."))))
            return
        written = cells[self.layout.time_place]
        try:
            time_us = self._reader.read(_as_written(written))
            if time_us > self.now_us + DAY_US:
                raise Refused(N_("The time is more than a day ahead."))
        except Refused as refused:
            into.rejects.append(self._reject(line, self.layout.name_of(self.layout.time_place), written, refused))
            return
        if self.layout.is_long:
            self._take_long(line, cells, time_us, into)
            return
        for column in self.layout.columns:
            self._take_cell(line, cells, column.place, self.series.get(column.series), column.unit, time_us, into)

    def _take_long(self, line: int, cells: Sequence[Any], time_us: int, into: Taken) -> None:
        place, value_place = self.layout.series_place, self.layout.value_place
        assert place is not None and value_place is not None
        name = str(cells[place]).strip() if place < len(cells) else ""
        known = self.find(name) if name else None
        if known is None:
            refused = Refused(N_("There is no series called “%(name)s”."), name=name[:80])
            into.rejects.append(self._reject(line, self.layout.name_of(place), name, refused))
            return
        self._take_cell(line, cells, value_place, known, self.layout.unit, time_us, into)

    def _take_cell(
        self, line: int, cells: Sequence[Any], place: int, known: Known | None, unit: str, time_us: int, into: Taken
    ) -> None:
        given = cells[place] if place < len(cells) else None
        if _is_missing(given, self._missing):
            into.missing += 1
            return
        try:
            if known is None:
                raise Refused(N_("The series of this column is no longer there."))
            if not known.is_number:
                raise Refused(N_("The series of this line does not hold numbers."))
            value = self._conversion(known, unit).apply(read_number(given, decimal=self.layout.decimal))
        except Refused as refused:
            into.rejects.append(self._reject(line, self.layout.name_of(place), given, refused))
            return
        into.rows.append((known.id, time_us, value))

    def _conversion(self, known: Known, unit: str) -> units.Conversion:
        if not unit or not known.unit:
            return units.SAME
        key = known.id, unit
        if key not in self._conversions:
            self._conversions[key] = units.conversion(unit, known.unit)
        return self._conversions[key]

    @staticmethod
    def _reject(line: int, column: str, given: object, refused: Refused) -> Reject:
        shown = str(given).replace("\x00", "")[:LONGEST_GIVEN]
        return Reject(
            line, column[:LONGEST_GIVEN], shown, refused.sentence, {k: str(v)[:200] for k, v in refused.values.items()}
        )


def _is_missing(given: Any, marks: frozenset[str]) -> bool:
    if isinstance(given, str):
        return given in marks or given.strip() in marks
    return given is None or given != given  # only NaN is not itself


def _as_written(cell: Any) -> object:
    """Return a time as text: a moment out of a Parquet file as ISO."""
    return cell.isoformat() if hasattr(cell, "isoformat") else "" if cell is None else cell
