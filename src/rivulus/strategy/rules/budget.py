"""What the sums of chapter 5 are taken to mean, so that they can be added up. Pure: tables and words."""

from enum import StrEnum

from rivulus.kernel.words import N_

# Yearly sums are taken from the first full year after the strategy until its end.
FIRST_YEAR = 2023
LAST_YEAR = 2030


class Reading(StrEnum):
    """How the value of a project is read."""

    ONCE = "once"
    YEARLY = "yearly"
    PER_UNIT = "per_unit"
    UNCLEAR = "unclear"
    UNSTATED = "unstated"


READINGS = {
    Reading.ONCE: N_("one sum, in the year of its horizon"),
    Reading.YEARLY: N_("a sum for each year, from 2023 to its horizon, or to 2030 when it has none"),
    Reading.PER_UNIT: N_("a sum for one unit; how many units is not said, so one is counted"),
    Reading.UNCLEAR: N_("a sum beside a yearly horizon; whether it repeats is not said, so it is counted once"),
    Reading.UNSTATED: N_("no sum is stated; it is in no total"),
}


def reading_of(*, has_value: bool, rhythm: str) -> Reading:
    """Return how a value with that printed rhythm is read."""
    if not has_value:
        return Reading.UNSTATED
    return Reading(rhythm) if rhythm else Reading.UNCLEAR


def years_of(*, rhythm: str, horizon_year: int | None) -> tuple[int | None, ...]:
    """Return the years on which the value falls, once on each; None stands for no stated year."""
    if rhythm != Reading.YEARLY:
        return (horizon_year,)
    last = horizon_year or LAST_YEAR
    return tuple(range(min(FIRST_YEAR, last), last + 1))
