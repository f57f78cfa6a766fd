"""One observation as somebody sends it, and what it must be to be stored in its series. Pure."""

import math
from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import quality
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US, MS, Annotation, Record
from rivulus.observations.terms import Flag, ResultKind

MOST_DEPTH = 32
WRONG_TIME = N_("The time is before 1900 or after 2100.")
NOT_A_NUMBER = N_("The result must be a finite number.")
NOT_A_BOOLEAN = N_("The result must be true or false.")
NOT_A_TEXT = N_("The result must be text.")
NOT_PARTS = N_("The result must be a list with one value for each observed property of the series.")
TOO_DEEP = N_("The result is nested too deeply.")
NULL_CHARACTER = N_("Text must not hold the character U+0000.")
INTERVAL_BACKWARDS = N_("An interval must not end before it begins.")


@dataclass(frozen=True, slots=True)
class Series:
    """What must be known of a series to store into it."""

    id: int
    kind: str  # terms.ResultKind
    supplier: int | None
    minimum: float | None = None
    maximum: float | None = None
    parts: int = 0  # places in the result of a series of several properties


@dataclass(slots=True)
class Observed:
    """What was sent; times in microseconds since 1970, None where nothing was said."""

    result: Any = None
    datastream: int | None = None
    is_multi: bool = False  # named as a MultiDatastream
    time: int | None = None
    end_time: int | None = None
    result_time: int | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    feature: int | None = None
    result_quality: Any = None
    parameters: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """What is stored of an observation: a number or a record, its time and flags, and what else was said."""

    datastream: int
    time: int
    value: float = 0.0
    quality: int = 0
    record: Record | None = None
    annotation: Annotation | None = field(default=None)


def admit(observed: Observed, series: Series, now_us: int) -> Admitted:
    """Return what is stored; raises Refused with a sentence where it cannot be."""
    time_us = check_time(now_us if observed.time is None else observed.time, now_us)
    note = _annotation(observed, series.id, time_us)
    same = observed.result_time is not None and observed.result_time == time_us
    flags = (Flag.ANNOTATED if note else 0) | (Flag.RESULT_TIME_SAME if same else 0)
    if series.kind == ResultKind.NUMBER:
        value = check_number(observed.result)
        flags |= quality.flags_of(value, time_us, series.minimum, series.maximum, now_us)
        return Admitted(series.id, time_us, value, int(flags), annotation=note)
    result = check_result(observed.result, series)
    flags |= quality.flags_of(0.0, time_us, None, None, now_us)
    return Admitted(
        series.id, time_us, quality=int(flags), record=Record(series.id, time_us, result, int(flags)), annotation=note
    )


def check_time(time_us: int, now_us: int) -> int:
    """Return a time in whole milliseconds; refuses what no clock of today can say."""
    if not EARLIEST_US <= time_us < LATEST_US:
        raise Refused(WRONG_TIME)
    if time_us > now_us + quality.AHEAD_REFUSED_US:
        raise Refused(quality.CLOCK_AHEAD)
    return time_us // MS * MS


def check_number(result: Any) -> float:
    """Return a result as a float; refuses what is no number, NaN and the infinities."""
    if isinstance(result, bool) or not isinstance(result, int | float):
        raise Refused(NOT_A_NUMBER)
    try:
        value = float(result)
    except OverflowError as error:
        raise Refused(NOT_A_NUMBER) from error
    if not math.isfinite(value):
        raise Refused(NOT_A_NUMBER)
    return value


def check_result(result: Any, series: Series) -> Any:
    """Return a result that is not a number as its series wants it."""
    match series.kind:
        case ResultKind.BOOLEAN if not isinstance(result, bool):
            raise Refused(NOT_A_BOOLEAN)
        case ResultKind.TEXT if not isinstance(result, str):
            raise Refused(NOT_A_TEXT)
        case ResultKind.MULTI if not isinstance(result, list) or len(result) != series.parts:
            raise Refused(NOT_PARTS)
    check_json(result)
    return result


def check_json(value: Any, depth: int = 0) -> None:
    """Refuse JSON that PostgreSQL would not take: too deep, U+0000 in a text, numbers that are none."""
    if depth > MOST_DEPTH:
        raise Refused(TOO_DEEP)
    if isinstance(value, str):
        if "\0" in value:
            raise Refused(NULL_CHARACTER)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Refused(NOT_A_NUMBER)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_json(key, depth + 1)
            check_json(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            check_json(item, depth + 1)


def _annotation(observed: Observed, datastream: int, time_us: int) -> Annotation | None:
    """Return what else was said, if anything was."""
    if _says_nothing_else(observed, time_us):
        return None
    end = None if observed.end_time is None else observed.end_time // MS * MS
    end = None if end == time_us else end
    said_at = None if observed.result_time == time_us else observed.result_time
    if (end is not None and end < time_us) or _is_backwards(observed.valid_from, observed.valid_to):
        raise Refused(INTERVAL_BACKWARDS)
    check_json(observed.result_quality)
    check_json(observed.parameters)
    note = Annotation(
        datastream,
        time_us,
        end_time=end,
        result_time=said_at,
        valid_from=observed.valid_from,
        valid_to=observed.valid_to,
        feature=observed.feature,
        result_quality=observed.result_quality,
        parameters=observed.parameters or None,
    )
    return None if note == Annotation(datastream, time_us) else note


def _says_nothing_else(observed: Observed, time_us: int) -> bool:
    """Nearly always: worth asking first."""
    return (
        observed.end_time is None
        and observed.feature is None
        and observed.valid_from is None
        and observed.result_quality is None
        and not observed.parameters
        and (observed.result_time is None or observed.result_time == time_us)
    )


def _is_backwards(start: int | None, end: int | None) -> bool:
    return start is not None and end is not None and end < start
