"""Intervals from past errors: split conformal prediction (Vovk, Gammerman, Shafer 2005; Lei et al. 2018).

Whatever made the forecast, the interval that would have held so many of its past errors holds about so many of the
next, as long as the errors of tomorrow are like those of yesterday.
"""

import math

import numpy as np

from rivulus.observations.rules.forecasts.frames import Column

LEVELS = (0.80, 0.95)
WINDOW = 672  # the errors of four weeks of hours: old ones tell little of tomorrow's
EVERY = 24


def radius(errors: Column, level: float) -> float:
    """Return the half width of the interval: the ⌈(n+1)·level⌉-th smallest absolute error; infinite for too few."""
    known = np.sort(np.abs(errors[~np.isnan(errors)]))
    rank = math.ceil((len(known) + 1) * level)
    return float(known[rank - 1]) if 0 < rank <= len(known) else math.inf


def rolling_radii(errors: Column, first: int, horizon: int, level: float) -> Column:
    """Return for each error from ``first`` on the radius that was known when its forecast was made.

    ``errors`` stand in the order of their origins; the last ``horizon`` before an origin had not come true yet. The
    radius is worked out anew once a day.
    """
    radii = np.empty(len(errors) - first)
    for start in range(first, len(errors), EVERY):
        known = errors[max(0, start - horizon - WINDOW) : max(0, start - horizon)]
        radii[start - first : start - first + EVERY] = radius(known, level)
    return radii


def coverage(errors: Column, radii: Column) -> float | None:
    """Return the share of errors within their radius; None where there are none."""
    known = ~np.isnan(errors)
    return float((np.abs(errors[known]) <= radii[known]).mean()) if known.any() else None
