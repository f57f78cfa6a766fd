"""What an uploaded file of values would change, worked out anew each time it is looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rivulus.kernel import clock
from rivulus.kernel.words import N_, fold
from rivulus.strategy import models
from rivulus.strategy.queries import indicators as queries
from rivulus.strategy.rules import indicator_values as rules
from rivulus.strategy.rules.indicator_values import Doubt, Entry, Nature
from rivulus.strategy.rules.sheets import FAULTS_SHOWN, LineFault, Sheet, SheetLine
from rivulus.strategy.terms import Actor

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line of the file and what it would do; ``before`` is the value in force for that year."""

    line: int
    entry: Entry
    indicator: models.Indicator
    place: models.Place
    standing: str
    before: models.IndicatorValue | None
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the whole file would do; nothing may be imported while there are faults."""

    sheet: Sheet
    lines: tuple[PreviewLine, ...]
    faults: tuple[LineFault, ...]
    fault_count: int

    def count(self, standing: str) -> int:
        """Return how many lines would do that."""
        return sum(line.standing == standing for line in self.lines)

    @property
    def has_doubts(self) -> bool:
        """Tell whether a line wants a second look."""
        return any(line.doubts for line in self.lines)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the values to import, with the codes as they are known."""
        return tuple(line.entry for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is in the database already, found by codes and names however they are typed."""

    indicators: Mapping[str, models.Indicator]
    natures: Mapping[str, Nature]
    places: Mapping[str, models.Place]
    values: queries.Values


def preview(sheet: Sheet, *, by: Actor, default_source: str = "") -> Preview:
    """Work out what a file would change. Three queries, whatever its length."""
    known = _known(by)
    this_year = clock.today().year
    lines: list[PreviewLine] = []
    faults: list[LineFault] = []
    seen: dict[tuple[str, str, int], int] = {}
    for line in sheet.lines:
        entry = replace(line.entry, source=line.entry.source or default_source)
        found = _faults(replace(line, entry=entry), known, this_year, seen)
        faults += found
        if not found:
            lines.append(_line(line.line, entry, known))
    every = sorted([*sheet.faults, *faults], key=lambda fault: (bool(fault.column), fault.line))
    return Preview(sheet, tuple(lines), tuple(every[:FAULTS_SHOWN]), sheet.fault_count + len(faults))


def _known(by: Actor) -> _Known:
    indicators = {fold(indicator.code): indicator for indicator in queries.list_indicators()}
    places: dict[str, models.Place] = {}
    for place in queries.list_places():
        for name in ("code", "name_ro", "name_en", "name_hu"):
            places.setdefault(fold(getattr(place, name) or ""), place)
    rows = queries.list_values_in_force(with_demonstration=True).filter(is_demonstration=by.is_demonstration)
    natures = {key: queries.nature_of(indicator) for key, indicator in indicators.items()}
    return _Known(indicators, natures, places, queries.group_values(rows))


def _faults(line: SheetLine, known: _Known, this_year: int, seen: dict[tuple[str, str, int], int]) -> list[LineFault]:
    entry = line.entry
    faults = list(_unknown(line, known))
    if faults:
        return faults
    nature, place = known.natures[fold(entry.indicator)], known.places[fold(entry.place)]
    key = (fold(entry.indicator), place.code, entry.year)
    if key in seen:
        sentence = N_("Line %(line)s gives the same indicator, place and year already.")
        mend = N_("Keep one of the two lines.")
        faults.append(LineFault(line.line, "indicator", sentence, mend, {"line": seen[key]}))
    seen.setdefault(key, line.line)
    for fault in rules.faults_of(entry, nature, this_year=this_year):
        faults.append(LineFault(line.line, fault.column, fault.sentence, fault.mend, fault.values))
    return faults


def _unknown(line: SheetLine, known: _Known) -> Iterable[LineFault]:
    if fold(line.entry.indicator) not in known.indicators:
        sentence = N_("There is no indicator with the code %(code)s.")
        mend = N_("Take the codes from the template.")
        yield LineFault(line.line, "indicator", sentence, mend, {"code": line.entry.indicator[:40]})
    if fold(line.entry.place) not in known.places:
        sentence = N_("There is no place with the code %(code)s.")
        mend = N_("Add the city on the page of comparisons first, or mend its name.")
        yield LineFault(line.line, "place", sentence, mend, {"code": line.entry.place[:40]})


def _line(number: int, entry: Entry, known: _Known) -> PreviewLine:
    indicator, place = known.indicators[fold(entry.indicator)], known.places[fold(entry.place)]
    nature = known.natures[fold(entry.indicator)]
    rows = known.values.get(indicator.pk, {}).get(place.pk, ())
    before = next((row for row in rows if row.year == entry.year), None)
    last = before or queries.latest_of(rows)
    romanian, _, _ = rules.texts_of(entry, nature)
    standing = NEW
    if before is not None:
        same = queries.what_is_said(before) == (entry.value, romanian, entry.source)
        standing = UNCHANGED if same else CHANGED
    doubts = () if standing == UNCHANGED else _doubts(entry, nature, last)
    entry = replace(entry, indicator=indicator.code, place=place.code)
    return PreviewLine(number, entry, indicator, place, standing, before, doubts)


def _doubts(entry: Entry, nature: Nature, last: models.IndicatorValue | None) -> tuple[Doubt, ...]:
    return rules.doubts(entry.value, unit=nature.unit, last=last.value if last else None)
