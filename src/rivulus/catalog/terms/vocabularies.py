"""Vocabularies of the EU that open data are described with: themes, high value, rhythms, licences, file types.

The addresses are those of the Publications Office's authority tables, which DCAT-AP 3.0.1 asks for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rivulus.catalog.terms import Format
from rivulus.kernel.words import N_

AUTHORITY = "http://publications.europa.eu/resource/authority/"
HVD = "http://data.europa.eu/bna/"
# Commission Implementing Regulation (EU) 2023/138: the list of high-value datasets.
HVD_LEGISLATION = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
PUBLIC = AUTHORITY + "access-right/PUBLIC"
ROMANIA = AUTHORITY + "country/ROU"
LANGUAGES: Mapping[str, str] = {
    "ro": AUTHORITY + "language/RON",
    "en": AUTHORITY + "language/ENG",
    "hu": AUTHORITY + "language/HUN",
}

THEMES: Mapping[str, str] = {
    "AGRI": N_("Agriculture, fisheries, forestry and food"),
    "ECON": N_("Economy and finance"),
    "EDUC": N_("Education, culture and sport"),
    "ENER": N_("Energy"),
    "ENVI": N_("Environment"),
    "GOVE": N_("Government and public sector"),
    "HEAL": N_("Health"),
    "INTR": N_("International issues"),
    "JUST": N_("Justice, legal system and public safety"),
    "REGI": N_("Regions and cities"),
    "SOCI": N_("Population and society"),
    "TECH": N_("Science and technology"),
    "TRAN": N_("Transport"),
}

HVD_CATEGORIES: Mapping[str, str] = {
    "c_ac64a52d": N_("Geospatial"),
    "c_dd313021": N_("Earth observation and environment"),
    "c_164e0bf5": N_("Meteorological"),
    "c_e1da4e07": N_("Statistics"),
    "c_a9135398": N_("Companies and company ownership"),
    "c_b79e35eb": N_("Mobility"),
}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often data change; ``days`` is how old they may grow until they are late, None where nothing is promised."""

    name: str
    days: float | None


FREQUENCIES: Mapping[str, Rhythm] = {
    "UPDATE_CONT": Rhythm(N_("Continuously"), 1),
    "HOURLY": Rhythm(N_("Every hour"), 0.25),
    "DAILY": Rhythm(N_("Every day"), 2),
    "WEEKLY": Rhythm(N_("Every week"), 10),
    "MONTHLY": Rhythm(N_("Every month"), 40),
    "QUARTERLY": Rhythm(N_("Every three months"), 110),
    "ANNUAL_2": Rhythm(N_("Twice a year"), 215),
    "ANNUAL": Rhythm(N_("Every year"), 425),
    "BIENNIAL": Rhythm(N_("Every two years"), 820),
    "IRREG": Rhythm(N_("When something changes"), None),
    "NEVER": Rhythm(N_("Never again"), None),
    "UNKNOWN": Rhythm(N_("Not known"), None),
}


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence for open data. ``authority`` is its name in the EU's table."""

    title: str
    url: str
    authority: str
    is_open: bool = True


LICENCES: Mapping[str, Licence] = {
    "CC-BY-4.0": Licence(
        "Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/", "CC_BY_4_0"
    ),
    "CC0-1.0": Licence("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", "CC0"),
    "CC-BY-SA-4.0": Licence(
        "Creative Commons Attribution-ShareAlike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/", "CC_BYSA_4_0"
    ),
    "ODbL-1.0": Licence(
        "Open Data Commons Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/", "ODC_BL"
    ),
    "ODC-BY-1.0": Licence(
        "Open Data Commons Attribution License 1.0", "https://opendatacommons.org/licenses/by/1-0/", "ODC_BY"
    ),
    "CC-BY-NC-4.0": Licence(
        "Creative Commons Attribution-NonCommercial 4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
        "CC_BYNC_4_0",
        is_open=False,
    ),
}
UNKNOWN_LICENCE = "other"  # of harvested datasets only


@dataclass(frozen=True, slots=True)
class FileType:
    """What a format is called and whether programs read it, and whether it belongs to a firm."""

    name: str
    media_type: str
    authority: str
    is_machine_readable: bool = True
    is_open: bool = True


FILE_TYPES: Mapping[Format, FileType] = {
    Format.CSV: FileType("CSV", "text/csv", "CSV"),
    Format.JSON: FileType("JSON", "application/json", "JSON"),
    Format.GEOJSON: FileType("GeoJSON", "application/geo+json", "GEOJSON"),
    Format.PARQUET: FileType("Parquet", "application/vnd.apache.parquet", "PARQUET"),
    Format.XLSX: FileType(
        "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", is_open=True
    ),
    Format.GPKG: FileType("GeoPackage", "application/geopackage+sqlite3", "GPKG"),
    Format.PDF: FileType("PDF", "application/pdf", "PDF", is_machine_readable=False),
    Format.ZIP: FileType("ZIP", "application/zip", "ZIP", is_machine_readable=False),
    Format.HTML: FileType("HTML", "text/html", "HTML", is_machine_readable=False),
    Format.XML: FileType("XML", "application/xml", "XML"),
    Format.OTHER: FileType("?", "application/octet-stream", "", is_machine_readable=False, is_open=False),
}
FORMATS_BY_AUTHORITY: Mapping[str, Format] = {
    kind.authority: name for name, kind in FILE_TYPES.items() if kind.authority
} | {"JSON_LD": Format.JSON, "XLS": Format.XLSX, "GML": Format.XML, "KML": Format.XML}


def licence_uri(code: str) -> str:
    """Return the address of a licence in the EU's table, or nothing where it is not known."""
    licence = LICENCES.get(code)
    return f"{AUTHORITY}licence/{licence.authority}" if licence else ""


def file_type_uri(format_: Format) -> str:
    """Return the address of a file type in the EU's table, or nothing where it is not known."""
    authority = FILE_TYPES[format_].authority
    return f"{AUTHORITY}file-type/{authority}" if authority else ""


def find_format(word: str) -> Format:
    """Return the format that a word means: a file ending, a media type, or an address of the EU's table."""
    last = word.strip().rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    if last.upper() in FORMATS_BY_AUTHORITY:
        return FORMATS_BY_AUTHORITY[last.upper()]
    low = word.strip().lower().split(";")[0]
    by_media = {kind.media_type: name for name, kind in FILE_TYPES.items()}
    media = low.split("media-types/")[-1]
    return by_media.get(media, Format.OTHER)


def find_licence(word: str) -> str:
    """Return the code of the licence that a word or an address means, or ``other``."""
    plain = word.strip().lower().rstrip("/").replace("http://", "https://")
    for code, licence in LICENCES.items():
        known = {code.lower(), licence.authority.lower(), licence.url.rstrip("/").lower(), licence.title.lower()}
        if plain in known or plain.rsplit("/", 1)[-1] == licence.authority.lower() or f"{plain}-4.0" == code.lower():
            return code
    return UNKNOWN_LICENCE
