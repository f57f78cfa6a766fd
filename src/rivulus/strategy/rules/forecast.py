"""What the matrix would be each year, if projects end as planned, and if they end as they report.

Two readings of one portfolio:

- *as planned*: a project ends in the year that chapter 5 prints; where it prints none (yearly projects, projects that
  wait for an opportunity), it ends with the strategy, in 2030;
- *as reported*: the last report decides, see :func:`as_reported`.

A criterion counts as met in a year when it is met now, when all projects that would satisfy it (at least one) have
ended by the end of that year, or when a higher step of its ladder is met.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from rivulus.strategy.rules import matrix
from rivulus.strategy.rules.matrix import CriterionFact, PillarStanding
from rivulus.strategy.terms import Status

STRATEGY_END = 2030
# A pace measured over few months can point decades away; beyond this it only says "not soon".
MAX_YEARS_AHEAD = 10
STOPPED = frozenset({Status.SUSPENDED, Status.ABANDONED})

Needs = Mapping[str, frozenset[str]]
"""For each criterion, the projects that satisfy it when all of them have ended."""


class Reading(StrEnum):
    """The two ways to read the portfolio."""

    PLANNED = "planned"
    REPORTED = "reported"


class Ground(StrEnum):
    """Why a project is expected to end when it is."""

    PRINTED = "printed"
    NO_YEAR = "no_year"
    FINISHED = "finished"
    REPORTED_END = "reported_end"
    PACE = "pace"
    SLIDES = "slides"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Progress:
    """What the reports of a project say: the last one, and the first one to measure a pace from."""

    status: Status
    percent: int
    period_end: dt.date
    expected_end: dt.date | None
    first_percent: int
    first_period_end: dt.date


@dataclass(frozen=True, slots=True)
class ProjectFact:
    """What the forecast must know of a project."""

    code: str
    horizon_year: int | None
    is_finished: bool = False
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """The year by whose end a project is expected to be finished (None: no end in sight), and why."""

    year: int | None
    ground: Ground


@dataclass(frozen=True, slots=True)
class Gain:
    """A criterion newly met, the projects that do it, and the higher step that implies it if one does."""

    criterion: str
    projects: tuple[str, ...]
    implied_by: str | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The expected matrix at the end of a year."""

    year: int
    met: frozenset[str]
    pillars: tuple[PillarStanding, ...]
    gains: tuple[Gain, ...]


@dataclass(frozen=True, slots=True)
class Delay:
    """A criterion that is met later than planned (``year`` None: not at all)."""

    criterion: str
    planned_year: int
    year: int | None


@dataclass(frozen=True, slots=True)
class Late:
    """A project that is expected to end after its planned year, and the criteria this holds back."""

    project: str
    planned: Expectation
    expected: Expectation
    delays: tuple[Delay, ...]


def years_ahead(today: dt.date) -> range:
    """Return the years of the forecast: from the present one to 2030, and always to the end of the next one."""
    return range(today.year, max(STRATEGY_END, today.year + 1) + 1)


def as_planned(project: ProjectFact) -> Expectation:
    """Return the year printed in chapter 5, or the last year of the strategy where none is printed."""
    if project.horizon_year is not None:
        return Expectation(project.horizon_year, Ground.PRINTED)
    return Expectation(STRATEGY_END, Ground.NO_YEAR)


def as_reported(project: ProjectFact, today: dt.date) -> Expectation:
    """Return when a project would end according to its reports; the first rule that fits decides.

    1. Reported finished: the half-year of that report.
    2. Suspended or abandoned: no end in sight.
    3. The end date that the team gives, when it has not passed.
    4. The pace between the first and the last report, continued in a straight line: at least this year, at most ten
       years after the last report.
    5. Otherwise (no report, one report only, nothing gained between reports) the planned year; when that has
       passed, the end of next year. So a silent project slides by one year each year.
    """
    progress = project.progress
    if progress is None:
        planned = as_planned(project)
        return Expectation(planned.year, Ground.FINISHED) if project.is_finished else _unless_passed(planned, today)
    if progress.status is Status.DONE:
        return Expectation(progress.period_end.year, Ground.FINISHED)
    if progress.status in STOPPED:
        return Expectation(None, Ground.STOPPED)
    if progress.expected_end is not None and progress.expected_end >= today:
        return Expectation(progress.expected_end.year, Ground.REPORTED_END)
    end = pace_end(progress)
    if end is not None:
        return Expectation(max(end.year, today.year), Ground.PACE)
    return _unless_passed(as_planned(project), today)


def _unless_passed(planned: Expectation, today: dt.date) -> Expectation:
    if planned.year is not None and planned.year >= today.year:
        return planned
    return Expectation(today.year + 1, Ground.SLIDES)


def pace_end(progress: Progress) -> dt.date | None:
    """Return the day on which a project is done if it goes on as between its first and last report.

    None when there is no pace to measure: fewer than two half-years reported, or nothing gained between them.
    """
    if progress.percent == 100:
        return progress.period_end
    gained = progress.percent - progress.first_percent
    days = (progress.period_end - progress.first_period_end).days
    if gained <= 0 or days <= 0:
        return None
    remaining = -(-(100 - progress.percent) * days // gained)  # rounded up
    return progress.period_end + dt.timedelta(days=min(remaining, MAX_YEARS_AHEAD * 365))


def own_years(needs: Needs, ends: Mapping[str, int | None]) -> dict[str, int]:
    """Return for each criterion the year in which the last of its projects ends, where all of them do."""
    result = {}
    for criterion, projects in needs.items():
        years = [ends.get(project) for project in projects]
        known = [year for year in years if year is not None]
        if projects and len(known) == len(years):
            result[criterion] = max(known)
    return result


def sources(criteria: Collection[CriterionFact], own: Mapping[str, int]) -> dict[str, tuple[int, str]]:
    """Return for each criterion the first year in which it is met by projects, and the step that brings it.

    The step is the criterion itself, or the higher step of its ladder that is met earlier.
    """
    result: dict[str, tuple[int, str]] = {}
    ladders: dict[str, list[CriterionFact]] = {}
    for criterion in criteria:
        if criterion.ladder is None:
            if criterion.code in own:
                result[criterion.code] = (own[criterion.code], criterion.code)
        else:
            ladders.setdefault(criterion.ladder, []).append(criterion)
    for steps in ladders.values():
        best: tuple[int, str] | None = None
        for criterion in sorted(steps, key=lambda c: c.step or 0, reverse=True):
            year = own.get(criterion.code)
            if year is not None and (best is None or year <= best[0]):
                best = (year, criterion.code)
            if best is not None:
                result[criterion.code] = best
    return result


@dataclass(frozen=True)
class Forecast:
    """Both readings of the portfolio; everything is worked out from these facts."""

    criteria: Sequence[CriterionFact]
    met_now: frozenset[str]
    projects: Sequence[ProjectFact]
    needs: Needs
    today: dt.date

    @cached_property
    def pillars(self) -> tuple[str, ...]:
        """Return the codes of the pillars in the order in which the criteria name them."""
        return tuple(dict.fromkeys(c.pillar for c in self.criteria))

    def standing_now(self, pillar: str) -> PillarStanding:
        """Return the level that a pillar has reached now."""
        return matrix.pillar_standing(pillar, self.criteria, self.met_now)

    @cached_property
    def planned(self) -> dict[str, Expectation]:
        """Return the planned end of each project."""
        return {p.code: as_planned(p) for p in self.projects}

    @cached_property
    def reported(self) -> dict[str, Expectation]:
        """Return the end of each project according to its reports."""
        return {p.code: as_reported(p, self.today) for p in self.projects}

    def expectations(self, reading: Reading) -> dict[str, Expectation]:
        """Return the end of each project in that reading."""
        return self.planned if reading is Reading.PLANNED else self.reported

    def sources(self, reading: Reading) -> dict[str, tuple[int, str]]:
        """Return for each criterion not met now, when projects meet it and through which step of its ladder."""
        return self._sources[reading]

    @cached_property
    def _sources(self) -> dict[Reading, dict[str, tuple[int, str]]]:
        result = {}
        for reading in Reading:
            ends = {code: e.year for code, e in self.expectations(reading).items()}
            found = sources(self.criteria, own_years(self.needs, ends))
            result[reading] = {code: s for code, s in found.items() if code not in self.met_now}
        return result

    def outlook(self, reading: Reading) -> tuple[Outlook, ...]:
        """Return the expected matrix at the end of each year ahead."""
        found = self.sources(reading)
        result, before = [], self.met_now
        for year in years_ahead(self.today):
            met = self.met_now | {code for code, (first, _) in found.items() if first <= year}
            standings = tuple(matrix.pillar_standing(p, self.criteria, met) for p in self.pillars)
            gains = tuple(
                self._gain(c.code, found[c.code][1]) for c in self.criteria if c.code in met and c.code not in before
            )
            result.append(Outlook(year, met, standings, gains))
            before = met
        return tuple(result)

    def _gain(self, criterion: str, step: str) -> Gain:
        return Gain(criterion, tuple(sorted(self.needs[step])), step if step != criterion else None)

    @cached_property
    def unreachable(self) -> tuple[str, ...]:
        """Return the criteria not met now that no project of the portfolio would satisfy, even all together."""
        reachable = self.sources(Reading.PLANNED)
        return tuple(c.code for c in self.criteria if c.code not in self.met_now and c.code not in reachable)

    @cached_property
    def delays(self) -> tuple[Delay, ...]:
        """Return the criteria that are met later as reported than as planned, or no longer met at all."""
        planned, reported = self.sources(Reading.PLANNED), self.sources(Reading.REPORTED)
        first = years_ahead(self.today)[0]
        result = []
        for criterion in self.criteria:
            if criterion.code not in planned:
                continue
            before = planned[criterion.code][0]
            after = reported[criterion.code][0] if criterion.code in reported else None
            if after is None or after > max(before, first):
                result.append(Delay(criterion.code, before, after))
        return tuple(result)

    @cached_property
    def late(self) -> tuple[Late, ...]:
        """Return the projects that end after their planned year, those that hold back most criteria first."""
        result = []
        for project in self.projects:
            planned, expected = self.planned[project.code], self.reported[project.code]
            if expected.year is not None and planned.year is not None and expected.year <= planned.year:
                continue
            result.append(Late(project.code, planned, expected, self._held_back_by(project.code, expected.year)))
        return tuple(sorted(result, key=lambda late: -len(late.delays)))

    def _held_back_by(self, project: str, year: int | None) -> tuple[Delay, ...]:
        """Return the delayed criteria whose planned year this project misses, itself or through a higher step."""
        planned = self.sources(Reading.PLANNED)
        return tuple(
            delay
            for delay in self.delays
            if project in self.needs[planned[delay.criterion][1]] and (year is None or year > delay.planned_year)
        )
