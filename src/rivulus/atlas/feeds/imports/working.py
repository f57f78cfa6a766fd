"""What the worker does with a file: read it, check every feature of it, import it; each step may be done twice."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import shapely
from django.db import DatabaseError, transaction

from rivulus.atlas.actions import imports as actions
from rivulus.atlas.actions.features import apply_changes, compare_features, replace_features
from rivulus.atlas.feeds.imports import asking, keeping, reading
from rivulus.atlas.feeds.imports.converting import Converter
from rivulus.atlas.models import Change, LayerImport
from rivulus.atlas.queries import imports as queries
from rivulus.atlas.rules.imports.choices import Choices, Form, Mode, choices_from
from rivulus.atlas.rules.imports.guessing import X_WORDS, Y_WORDS, find_column, guess_choices
from rivulus.atlas.rules.imports.states import State
from rivulus.atlas.rules.imports.systems import epsg_of, guess_system
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import Box
from rivulus.kernel.words import N_

LOG = logging.getLogger(__name__)
FEW_LINES = 5
UNEXPECTED = N_(
    "Something unexpected happened while the file was worked on (%(what)s). The operator finds it in the log."
)
LONGEST_SHAPE = 5_000  # signs of WKT kept of a sample


def read(import_id: int) -> None:
    """Find out what a file holds, and guess what will be said of it; an address is asked first."""
    row = queries.get_import(import_id)
    if row.state != State.READING:
        return
    with _failing(row):
        if row.url and not row.file:
            kept = asking.fetch(row.url)
            row = actions.note_file(by=row.person, import_id=import_id, place=kept.place, size=kept.size)
        _describe(row)


@contextmanager
def _failing(row: LayerImport) -> Iterator[None]:
    """Whatever goes wrong is said; but when the database is away, the task is done again."""
    try:
        yield
    except Refused as refused:
        actions.fail(by=row.person, import_id=row.pk, refused=refused)
    except DatabaseError:
        raise
    except Exception as error:
        LOG.exception("Import %s of a layer", row.pk)
        actions.fail(by=row.person, import_id=row.pk, refused=Refused(UNEXPECTED, what=type(error).__name__))


def _describe(row: LayerImport) -> None:
    before = row.choices
    found = reading.describe(
        row.file, encoding=before.get("encoding", ""), delimiter=before.get("delimiter", "") if before else ""
    )
    layers = [_with_system(dict(layer), found.form) for layer in found.layers]
    first = layers[0]
    guess = guess_choices(
        sublayer=first["name"],
        names=first["columns"],
        encoding=found.encoding,
        epsg=first["epsg"],
        is_swapped=first["is_swapped"],
        delimiter=found.delimiter,
        schema=read_schema(row.layer.schema),
    )
    told = {"form": str(found.form), "layers": layers}
    actions.note_found(by=row.person, import_id=row.pk, found=told, choices=guess)


def _with_system(layer: dict[str, Any], form: Form) -> dict[str, Any]:
    bounds = _csv_bounds(layer) if form is Form.CSV else layer["bounds"]
    guess = guess_system(epsg_of(layer["crs"]), tuple(bounds) if bounds else None)
    said = layer["crs"] or ""
    return {
        **layer,
        "crs": said[:100],
        "epsg": guess.epsg,
        "is_swapped": guess.is_swapped,
        "sentence": guess.sentence,
    }


def _csv_bounds(layer: dict[str, Any]) -> Box | None:
    """Of most of the first lines: enough to tell degrees from metres, whatever a few of them say."""
    x, y = (find_column(layer["columns"], words) for words in (X_WORDS, Y_WORDS))
    if not (x and y):
        return None
    pairs = []
    for one, other in zip(layer["samples"][x], layer["samples"][y], strict=False):
        try:
            pairs.append((float(one.replace(",", ".")), float(other.replace(",", "."))))
        except ValueError:
            continue
    if not pairs:
        return None
    left_out = (
        -(-len(pairs) // 10) if len(pairs) >= FEW_LINES else 0
    )  # of each end; one mistyped line is enough to mislead
    xs, ys = (sorted(numbers)[left_out : len(pairs) - left_out] for numbers in zip(*pairs, strict=True))
    return xs[0], ys[0], xs[-1], ys[-1]


def check(import_id: int) -> None:
    """Look at every feature of a file and note what importing it would do; nothing reaches the layer."""
    row = queries.get_import(import_id)
    if row.state != State.CHECKING:
        return
    with _failing(row):
        _check(row, choices_from(row.choices))


def _check(row: LayerImport, choices: Choices) -> None:
    converter = _converter(row, choices)
    with reading.batches(row.file, choices) as batches, transaction.atomic():
        would = compare_features(
            by=row.person,
            layer=row.layer,
            features=converter.convert(batches),
            since=choices.since,
            is_whole=choices.mode is Mode.REPLACE,
        )
    good = converter.features - converter.faulty
    known = good - would.added  # of the same key, changed or not
    counts = {
        "features": converter.features,
        "faulty": converter.faulty,
        "problems": converter.problem_count,
        "repaired": converter.repaired,
        "can_be_repaired": sum(problem.can_be_repaired for problem in converter.problems),
        "added": would.added,
        "changed": would.changed,
        "removed": would.removed,
        "same": known - would.changed,
        "known": known if choices.mode is Mode.ADD else 0,
        "stops": bool((converter.faulty and not choices.skips_faulty) or (choices.mode is Mode.ADD and known)),
        "samples": [_sample(feature) for feature in converter.samples],
    }
    actions.note_checked(by=row.person, import_id=row.pk, counts=counts, problems=converter.problems)


def _sample(feature: NewFeature) -> dict[str, Any]:
    middle = feature.geometry.representative_point()
    words = shapely.to_wkt(feature.geometry, rounding_precision=6)
    return {
        "key": feature.key,
        "properties": dict(feature.properties),
        "x": middle.x,
        "y": middle.y,
        "wkt": words if len(words) <= LONGEST_SHAPE else "",
    }


def carry_out(import_id: int) -> None:
    """Import a file that was confirmed: all of it, and the word that it was, in one transaction."""
    row = queries.get_import(import_id)
    if row.state != State.IMPORTING:
        return
    with _failing(row):
        with transaction.atomic():
            change = _import(row, choices_from(row.choices))
            actions.finish(by=row.person, import_id=import_id, change=change)
        keeping.remove(row.file)
        actions.forget_file(by=row.person, import_id=import_id)


def _import(row: LayerImport, choices: Choices) -> Change | None:
    converter = _converter(row, choices)
    reason = choices.reason or row.name
    with reading.batches(row.file, choices) as batches:
        features = _only_if_all_fit(converter, converter.convert(batches), choices)
        if choices.mode is Mode.ADD and choices.key:
            return apply_changes(
                by=row.person, layer=row.layer, kind=ChangeKind.IMPORT, reason=reason, additions=features
            )
        # what has no key is known by its content: the same file a second time adds nothing
        return replace_features(
            by=row.person,
            layer=row.layer,
            kind=ChangeKind.IMPORT,
            reason=reason,
            features=features,
            since=choices.since,
            is_whole=choices.mode is Mode.REPLACE,
        )


def _only_if_all_fit(converter: Converter, features: Iterator[NewFeature], choices: Choices) -> Iterator[NewFeature]:
    """The layer may have been described anew since the file was checked."""
    yield from features
    if converter.faulty and not choices.skips_faulty:
        raise Refused(N_("The layer is not what it was when the file was checked. Check it again."))


def _converter(row: LayerImport, choices: Choices) -> Converter:
    return Converter(row.layer, choices, is_drawing=row.found.get("form") == Form.DXF)
