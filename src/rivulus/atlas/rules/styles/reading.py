"""The style of a layer as its owner wrote it, read and checked. Pure.

    {"colour": "#2f7d4f", "width": 1.5, "opacity": 0.4, "label": "name", "min_zoom": 10, "icon": "dot",
     "by": {"attribute": "kind", "classes": [
        {"value": "park", "colour": "#2f7d4f", "title": {"ro": "Parc"}},
        {"from": 0, "to": 10, "colour": "#…"}]}}

Everything may be left out. A class names one value, or numbers from ``from`` on and below ``to``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rivulus.atlas.rules.schemas import Schema
from rivulus.atlas.rules.styles.colours import COLOUR
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

USUAL = "#2f6f8f"
ICONS = ("dot", "square", "ring")
MOST_CLASSES = 60
KNOWN = frozenset({"colour", "by", "width", "opacity", "label", "min_zoom", "max_zoom", "icon"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleClass:
    """Features of one value, or of numbers from ``low`` on and below ``high``, in a colour."""

    colour: str
    value: str | None = None
    low: float | None = None
    high: float | None = None
    title: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_range(self) -> bool:
        """Say whether the class is one of numbers."""
        return self.value is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How features are drawn; ``attribute`` decides the colour where there are classes."""

    colour: str = USUAL
    attribute: str = ""
    classes: tuple[StyleClass, ...] = ()
    width: float = 1.5
    opacity: float = 0.35
    label: str = ""
    min_zoom: int = 0
    max_zoom: int = 24
    icon: str = "dot"

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes that have to be in a tile for it to be drawn."""
        return frozenset(filter(None, (self.attribute, self.label)))


def read_style(given: Mapping[str, Any], schema: Schema) -> Style:
    """Return the style for those who see the attributes of ``schema``; what cannot be read is as usual.

    A style by an attribute that they do not see is drawn in one colour: its classes would tell what the values are.
    """
    by = given.get("by") if isinstance(given.get("by"), Mapping) else None
    attribute = str(by.get("attribute", "")) if by else ""
    shown = attribute if attribute in schema.by_name else ""
    classes = tuple(filter(None, map(_read_class, _listed(by.get("classes"))))) if by and shown else ()
    label = str(given.get("label") or "")
    return Style(
        colour=_colour(given.get("colour")) or USUAL,
        attribute=shown if classes else "",
        classes=classes[:MOST_CLASSES],
        width=_number(given.get("width"), 1.5, 0.2, 12),
        opacity=_number(given.get("opacity"), 0.35, 0, 1),
        label=label if label in schema.by_name else "",
        min_zoom=int(_number(given.get("min_zoom"), 0, 0, 22)),
        max_zoom=int(_number(given.get("max_zoom"), 24, 1, 24)),
        icon=str(given.get("icon")) if given.get("icon") in ICONS else "dot",
    )


def check_style(given: Mapping[str, Any], schema: Schema) -> None:
    """Raise Refused with the first thing that is wrong with a style somebody wrote."""
    for name in given:
        if name not in KNOWN:
            raise Refused(N_("A style has nothing called “%(name)s”."), name=str(name)[:40])
    _check_colour(given.get("colour", USUAL))
    by = given.get("by")
    label = given.get("label")
    attributes = [label] if label else []
    if by is not None:
        if not isinstance(by, Mapping) or not isinstance(by.get("classes"), list | tuple):
            raise Refused(N_("Colours by an attribute need its name and a list of classes."))
        attributes.append(by.get("attribute"))
        if not 0 < len(by["classes"]) <= MOST_CLASSES:
            raise Refused(N_("A style has from 1 to %(most)s classes."), most=MOST_CLASSES)
        for one in by["classes"]:
            if not isinstance(one, Mapping) or _read_class({**one, "colour": USUAL}) is None:
                raise Refused(N_("A class of a style names a value, or numbers “from” and “to”."))
            _check_colour(one.get("colour"))
    for attribute in attributes:
        if attribute not in schema.by_name:
            raise Refused(
                N_("The style names the attribute “%(name)s”, which the layer does not have."), name=attribute
            )


def _check_colour(value: object) -> None:
    if _colour(value) is None:
        raise Refused(N_("“%(colour)s” is not a colour such as #2f7d4f."), colour=str(value)[:20])


def _read_class(given: object) -> StyleClass | None:
    if not isinstance(given, Mapping):
        return None
    colour = _colour(given.get("colour"))
    title = given.get("title")
    title = {str(key): str(text) for key, text in title.items()} if isinstance(title, Mapping) else {}
    if colour is None:
        return None
    if given.get("value") is not None:
        return StyleClass(colour=colour, value=as_text(given["value"]), title=title)
    low, high = _bound(given.get("from")), _bound(given.get("to"))
    if (low is None and high is None) or (low is not None and high is not None and low >= high):
        return None
    return StyleClass(colour=colour, low=low, high=high, title=title)


def as_text(value: object) -> str:
    """Return a value as MapLibre's ``to-string`` writes it, so that both compare alike."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _colour(value: object) -> str | None:
    return value.lower() if isinstance(value, str) and COLOUR.fullmatch(value) else None


def _bound(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _number(value: object, usual: float, least: float, most: float) -> float:
    number = _bound(value)
    return usual if number is None else min(most, max(least, number))


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
