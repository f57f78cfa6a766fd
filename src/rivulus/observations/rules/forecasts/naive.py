"""Forecasts that need no learning, and that every other one has to beat."""

import numpy as np

from rivulus.observations.rules.forecasts.frames import Column, Frame, shifted

DAY, WEEK = 24, 168


def persistence(frame: Frame, horizon: int) -> Column:
    """Return for each hour as the origin: what is now stays as it is."""
    return frame.target.copy()


def seasonal(frame: Frame, horizon: int, season: int) -> Column:
    """Return for each hour as the origin: it will be as it was a whole number of seasons before the hour asked for."""
    seasons = -(-horizon // season)
    return shifted(frame.target, horizon - seasons * season)


def best_season(frame: Frame, until: int) -> int:
    """Return the season (a day or a week) that would have erred less before the index ``until``."""
    past = frame.target[:until]
    errors = {}
    for season in (DAY, WEEK):
        with np.errstate(invalid="ignore"):
            differences = np.abs(past - shifted(past, -season))
        known = differences[~np.isnan(differences)]
        errors[season] = float(known.mean()) if len(known) else np.inf
    return min(errors, key=lambda season: errors[season])
