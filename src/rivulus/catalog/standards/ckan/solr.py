"""The little of Solr's language that clients of ``package_search`` write: ``field:value`` joined by AND, a sort."""

import re
from dataclasses import replace

from rivulus.catalog.queries.search import Wanted
from rivulus.catalog.terms import Format
from rivulus.catalog.terms.vocabularies import FILE_TYPES
from rivulus.kernel.errors import Refused

_TERM = re.compile(r"""\s*(?P<sign>[+-]?)(?P<field>[A-Za-z_]+):(?P<value>"(?:[^"\\]|\\.)*"|\([^)]*\)|\S+)""")
_JOIN = re.compile(r"\s+(?:AND\s+)?")
FIELDS = {
    "organization": "organisation",
    "owner_org": "organisation",
    "groups": "theme",
    "tags": "tag",
    "license_id": "licence",
    "res_format": "format",
    "name": "name",
    "id": "name",
    "state": "",
    "type": "",
    "dataset_type": "",
    "private": "",
    "capacity": "",
}
ALWAYS = {
    "state": {"active"},
    "type": {"dataset"},
    "dataset_type": {"dataset"},
    "private": {"false"},
    "capacity": {"public"},
}
SORTS = {
    "metadata_modified": "changed",
    "metadata_created": "new",
    "score": "relevance",
    "title_string": "title",
    "title": "title",
    "name": "title",
    "relevance": "relevance",
}
FACETS = {"organization": "organisation", "groups": "theme", "res_format": "format", "license_id": "licence"}


def read_filter(text: str) -> dict[str, str]:
    """Return the filters of ``fq`` by our names; raises Refused where it says more than is understood."""
    found: dict[str, str] = {}
    position, text = 0, text.strip()
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None or match["sign"] == "-":
            raise Refused(
                "fq is understood as field:value, joined by AND; this is not: %(text)s", text=text[position:][:80]
            )
        name, value = match["field"], match["value"].strip('"()+').strip().strip('"')
        if name not in FIELDS:
            raise Refused("fq: the field %(name)s is not known.", name=name)
        if name in ALWAYS:
            if value not in ALWAYS[name]:
                found["nothing"] = "1"
        else:
            found[FIELDS[name]] = value.replace("\\", "")
        position = match.end()
        joined = _JOIN.match(text, position)
        position = joined.end() if joined else position
    return found


def apply(wanted: Wanted, filters: dict[str, str]) -> Wanted:
    """Return the search with the filters of ``fq``."""
    changed = replace(
        wanted,
        organisation=filters.get("organisation", wanted.organisation),
        tag=filters.get("tag", wanted.tag),
        licence=filters.get("licence", wanted.licence),
    )
    if "theme" in filters:
        changed = replace(changed, theme=filters["theme"].upper())
    if "format" in filters:
        changed = replace(changed, format=_format(filters["format"]))
    return changed


def read_sort(text: str) -> str:
    """Return our name of an order; only the first part of a list of orders counts."""
    words = text.split(",")[0].split()
    if not words:
        return ""
    if words[0] not in SORTS:
        raise Refused("sort: the field %(name)s is not known.", name=words[0])
    return SORTS[words[0]]


def _format(word: str) -> str:
    names = {kind.name.lower(): str(name) for name, kind in FILE_TYPES.items()}
    low = word.lower()
    return names.get(low, low if low in set(Format) else "none")
