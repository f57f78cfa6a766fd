"""The functions of filters: what they take and what they give (OGC 18-088, table 24). Pure."""

from rivulus.observations.rules.filters.kinds import Kind

TEXT, NUMBER, INSTANT, INTERVAL = Kind.TEXT, Kind.NUMBER, Kind.INSTANT, Kind.INTERVAL
GEOMETRY, BOOLEAN = Kind.GEOMETRY, Kind.BOOLEAN

type Signature = tuple[tuple[tuple[Kind, ...], ...], Kind]
"""The lists of arguments it may take, and its result."""

TEXTS: dict[str, Signature] = {
    "substringof": (((TEXT, TEXT),), BOOLEAN),
    "contains": (((TEXT, TEXT),), BOOLEAN),  # OData 4's order of the two; beyond the standard
    "endswith": (((TEXT, TEXT),), BOOLEAN),
    "startswith": (((TEXT, TEXT),), BOOLEAN),
    "length": (((TEXT,),), NUMBER),
    "indexof": (((TEXT, TEXT),), NUMBER),
    "substring": (((TEXT, NUMBER), (TEXT, NUMBER, NUMBER)), TEXT),
    "tolower": (((TEXT,),), TEXT),
    "toupper": (((TEXT,),), TEXT),
    "trim": (((TEXT,),), TEXT),
    "concat": (((TEXT, TEXT),), TEXT),
}
CALENDAR = ("year", "month", "day", "hour", "minute", "second", "fractionalseconds", "totaloffsetminutes")
TIMES: dict[str, Signature] = {
    **dict.fromkeys(CALENDAR, (((INSTANT,),), NUMBER)),
    "date": (((INSTANT,),), Kind.DATE),
    "time": (((INSTANT,),), Kind.CLOCK),
    "now": (((),), INSTANT),
    "mindatetime": (((),), INSTANT),
    "maxdatetime": (((),), INSTANT),
}
NUMBERS: dict[str, Signature] = dict.fromkeys(("round", "floor", "ceiling"), (((NUMBER,),), NUMBER))
RELATIONS = ("st_equals", "st_disjoint", "st_touches", "st_within", "st_overlaps", "st_crosses")
RELATIONS_ALL = (*RELATIONS, "st_intersects", "st_contains", "geo.intersects")
PLACES: dict[str, Signature] = {
    "geo.distance": (((GEOMETRY, GEOMETRY),), NUMBER),
    "geo.length": (((GEOMETRY,),), NUMBER),
    "st_relate": (((GEOMETRY, GEOMETRY, TEXT),), BOOLEAN),
    **dict.fromkeys(RELATIONS_ALL, (((GEOMETRY, GEOMETRY),), BOOLEAN)),
}
STRETCHES = ("before", "after", "meets", "during", "overlaps", "starts", "finishes")
"""Of stretches of time; beyond the standard, as other servers have them."""

FUNCTIONS: dict[str, Signature] = {
    **TEXTS,
    **TIMES,
    **NUMBERS,
    **PLACES,
    **dict.fromkeys(STRETCHES, (((INTERVAL, INTERVAL),), BOOLEAN)),
}
