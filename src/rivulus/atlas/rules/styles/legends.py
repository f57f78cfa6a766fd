"""A style as a legend: classes with colours and words. Pure."""

from dataclasses import dataclass

from rivulus.atlas.rules import values
from rivulus.atlas.rules.schemas import Attribute, Schema
from rivulus.atlas.rules.styles.colours import on_ground
from rivulus.atlas.rules.styles.reading import Style, StyleClass
from rivulus.kernel.words import N_

REST = N_("Everything else")


@dataclass(frozen=True, slots=True)
class LegendClass:
    """One line of a legend. ``words`` is empty for what is in no class: the face says so in the reader's language."""

    words: str
    light: str
    dark: str

    @property
    def is_rest(self) -> bool:
        """Say whether these are the features in no class."""
        return not self.words


def legend(style: Style, schema: Schema, title: str, language: str = "ro") -> tuple[LegendClass, ...]:
    """Return the lines of a legend, the title of the layer standing for it where all features have one colour."""
    if not style.classes:
        return (_line(title, style.colour),)
    attribute = schema.by_name[style.attribute]
    lines = [_line(_words(one, attribute, language), one.colour) for one in style.classes]
    return (*lines, _line("", style.colour))


def _line(words: str, colour: str) -> LegendClass:
    return LegendClass(words, on_ground(colour, False), on_ground(colour, True))


def _words(one: StyleClass, attribute: Attribute, language: str) -> str:
    title = one.title.get(language) or one.title.get("ro")
    if title:
        return title
    if one.value is not None:
        return attribute.words_for(one.value, language) or "—"
    unit = f" {attribute.unit}" if attribute.unit else ""
    low, high = _shown(one.low, language), _shown(one.high, language)
    if not low:
        return f"< {high}{unit}"
    return f"{low} – {high}{unit}" if high else f"≥ {low}{unit}"


def _shown(bound: float | None, language: str) -> str:
    text = "" if bound is None else values.show(bound)
    return text if language == "en" else text.replace(".", ",")
