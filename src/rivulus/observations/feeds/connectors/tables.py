"""Any JSON and any CSV, by a declared mapping: where the items are, and what each field is."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.feeds.connectors.taking import MOST_ITEMS, Answer, Taker, load_json, mapping, point, text_of
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Gatherer, Mapped
from rivulus.observations.rules.connectors.paths import find, items
from rivulus.observations.rules.connectors.values import read_number
from rivulus.observations.rules.times import TimeReader, Twice, check_format

type Item = Mapping[str, Any]


def map_json(answer: Answer, declaration: Declaration) -> Mapped:
    """Return what stands at the declared paths of each item."""
    gatherer = Gatherer()
    for body in answer.bodies("main"):
        document = load_json(body)
        found = list(items(document, str(declaration.options.get("items", ""))))
        if not found:
            path = str(declaration.options.get("items", ""))
            gatherer.complain(path or "$", Refused(N_("There is nothing at the path %(path)s."), path=path or "$"))
        for where, item in found[:MOST_ITEMS]:
            if isinstance(item, Mapping):
                _take(gatherer, declaration, answer, {"_key": where, **item}, where)
    return gatherer.done()


def map_csv(answer: Answer, declaration: Declaration) -> Mapped:
    """Return the rows; without a header line the columns are called 1, 2, 3 …"""
    gatherer = Gatherer()
    for body in answer.bodies("main"):
        for line, row in _rows(body, declaration.options):
            _take(gatherer, declaration, answer, row, f"line {line}")
    return gatherer.done()


def _rows(body: bytes, options: Mapping[str, Any]) -> Iterator[tuple[int, Item]]:
    encoding = str(options.get("encoding", "utf-8-sig"))
    try:
        text = body.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise Refused(N_("The answer is not written in %(encoding)s."), encoding=encoding) from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=str(options.get("delimiter", ","))[:1] or ",")
    names: list[str] = []
    try:
        for number, cells in enumerate(reader):
            if number >= MOST_ITEMS:
                return
            if not names and options.get("header", True):
                names = [cell.strip() for cell in cells]
                continue
            if any(cells):
                keys = names or [str(place) for place in range(1, len(cells) + 1)]
                yield reader.line_num, dict(zip(keys, cells, strict=False))
    except csv.Error as error:
        raise Refused(N_("The answer is not CSV: %(why)s"), why=str(error)[:120]) from error


def _take(gatherer: Gatherer, declaration: Declaration, answer: Answer, item: Item, where: str) -> None:
    options = declaration.options
    thing = mapping(options.get("thing"))
    identifier = text_of(find(item, str(options["id"]))) if "id" in options else text_of(thing.get("id", "1"))
    taker = Taker(gatherer, declaration, identifier, where, answer.received_us)
    if not identifier:
        taker.complain(Refused(N_("The item has no identifier at %(path)s."), path=str(options["id"])))
        return
    taker.name = text_of(find(item, str(options["name"]))) if "name" in options else text_of(thing.get("name"))
    taker.place = point(thing.get("lon"), thing.get("lat"))
    if "lon" in options and "lat" in options:
        taker.place = point(find(item, str(options["lon"])), find(item, str(options["lat"])))
    try:
        time_us = _time(item, declaration, answer.received_us)
    except Refused as refused:
        taker.complain(refused)
        return
    _take_fields(taker, declaration, item, time_us)
    taker.done()


def _take_fields(taker: Taker, declaration: Declaration, item: Item, time_us: int) -> None:
    decimal = str(declaration.options.get("decimal", "."))
    for path, field in declaration.fields.items():
        given = find(item, path)
        if decimal == "," and field.kind == "number" and isinstance(given, str) and "," in given:
            try:
                given = read_number(given, decimal=",")
            except Refused as refused:
                taker.gatherer.complain(f"{taker.where} {path}", refused)
                continue
        taker.take(field, given, time_us, what=path)


def _time(item: Item, declaration: Declaration, received_us: int) -> int:
    options = declaration.options
    if "time" not in options or options["time"] == "received":
        return received_us // 1000 * 1000
    reader = TimeReader(
        format=check_format(str(options.get("time_format", "iso"))),
        zone=str(options.get("zone", "")),
        twice=Twice(str(options.get("twice", "refuse"))),
    )
    written = find(item, str(options["time"]))
    return reader.read("" if written is None else written)
