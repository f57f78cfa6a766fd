"""The matrix as the page shows it: rows of levels and milestones, six columns, one view or all of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from rivulus.strategy import models
from rivulus.strategy.queries.matrix import VIEW_LABELS, Cell, Column, Matrix, MatrixFilter, View
from rivulus.strategy.rules.matrix import LEVELS, PillarStanding
from rivulus.strategy.terms import Basis, State
from rivulus.ui.terms import StateName, Tone

TONES = {
    "E": Tone.GOLD,
    "C": Tone.AMETHYST,
    "Me": Tone.MALACHITE,
    "L": Tone.CHESTNUT,
    "Mo": Tone.STREAM,
    "G": Tone.STIBNITE,
}
THREE = (View.NOW, View.IN_PROGRESS, View.EXPECTED)


@dataclass(frozen=True, slots=True)
class CellView:
    """A criterion as drawn: the symbol of the view, whether it counts in it, and all three states."""

    cell: Cell
    url: str
    symbol: StateName
    counted: bool
    trio: tuple[tuple[StateName, str], ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """The criteria of one pillar at one level, and how many of them count in the view."""

    pillar: models.Pillar
    tone: Tone
    cells: tuple[CellView, ...]
    counted: int
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the picture: a level with its six slots, or a milestone between two levels."""

    level: models.Level | None
    milestone: models.Milestone | None
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """The level of a pillar in one view."""

    label: str
    standing: PillarStanding
    words: str

    @property
    def fraction(self) -> float:
        """Return the share of the next level, between 0 and 1."""
        return float(self.standing.fraction)


@dataclass(frozen=True, slots=True)
class PillarView:
    """A pillar: three level bars, the one of the view, and its criteria level by level in words."""

    pillar: models.Pillar
    tone: Tone
    bars: tuple[Bar, ...]
    shown: PillarStanding
    levels: tuple[tuple[models.Level, Slot], ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many criteria stand so, and how each of them is known."""

    state: State
    by_basis: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Worked:
    """One pillar worked through: level by level, how many are met, until one is not whole."""

    pillar: models.Pillar
    standing: PillarStanding
    steps: tuple[tuple[models.Level, int, int], ...]


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """Everything the page of the matrix shows."""

    matrix: Matrix
    wanted: MatrixFilter
    pillars: tuple[PillarView, ...]
    rows: tuple[Row, ...]
    bases: tuple[Basis, ...]
    counts: tuple[Count, ...]
    total: int
    worked: Worked | None


def make_page(matrix: Matrix, wanted: MatrixFilter) -> MatrixPage:
    """Return the page of a matrix, narrowed to one pillar when that is wanted."""
    columns = [c for c in matrix.columns if wanted.pillar in ("", c.pillar.code)]
    levels = {level.number: level for level in matrix.levels}
    slots = {(c.pillar.code, n): _slot(c, n, wanted.view) for c in columns for n in LEVELS}
    cells = [cell for column in columns for n in LEVELS for cell in column.cells[n]]
    return MatrixPage(
        matrix=matrix,
        wanted=wanted,
        pillars=tuple(_pillar(c, wanted.view, levels, slots) for c in columns),
        rows=tuple(_rows(matrix, columns, levels, slots)),
        bases=tuple(Basis),
        counts=tuple(_counts(cells)),
        total=len(cells),
        worked=_worked(columns, levels),
    )


def counts_in(cell: Cell, view: View) -> bool:
    """Tell whether a criterion counts as met in a view."""
    match view:
        case View.EXPECTED:
            return cell.is_expected
        case View.IN_PROGRESS:
            return cell.state in (State.MET, State.IN_PROGRESS)
    return cell.is_met


def symbol_in(cell: Cell, view: View) -> StateName:
    """Return the sign of a criterion in a view: what is only hoped for is never drawn as met."""
    if view is View.EXPECTED and cell.is_expected and not cell.is_met:
        return StateName.EXPECTED
    return StateName(cell.state)


def standing_in(column: Column, view: View) -> PillarStanding:
    """Return the level of a pillar in a view."""
    return {View.IN_PROGRESS: column.in_progress, View.EXPECTED: column.expected}.get(view, column.now)


def _slot(column: Column, level: int, view: View) -> Slot:
    cells = tuple(_cell(cell, view) for cell in column.cells[level])
    reached = standing_in(column, view).level >= level
    tone = TONES.get(column.pillar.code, Tone.STIBNITE)
    return Slot(column.pillar, tone, cells, sum(cell.counted for cell in cells), reached)


def _cell(cell: Cell, view: View) -> CellView:
    return CellView(
        cell=cell,
        url=reverse("strategy:criterion", args=[cell.code]),
        symbol=symbol_in(cell, view),
        counted=counts_in(cell, view),
        trio=tuple((_state_in(cell, v), gettext(VIEW_LABELS[v])) for v in THREE) if view is View.ALL else (),
    )


def _state_in(cell: Cell, view: View) -> StateName:
    """Return what a criterion is taken to be in each of three pictures side by side."""
    if counts_in(cell, view) and not cell.is_met:
        return StateName.IN_PROGRESS if view is View.IN_PROGRESS else StateName.EXPECTED
    return StateName(cell.state)


def _rows(
    matrix: Matrix,
    columns: list[Column],
    levels: dict[int, models.Level],
    slots: dict[tuple[str, int], Slot],
) -> Iterator[Row]:
    """Yield the fifth level first, as the strategy draws it, with the standards between the levels they part."""
    between = {milestone.after_level: milestone for milestone in matrix.milestones}
    for number in sorted(levels, reverse=True):
        if number in between:
            yield Row(None, between[number], ())
        yield Row(levels[number], None, tuple(slots[c.pillar.code, number] for c in columns))


def _pillar(
    column: Column, view: View, levels: dict[int, models.Level], slots: dict[tuple[str, int], Slot]
) -> PillarView:
    code = column.pillar.code
    return PillarView(
        pillar=column.pillar,
        tone=TONES.get(code, Tone.STIBNITE),
        bars=tuple(_bar(column, v) for v in THREE),
        shown=standing_in(column, view),
        levels=tuple((levels[n], slots[code, n]) for n in LEVELS if n in levels),
    )


def _bar(column: Column, view: View) -> Bar:
    standing = standing_in(column, view)
    return Bar(gettext(VIEW_LABELS[view]), standing, next_words(standing))


def next_words(standing: PillarStanding) -> str:
    """Return how far the next level is, in words."""
    if standing.level == LEVELS[-1]:
        return gettext("The highest level is reached.")
    return ngettext(
        "%(met)s of %(total)s criterion of level %(next)s met",
        "%(met)s of %(total)s criteria of level %(next)s met",
        standing.total,
    ) % {"met": standing.met, "total": standing.total, "next": standing.level + 1}


def _counts(cells: list[Cell]) -> Iterator[Count]:
    counted = Counter((cell.state, cell.basis) for cell in cells)
    for state in State:
        by_basis = tuple(counted[state, basis] for basis in Basis)
        yield Count(state, by_basis, sum(by_basis))


def _worked(columns: list[Column], levels: dict[int, models.Level]) -> Worked | None:
    """Work through the pillar that has come furthest without being at the top: it shows both sides of the rule."""
    unfinished = [c for c in columns if c.now.level < LEVELS[-1]]
    if not unfinished:
        return None
    column = max(unfinished, key=lambda c: (c.now.score, -c.pillar.order))
    steps = tuple(
        (levels[n], sum(cell.is_met for cell in column.cells[n]), len(column.cells[n]))
        for n in LEVELS
        if n <= column.now.level + 1
    )
    return Worked(column.pillar, column.now, steps)
