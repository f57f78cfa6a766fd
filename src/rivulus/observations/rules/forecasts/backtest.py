"""What a forecast would have been worth: from rolling origins, never having seen what it was asked for.

The time before now is cut into folds. For each fold, all methods forecast from every hour in it; trees have learned
only from what lies before it, and the intervals come from the errors that had come true by then. The first fold only
feeds the intervals.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.forecasts import conformal, naive
from rivulus.observations.rules.forecasts.frames import Column, Frame, shifted
from rivulus.observations.rules.forecasts.learning import Learned, learn, predict

HORIZONS = (1, 2, 3, 6, 9, 12, 18, 24)
FOLDS = 5
FOLD_HOURS = 336
LONGEST_MEMORY = 24 * 730
LEAST_HOURS = 24 * 35


class Method(StrEnum):
    """How a value was forecast."""

    PERSISTENCE = "persistence"
    SEASONAL = "seasonal"
    TREES = "trees"


@dataclass(frozen=True, slots=True)
class Score:
    """What the methods were worth at one horizon; errors in the unit of the series, shares between 0 and 1.

    ``skill_persistence`` and ``skill_seasonal`` are 1 − error of the trees / error of the naive forecast: above 0 the
    trees are better. ``serves`` is the method that serves, ``radius_80`` and ``radius_95`` its intervals from now on.
    """

    horizon: int
    count: int
    error_persistence: float
    error_seasonal: float
    error_trees: float | None
    skill_persistence: float | None
    skill_seasonal: float | None
    coverage_80: float | None
    coverage_95: float | None
    serves: Method
    radius_80: float
    radius_95: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """The scores by horizon, and over which hours they were made (counted from 1970, UTC)."""

    season: int
    first_hour: int
    last_hour: int
    folds: int
    scores: tuple[Score, ...]
    note: str = ""

    def score(self, horizon: int) -> Score | None:
        """Return the score of a horizon that was tested."""
        return next((score for score in self.scores if score.horizon == horizon), None)


type Progress = Callable[[int, int], None]


def run(
    frame: Frame,
    horizons: tuple[int, ...] = HORIZONS,
    *,
    folds: int = FOLDS,
    fold_hours: int = FOLD_HOURS,
    progress: Progress = lambda done, of: None,
) -> Backtest:
    """Return what each method would have been worth at each horizon; raises Refused where too little was measured.

    With less than ``folds`` folds and two weeks to learn from before them, there are fewer or shorter folds.
    """
    if len(frame) < LEAST_HOURS or int((~np.isnan(frame.target)).sum()) < LEAST_HOURS // 2:
        raise Refused(N_("There is too little history to test a forecast: five weeks of hours are needed."))
    fold_hours = min(fold_hours, (len(frame) - 14 * 24) // (folds + 1))
    begin = len(frame) - folds * fold_hours
    season = naive.best_season(frame, begin)
    edges = [begin + number * fold_hours for number in range(folds + 1)]
    scores, note = [], ""
    for place, horizon in enumerate(horizons):
        errors, why = _errors(frame, horizon, season, edges)
        note = note or why
        scores.append(_score(horizon, errors))
        progress(place + 1, len(horizons))
    return Backtest(season, frame.first_hour + edges[0], frame.first_hour + edges[-1], folds, tuple(scores), note)


def _errors(frame: Frame, horizon: int, season: int, edges: list[int]) -> tuple[list[Mapping[Method, Column]], str]:
    """Return by fold the errors of each method, at the origins where all of them have an answer."""
    answers = shifted(frame.target, horizon)
    plain = {
        Method.PERSISTENCE: naive.persistence(frame, horizon),
        Method.SEASONAL: naive.seasonal(frame, horizon, season),
    }
    found: list[Mapping[Method, Column]] = []
    note = ""
    for first, last in pairwise(edges):
        rows = np.arange(first, last - horizon)
        asked = dict(plain)
        try:
            learned = learn(frame, horizon, first - LONGEST_MEMORY, first)
            trees = np.full(len(frame), np.nan)
            trees[rows] = predict(learned, frame, rows)
            asked[Method.TREES] = trees
        except Refused as refused:
            note = refused.sentence
        every = np.stack([answers[rows], *(values[rows] for values in asked.values())])
        rows = rows[~np.isnan(every).any(axis=0)]
        found.append({method: values[rows] - answers[rows] for method, values in asked.items()})
    return found, note


def _score(horizon: int, folds: list[Mapping[Method, Column]]) -> Score:
    has_trees = all(Method.TREES in errors for errors in folds)
    methods = [Method.PERSISTENCE, Method.SEASONAL, *([Method.TREES] if has_trees else [])]
    judged = {method: np.concatenate([fold[method] for fold in folds[1:]]) for method in methods}
    means = {method: float(np.abs(missed).mean()) if len(missed) else math.nan for method, missed in judged.items()}
    serves = min(methods, key=lambda method: math.inf if math.isnan(means[method]) else means[method])
    errors = np.concatenate([fold[serves] for fold in folds])
    shares = [_coverage(errors, len(folds[0][serves]), horizon, level) for level in conformal.LEVELS]
    newest = errors[-conformal.WINDOW :]
    return Score(
        horizon=horizon,
        count=len(judged[serves]),
        error_persistence=means[Method.PERSISTENCE],
        error_seasonal=means[Method.SEASONAL],
        error_trees=means.get(Method.TREES),
        skill_persistence=_skill(means, Method.PERSISTENCE),
        skill_seasonal=_skill(means, Method.SEASONAL),
        coverage_80=shares[0],
        coverage_95=shares[1],
        serves=serves,
        radius_80=conformal.radius(newest, 0.80),
        radius_95=conformal.radius(newest, 0.95),
    )


def _skill(means: Mapping[Method, float], against: Method) -> float | None:
    trees = means.get(Method.TREES)
    return None if trees is None or not means[against] > 0 else 1 - trees / means[against]


def _coverage(errors: Column, first: int, horizon: int, level: float) -> float | None:
    """Return how many of the errors from ``first`` on lay within the interval that the errors before them gave."""
    return conformal.coverage(errors[first:], conformal.rolling_radii(errors, first, horizon, level))


@dataclass(frozen=True, slots=True)
class Point:
    """A forecast for one hour: the value, its intervals, and how it was made."""

    horizon: int
    value: float
    radius_80: float
    radius_95: float
    method: Method


def learn_all(frame: Frame, backtest: Backtest) -> list[Learned]:
    """Return trees for the horizons at which trees serve, learned from everything up to now."""
    wanted = [score.horizon for score in backtest.scores if score.serves is Method.TREES]
    return [learn(frame, horizon, len(frame) - LONGEST_MEMORY, len(frame)) for horizon in wanted]


def forecast(frame: Frame, backtest: Backtest, learned: list[Learned]) -> list[Point]:
    """Return the forecast of each hour up to the farthest horizon, from the last hour of the frame.

    Between the horizons that were tested the value and its intervals are drawn straight from one to the next. Returns
    nothing where the newest hour was not measured.
    """
    origin = np.array([len(frame) - 1])
    if math.isnan(frame.target[-1]):
        return []
    trees = {one.horizon: one for one in learned}
    tested = [_point(frame, score, backtest.season, trees, origin) for score in backtest.scores]
    known = [point for point in tested if not math.isnan(point.value)]
    return list(_between(known))


def _point(
    frame: Frame,
    score: Score,
    season: int,
    trees: Mapping[int, Learned],
    origin: NDArray[np.int64],
) -> Point:
    if score.serves is Method.TREES and score.horizon in trees:
        value = float(predict(trees[score.horizon], frame, origin)[0])
    elif score.serves is Method.SEASONAL:
        value = float(naive.seasonal(frame, score.horizon, season)[-1])
    else:
        value = float(frame.target[-1])
    return Point(score.horizon, value, score.radius_80, score.radius_95, score.serves)


def _between(known: list[Point]) -> Iterator[Point]:
    for before, after in pairwise(known):
        yield before
        for horizon in range(before.horizon + 1, after.horizon):
            share = (horizon - before.horizon) / (after.horizon - before.horizon)
            yield Point(
                horizon,
                _mix(before.value, after.value, share),
                _mix(before.radius_80, after.radius_80, share),
                _mix(before.radius_95, after.radius_95, share),
                after.method,
            )
    yield from known[-1:]


def _mix(before: float, after: float, share: float) -> float:
    return before + (after - before) * share
