"""Imports in words: where they are, what they would do, what does not fit and where."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from rivulus.atlas.models import ImportProblem, LayerImport
from rivulus.atlas.presenters.layers import columns_of, language, words_of
from rivulus.atlas.queries import imports as queries
from rivulus.atlas.rules.geometries import Problem
from rivulus.atlas.rules.imports.choices import FORM_NAMES, Form
from rivulus.atlas.rules.imports.states import STATE_WORDS, WORKED_ON, State, can_move
from rivulus.atlas.rules.schemas import read_schema
from rivulus.kernel.errors import Refused
from rivulus.kernel.tables import Cell
from rivulus.kernel.words import say

SHOWN_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import as pages show it."""

    row: LayerImport
    state: str
    is_working: bool
    form: str
    failure: str
    summary: tuple[str, ...]
    may_confirm: bool
    may_change: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """What does not fit, in words."""

    ordinal: int
    key: str
    attribute: str
    sentence: str
    place: str


def present(row: LayerImport) -> ImportRow:
    """Return an import as pages show it."""
    counts = row.counts
    is_checked = row.state == State.CHECKED
    does_something = any(counts.get(name) for name in ("added", "changed", "removed"))
    return ImportRow(
        row=row,
        state=gettext(STATE_WORDS[State(row.state)]),
        is_working=row.state in WORKED_ON,
        form=FORM_NAMES[Form(row.found["form"])] if row.found else "",
        failure=say(Refused(row.sentence, **row.values)) if row.sentence else "",
        summary=tuple(_summary(counts)) if counts else (),
        may_confirm=is_checked and not counts.get("stops") and does_something,
        may_change=can_move(row.state, State.DESCRIBED) and bool(row.file and row.found),
        may_withdraw=can_move(row.state, State.WITHDRAWN),
    )


def _summary(counts: dict[str, Any]) -> Iterator[str]:
    n = counts["features"]
    yield ngettext("%(n)s feature in the file", "%(n)s features in the file", n) % {"n": n}
    if n := counts.get("added"):
        yield ngettext("%(n)s is new", "%(n)s are new", n) % {"n": n}
    if n := counts.get("changed"):
        yield ngettext("%(n)s is changed", "%(n)s are changed", n) % {"n": n}
    if n := counts.get("removed"):
        yield ngettext("%(n)s of the layer is removed", "%(n)s of the layer are removed", n) % {"n": n}
    if n := counts.get("same"):
        yield ngettext("%(n)s is the same already", "%(n)s are the same already", n) % {"n": n}
    if n := counts.get("repaired"):
        yield ngettext("%(n)s is repaired", "%(n)s are repaired", n) % {"n": n}
    if n := counts.get("faulty"):
        yield ngettext("%(n)s does not fit", "%(n)s do not fit", n) % {"n": n}
    if counts.get("known"):
        yield gettext("Some keys are in the layer already: choose to update or to replace.")
    if counts.get("can_be_repaired"):
        yield gettext("Some geometries are not valid and could be repaired: go back and say so.")
    if counts.get("stops"):
        yield gettext(
            "Nothing is imported before that is settled: correct the file, or go back and choose to leave them out."
        )


def problem_rows(problems: Iterable[ImportProblem]) -> list[ProblemRow]:
    """Return what does not fit, in words."""
    return [
        ProblemRow(
            ordinal=problem.ordinal,
            key=problem.key,
            attribute=problem.attribute,
            sentence=say(Problem(problem.sentence, problem.values).raised()),
            place="" if problem.x is None else f"{problem.y:.6f}, {problem.x:.6f}",
        )
        for problem in problems
    ]


def problem_table(pk: int) -> Iterator[list[Cell]]:
    """Yield what does not fit as the rows of a table."""
    for row in problem_rows(queries.list_problems(pk).iterator(chunk_size=1000)):
        yield [row.ordinal, row.key, row.attribute, row.sentence, row.place]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first features as they would be: columns, rows, and a collection for the map."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    map: dict[str, object] | None


def preview(row: LayerImport) -> Preview | None:
    """Return the first features as they would be in the layer; None before the file is checked."""
    samples: list[dict[str, Any]] = row.counts.get("samples", []) if row.counts else []
    if not samples:
        return None
    schema = read_schema(row.layer.schema)
    columns = columns_of(schema)
    rows = tuple(
        (
            schema.name_of(sample["properties"], sample["key"]) or str(at),
            tuple(words_of(a, sample["properties"]) for a in columns),
        )
        for at, sample in enumerate(samples, 1)
    )
    return Preview(tuple(a.title_in(language()) for a in columns), rows, _map(samples, rows))


def _map(samples: list[dict[str, Any]], rows: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, object]:
    import json

    import shapely

    shapes = [shapely.from_wkt(s["wkt"]) if s["wkt"] else shapely.Point(s["x"], s["y"]) for s in samples]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)), "properties": {"label": row[0]}}
            for shape, row in zip(shapes, rows, strict=True)
        ],
    }


def bounds_of_samples(row: LayerImport) -> tuple[float, float, float, float] | None:
    """Return where the first features are, a little wider."""
    samples: list[dict[str, Any]] = row.counts.get("samples", []) if row.counts else []
    if not samples:
        return None
    xs, ys = [s["x"] for s in samples], [s["y"] for s in samples]
    return min(xs) - 0.01, min(ys) - 0.01, max(xs) + 0.01, max(ys) + 0.01
