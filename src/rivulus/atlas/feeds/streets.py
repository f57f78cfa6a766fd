"""Names of streets with their postcodes, from a table: for the search, where the map does not know them all."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rivulus.atlas.actions.base.merging import Difference
from rivulus.atlas.actions.base.places import replace_places
from rivulus.atlas.queries.places import Spot, locality_spots, street_spots
from rivulus.atlas.rules.base.boundaries import find_column
from rivulus.atlas.rules.base.places import WEIGHTS, PlaceKind, PlaceRow
from rivulus.atlas.rules.base.words import words_of
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_, fold

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SOURCE = "streets"
LARGEST_FILE, MOST_ROWS = 100_000_000, 500_000
NAME_COLUMNS = ("denumire_artera", "denumire", "strada", "street", "name", "nume")
KIND_COLUMNS = ("tip_artera", "tip", "kind", "type")
LOCALITY_COLUMNS = ("localitate", "locality", "city", "oras")
POSTCODE_COLUMNS = ("codpostal", "cod_postal", "postcode", "zip", "cod")
# Registers name the kind alone; people and maps say it with its article.
KINDS = {"strada": "Strada", "bulevard": "Bulevardul", "alee": "Aleea", "piata": "Piața", "cale": "Calea",
         "sosea": "Șoseaua", "drum": "Drumul", "intrare": "Intrarea", "splai": "Splaiul", "fundatura": "Fundătura",
         "pasaj": "Pasajul", "prelungire": "Prelungirea", "ulita": "Ulița"}  # fmt: skip
MISSING = N_("The table needs a column for the name of the street and one for its locality.")
UNREADABLE = N_("The file %(name)s cannot be read as a table: %(why)s.")


@dataclass(frozen=True, slots=True)
class Imported:
    """What changed; how many streets the map knows, and how many are in localities that nobody knows."""

    difference: Difference
    known: int
    nowhere: int


def import_streets(*, by: "Person | None", file: Path, locality: str = "") -> Imported:
    """Import a table of streets, of one locality or all. Raises Refused, and then nothing is changed."""
    streets = _read(file, locality)
    known, localities = street_spots(), locality_spots()
    rows, on_the_map, nowhere = [], 0, 0
    for (words, place), (name, codes) in streets.items():
        spot = known.get((words, fold(place)))
        on_the_map += spot is not None
        spot = spot or localities.get(fold(place))
        if spot is None:
            nowhere += 1
            continue
        postcode = codes[0] if len(set(codes)) == 1 else ""
        rows.append(_row(words, name, place, postcode, spot))
    return Imported(replace_places(by=by, source=SOURCE, rows=rows), on_the_map, nowhere)


def _row(words: str, name: str, place: str, postcode: str, spot: Spot) -> PlaceRow:
    return PlaceRow(
        f"s:{words}:{fold(place)}"[:100],
        PlaceKind.STREET,
        spot.street or name,
        words,
        spot.longitude,
        spot.latitude,
        spot.box,
        detail=spot.locality or place,
        postcode=postcode,
        weight=WEIGHTS[PlaceKind.STREET] - 1,
        is_exact=bool(spot.street),
    )


def _read(file: Path, locality: str) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """Return names and postcodes by folded name and locality; several rows of a street are one street."""
    if not file.is_file():
        raise Refused(N_("There is no file %(name)s."), name=str(file))
    if file.stat().st_size > LARGEST_FILE:
        raise Refused(UNREADABLE, name=file.name, why="> 100 MB")
    names: dict[tuple[str, str], str] = {}
    codes: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, place, postcode in _rows(file):
        words = words_of(name)
        if not words or (locality and fold(place) != fold(locality)):
            continue
        names.setdefault((words, place), name)
        codes[words, place].append(postcode)
    return {key: (name, codes[key]) for key, name in names.items()}


def _rows(file: Path) -> Iterator[tuple[str, str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            delimiter = ";" if stream.readline().count(";") else ","
            stream.seek(0)
            reader = csv.DictReader(stream, delimiter=delimiter)
            columns = _columns(reader.fieldnames or ())
            for count, row in enumerate(reader):
                if count >= MOST_ROWS:
                    raise Refused(UNREADABLE, name=file.name, why=f"> {MOST_ROWS}")
                kind, name, place, postcode = ((row.get(column) or "").strip() for column in columns)
                if name and place:
                    yield f"{KINDS.get(fold(kind), kind)} {name}".strip()[:200], place[:100], postcode[:10]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(UNREADABLE, name=file.name, why=str(error)[:200]) from error


def _columns(given: Sequence[str]) -> tuple[str, str, str, str]:
    name, locality = find_column(given, NAME_COLUMNS), find_column(given, LOCALITY_COLUMNS)
    if name is None or locality is None:
        raise Refused(MISSING)
    return find_column(given, KIND_COLUMNS) or "", name, locality, find_column(given, POSTCODE_COLUMNS) or ""
