"""The results of a search in words: filters with their counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext

from rivulus.catalog.presenters.datasets import format_name, licence_name, theme_name
from rivulus.catalog.queries.search import Facet, Found
from rivulus.kernel.words import N_

MOST_VALUES = 12
ORDER_NAMES: Mapping[str, str] = {
    "relevance": N_("Best match first"),
    "changed": N_("Latest data first"),
    "new": N_("Newly published first"),
    "title": N_("By title"),
    "quality": N_("Best described first"),
}


@dataclass(frozen=True, slots=True)
class FacetLink:
    """One value of a filter, with the address that sets it, or takes it away where it is set."""

    name: str
    count: int
    href: str
    is_set: bool


@dataclass(frozen=True, slots=True)
class FacetBlock:
    """One filter."""

    title: str
    links: tuple[FacetLink, ...]


def present_facets(
    found: Found, query: QueryDict, organisations: Mapping[str, str], *, action: str
) -> list[FacetBlock]:
    """Return the filters of a search with the counts of the present results; ``action`` is the page that searches."""
    blocks = (
        ("organisation", gettext("Organisation"), lambda value: organisations.get(value, value)),
        ("theme", gettext("Theme"), theme_name),
        ("format", gettext("Format"), format_name),
        ("licence", gettext("Licence"), licence_name),
        ("high_value", gettext("High-value data"), lambda _: gettext("High-value data of the EU")),
        ("live", gettext("Live data"), lambda _: gettext("Always current")),
    )
    shown = []
    for name, title, word in blocks:
        facets = list(found.facets.get(name, ()))
        chosen = query.get(name, "")
        if chosen and chosen not in {facet.value for facet in facets}:
            facets.append(Facet(chosen, 0))
        links = tuple(_link(action, query, name, facet, word(facet.value), chosen) for facet in facets[:MOST_VALUES])
        if links:
            shown.append(FacetBlock(title, links))
    return shown


def present_orders(current: str, *, has_words: bool) -> Sequence[tuple[str, str, bool]]:
    """Return the orders that can be chosen: name, words, whether it is the present one."""
    return [
        (name, gettext(words), name == current)
        for name, words in ORDER_NAMES.items()
        if has_words or name != "relevance"
    ]


def _link(action: str, query: QueryDict, name: str, facet: Facet, word: str, chosen: str) -> FacetLink:
    changed = query.copy()
    changed.pop("page", None)
    is_set = chosen == facet.value
    if is_set:
        changed.pop(name, None)
    else:
        changed[name] = facet.value
    return FacetLink(word, facet.count, f"{action}?{changed.urlencode()}", is_set)
