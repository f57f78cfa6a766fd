"""The matrix as the page shows it: rows of levels and milestones, six columns, one view or all of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from rivulus.strategy import models
from rivulus.strategy.queries.matrix import VIEW_LABELS, Cell, Column, Matrix, MatrixFilter, View
from rivulus.strategy.rules.matrix import LEVELS, PillarStanding
from rivulus.strategy.terms import TONES, Basis, State
from rivulus.ui.templatetags import ui
from rivulus.ui.terms import StateName, Tone

THREE = (View.NOW, View.IN_PROGRESS, View.EXPECTED)


@dataclass(frozen=True, slots=True)
class CellView:
    """A criterion as drawn: in the picture, as a line in words, and whether it counts in the view."""

    cell: Cell
    counted: bool
    picture: SafeString
    line: SafeString


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
    """The level of a pillar in one view: drawn, and in words."""

    standing: PillarStanding
    picture: SafeString
    words: str


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
    url = _address_of_all(get_language() or "").replace("CODE", cell.code)
    return CellView(
        cell=cell,
        counted=counts_in(cell, view),
        picture=_draw_three(cell, url) if view is View.ALL else _draw_one(cell, url, symbol_in(cell, view)),
        line=_draw_line(cell, url, symbol_in(cell, view)),
    )


@lru_cache(maxsize=8)
def _address_of_all(language: str) -> str:
    """Return the address of a criterion with CODE in place of its code: looked up once, not 127 times a page."""
    return reverse("strategy:criterion", args=["CODE"])


# A page holds each criterion twice. Drawn here, and not by a template a hundred times over, it costs a tenth.


def _draw_one(cell: Cell, url: str, symbol: StateName) -> SafeString:
    return format_html(
        '<a class="chip state-{}" href="{}" title="{}">{}<span class="chip-code">{}</span>'
        '<span class="visually-hidden">: {}</span></a>{}',
        *(symbol, url, cell.text, ui.state(value=symbol, compact=True), cell.code, cell.text),
        ui.basis(value=cell.basis, compact=True),
    )


def _draw_three(cell: Cell, url: str) -> SafeString:
    trio = ((gettext(VIEW_LABELS[v]), ui.state(value=_state_in(cell, v), compact=True)) for v in THREE)
    return format_html(
        '<a class="chip" href="{}" title="{}"><span class="chip-code">{}</span>'
        '<span class="visually-hidden">: {}</span></a>{}',
        *(url, cell.text, cell.code, cell.text),
        format_html_join("", '<span class="visually-hidden">{}: </span>{}', trio),
    )


def _draw_line(cell: Cell, url: str, symbol: StateName) -> SafeString:
    proved = gettext("proved by %(code)s") % {"code": cell.implied_by} if cell.implied_by else ""
    return format_html(
        '<span class="criterion-state">{} {}</span> <a href="{}"><strong>{}</strong> {}</a>{}',
        *(ui.state(value=symbol), ui.basis(value=cell.basis, compact=True), url, cell.code, cell.text),
        format_html(' <span class="muted">{}</span>', proved) if proved else "",
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
    tone = TONES.get(column.pillar.code, Tone.STIBNITE)
    picture = _draw_level(standing, gettext(VIEW_LABELS[view]), tone, get_language() or "")
    return Bar(standing, picture, next_words(standing))


@lru_cache(maxsize=512)
def _draw_level(standing: PillarStanding, label: str, tone: Tone, language: str) -> SafeString:
    return ui.level(value=standing.level, fraction=float(standing.fraction), label=label, tone=tone)


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
