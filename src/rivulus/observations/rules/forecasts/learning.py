"""Gradient-boosted trees (LightGBM) that learn how far the value will move from what it is now."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.forecasts.features import features
from rivulus.observations.rules.forecasts.frames import Column, Frame, shifted

ROUNDS = 180
LEAST_ROWS = 500
OPTIONS: dict[str, object] = {
    "objective": "l1",  # judged by the mean absolute error
    "num_leaves": 31,
    "learning_rate": 0.07,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "seed": 1,
    "verbosity": -1,
}


@dataclass(frozen=True, slots=True)
class Learned:
    """Trees for one horizon in hours, as LightGBM writes them."""

    horizon: int
    trees: str


def learn(frame: Frame, horizon: int, first: int, last: int) -> Learned:
    """Learn from the origins ``first`` to ``last`` (indices, half-open), none of whose answers lies beyond ``last``.

    Raises Refused where too little was measured, or where the library cannot be loaded.
    """
    answers = shifted(frame.target, horizon) - frame.target
    rows = np.arange(max(first, 0), max(last - horizon, 0))
    rows = rows[~np.isnan(answers[rows])]
    if len(rows) < LEAST_ROWS:
        raise Refused(N_("There is too little history to learn from: at least three weeks of hours are needed."))
    library = _library()
    data = library.Dataset(features(frame, horizon)[rows], answers[rows], free_raw_data=True)
    return Learned(horizon, library.train(dict(OPTIONS), data, ROUNDS).model_to_string())


def predict(learned: Learned, frame: Frame, rows: NDArray[np.int64]) -> Column:
    """Return the forecast from each of the origins; NaN where the value of the origin itself is missing."""
    booster = _library().Booster(model_str=learned.trees)
    moved: Column = np.asarray(booster.predict(features(frame, learned.horizon)[rows], num_threads=1), np.float64)
    return moved + frame.target[rows]


def _library() -> Any:
    try:
        import lightgbm
    except (ImportError, OSError) as error:  # libgomp is the system's
        raise Refused(
            N_("The library for learning cannot be loaded on this machine; the naive forecast serves.")
        ) from error
    return lightgbm
