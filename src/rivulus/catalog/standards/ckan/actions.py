"""The actions that are answered; each takes the parameters of a request and returns what stands under ``result``."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from rivulus.catalog.models import Dataset
from rivulus.catalog.presenters import ckan
from rivulus.catalog.presenters.ckan import Json
from rivulus.catalog.queries.datasets import count_public_by_organisation, find_public
from rivulus.catalog.queries.rows import search_rows
from rivulus.catalog.queries.search import Wanted, list_keywords, search
from rivulus.catalog.queries.viewing import list_public
from rivulus.catalog.queries.ways import list_ways, list_ways_of
from rivulus.catalog.standards.ckan import solr
from rivulus.catalog.terms.vocabularies import THEMES
from rivulus.identity.queries import find_organisation, list_organisations
from rivulus.kernel.errors import NotFound, Refused

CKAN_VERSION = "2.10"  # whose answers these are like
MOST_ROWS = 1000
MOST_NAMES = 50_000


class Call:
    """The parameters of a call, and the address of the platform."""

    def __init__(self, values: Mapping[str, Any], base: str) -> None:
        self.values, self.base = values, base

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text."""
        value = self.values.get(name)
        return default if value is None else str(value)

    def number(self, name: str, default: int, *, most: int) -> int:
        """Return a parameter as a whole number that is not negative; never more than ``most``."""
        value = self.text(name) or str(default)
        if not value.isdecimal() or len(value) > 9:
            raise Refused("%(name)s must be a natural number.", name=name)
        return min(int(value), most)

    def flag(self, name: str) -> bool:
        """Return a parameter as yes or no."""
        return self.text(name).lower() in {"1", "true", "yes", "t"}

    def identifier(self) -> str:
        """Return the id, which must be there."""
        found = self.text("id") or self.text("resource_id")
        if not found:
            raise Refused("id: Missing value")
        return found


def site_read(call: Call) -> bool:
    """Everybody may read."""
    return True


def status_show(call: Call) -> Json:
    """What this is."""
    return {
        "ckan_version": CKAN_VERSION,
        "site_url": call.base,
        "site_title": "Rivulus",
        "site_description": "",
        "locale_default": "ro",
        "extensions": ["datastore"],
        "error_emails_to": None,
        "rivulus_version": settings.RIVULUS_VERSION,
    }


def package_list(call: Call) -> list[str]:
    """The names of all datasets."""
    limit, offset = call.number("limit", MOST_NAMES, most=MOST_NAMES), call.number("offset", 0, most=10**6)
    return list(list_public().order_by("code").values_list("code", flat=True)[offset : offset + limit])


def current_package_list_with_resources(call: Call) -> list[Json]:
    """The datasets, page by page, the latest changed first."""
    limit, offset = call.number("limit", 100, most=MOST_ROWS), call.number("offset", 0, most=10**6)
    rows = list_public().select_related("organisation").order_by("-changed_at", "id")[offset : offset + limit]
    return _packages(list(rows), call.base)


def package_show(call: Call) -> Json:
    """One dataset."""
    dataset = _dataset(call.identifier())
    return ckan.package(dataset, list_ways(dataset), call.base)


def package_search(call: Call) -> Json:
    """Datasets that match words and filters, with counts."""
    rows, start = call.number("rows", 10, most=MOST_ROWS), call.number("start", 0, most=10**6)
    q, sort = call.text("q").strip(), call.text("sort").strip()
    filters = solr.read_filter(" AND ".join(filter(None, [call.text("fq"), *_listed(call.values.get("fq_list"))])))
    is_filter = ":" in q and " " not in q and q != "*:*"
    filters |= solr.read_filter(q) if is_filter else {}
    words = "" if is_filter or q in {"*:*", "*"} else q.replace('"', " ").replace("*", " ")
    wanted = solr.apply(Wanted(q=words, sort=solr.read_sort(sort)), filters)
    if "nothing" in filters:
        return {"count": 0, "results": [], "sort": sort, "facets": {}, "search_facets": {}}
    if "name" in filters:
        found = list(list_public().select_related("organisation").filter(code=filters["name"]))
        return {
            "count": len(found),
            "results": _packages(found, call.base),
            "sort": sort,
            "facets": {},
            "search_facets": {},
        }
    result = search(wanted, offset=start, limit=rows)
    facets = _facets(result.facets, _listed(call.values.get("facet.field")))
    return {
        "count": result.total,
        "results": _packages(list(result.datasets), call.base),
        "sort": sort or "score desc, metadata_modified desc",
        "facets": {name: {item["name"]: item["count"] for item in block["items"]} for name, block in facets.items()},
        "search_facets": facets,
    }


def organization_list(call: Call) -> list[str] | list[Json]:
    """The organisations that publish."""
    counts = count_public_by_organisation()
    rows = [row for row in list_organisations() if row.pk in counts or call.flag("include_empty")]
    if call.flag("all_fields"):
        return [ckan.organization(row, packages=counts.get(row.pk, 0)) for row in rows]
    return [row.code for row in rows]


def organization_show(call: Call) -> Json:
    """One organisation."""
    organisation = find_organisation(call.identifier())
    if organisation is None or not organisation.is_active:
        raise NotFound("Not found")
    said = ckan.organization(organisation, packages=count_public_by_organisation().get(organisation.pk, 0))
    if call.flag("include_datasets"):
        rows = list_public().select_related("organisation").filter(organisation=organisation).order_by("code")
        said["packages"] = _packages(list(rows[:MOST_ROWS]), call.base)
    return said


def group_list(call: Call) -> list[str] | list[Json]:
    """The themes."""
    counts = {facet.value: facet.count for facet in search(Wanted(), limit=0).facets.get("theme", ())}
    if call.flag("all_fields"):
        return [ckan.group(code, packages=counts.get(code, 0)) for code in THEMES if code in counts]
    return [code.lower() for code in THEMES if code in counts]


def group_show(call: Call) -> Json:
    """One theme."""
    code = call.identifier().upper()
    if code not in THEMES:
        raise NotFound("Not found")
    return ckan.group(code, packages=search(Wanted(theme=code), limit=0).total)


def tag_list(call: Call) -> list[str] | list[Json]:
    """The keywords."""
    words = [word for word in list_keywords() if call.text("query").lower() in word.lower()]
    return [ckan.tag(word) for word in words] if call.flag("all_fields") else words


def license_list(call: Call) -> list[Json]:
    """The licences."""
    return ckan.licences()


def resource_show(call: Call) -> Json:
    """One way to get a dataset."""
    code, key = ckan.split_resource_id(call.identifier())
    dataset = _dataset(code)
    for position, way in enumerate(list_ways(dataset)):
        if way.key == key:
            return ckan.resource(dataset, way, call.base, position)
    raise NotFound("Not found")


def datastore_search(call: Call) -> Json:
    """Rows of a dataset."""
    identifier = call.identifier()
    code, key = ckan.split_resource_id(identifier)
    dataset = _dataset(code)
    way = next((way for way in list_ways(dataset) if way.key == key), None)
    if way is None or not ckan.is_in_datastore(dataset, way):
        raise NotFound("Not found")
    limit, offset = call.number("limit", 100, most=32_000), call.number("offset", 0, most=10**9)
    filters = call.values.get("filters") or {}
    if not isinstance(filters, Mapping):
        raise Refused("filters must be an object: {column: value}.")
    fields = tuple(_listed(call.values.get("fields")))
    found = search_rows(
        dataset,
        slug="" if way.slug == dataset.code else way.slug,
        filters=dict(filters),
        q=call.text("q"),
        limit=limit,
        offset=offset,
        sort=call.text("sort"),
        fields=fields,
    )
    names = [column.name for column in found.columns]
    return {
        "resource_id": identifier,
        "fields": [{"id": column.name, "type": _type(str(column.type))} for column in found.columns],
        "records": [dict(zip(names, row, strict=True)) for row in found.rows],
        "records_format": "objects",
        "total": found.total,
        "total_was_estimated": False,
        "limit": limit,
        "offset": offset,
        "include_total": True,
    }


def help_show(call: Call) -> str:
    """What an action does."""
    name = call.text("name")
    if name not in ACTIONS:
        raise NotFound("Action name not known")
    return ACTIONS[name].__doc__ or ""


type Action = Callable[[Call], Any]
ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        site_read, status_show, package_list, current_package_list_with_resources, package_show, package_search,
        organization_list, organization_show, group_list, group_show, tag_list, license_list, resource_show,
        datastore_search, help_show,
    )
}  # fmt: skip


def _dataset(code: str) -> Dataset:
    found = find_public(code)
    if found is None:
        raise NotFound("Not found")
    return found


def _packages(rows: list[Dataset], base: str) -> list[Json]:
    ways = list_ways_of(rows)
    return [ckan.package(row, ways[row.pk], base) for row in rows]


def _listed(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    text = str(value).strip()
    return [part.strip().strip("\"'") for part in text.strip("[]").split(",") if part.strip()]


def _facets(facets: Mapping[str, Any], wanted: list[str]) -> dict[str, Json]:
    shown: dict[str, Json] = {}
    for name in wanted:
        if name not in solr.FACETS:
            continue
        items = []
        for facet in facets.get(solr.FACETS[name], ()):
            value = (
                facet.value.lower()
                if name == "groups"
                else facet.value.upper()
                if name == "res_format"
                else facet.value
            )
            items.append({"name": value, "display_name": value, "count": facet.count})
        shown[name] = {"title": name, "items": items}
    return shown


def _type(kind: str) -> str:
    """Return the name that CKAN's DataStore has for a type of ours."""
    names = {"string": "text", "integer": "int", "number": "numeric", "boolean": "bool", "datetime": "timestamp"}
    return names.get(kind, "json" if kind == "geojson" else kind)
