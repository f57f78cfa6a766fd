"""What is right and wrong with what a message claims, seen from the series it names and from the present moment."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import units
from rivulus.observations.rules.devices.messages import (
    Claim,
    Finding,
    KnownSeries,
    Level,
    Message,
    Row,
    Verdict,
    error,
    good,
    warning,
)
from rivulus.observations.rules.devices.times import judge_time, read_time, to_us
from rivulus.observations.rules.readings import Batch, Readings, Record
from rivulus.observations.terms import Flag, ResultKind

MOST_FINDINGS = 50


def judge(message: Message, known: Mapping[str, KnownSeries], now: dt.datetime) -> Verdict:
    """Return the verdict on a message; ``known`` gives the series by the numbers and codes that the message uses."""
    findings = list(message.findings)
    rows: list[Row] = []
    for claim in message.claims:
        if claim.is_optional and claim.series not in known:
            continue
        row, said = judge_claim(claim, known.get(claim.series), now)
        findings += said
        if row is not None:
            rows.append(row)
    if rows and all(finding.level is not Level.ERROR for finding in findings):
        findings.append(good(N_("Everything in this message can be stored.")))
    return Verdict(kind=message.kind, device=message.device, findings=_few(findings), rows=tuple(rows))


def judge_claim(claim: Claim, series: KnownSeries | None, now: dt.datetime) -> tuple[Row | None, list[Finding]]:
    """Return what would be stored of one claim, and what is to be said about it."""
    if series is None:
        return None, [error(N_("There is no series %(series)s here, or it is not yours."), series=claim.series[:120])]
    if not series.is_own:
        return None, [error(N_("The series %(series)s belongs to another supplier."), series=claim.series[:120])]
    time_us, quality, said = _time_of(claim, now)
    value, more = _value_of(claim, series)
    said += more
    if time_us is None or any(finding.level is Level.ERROR for finding in said):
        return None, said
    range_said, flag = _range(value, series)
    row = Row(series=series, time_us=time_us, value=value, quality=quality | flag)
    return row, said + range_said


def to_batch(rows: Sequence[Row]) -> Batch:
    """Return what is to be stored as columns and records."""
    numbers = [row for row in rows if row.series.kind == ResultKind.NUMBER]
    readings = Readings(
        np.array([row.time_us for row in numbers], np.int64),
        np.array([row.value for row in numbers], np.float64),
        np.array([row.series.id for row in numbers], np.int32),
        np.array([row.quality for row in numbers], np.int32),
    )
    others = [row for row in rows if row.series.kind != ResultKind.NUMBER]
    return Batch(readings, tuple(Record(row.series.id, row.time_us, row.value, row.quality) for row in others))


def _time_of(claim: Claim, now: dt.datetime) -> tuple[int | None, int, list[Finding]]:
    if claim.time is None:
        return to_us(now), 0, []
    time = read_time(claim.time)
    if isinstance(time, Finding):
        return None, 0, [time]
    finding, quality = judge_time(time, now)
    return time, quality, [finding] if finding else []


def _value_of(claim: Claim, series: KnownSeries) -> tuple[Any, list[Finding]]:
    value, place = claim.value, claim.place
    if value is None:
        return None, [error(N_("%(place)s is empty (null)."), place=place)]
    if series.kind == ResultKind.NUMBER:
        problem = next(_not_a_number(value, place), None)
        return (None, [problem]) if problem else _in_unit(float(value), claim, series)
    if series.kind == ResultKind.BOOLEAN and not isinstance(value, bool):
        return None, [error(N_("%(place)s must be true or false."), place=place)]
    if series.kind == ResultKind.TEXT and not isinstance(value, str):
        return None, [error(N_("%(place)s must be a text."), place=place)]
    if series.kind == ResultKind.MULTI and not isinstance(value, list):
        return None, [error(N_("%(place)s must be a list: the series has several properties."), place=place)]
    return value, []


def _not_a_number(value: Any, place: str) -> Iterator[Finding]:
    if isinstance(value, bool):
        yield error(N_("%(place)s is true or false, and the series holds numbers: send 1 or 0."), place=place)
    elif isinstance(value, str):
        try:
            float(value)
        except ValueError:
            yield error(
                N_("%(place)s is the text “%(value)s”, and the series holds numbers."), place=place, value=value[:40]
            )
        else:
            yield error(N_("%(place)s is a number between quotation marks: send it without them."), place=place)
    elif not isinstance(value, int | float):
        yield error(N_("%(place)s is no number, and the series holds numbers."), place=place)
    elif not math.isfinite(_float(value)):
        yield error(N_("%(place)s is too large, or not a number at all."), place=place)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _in_unit(value: float, claim: Claim, series: KnownSeries) -> tuple[float | None, list[Finding]]:
    if not claim.unit or claim.unit == series.unit:
        return value, []
    try:
        source = units.of_code(claim.unit)
        conversion = units.conversion(source, series.unit)
    except Refused as refused:
        return None, [Finding(Level.ERROR, refused.sentence, refused.values)]
    if conversion == units.SAME:
        return value, []
    sentence = N_("%(place)s comes in %(unit)s and is kept in %(wanted)s.")
    return conversion.apply(value), [good(sentence, place=claim.place, unit=claim.unit, wanted=series.unit)]


def _range(value: Any, series: KnownSeries) -> tuple[list[Finding], int]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [], 0
    low, high = series.minimum, series.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return [], 0
    sentence = N_(
        "%(value)s is outside what can be (%(low)s to %(high)s): the value is kept, marked, and left out of averages."
    )
    words = {
        "value": f"{value:g}",
        "low": "…" if low is None else f"{low:g}",
        "high": "…" if high is None else f"{high:g}",
    }
    return [warning(sentence, **words)], int(Flag.OUT_OF_RANGE)


def _few(findings: list[Finding]) -> tuple[Finding, ...]:
    """Say each thing once, the gravest first, and not more than somebody can read."""
    order = {Level.ERROR: 0, Level.WARNING: 1, Level.GOOD: 2}
    seen: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.sentence, repr(finding.values)), finding)
    return tuple(sorted(seen.values(), key=lambda finding: order[finding.level])[:MOST_FINDINGS])
