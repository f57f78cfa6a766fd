"""From the features of a file to features of a layer: positions moved, properties read, what does not fit said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from rivulus.atlas.feeds.imports.opening import FAULT, ORDINAL, WKB
from rivulus.atlas.models import ImportProblem, Layer
from rivulus.atlas.rules import geometries, values
from rivulus.atlas.rules.geometries import Problem
from rivulus.atlas.rules.imports.choices import MOST_PROBLEMS, Choices, Mode
from rivulus.atlas.rules.imports.systems import transformer
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.versions import ALWAYS, NewFeature, Span, check_key
from rivulus.atlas.terms import WGS84, GeometryType
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

SAMPLES = 20
FAULTS = {
    "encoding": Problem(N_("The texts are in another encoding than the rest of the file.")),
    "cells": Problem(N_("There are more cells than columns: is a delimiter inside a text?")),
    "position": Problem(N_("There is no position here that can be read.")),
}
NO_GEOMETRY = Problem(N_("The feature has no geometry."))
NO_KEY = Problem(N_("The key is missing."))
NOWHERE = Problem(N_("The position does not exist in this coordinate system: is it the right one?"))
NO_PLACE = (None, None)


@dataclass(slots=True)
class Converter:
    """Goes through a file once. What it found afterwards stands in its fields; problems beyond a thousand are counted."""

    layer: Layer
    choices: Choices
    is_drawing: bool = False  # DXF draws areas as closed lines
    features: int = 0
    faulty: int = 0
    repaired: int = 0
    problem_count: int = 0
    problems: list[ImportProblem] = field(default_factory=list)
    samples: list[NewFeature] = field(default_factory=list)
    _keys: dict[str, int] = field(default_factory=dict)

    def convert(self, batches: Iterable[Any]) -> Iterator[NewFeature]:
        """Yield the features that fit."""
        for batch in batches:
            yield from self._convert(batch)

    def _convert(self, batch: Any) -> Iterator[NewFeature]:
        schema = read_schema(self.layer.schema)
        valid = Span(self.choices.since, None) if self.choices.since and self.choices.mode is Mode.ADD else ALWAYS
        columns = {name: batch.column(name).to_pylist() for name in batch.schema.names if name != WKB}
        shapes, geometry_problems = self._shapes(batch.column(WKB).to_pylist())
        taken = {attribute: columns[column] for column, attribute in self.choices.columns.items() if attribute}
        for at, ordinal in enumerate(columns[ORDINAL]):
            self.features += 1
            checked = schema.check({attribute: cells[at] for attribute, cells in taken.items()})
            key, key_problems = self._key(columns, at, ordinal)
            fault = columns[FAULT][at]
            problems = [FAULTS[fault]] if fault else [*geometry_problems[at], *key_problems, *checked.problems]
            if problems:
                self._note(ordinal, key, shapes[at], problems)
                continue
            feature = NewFeature(shapes[at], checked.properties, key, valid)
            if len(self.samples) < SAMPLES:
                self.samples.append(feature)
            yield feature

    def _shapes(self, wkbs: list[bytes | None]) -> tuple[Any, list[list[Problem]]]:
        shapes = shapely.from_wkb(np.array(wkbs, dtype=object), on_invalid="ignore")
        problems: list[list[Problem]] = [[] for _ in wkbs]
        there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
        for at in np.flatnonzero(~there).tolist():
            problems[at] = [NO_GEOMETRY]
        moved = self._moved(shapes, there)
        broken = there & ~np.isfinite(shapely.bounds(moved)).all(axis=1)
        for at in np.flatnonzero(broken).tolist():
            problems[at], there[at] = [NOWHERE], False
        if there.any():
            moved[there] = geometries.normalise_all(self._as_areas(moved[there]))
            faulty = np.zeros(len(moved), bool)
            faulty[there] = geometries.find_faulty(moved[there], self.layer.geometry_type)
            for at in np.flatnonzero(faulty).tolist():
                moved[at], problems[at] = self._settle(moved[at])
        return moved, problems

    def _moved(self, shapes: Any, there: Any) -> Any:
        """In longitude and latitude; all of a batch at once."""
        moved = shapes.copy()
        if not there.any():
            return moved
        epsg, swaps = self.choices.epsg, self.choices.is_swapped
        move = transformer(epsg) if epsg != WGS84 else None

        def to_degrees(places: Any) -> Any:
            x, y = (places[:, 1], places[:, 0]) if swaps else (places[:, 0], places[:, 1])
            if move is not None:
                x, y = move.transform(x, y)
            return np.column_stack([x, y])

        moved[there] = shapely.transform(shapely.force_2d(shapes[there]), to_degrees)
        return moved

    def _as_areas(self, shapes: Any) -> Any:
        if not self.is_drawing or self.layer.geometry_type != GeometryType.POLYGON:
            return shapes
        closed = (shapely.get_type_id(shapes) == 1) & shapely.is_closed(shapes) & (shapely.get_num_points(shapes) > 3)
        made = shapes.copy()
        for at in np.flatnonzero(closed).tolist():
            made[at] = shapely.Polygon(shapely.get_coordinates(shapes[at]))
        return made

    def _settle(self, shape: Any) -> tuple[Any, list[Problem]]:
        problems = geometries.check_geometry(shape, self.layer.geometry_type)
        if problems and self.choices.repairs and all(problem.can_be_repaired for problem in problems):
            try:
                shape = geometries.normalise(geometries.repair(shape, self.layer.geometry_type))
            except Refused:
                return shape, problems
            self.repaired += 1
            return shape, []
        return shape, problems

    def _key(self, columns: dict[str, list[Any]], at: int, ordinal: int) -> tuple[str, list[Problem]]:
        if not self.choices.key:
            return "", []
        given = columns[self.choices.key][at]
        key = values.show(given).strip()
        if not key:
            return "", [NO_KEY]
        try:
            check_key(key)
        except Refused as refused:
            return "", [Problem(refused.sentence, dict(refused.values))]
        first = self._keys.setdefault(key, ordinal)
        if first != ordinal:
            sentence = N_("The key %(key)s is also that of feature number %(other)s in the file.")
            return key, [Problem(sentence, {"key": key, "other": first})]
        return key, []

    def _note(self, ordinal: int, key: str, shape: Any, problems: list[Problem]) -> None:
        self.faulty += 1
        self.problem_count += len(problems)
        x, y = _place(shape)
        for problem in problems[: MOST_PROBLEMS - len(self.problems)]:
            self.problems.append(
                ImportProblem(
                    ordinal=ordinal,
                    key=key[:80],
                    attribute=problem.attribute[:100],
                    sentence=problem.sentence,
                    values={name: values.show(value)[:200] for name, value in problem.values.items()},
                    x=x,
                    y=y,
                    can_be_repaired=problem.can_be_repaired,
                )
            )


def _place(shape: Any) -> tuple[float | None, float | None]:
    """The middle of the bounds: where somebody has to look."""
    if shape is None or shape.is_empty:
        return NO_PLACE
    west, south, east, north = shape.bounds
    middle = ((west + east) / 2, (south + north) / 2)
    return middle if all(np.isfinite(middle)) else NO_PLACE
