"""The matrix as of a date: every criterion's standing with its evidence, and the level of every pillar."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.rules import matrix as rules
from rivulus.strategy.rules.matrix import CriterionFact, Measured, PillarStanding, Standing, Stated
from rivulus.strategy.terms import Basis, Mode, State, Verdict

EXPECTED_BY_2030 = ("2022", "2024", "2027", "2030")


class View(StrEnum):
    """Which picture of the matrix is wanted."""

    NOW = "now"
    IN_PROGRESS = "in_progress"
    EXPECTED = "expected"
    ALL = "all"


VIEW_LABELS = {
    View.NOW: N_("Now"),
    View.IN_PROGRESS: N_("With what is under way"),
    View.EXPECTED: N_("Expected by 2030"),
    View.ALL: N_("All three side by side"),
}


@dataclass(frozen=True, slots=True)
class MatrixFilter:
    """What of the matrix is wanted: as of which day, which view, one pillar or all (empty)."""

    at: dt.date | None = None
    view: View = View.NOW
    pillar: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion in the matrix."""

    code: str
    pillar: str
    level: int
    text: str
    state: State
    basis: Basis
    since: dt.date | None
    implied_by: str | None
    expected: str
    ladder: str | None
    step: int | None
    is_expected: bool

    @property
    def is_met(self) -> bool:
        """Tell whether the criterion is met at the date of the matrix."""
        return self.state is State.MET


@dataclass(frozen=True, slots=True)
class Column:
    """One pillar in the matrix: its cells by level, and its level now, with what is under way, and as expected."""

    pillar: models.Pillar
    now: PillarStanding
    in_progress: PillarStanding
    expected: PillarStanding
    cells: Mapping[int, tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The maturity matrix as of a date."""

    at: dt.date
    columns: tuple[Column, ...]
    levels: tuple[models.Level, ...]
    milestones: tuple[models.Milestone, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Return all cells, pillar by pillar, from the first level up."""
        return tuple(cell for column in self.columns for level in rules.LEVELS for cell in column.cells[level])

    def count(self, state: State) -> int:
        """Return how many criteria stand so."""
        return sum(cell.state is state for cell in self.cells)


def get_matrix(at: dt.date | None = None) -> Matrix:
    """Return the matrix as of ``at`` (today when None). Six queries, whatever the number of criteria."""
    day = at or clock.today()
    rows = list(_list_rows())
    facts = [row.fact for row in rows]
    standings = standings_at(day, facts)
    now = rules.counted_as_met(facts, standings)
    in_progress = rules.counted_as_met(facts, standings, with_in_progress=True)
    hoped = {row.fact.code for row in rows if row.expected in EXPECTED_BY_2030}
    expected = rules.counted_as_met(facts, standings, with_in_progress=True, and_expected=hoped)
    cells: dict[tuple[str, int], list[Cell]] = {}
    for row in rows:
        cell = _cell(row, standings[row.fact.code], row.fact.code in expected)
        cells.setdefault((cell.pillar, cell.level), []).append(cell)
    columns = tuple(
        Column(
            pillar=pillar,
            now=rules.pillar_standing(pillar.code, facts, now),
            in_progress=rules.pillar_standing(pillar.code, facts, in_progress),
            expected=rules.pillar_standing(pillar.code, facts, expected),
            cells={level: tuple(cells.get((pillar.code, level), ())) for level in rules.LEVELS},
        )
        for pillar in list_pillars()
    )
    levels = tuple(models.Level.objects.order_by("number"))
    milestones = tuple(models.Milestone.objects.order_by("after_level"))
    return Matrix(day, columns, levels, milestones)


def list_pillars() -> QuerySet[models.Pillar]:
    """Return the pillars in the order of the matrix."""
    return models.Pillar.objects.order_by("order", "id")


def list_criteria() -> QuerySet[models.Criterion]:
    """Return the criteria, pillar by pillar, from the first level up."""
    return models.Criterion.objects.select_related("pillar", "ladder").order_by("pillar__order", "level", "order", "id")


def facts_of(criteria: Collection[models.Criterion]) -> list[CriterionFact]:
    """Return what the rules need of the criteria."""
    return [
        CriterionFact(c.code, c.pillar.code, c.level, c.ladder.code if c.ladder else None, c.step) for c in criteria
    ]


def standings_at(day: dt.date, facts: Collection[CriterionFact]) -> dict[str, Standing]:
    """Return how each criterion stands at the end of ``day``, ladders applied. Two queries."""
    stated = stated_at(day)
    measured = measured_at(day)
    own = {fact.code: rules.standing(stated.get(fact.code), measured.get(fact.code, ())) for fact in facts}
    return rules.climb(facts, own)


def stated_at(day: dt.date) -> dict[str, Stated]:
    """Return the statement in force for each criterion: declared before reconstructed, then the latest."""
    rows = list_in_force(day).values_list("criterion__code", "state", "basis", "valid_from")
    return {code: Stated(State(state), Basis(basis), since) for code, state, basis, since in rows}


def list_in_force(day: dt.date) -> QuerySet[models.Assessment]:
    """Return the one statement in force for each criterion at the end of a day."""
    return (
        list_counting_assessments()
        .filter(valid_from__lte=day)
        .order_by("criterion_id", "basis", "-valid_from", "-id")
        .distinct("criterion_id")
    )


def list_documented_at(day: dt.date) -> frozenset[str]:
    """Return the criteria whose statement in force is declared with a document."""
    rows = list_in_force(day).values_list("criterion__code", "basis", "document_url")
    return frozenset(code for code, basis, url in rows if basis == Basis.DECLARED and url)


def list_counting_assessments() -> QuerySet[models.Assessment]:
    """Return the statements that count: no demonstrations, and confirmed where two persons are needed."""
    confirmed = Q(needs_confirmation=False) | Q(basis=Basis.RECONSTRUCTED) | Q(decision__verdict=Verdict.CONFIRMED)
    return models.Assessment.objects.filter(confirmed, is_demonstration=False)


def measured_at(day: dt.date) -> dict[str, list[Measured]]:
    """Return the answers of the probes in force for each criterion; a link whose last answer is silent has none."""
    rows = (
        models.Measurement.objects.filter(at__lt=end_of(day))
        .order_by("link_id", "-at", "-id")
        .distinct("link_id")
        .values_list("criterion__code", "passed", "silent", "mode", "at")
    )
    answers: dict[str, list[Measured]] = {}
    for code, passed, silent, mode, at in rows:
        if silent:
            continue
        since = at.astimezone(clock.CITY_ZONE).date()
        answers.setdefault(code, []).append(Measured(passed, Mode(mode), since))
    return answers


def end_of(day: dt.date) -> dt.datetime:
    """Return the first instant after a day in the city."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=clock.CITY_ZONE)


def count_project_links() -> dict[str, int]:
    """Return the number of projects linked to each criterion."""
    rows = (
        models.ProjectCriterion.objects.filter(withdrawn=False)
        .values_list("criterion__code")
        .annotate(number=Count("id"))
        .order_by("criterion__code")
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class _Row:
    """What the matrix reads of a criterion: rows as they come are six times as fast as instances of models."""

    fact: CriterionFact
    text: str
    expected: str


def _list_rows() -> Iterator[_Row]:
    fields = ("code", "pillar__code", "level", "ladder__code", "step", "text", "expected")
    ordered = models.Criterion.objects.order_by("pillar__order", "level", "order", "id")
    for code, pillar, level, ladder, step, text, expected in ordered.values_list(*fields):
        yield _Row(CriterionFact(code, pillar, level, ladder, step), text, expected)


def _cell(row: _Row, standing: Standing, is_expected: bool) -> Cell:
    fact = row.fact
    return Cell(
        code=fact.code,
        pillar=fact.pillar,
        level=fact.level,
        text=row.text,
        state=standing.state,
        basis=standing.basis,
        since=standing.since,
        implied_by=standing.implied_by,
        expected=row.expected,
        ladder=fact.ladder,
        step=fact.step,
        is_expected=is_expected,
    )
