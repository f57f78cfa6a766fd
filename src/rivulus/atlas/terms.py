"""Words of the atlas: themes, geometry types, types of attributes, visibility, what a change is."""

from collections.abc import Mapping
from enum import StrEnum

from rivulus.kernel.words import N_

WGS84, STEREO70, WEB_MERCATOR = 4326, 3844, 3857


class Theme(StrEnum):
    """What a layer is about; the map page groups by it."""

    BOUNDARIES = "boundaries"
    BASE = "base"
    PLANNING = "planning"
    LAND = "land"
    UTILITIES = "utilities"
    MOBILITY = "mobility"
    ENVIRONMENT = "environment"
    GREEN = "green"
    SERVICES = "services"
    COMMUNITY = "community"


THEME_NAMES: Mapping[Theme, str] = {
    Theme.BOUNDARIES: N_("Boundaries"),
    Theme.BASE: N_("Streets and buildings"),
    Theme.PLANNING: N_("Urban planning"),
    Theme.LAND: N_("Land and property"),
    Theme.UTILITIES: N_("Utility networks"),
    Theme.MOBILITY: N_("Getting around"),
    Theme.ENVIRONMENT: N_("Environment"),
    Theme.GREEN: N_("Green space"),
    Theme.SERVICES: N_("Public services"),
    Theme.COMMUNITY: N_("Mapped by residents"),
}


class GeometryType(StrEnum):
    """What the features of a layer are made of; each includes its Multi form."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    ANY = "any"


GEOMETRY_TYPE_NAMES: Mapping[GeometryType, str] = {
    GeometryType.POINT: N_("Points"),
    GeometryType.LINE: N_("Lines"),
    GeometryType.POLYGON: N_("Areas"),
    GeometryType.ANY: N_("Any shape"),
}


class AttributeType(StrEnum):
    """Types of attributes, in the words of Frictionless Table Schema."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


class Visibility(StrEnum):
    """Who sees a layer."""

    PUBLIC = "public"
    STAFF = "staff"  # whoever works for the city or for any organisation
    OWNER = "owner"  # only those who act for the owner


VISIBILITY_NAMES: Mapping[Visibility, str] = {
    Visibility.PUBLIC: N_("Everybody"),
    Visibility.STAFF: N_("Staff of the city and of the organisations"),
    Visibility.OWNER: N_("Only the owner"),
}


class Origin(StrEnum):
    """How far a layer may be believed; what is not surveyed or official says so on every map."""

    OFFICIAL = "official"
    OPEN = "open"  # from open sources, such as OpenStreetMap
    COMMUNITY = "community"  # digitised by residents and approved
    SCHEMATIC = "schematic"  # drawn by hand to give an idea
    ILLUSTRATIVE = "illustrative"  # made up for a demonstration


ORIGIN_NAMES: Mapping[Origin, str] = {
    Origin.OFFICIAL: N_("Official"),
    Origin.OPEN: N_("From open sources"),
    Origin.COMMUNITY: N_("Mapped by residents, approved"),
    Origin.SCHEMATIC: N_("Schematic"),
    Origin.ILLUSTRATIVE: N_("Illustrative"),
}


class ChangeKind(StrEnum):
    """Through what a set of changes came."""

    EDIT = "edit"
    IMPORT = "import"
    PACK = "pack"
    AMENDMENT = "amendment"
    DIGITISING = "digitising"
    REGISTER = "register"
    RECIPE = "recipe"
    INTERFACE = "interface"  # OGC API Features part 4
