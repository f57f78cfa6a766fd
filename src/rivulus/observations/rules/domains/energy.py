"""Energy of public buildings: use per square metre, a baseline by weather, savings, and tonnes of CO2 equivalent.

Energies are kWh, temperatures °C. Sources: degree days as Eurostat counts them (nrg_chdd: heating below 15 °C to 18 °C,
cooling above 24 °C to 21 °C); baseline and savings after IPMVP, option C (whole facility, regression on weather). Factors of
CO2 equivalent come with their sources from the pack.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEATING_BELOW_C, HEATED_TO_C, COOLING_ABOVE_C, COOLED_TO_C = 15.0, 18.0, 24.0, 21.0
LEAST_DAYS = 14  # fewer days make no baseline


def heating_degree_days(daily_mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the heating degree days of each day: 18 − T where T ≤ 15, otherwise 0."""
    return np.where(
        daily_mean <= HEATING_BELOW_C, HEATED_TO_C - daily_mean, np.where(np.isnan(daily_mean), np.nan, 0.0)
    )


def cooling_degree_days(daily_mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cooling degree days of each day: T − 21 where T ≥ 24, otherwise 0."""
    return np.where(
        daily_mean >= COOLING_ABOVE_C, daily_mean - COOLED_TO_C, np.where(np.isnan(daily_mean), np.nan, 0.0)
    )


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a building uses: so much every day, and so much for each heating degree day; ``fit`` is R², of ``days`` days."""

    kwh_per_day: float
    kwh_per_degree_day: float
    fit: float
    days: int

    def expected(self, degree_days: NDArray[np.float64]) -> float:
        """Return the energy expected for days with these heating degree days (NaN days are left out)."""
        known = degree_days[~np.isnan(degree_days)]
        return float(self.kwh_per_day * len(known) + self.kwh_per_degree_day * known.sum())


def fit_baseline(daily_kwh: NDArray[np.float64], degree_days: NDArray[np.float64]) -> Baseline | None:
    """Fit energy = a + b · degree days by least squares, neither below zero; None with fewer than 14 days known."""
    known = ~np.isnan(daily_kwh) & ~np.isnan(degree_days)
    if np.count_nonzero(known) < LEAST_DAYS:
        return None
    energy, degrees = daily_kwh[known], degree_days[known]
    spread = float(np.var(degrees))
    slope = float(np.mean((degrees - degrees.mean()) * (energy - energy.mean()))) / spread if spread > 1e-9 else 0.0
    slope = max(slope, 0.0)
    base = float(energy.mean() - slope * degrees.mean())
    if base < 0:
        base, slope = 0.0, float((energy * degrees).sum() / (degrees * degrees).sum())
    left = energy - (base + slope * degrees)
    total = float(((energy - energy.mean()) ** 2).sum())
    return Baseline(base, slope, 1 - float((left**2).sum()) / total if total > 0 else 1.0, len(energy))


@dataclass(frozen=True, slots=True)
class Saving:
    """What was used against what the baseline expected, for the same weather; negative: more was used."""

    expected_kwh: float
    used_kwh: float

    @property
    def saved_kwh(self) -> float:
        """Energy saved."""
        return self.expected_kwh - self.used_kwh

    @property
    def percent(self) -> float | None:
        """Energy saved in percent of what was expected."""
        return 100 * self.saved_kwh / self.expected_kwh if self.expected_kwh > 0 else None


def saving(baseline: Baseline, daily_kwh: NDArray[np.float64], degree_days: NDArray[np.float64]) -> Saving:
    """Return the saving over the days of which both energy and weather are known."""
    known = ~np.isnan(daily_kwh) & ~np.isnan(degree_days)
    return Saving(baseline.expected(degree_days[known]), float(daily_kwh[known].sum()))


def per_square_metre(kwh: float, days: float, area_m2: float) -> float | None:
    """Return kWh per square metre and year, from some days' use; None without area or days."""
    return kwh / area_m2 * 365 / days if area_m2 > 0 and days > 0 else None


def co2e_tonnes(kwh_by_carrier: Mapping[str, float], factors: Mapping[str, float]) -> float:
    """Return tonnes of CO2 equivalent of energies by carrier; factors in kg per kWh. A carrier without factor is a KeyError."""
    return sum(kwh * factors[carrier] for carrier, kwh in kwh_by_carrier.items()) / 1000


def renewable_share(renewable_kwh: float, total_kwh: float) -> float | None:
    """Return the share of renewable energy in percent; None when nothing was used."""
    return 100 * min(max(renewable_kwh / total_kwh, 0.0), 1.0) if total_kwh > 0 else None
