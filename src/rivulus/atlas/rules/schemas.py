"""The schema of a layer: which attributes its features have, and whether the properties of one fit. Pure."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rivulus.atlas.rules import values
from rivulus.atlas.rules.geometries import Problem
from rivulus.atlas.terms import AttributeType
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MOST_ATTRIBUTES, MOST_CODES = 100, 500
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
RESERVED = frozenset({"key", "geometry", "id", "number", "valid_from", "valid_until", "box", "bbox", "layer"})
KNOWN = frozenset(
    {
        "name", "type", "title", "description", "unit", "is_required", "is_private", "is_name", "minimum", "maximum",
        "codes",
    }
)  # fmt: skip
LANGUAGES = ("ro", "en", "hu")


@dataclass(frozen=True, slots=True)
class Code:
    """One of the values that an attribute may have, and what it means."""

    code: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute. ``is_private`` keeps it to the owner; ``is_name`` says that it is what people call the feature."""

    name: str
    type: AttributeType = AttributeType.STRING
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    is_required: bool = False
    is_private: bool = False
    is_name: bool = False
    minimum: float | str | None = None
    maximum: float | str | None = None
    codes: tuple[Code, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return it as the layer keeps it; what is as usual is left out."""
        full: dict[str, object] = {
            "name": self.name,
            "type": str(self.type),
            "title": dict(self.title),
            "description": dict(self.description),
            "unit": self.unit,
            "is_required": self.is_required,
            "is_private": self.is_private,
            "is_name": self.is_name,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "codes": [{"code": code.code, "title": dict(code.title)} for code in self.codes],
        }
        return {name: value for name, value in full.items() if not _is_usual(value)}

    def title_in(self, language: str) -> str:
        """Return the title in a language, or else in Romanian, or else the name."""
        return self.title.get(language) or self.title.get("ro") or self.name

    def description_in(self, language: str) -> str:
        """Return the description in a language, or else in Romanian."""
        return self.description.get(language) or self.description.get("ro") or ""

    def words_for(self, value: object, language: str) -> str:
        """Return what a value means where it is a code, or else the value as text."""
        found = next((code for code in self.codes if code.code == str(value)), None)
        if found is None:
            return values.show(value)
        return found.title.get(language) or found.title.get("ro") or found.code


def _is_usual(value: object) -> bool:
    """A bound of 0 is none of these."""
    return value is None or value is False or value in ("", {}, [])


@dataclass(frozen=True, slots=True)
class Checked:
    """Properties of one feature, coerced, and what is wrong with them."""

    properties: dict[str, object]
    problems: list[Problem]


@dataclass(frozen=True)
class Schema:
    """The attributes of a layer, in order."""

    attributes: tuple[Attribute, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Attribute]:
        """The attributes by name."""
        return {attribute.name: attribute for attribute in self.attributes}

    @cached_property
    def open(self) -> "Schema":
        """The schema without its private attributes."""
        return Schema(tuple(attribute for attribute in self.attributes if not attribute.is_private))

    @cached_property
    def private_names(self) -> frozenset[str]:
        """The names of the private attributes."""
        return frozenset(attribute.name for attribute in self.attributes if attribute.is_private)

    @cached_property
    def _checkers(self) -> dict[str, Callable[[object], object]]:
        return {attribute.name: _checker(attribute) for attribute in self.attributes}

    @cached_property
    def _required(self) -> tuple[Attribute, ...]:
        return tuple(attribute for attribute in self.attributes if attribute.is_required)

    def as_json(self) -> list[dict[str, object]]:
        """Return it as the layer keeps it."""
        return [attribute.as_json() for attribute in self.attributes]

    def check(self, given: Mapping[str, object]) -> Checked:
        """Return the properties in the types of the attributes, and what is wrong with each; nothing is empty text."""
        taken: dict[str, object] = {}
        problems: list[Problem] = []
        for name, value in given.items():
            if value is None or value == "":
                continue
            checker = self._checkers.get(name)
            if checker is None:
                problems.append(
                    Problem(N_("The layer has no attribute called %(name)s."), {"name": str(name)[:80]}, name)
                )
                continue
            try:
                taken[name] = checker(value)
            except Refused as refused:
                problems.append(Problem(refused.sentence, dict(refused.values), name))
        wrong = {problem.attribute for problem in problems}
        problems += [
            Problem(N_("%(name)s is missing."), {"name": needed.name}, needed.name)
            for needed in self._required
            if needed.name not in taken and needed.name not in wrong
        ]
        return Checked(taken, problems)

    def take(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return the properties in the types of the attributes; raises Refused with the first thing that is wrong."""
        checked = self.check(given)
        if checked.problems:
            raise checked.problems[0].raised()
        return checked.properties

    def show(self, properties: Mapping[str, object], *, with_private: bool) -> dict[str, object]:
        """Return the properties that may be shown, in the order of the schema; what the schema does not name is not."""
        shown = self if with_private else self.open
        return {name: properties[name] for name in shown.by_name if name in properties}

    def name_of(self, properties: Mapping[str, object], key: str) -> str:
        """Return what people call a feature: the attribute that says so (a public one), or else its key."""
        named = next((a for a in self.open.attributes if a.is_name and properties.get(a.name)), None)
        return key if named is None else values.show(properties[named.name])


def _checker(attribute: Attribute) -> Callable[[object], object]:
    coerce = values.COERCIONS[attribute.type]
    codes = frozenset(code.code for code in attribute.codes)
    if not codes and attribute.minimum is None and attribute.maximum is None:
        return lambda value: _named(attribute, coerce, value)

    def check(value: object) -> object:
        taken = _named(attribute, coerce, value)
        if codes and str(taken) not in codes:
            raise Refused(
                N_("%(name)s: “%(value)s” is not one of the known values."),
                name=attribute.name,
                value=values.show(taken)[:80],
            )
        values.check_range(attribute.name, taken, attribute.minimum, attribute.maximum)
        return taken

    return check


def _named(attribute: Attribute, coerce: Callable[[object], object], value: object) -> object:
    try:
        return coerce(value)
    except ValueError:
        raise Refused(values.SENTENCES[attribute.type], name=attribute.name, value=values.show(value)[:80]) from None


def read_schema(value: object) -> Schema:
    """Return the schema of what a layer keeps, or somebody wrote; raises Refused with what is wrong where."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise Refused(N_("A schema is a list of attributes."))
    if len(value) > MOST_ATTRIBUTES:
        raise Refused(N_("A layer has at most 100 attributes."))
    attributes = tuple(_read_attribute(entry) for entry in value)
    seen: set[str] = set()
    for attribute in attributes:
        if attribute.name in seen:
            raise Refused(N_("Two attributes are called %(name)s."), name=attribute.name)
        seen.add(attribute.name)
    if sum(attribute.is_name for attribute in attributes) > 1:
        raise Refused(N_("Only one attribute can be what features are called by."))
    return Schema(attributes)


def _read_attribute(entry: object) -> Attribute:
    if not isinstance(entry, Mapping):
        raise Refused(N_("A schema is a list of attributes."))
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name) or name in RESERVED:
        raise Refused(
            N_("“%(name)s” cannot be the name of an attribute: small letters, digits and underscores, a letter first."),
            name=str(name)[:60],
        )
    unknown = sorted(str(word) for word in set(entry) - KNOWN)
    if unknown:
        raise Refused(N_("%(name)s: nobody reads “%(word)s”."), name=name, word=unknown[0][:40])
    type_ = _read_type(name, entry.get("type", "string"))
    minimum, maximum = (_read_bound(name, type_, entry.get(end)) for end in ("minimum", "maximum"))
    if minimum is not None and maximum is not None and minimum > maximum:  # type: ignore[operator]
        raise Refused(N_("%(name)s: the smallest value is larger than the largest."), name=name)
    attribute = Attribute(
        name=name,
        type=type_,
        title=_read_texts(name, entry.get("title", {}), 200),
        description=_read_texts(name, entry.get("description", {}), 2000),
        unit=_read_text(name, entry.get("unit", ""), 40),
        is_required=entry.get("is_required") is True,
        is_private=entry.get("is_private") is True,
        is_name=entry.get("is_name") is True,
        minimum=minimum,
        maximum=maximum,
        codes=_read_codes(name, entry.get("codes") or []),
    )
    if attribute.is_name and attribute.is_private:
        raise Refused(N_("%(name)s: what features are called by cannot be private."), name=name)
    return attribute


def _read_type(name: str, value: object) -> AttributeType:
    try:
        return AttributeType(str(value))
    except ValueError:
        raise Refused(N_("%(name)s: there is no type “%(type)s”."), name=name, type=str(value)[:40]) from None


def _read_bound(name: str, type_: AttributeType, value: object) -> float | str | None:
    if value is None or value == "":
        return None
    if type_ not in (AttributeType.INTEGER, AttributeType.NUMBER, AttributeType.DATE):
        raise Refused(N_("%(name)s: only numbers and dates have a smallest and a largest value."), name=name)
    try:
        return values.COERCIONS[type_](value)  # type: ignore[return-value]
    except ValueError:
        raise Refused(values.SENTENCES[type_], name=name, value=values.show(value)[:80]) from None


def _read_text(name: str, value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise Refused(N_("%(name)s: a text is missing or too long."), name=name)
    return value.strip()


def _read_texts(name: str, value: object, longest: int) -> dict[str, str]:
    if isinstance(value, str):
        value = {"ro": value}
    if not isinstance(value, Mapping) or not set(value) <= set(LANGUAGES):
        raise Refused(N_("%(name)s: texts are given by language: ro, en, hu."), name=name)
    read = {language: _read_text(name, value[language], longest) for language in LANGUAGES if language in value}
    return {language: text for language, text in read.items() if text}


def _read_codes(name: str, value: object) -> tuple[Code, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MOST_CODES:
        raise Refused(N_("%(name)s: known values are a list, of 500 at the most."), name=name)
    codes = tuple(_read_code(name, entry) for entry in value)
    if len({code.code for code in codes}) != len(codes):
        raise Refused(N_("%(name)s: a known value is there twice."), name=name)
    return codes


def _read_code(name: str, entry: object) -> Code:
    if isinstance(entry, str | int):
        entry = {"code": str(entry)}
    if not isinstance(entry, Mapping) or not str(entry.get("code", "")).strip():
        raise Refused(N_("%(name)s: a known value needs a code."), name=name)
    return Code(_read_text(name, str(entry["code"]), 80), _read_texts(name, entry.get("title", {}), 200))


def find_names(properties: Collection[str]) -> list[str]:
    """Return names fit for attributes, made of the columns of a file: letters without accents, small, once each."""
    made: list[str] = []
    for column in properties:
        word = values.word_of(column)[:50] or "column"
        word = word if word[0].isalpha() else f"c_{word}"
        if word in RESERVED:
            word = f"{word}_"
        name, at = word, 2
        while name in made:
            name, at = f"{word}_{at}", at + 1
        made.append(name)
    return made
