"""What is said of a layer when it is made or described anew. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rivulus.atlas.rules.schemas import LANGUAGES, read_schema
from rivulus.atlas.rules.values import word_of
from rivulus.atlas.terms import STEREO70, WEB_MERCATOR, WGS84, AttributeType, GeometryType, Origin, Theme, Visibility
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

# Licences that a public body of the Union uses for data, by their short names (SPDX, and the PSI of Romania).
LICENCES: Mapping[str, str] = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "OGL-ROU-1.0": "http://data.gov.ro/base/images/logoinst/OGL-ROU-1.0.pdf",
    "EUPL-1.2": "https://joinup.ec.europa.eu/collection/eupl/eupl-text-eupl-12",
    "MPL-2.0": "https://www.mozilla.org/en-US/MPL/2.0/",
    "not-open": "",
}
LICENCE_NAMES: Mapping[str, str] = {code: code for code in LICENCES} | {
    "not-open": N_("Not open: may be looked at only"),
}
TYPE_NAMES: Mapping[AttributeType, str] = {
    AttributeType.STRING: N_("text"),
    AttributeType.INTEGER: N_("whole number"),
    AttributeType.NUMBER: N_("number"),
    AttributeType.BOOLEAN: N_("yes or no"),
    AttributeType.DATE: N_("date"),
}
# Frequencies of the Publications Office (http://publications.europa.eu/resource/authority/frequency), with the days
# after which a layer that was not touched is no longer current; None for those that promise nothing.
RHYTHM_DAYS: Mapping[str, int | None] = {
    "DAILY": 2,
    "WEEKLY": 10,
    "MONTHLY": 45,
    "QUARTERLY": 120,
    "ANNUAL_2": 240,
    "ANNUAL": 430,
    "BIENNIAL": 800,
    "IRREG": None,
    "NEVER": None,
}
RHYTHM_NAMES: Mapping[str, str] = {
    "DAILY": N_("Every day"),
    "WEEKLY": N_("Every week"),
    "MONTHLY": N_("Every month"),
    "QUARTERLY": N_("Every three months"),
    "ANNUAL_2": N_("Twice a year"),
    "ANNUAL": N_("Every year"),
    "BIENNIAL": N_("Every two years"),
    "IRREG": N_("When something changes"),
    "NEVER": N_("Never: it is finished"),
}
# Systems that people in Romania work in; others by number.
SYSTEM_NAMES: Mapping[int, str] = {
    STEREO70: N_("Stereo 70 (EPSG:3844)"),
    WGS84: N_("Longitude and latitude, WGS 84 (EPSG:4326)"),
    4258: N_("Longitude and latitude, ETRS89 (EPSG:4258)"),
    WEB_MERCATOR: N_("Web Mercator (EPSG:3857)"),
    31700: N_("Stereo 70 on Dealul Piscului 1970 (EPSG:31700)"),
    3035: N_("Europe, equal areas (EPSG:3035)"),
    32634: N_("UTM zone 34 North (EPSG:32634)"),
    32635: N_("UTM zone 35 North (EPSG:32635)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSpec:
    """A layer in words. Texts are by language; ``owner`` is the code of an organisation, empty for the city."""

    code: str
    theme: str
    title: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)
    geometry_type: str = GeometryType.ANY
    schema: Sequence[Any] = ()
    style: Mapping[str, Any] = field(default_factory=dict)
    licence: str = "CC-BY-4.0"
    attribution: str = ""
    owner: str = ""
    visibility: str = Visibility.STAFF
    origin: str = Origin.OFFICIAL
    crs: int = WGS84
    update_rhythm: str = "IRREG"
    rank: int = 0
    is_shown_at_first: bool = False
    is_kept_by_machine: bool = False

    def columns(self) -> dict[str, Any]:
        """Return the columns of the layer, but for its code and owner."""
        texts = {
            f"{name}_{language}": getattr(self, name).get(language, "").strip()
            for name in ("title", "description")
            for language in LANGUAGES
        }
        return {
            **texts,
            "theme": str(self.theme),
            "geometry_type": str(self.geometry_type),
            "schema": read_schema(self.schema).as_json(),
            "style": dict(self.style),
            "licence": self.licence,
            "attribution": self.attribution.strip(),
            "visibility": str(self.visibility),
            "origin": str(self.origin),
            "crs": self.crs,
            "update_rhythm": self.update_rhythm,
            "rank": self.rank,
            "is_shown_at_first": self.is_shown_at_first,
            "is_kept_by_machine": self.is_kept_by_machine,
        }


def check_spec(spec: LayerSpec) -> LayerSpec:
    """Return what is said of a layer; raises Refused with the first thing that cannot be."""
    if not spec.code or len(spec.code) > 60 or word_of(spec.code).replace("_", "-") != spec.code.replace("_", "-"):
        raise Refused(N_("The code of a layer has small letters, digits and hyphens, at most 60."))
    if not spec.title.get("ro", "").strip():
        raise Refused(N_("A layer needs a title in Romanian."))
    for words, longest in ((spec.title, 200), (spec.description, 10_000)):
        if any(language not in LANGUAGES or len(text) > longest for language, text in words.items()):
            raise Refused(N_("A title or description is too long, or in a language that is not known."))
    _check_known(spec)
    read_schema(spec.schema)
    return spec


def _check_known(spec: LayerSpec) -> None:
    if spec.theme not in set(Theme) or spec.geometry_type not in set(GeometryType):
        raise Refused(N_("The theme or the shape is not one of those that the atlas knows."))
    if spec.visibility not in set(Visibility) or spec.origin not in set(Origin):
        raise Refused(N_("Who sees the layer, or how far it may be believed, is not known."))
    if spec.licence not in LICENCES:
        raise Refused(N_("The licence is not one of those that are known."))
    if spec.update_rhythm not in RHYTHM_DAYS:
        raise Refused(N_("The update rhythm is not one of those that are known."))
    if not 1024 <= spec.crs <= 32767:
        raise Refused(N_("A coordinate system is given by its EPSG number, such as 3844."))
    if len(spec.attribution) > 300:
        raise Refused(N_("The source to be named is too long."))


def is_current(rhythm: str, age_days: float) -> bool | None:
    """Say whether a layer that was touched so long ago keeps its rhythm; None where it promises none."""
    days = RHYTHM_DAYS.get(rhythm)
    return None if days is None else age_days <= days
