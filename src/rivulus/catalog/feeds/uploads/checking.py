"""Guessing what the columns of a file are, finding what does not fit, and what looks personal; in SQL over all rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from rivulus.catalog.feeds.tables.writing import place_arrays, schema_of
from rivulus.catalog.feeds.uploads.loading import Loaded
from rivulus.catalog.rules import faults as words
from rivulus.catalog.rules import personal
from rivulus.catalog.rules.faults import Fault
from rivulus.catalog.rules.guessing import Counts, guess_type
from rivulus.catalog.rules.personal import Kind
from rivulus.catalog.rules.tableschema import (
    DATE_FORMATS,
    DATETIME_FORMATS,
    FALSE,
    TRUE,
    Field,
    make_names,
)
from rivulus.catalog.rules.uploads import MOST_FAULTS
from rivulus.kernel.publishing import ColumnType as T

SAMPLE_ROWS = 5_000
MOST_JUDGED = 5_000  # finds of one kind in one column
WHOLE = r"[+-]?[0-9]+"
WHOLE_GROUPED = r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+"
POINT = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
COMMA = r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?"
SHAPE = r"\{.*\"type\".*\}"
EXAMPLES = {"%Y": "2026", "%m": "03", "%d": "15", "%H": "08", "%M": "30", "%S": "00"}
ISO_EXAMPLE = "2026-03-15T08:30:00"
SIGNS = {
    Kind.CNP: "length({0}) >= 13 AND regexp_matches({0}, '[0-9]{{13}}')",
    Kind.EMAIL: "contains({0}, '@')",
    Kind.PHONE: "length({0}) >= 10 AND regexp_matches({0}, '[237][0-9]{{2}}[ ./-]?[0-9]{{3}}')",
    Kind.IBAN: "length({0}) >= 15 AND regexp_matches({0}, '[A-Za-z]{{2}}[0-9]{{2}} ?[A-Za-z0-9]{{4}}')",
}
"""What stands in every find of a kind, and is quickly looked for."""
ISO = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]"
TIMELY = "^[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}|^(19|20)[0-9]{6}$"
BATCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check."""

    rows: int
    fault_count: int
    faults: list[Fault]
    findings: list[dict[str, Any]]


def guess_fields(loaded: Loaded) -> tuple[Field, ...]:
    """Return a first guess at the fields of a file, from rows all over it."""
    names = make_names(loaded.headings)
    counts = _count_all(loaded)
    found = []
    for place, (heading, name) in enumerate(zip(loaded.headings, names, strict=True)):
        if place in loaded.wkb:
            found.append(Field(heading, name, T.GEOJSON, title=heading))
            continue
        kind, form, decimal = guess_type(counts[place])
        found.append(Field(heading, name, kind, form, decimal, title=heading or name))
    return tuple(found)


def check(loaded: Loaded, fields: Sequence[Field]) -> Checked:
    """Type every cell into the table ``typed`` and return what does not fit and what looks personal."""
    faults, count = list(loaded.faults), loaded.fault_count
    typed = ", ".join(f"{_typed(at, field, loaded)} AS v{at}" for at, field in enumerate(fields))
    loaded.connection.execute(f"CREATE OR REPLACE TABLE typed AS SELECT {typed} FROM raw")  # noqa: S608
    questions = [question for at, field in enumerate(fields) for question in _questions(at, field, loaded)]
    if questions:
        counts = ", ".join(f"count(*) FILTER (WHERE {one.where})" for one in questions)
        numbers = loaded.connection.execute(f"SELECT {counts} FROM raw POSITIONAL JOIN typed").fetchall()[0]  # noqa: S608
        for question, number in zip(questions, numbers, strict=True):
            count += number
            if number:
                faults += _list_faults(loaded, question)
    for at, field in enumerate(fields):
        for found in _more_faults(loaded, at, field):
            count += 1
            if len(faults) < 3 * MOST_FAULTS:
                faults.append(found)
    faults.sort(key=lambda fault: (fault.line, fault.column))
    return Checked(loaded.rows, count, faults[:MOST_FAULTS], find_personal(loaded, fields))


def batches(loaded: Loaded, fields: Sequence[Field], kept: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """Yield the checked rows of the columns that stay, typed as kept tables are; after :func:`check`."""
    columns = [fields[at].as_column() for at in kept]
    shown = ", ".join(f"v{at}" for at in kept)
    reader = loaded.connection.cursor().sql(f"SELECT {shown} FROM typed").to_arrow_reader(BATCH_ROWS)  # noqa: S608
    schema = schema_of(columns)
    for batch in reader:
        arrays: list[pa.Array] = []
        for at, array in zip(kept, batch.columns, strict=True):
            if fields[at].type is T.GEOJSON:
                arrays += place_arrays(_shapes(array, is_wkb=at in loaded.wkb))
            else:
                arrays.append(array.cast(schema.field(fields[at].name).type))
        yield pa.record_batch(arrays, schema=schema)


# Guessing.


def _count_all(loaded: Loaded) -> dict[int, Counts]:
    """Two questions for all columns: what their cells look like, and of those that begin as dates do, which dates."""
    places = [at for at in range(len(loaded.headings)) if at not in loaded.wkb]
    every = max(1, loaded.rows // SAMPLE_ROWS)
    loaded.connection.execute(f"CREATE OR REPLACE TEMP TABLE sample AS SELECT * FROM raw WHERE rowid % {every} = 0")  # noqa: S608
    plain = _ask_sample(loaded, [one for at in places for one in _plain_counts(f"trim(c{at})")])
    width = len(plain) // len(places) if places else 0
    rows = {at: plain[place * width : (place + 1) * width] for place, at in enumerate(places)}
    timely = [at for at in places if rows[at][0] and rows[at][-1] >= rows[at][0] * 0.5]
    times = _ask_sample(loaded, [one for at in timely for one in _time_counts(f"trim(c{at})")])
    step = len(DATE_FORMATS) + len(DATETIME_FORMATS)
    return {
        at: _counts(row, times[timely.index(at) * step : (timely.index(at) + 1) * step] if at in timely else [0] * step)
        for at, row in rows.items()
    }


def _counts(row: Sequence[int], times: Sequence[int]) -> Counts:
    filled, whole, point, comma, with_point, with_comma, yes_no, places, leading_nought, widest, _timely = row
    split = len(DATE_FORMATS)
    return Counts(
        filled=filled,
        whole=whole,
        point=point,
        comma=comma,
        with_point=with_point,
        with_comma=with_comma,
        yes_no=yes_no,
        dates=dict(zip(DATE_FORMATS, times[:split], strict=True)),
        moments=dict(zip(DATETIME_FORMATS, times[split:], strict=True)),
        places=places,
        leading_nought=leading_nought,
        widest=widest,
    )


def _ask_sample(loaded: Loaded, counts: Sequence[str]) -> list[int]:
    if not counts:
        return []
    found = loaded.connection.execute(f"SELECT {', '.join(counts)} FROM sample").fetchall()[0]  # noqa: S608
    return [int(number or 0) for number in found]


def _plain_counts(cell: str) -> Iterator[str]:
    yes_no = ", ".join(f"'{word}'" for word in (*TRUE, *FALSE))
    yield f"count({cell})"
    for pattern in (WHOLE, POINT, COMMA):
        yield f"count(*) FILTER (WHERE regexp_full_match({cell}, '{pattern}'))"
    yield f"count(*) FILTER (WHERE contains({cell}, '.'))"
    yield f"count(*) FILTER (WHERE contains({cell}, ','))"
    yield f"count(*) FILTER (WHERE lower({cell}) IN ({yes_no}))"
    yield f"count(*) FILTER (WHERE {cell}[1] = '{{' AND regexp_full_match({cell}, '{SHAPE}'))"
    yield f"count(*) FILTER (WHERE regexp_matches({cell}, '^0[0-9]'))"
    yield f"max(length({cell}))"
    yield f"count(*) FILTER (WHERE regexp_matches({cell}, '{TIMELY}'))"


def _time_counts(cell: str) -> Iterator[str]:
    for form in DATE_FORMATS:
        # strptime takes 1.2.26 for a day of the first century.
        yield f"count(*) FILTER (WHERE year(try_strptime({cell}, '{form}')) >= 1000)"
    for form in DATETIME_FORMATS:
        if form:
            yield f"count(*) FILTER (WHERE year(try_strptime({cell}, '{form}')) >= 1000)"
        else:
            yield f"count(TRY_CAST({cell} AS TIMESTAMPTZ)) FILTER (WHERE regexp_matches({cell}, '{ISO}'))"


# Types.


def _typed(at: int, field: Field, loaded: Loaded) -> str:
    cell = f"trim(c{at})" if at not in loaded.wkb else f"c{at}"
    match field.type:
        case T.INTEGER if field.decimal == ",":
            fits = f"regexp_full_match({cell}, '{WHOLE}|{WHOLE_GROUPED}')"
            return f"CASE WHEN {fits} THEN TRY_CAST(replace({cell}, '.', '') AS BIGINT) END"
        case T.INTEGER:
            return f"CASE WHEN regexp_full_match({cell}, '{WHOLE}') THEN TRY_CAST({cell} AS BIGINT) END"
        case T.NUMBER if field.decimal == ",":
            fits = f"regexp_full_match({cell}, '{COMMA}')"
            return f"CASE WHEN {fits} THEN TRY_CAST(replace(replace({cell}, '.', ''), ',', '.') AS DOUBLE) END"
        case T.NUMBER:
            return f"CASE WHEN regexp_full_match({cell}, '{POINT}') THEN TRY_CAST({cell} AS DOUBLE) END"
        case T.BOOLEAN:
            yes, no = (", ".join(f"'{word}'" for word in known) for known in (TRUE, FALSE))
            return f"CASE WHEN lower({cell}) IN ({yes}) THEN true WHEN lower({cell}) IN ({no}) THEN false END"
        case T.DATE if field.format:
            return f"CAST(try_strptime({cell}, '{_format(field)}') AS DATE)"
        case T.DATE:
            return f"TRY_CAST({cell} AS DATE)"
        case T.DATETIME if field.format:
            return f"try_strptime({cell}, '{_format(field)}') AT TIME ZONE 'Europe/Bucharest'"
        case T.DATETIME:
            return f"TRY_CAST({cell} AS TIMESTAMPTZ)"
        case _:
            return cell


def _format(field: Field) -> str:
    """Only formats of our own stand in SQL."""
    known = DATE_FORMATS if field.type is T.DATE else DATETIME_FORMATS
    return field.format if field.format in known else known[1]


# Faults.


@dataclass(frozen=True, slots=True)
class _Question:
    at: int
    field: Field
    where: str
    sentence: str
    values: dict[str, Any]


def _questions(at: int, field: Field, loaded: Loaded) -> Iterator[_Question]:
    cell, value = f"c{at}", f"v{at}"
    if field.type not in (T.STRING, T.GEOJSON):
        values = {"decimal": field.decimal, "example": example_of(field)}
        yield _Question(at, field, f"{cell} IS NOT NULL AND {value} IS NULL", words.NOT_OF_TYPE[field.type], values)
    if field.is_required:
        yield _Question(at, field, f"{cell} IS NULL", words.EMPTY, {})
    if field.type in (T.INTEGER, T.NUMBER):
        if field.minimum is not None:
            yield _Question(
                at, field, f"{value} < {float(field.minimum)!r}", words.TOO_SMALL, {"minimum": field.minimum}
            )
        if field.maximum is not None:
            yield _Question(
                at, field, f"{value} > {float(field.maximum)!r}", words.TOO_LARGE, {"maximum": field.maximum}
            )


def example_of(field: Field) -> str:
    """Return a date as the format of a field writes it."""
    if not field.format:
        return ISO_EXAMPLE if field.type is T.DATETIME else "2026-03-15"
    text = field.format
    for sign, example in EXAMPLES.items():
        text = text.replace(sign, example)
    return text


def _list_faults(loaded: Loaded, question: _Question) -> list[Fault]:
    cell = f"c{question.at}" if question.at not in loaded.wkb else "NULL"
    rows = loaded.connection.execute(
        f"SELECT raw.rowid, {cell} FROM raw POSITIONAL JOIN typed WHERE {question.where} ORDER BY raw.rowid LIMIT {MOST_FAULTS}"  # noqa: S608
    ).fetchall()
    heading = question.field.heading or question.field.name
    return [
        Fault(loaded.line(row), heading, text or "", question.sentence, question.values, loaded.cell(row, question.at))
        for row, text in rows
    ]


def _more_faults(loaded: Loaded, at: int, field: Field) -> Iterator[Fault]:
    """What stands twice, and places that are none."""
    heading = field.heading or field.name
    if field.is_unique and field.type is not T.GEOJSON:
        rows = loaded.connection.execute(
            f"""SELECT raw.rowid, c{at} FROM raw WHERE c{at} IN
                (SELECT c{at} FROM raw WHERE c{at} IS NOT NULL GROUP BY 1 HAVING count(*) > 1) ORDER BY raw.rowid"""  # noqa: S608
        ).fetchall()
        for row, text in rows:
            yield Fault(loaded.line(row), heading, text, words.TWICE, cell=loaded.cell(row, at))
    if field.type is T.GEOJSON:
        yield from _bad_places(loaded, at, heading)


def _bad_places(loaded: Loaded, at: int, heading: str) -> Iterator[Fault]:
    row = 0
    reader = loaded.connection.cursor().sql(f"SELECT c{at} FROM raw").to_arrow_reader(BATCH_ROWS)  # noqa: S608
    for batch in reader:
        shapes = _shapes(batch.column(0), is_wkb=at in loaded.wkb)
        bounds = shapely.bounds(shapes).reshape(len(shapes), 4)
        is_given = np.array(batch.column(0).is_valid().to_pylist(), bool)
        is_inside = (np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
        for place in np.flatnonzero(is_given & ~is_inside):
            text = batch.column(0)[int(place)].as_py()
            yield Fault(
                loaded.line(row + int(place)),
                heading,
                text if isinstance(text, str) else "",
                words.NOT_OF_TYPE["geojson"],
                cell=loaded.cell(row + int(place), at),
            )
        row += batch.num_rows


def _shapes(array: pa.Array, *, is_wkb: bool) -> Any:
    values = np.array(array.to_pylist(), object)
    if is_wkb:
        return shapely.from_wkb(values, on_invalid="ignore")
    return shapely.from_geojson(values, on_invalid="ignore")


# What looks personal.


def find_personal(loaded: Loaded, fields: Sequence[Field]) -> list[dict[str, Any]]:
    """Return for each column what of it looks personal: kind, how many, one example that is mostly hidden."""
    found = []
    suspects = _suspects(loaded, fields)
    for at, field in enumerate(fields):
        is_named = personal.is_name_of_people(field.heading) or personal.is_name_of_people(field.name)
        if is_named:
            found.append({"column": field.name, "kind": str(Kind.NAME), "count": loaded.rows, "example": "", "line": 1})
        for kind in suspects.get(at, ()):
            if (one := _find_kind(loaded, at, field, kind)) is not None:
                found.append(one)
    return found


def _suspects(loaded: Loaded, fields: Sequence[Field]) -> dict[int, list[Kind]]:
    """Columns in which some cell has a sign of each kind: one quick question, so that few patterns are tried."""
    asked = [
        (at, kind, sign)
        for at, field in enumerate(fields)
        if at not in loaded.wkb and field.type in (T.STRING, T.INTEGER)
        for kind, sign in SIGNS.items()
        if field.type is T.STRING or kind in (Kind.CNP, Kind.PHONE)
    ]
    if not asked or not loaded.rows:
        return {}
    # Most columns hold no cell with both room and two digits: those are passed over before anything finer is asked.
    places = sorted({at for at, _kind, _sign in asked})
    rough = ", ".join(f"bool_or(length(c{at}) >= 10 AND regexp_matches(c{at}, '[0-9][0-9]'))" for at in places)
    known = loaded.connection.execute(f"SELECT {rough} FROM raw").fetchall()[0]  # noqa: S608
    with_digits = {at for at, is_there in zip(places, known, strict=True) if is_there}
    asked = [one for one in asked if one[0] in with_digits or one[1] is Kind.EMAIL]
    if not asked:
        return {}
    questions = ", ".join(f"bool_or({sign.format(f'c{at}')})" for at, _kind, sign in asked)
    answers = loaded.connection.execute(f"SELECT {questions} FROM raw").fetchall()[0]  # noqa: S608
    found: dict[int, list[Kind]] = {}
    for (at, kind, _sign), is_there in zip(asked, answers, strict=True):
        if is_there:
            found.setdefault(at, []).append(kind)
    return found


def _find_kind(loaded: Loaded, at: int, field: Field, kind: Kind) -> dict[str, Any] | None:
    pattern = personal.PATTERNS[kind]
    where = f"{SIGNS[kind].format(f'c{at}')} AND regexp_matches(c{at}, ?)"
    rows = loaded.connection.execute(
        f"SELECT rowid, regexp_extract_all(c{at}, ?, 1) FROM raw WHERE {where} ORDER BY rowid LIMIT {MOST_JUDGED}",  # noqa: S608
        [pattern, pattern],
    ).fetchall()
    judged = [(row, text) for row, texts in rows for text in texts if personal.is_kind(kind, text)]
    if not judged:
        return None
    row, text = judged[0]
    return {
        "column": field.name,
        "kind": str(kind),
        "count": len({row for row, _text in judged}),
        "is_more": len(rows) >= MOST_JUDGED,
        "example": personal.mask(text),
        "line": loaded.line(row),
    }
