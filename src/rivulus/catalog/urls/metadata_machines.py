"""Addresses for programs: DCAT-AP, CKAN, sitemaps."""

from django.urls import URLPattern, path, register_converter

from rivulus.catalog.presenters.rdf import Writing
from rivulus.catalog.standards import dcat, sitemap
from rivulus.catalog.standards.ckan import views as ckan


class WritingConverter:
    """How RDF is written, at the end of an address."""

    regex = "|".join(Writing)

    def to_python(self, value: str) -> str:
        """Take the ending as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Write the ending as it is."""
        return str(value)


register_converter(WritingConverter, "writing")

urlpatterns: list[URLPattern] = [
    path("catalog.<writing:writing>", dcat.catalog, name="catalog_rdf"),
    path("catalog/datasets/<slug:code>.<writing:writing>", dcat.dataset, name="catalog_dataset_rdf"),
    path("api/3/action/<slug:name>", ckan.act, name="ckan_action"),
    path("api/action/<slug:name>", ckan.act),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemap.part, name="sitemap_part"),
    path("robots.txt", sitemap.robots, name="robots"),
]
