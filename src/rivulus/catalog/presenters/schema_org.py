"""One dataset in the words of schema.org, for the search engines that list datasets."""

import json
from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from rivulus.catalog.models import Dataset
from rivulus.catalog.presenters.dcat import licence_address
from rivulus.catalog.queries.datasets import read_range
from rivulus.catalog.queries.ways import Way
from rivulus.catalog.terms.vocabularies import FILE_TYPES

# So that nothing inside can end the element that holds it.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def describe(dataset: Dataset, ways: Sequence[Way], base: str) -> dict[str, Any]:
    """Return a dataset as schema.org/Dataset."""
    address = f"{base}/catalog/datasets/{dataset.code}/"
    organisation = dataset.organisation
    said: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": address,
        "url": address,
        "identifier": dataset.code,
        "name": dataset.title,
        "description": (dataset.description or dataset.title)[:5000],
        "version": str(dataset.version),
        "license": licence_address(dataset.licence),
        "keywords": dataset.keywords,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": organisation.name, "url": organisation.homepage or base},
        "includedInDataCatalog": {"@type": "DataCatalog", "name": "Rivulus Baia Mare", "url": f"{base}/catalog/"},
        "dateModified": (dataset.data_changed_at or dataset.changed_at).date().isoformat(),
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": FILE_TYPES[way.format].media_type,
                "contentUrl": base + way.path if way.path else way.url,
            }
            for way in ways
            if not way.is_api
        ],
    }
    begin, end = read_range(dataset.temporal)
    if begin or end:
        said["temporalCoverage"] = f"{begin or '..'}/{end or '..'}"
    box = dataset.spatial.get("bbox")
    if box:
        west, south, east, north = box
        shape = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
        said["spatialCoverage"] = {"@type": "Place", "geo": shape}
    elif dataset.spatial:
        said["spatialCoverage"] = (
            "Baia Mare, Maramureș, România" if dataset.spatial.get("siruta") == 106318 else "Maramureș, România"
        )
    if dataset.issued_at:
        said["datePublished"] = dataset.issued_at.date().isoformat()
    return {name: value for name, value in said.items() if value not in ("", [], None)}


def as_script(said: dict[str, Any]) -> SafeString:
    """Return JSON that may stand inside a script element."""
    return mark_safe(json.dumps(said, ensure_ascii=False).translate(_ESCAPES))
