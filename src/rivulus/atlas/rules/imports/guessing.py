"""What the columns of a file probably are: positions, keys, attributes of the layer. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from rivulus.atlas.rules import values
from rivulus.atlas.rules.imports.choices import Choices
from rivulus.atlas.rules.schemas import Schema, find_names
from rivulus.atlas.rules.values import word_of
from rivulus.atlas.terms import AttributeType

X_WORDS = ("lon", "long", "longitude", "longitudine", "lng", "x", "est", "east", "easting", "point_x", "coord_x")
Y_WORDS = ("lat", "latitude", "latitudine", "y", "nord", "north", "northing", "point_y", "coord_y")
WKT_WORDS = ("wkt", "geometry", "geom", "the_geom", "geometrie", "wkt_geom")
KEY_WORDS = (
    "key",
    "cheie",
    "id",
    "fid",
    "code",
    "cod",
    "uuid",
    "guid",
    "natcode",
    "siruta",
    "objectid",
    "gid",
    "gml_id",
)
TRIED = (AttributeType.INTEGER, AttributeType.NUMBER, AttributeType.DATE, AttributeType.BOOLEAN)


def find_column(names: Sequence[str], words: Sequence[str]) -> str:
    """Return the first column that is called by one of the words, the likelier word first; or nothing."""
    by_word = {word_of(name): name for name in reversed(names)}
    return next((by_word[word] for word in words if word in by_word), "")


def guess_columns(names: Sequence[str], schema: Schema) -> dict[str, str]:
    """Return the attribute that each column becomes: of the same name, or titled the same; nothing for the others."""
    titles = {word_of(title): a.name for a in schema.attributes for title in a.title.values()}
    titles |= {a.name: a.name for a in schema.attributes}
    made: dict[str, str] = {}
    for name in names:
        attribute = titles.get(word_of(name)) or _begun(word_of(name), titles)
        made[name] = attribute if attribute not in made.values() else ""
    return made


def _begun(word: str, titles: Mapping[str, str]) -> str:
    """A column often has the first word of a title only; two titles that begin so say nothing."""
    found = {name for title, name in titles.items() if len(word) > 3 and title.startswith(f"{word}_")}
    return found.pop() if len(found) == 1 else ""


def guess_choices(
    *, sublayer: str, names: Sequence[str], encoding: str, epsg: int, is_swapped: bool, delimiter: str, schema: Schema
) -> Choices:
    """Return what will probably be said of a file."""
    x, y, wkt = (find_column(names, words) for words in (X_WORDS, Y_WORDS, WKT_WORDS))
    places = {x, y, wkt} - {""}
    plain = [name for name in names if name not in places]
    takes_schema = not schema.attributes
    columns = dict(zip(plain, find_names(plain), strict=True)) if takes_schema else guess_columns(plain, schema)
    return Choices(
        sublayer=sublayer,
        encoding=encoding,
        epsg=epsg,
        is_swapped=is_swapped,
        delimiter=delimiter,
        x_column=x if y else "",
        y_column=y if x else "",
        wkt_column="" if x and y else wkt,
        key=find_column(plain, KEY_WORDS),
        columns=columns,
        takes_schema=takes_schema,
    )


def guess_type(samples: Sequence[object]) -> AttributeType:
    """Return the narrowest type that all samples of a column fit; text where there is none to look at."""
    given = [value for value in samples if value is not None and value != ""]
    if not given:
        return AttributeType.STRING
    if any(isinstance(value, str) and value.strip().startswith("0") and len(value.strip()) > 1
           and value.strip().isdecimal() for value in given):  # fmt: skip
        return AttributeType.STRING  # codes, such as 0722: a number would lose their zeros
    for type_ in TRIED:
        if type_ is AttributeType.BOOLEAN and not _are_words(given):
            continue
        if all(_fits(type_, value) for value in given):
            return type_
    return AttributeType.STRING


def _are_words(given: Sequence[object]) -> bool:
    return all(isinstance(value, bool) or (isinstance(value, str) and not value.strip().isdecimal()) for value in given)


def _fits(type_: AttributeType, value: object) -> bool:
    if isinstance(value, bool) and type_ is not AttributeType.BOOLEAN:
        return False
    if type_ is AttributeType.DATE and isinstance(value, str) and value.strip().isdecimal():
        return False
    try:
        values.COERCIONS[type_](value)
    except ValueError:
        return False
    return True


def make_schema(columns: Mapping[str, str], samples: Mapping[str, Sequence[object]]) -> list[dict[str, Any]]:
    """Return a schema for a layer that has none: an attribute for each column that becomes one."""
    return [
        {"name": name, "type": str(guess_type(samples.get(column, ()))), "title": {"ro": column[:200]}}
        for column, name in columns.items()
        if name
    ]
