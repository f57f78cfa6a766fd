"""How layers that come from OpenStreetMap are described: their attributes, codes and what they have in common. Pure."""

from collections.abc import Mapping
from typing import Any

from rivulus.atlas.rules.specs import LayerSpec
from rivulus.atlas.terms import Origin, Visibility

LANGUAGES = ("ro", "en", "hu")
LICENCE, ATTRIBUTION = "ODbL-1.0", "© OpenStreetMap contributors"

type Texts = tuple[str, str, str]
"""Romanian, English, Hungarian."""


def in_languages(words: Texts) -> dict[str, str]:
    """Return a text by language."""
    return dict(zip(LANGUAGES, words, strict=True))


def codes(rows: Mapping[str, Texts]) -> list[dict[str, object]]:
    """Return the codes of an attribute, with their titles."""
    return [{"code": code, "title": in_languages(words)} for code, words in rows.items()]


def attribute(name: str, type_: str, ro: str, en: str, hu: str, **more: object) -> dict[str, object]:
    """Return an attribute of a schema."""
    return {"name": name, "type": type_, "title": in_languages((ro, en, hu)), **more}


NAME = attribute("name", "string", "Denumire", "Name", "Név", is_name=True)


def open_layer(code: str, theme: str, titles: Texts, rank: int, **more: Any) -> LayerSpec:
    """Return a public layer that the import of an extract keeps."""
    return LayerSpec(
        code=code,
        theme=theme,
        title=in_languages(titles),
        licence=LICENCE,
        attribution=ATTRIBUTION,
        visibility=Visibility.PUBLIC,
        origin=Origin.OPEN,
        rank=rank,
        is_kept_by_machine=True,
        **more,
    )
