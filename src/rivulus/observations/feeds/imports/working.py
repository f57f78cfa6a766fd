"""Going through a file: once to see what it would do, once to do it; a worker goes on where a killed one stopped."""

from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations.actions import imports as actions
from rivulus.observations.feeds.imports.reading import Line, read_lines
from rivulus.observations.models import HistoryImport
from rivulus.observations.queries import imports as queries
from rivulus.observations.rules.imports.counting import Counts
from rivulus.observations.rules.imports.lines import Known, LineTaker, Taken
from rivulus.observations.rules.imports.mapping import Layout, from_json
from rivulus.observations.rules.imports.states import State
from rivulus.observations.rules.readings import Readings
from rivulus.observations.rules.weeks import microseconds

CHUNK_LINES = 5_000
MOST_NAMES = 10_000
SHOWN_LINES = 20


def check(import_id: int) -> None:
    """Go through a file and note what importing it would do; nothing where it is not to be checked."""
    _work(import_id, State.CHECKING, State.CHECKED)


def carry_out(import_id: int) -> None:
    """Import a file that was confirmed, from where the last worker stopped."""
    _work(import_id, State.IMPORTING, State.DONE)


def _work(import_id: int, state: State, end: State) -> None:
    row = queries.get_import(import_id)
    if row.state != state:
        return
    if state is State.CHECKING and row.rows_read:
        # What repeats in a file is known only to who has read it from its beginning.
        row = actions.start_check_over(by=row.person, import_id=import_id)
    try:
        if _go_through(row, state):
            actions.finish(by=row.person, import_id=import_id, state=end)
    except Refused as refused:
        actions.fail(by=row.person, import_id=import_id, refused=refused)


def _go_through(row: HistoryImport, state: State) -> bool:
    layout = from_json(row.mapping)
    taker = make_taker(layout, clock_us=row.clock_us)
    place, seen = row.rows_read, np.empty(0, np.int64)
    for chunk in _chunks(read_lines(row.file, layout, skip=place)):
        taken = Taken()
        for line, cells in chunk:
            taker.take(line, cells, taken)
        readings = Readings.of(taken.rows)
        counts = _count(taken, readings)
        if state is State.CHECKING:
            unique, repeated, seen = _unique(readings, seen)
            counts = counts.plus(queries.compare(unique)).plus(Counts(repeated=repeated))
        is_mine = actions.note_chunk(
            by=row.person,
            import_id=row.pk,
            state=state,
            from_row=place,
            counts=counts,
            rejects=taken.rejects,
            clock_us=taker.latest_us,
            readings=readings if state is State.IMPORTING else None,
        )
        if not is_mine:
            return False
        place += taken.lines
    return True


def first_readings(row: HistoryImport) -> list[tuple[int, int, float]]:
    """Return what the first lines of a file become; nothing where the file is gone or cannot be read."""
    layout, taken = from_json(row.mapping), Taken()
    try:
        taker = make_taker(layout)
        for line, cells in islice(read_lines(row.file, layout), SHOWN_LINES):
            taker.take(line, cells, taken)
    except Refused:
        return []
    return taken.rows[:SHOWN_LINES]


def make_taker(layout: Layout, *, clock_us: int | None = None) -> LineTaker:
    """Return a reader of lines that knows the series of the layout."""
    series = queries.known_series([column.series for column in layout.columns])
    now_us = microseconds(clock.now())
    return LineTaker(layout, series, _finder(), now_us, clock_us)


def _finder() -> Callable[[str], Known | None]:
    """Look series up by name, each once; of endlessly many names only the first are remembered."""
    found: dict[str, Known | None] = {}

    def find(name: str) -> Known | None:
        if name not in found:
            if len(found) >= MOST_NAMES:
                found.clear()
            target = queries.find_series(name)
            found[name] = None if target is None else queries.known(target)
        return found[name]

    return find


def _chunks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while chunk := list(islice(lines, CHUNK_LINES)):
        yield chunk


def _count(taken: Taken, readings: Readings) -> Counts:
    return Counts(
        lines=taken.lines,
        rejected=len(taken.rejects),
        missing=taken.missing,
        readings=len(readings),
        first_us=int(readings.time.min()) if len(readings) else None,
        last_us=int(readings.time.max()) if len(readings) else None,
    )


def _unique(readings: Readings, seen: NDArray[np.int64]) -> tuple[Readings, int, NDArray[np.int64]]:
    """Return the readings whose key comes for the first time, how many came before, and all keys so far, sorted.

    Of a key twice in one chunk the last one counts, as in the store.
    """
    keys = queries.keys_of(readings)
    unique, from_end = np.unique(keys[::-1], return_index=True)
    at = np.searchsorted(seen, unique)
    is_new = np.ones(len(unique), bool)
    is_new[at < len(seen)] = seen[at[at < len(seen)]] != unique[at < len(seen)]
    fresh = readings.take(len(keys) - 1 - from_end[is_new])
    return fresh, len(keys) - len(fresh), np.insert(seen, at[is_new], unique[is_new])
