"""Datasets in the words of CKAN's Action API, version 3."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from rivulus.catalog.models import Dataset
from rivulus.catalog.presenters.datasets import licence_name, theme_name
from rivulus.catalog.presenters.dcat import licence_address
from rivulus.catalog.queries.ways import Way
from rivulus.catalog.terms import Source
from rivulus.catalog.terms.vocabularies import FILE_TYPES, HVD, LICENCES

type Json = dict[str, Any]


def package(dataset: Dataset, ways: Sequence[Way], base: str) -> Json:
    """Return a dataset as CKAN's package."""
    organisation = dataset.organisation
    resources = [resource(dataset, way, base, position) for position, way in enumerate(ways)]
    extras = {
        "uri": f"{base}/catalog/datasets/{dataset.code}/",
        "frequency": dataset.frequency,
        "hvd_category": f"{HVD}{dataset.hvd_category}" if dataset.hvd_category else "",
        "title_en": dataset.title_en,
        "title_hu": dataset.title_hu,
        "notes_en": dataset.description_en,
        "notes_hu": dataset.description_hu,
    }
    return {
        "id": dataset.code,
        "name": dataset.code,
        "title": dataset.title_ro,
        "notes": dataset.description_ro,
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": dataset.licence in LICENCES and LICENCES[dataset.licence].is_open,
        "url": dataset.landing_page or f"{base}/catalog/datasets/{dataset.code}/",
        "version": str(dataset.version),
        "author": organisation.name_ro,
        "author_email": organisation.email or None,
        "maintainer": dataset.contact_name or organisation.name_ro,
        "maintainer_email": dataset.contact_email or organisation.email or None,
        "license_id": dataset.licence,
        "license_title": licence_name(dataset.licence),
        "license_url": licence_address(dataset.licence),
        "owner_org": organisation.code,
        "organization": organization(organisation),
        "groups": [group(code) for code in dataset.theme],
        "tags": [tag(word) for word in dataset.keywords],
        "resources": resources,
        "num_resources": len(resources),
        "num_tags": len(dataset.keywords),
        "metadata_created": _moment(dataset.issued_at or dataset.created_at),
        "metadata_modified": _moment(dataset.changed_at),
        "extras": [{"key": key, "value": value} for key, value in sorted(extras.items()) if value],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def resource(dataset: Dataset, way: Way, base: str, position: int) -> Json:
    """Return a way to get a dataset as CKAN's resource."""
    kind = FILE_TYPES[way.format]
    return {
        "id": resource_id(dataset, way),
        "package_id": dataset.code,
        "position": position,
        "name": way.title or kind.name,
        "description": "",
        "format": kind.name if kind.authority else "",
        "mimetype": kind.media_type,
        "url": base + way.path if way.path else way.url,
        "url_type": "datastore" if is_in_datastore(dataset, way) else None,
        "datastore_active": is_in_datastore(dataset, way),
        "state": "active",
        "size": way.size,
        "hash": way.checksum,
        "created": _moment(way.issued_at),
        "last_modified": _moment(way.changed_at),
        "resource_type": "api" if way.is_api else "file",
    }


def resource_id(dataset: Dataset, way: Way) -> str:
    """Return the number of a resource: it says whose it is, so that it is found without a table of its own."""
    return f"{dataset.code}~{way.key}"


def split_resource_id(text: str) -> tuple[str, str]:
    """Return the dataset's code and the way's key."""
    code, _, key = text.partition("~")
    return code, key


def is_in_datastore(dataset: Dataset, way: Way) -> bool:
    """Tell whether the rows of a way can be asked for."""
    return bool(way.slug) and dataset.source in {Source.LIVE, Source.FILE}


def organization(organisation: Any, *, packages: int | None = None) -> Json:
    """Return an organisation as CKAN's organization."""
    said: Json = {
        "id": organisation.code,
        "name": organisation.code,
        "title": organisation.name_ro,
        "display_name": organisation.name_ro,
        "description": "",
        "image_url": "",
        "type": "organization",
        "is_organization": True,
        "state": "active",
        "approval_status": "approved",
        "created": _moment(organisation.created_at),
    }
    return said if packages is None else said | {"package_count": packages}


def group(code: str, *, packages: int | None = None) -> Json:
    """Return a theme as CKAN's group."""
    said: Json = {
        "id": code,
        "name": code.lower(),
        "title": theme_name(code),
        "display_name": theme_name(code),
        "description": "",
        "image_display_url": "",
        "type": "group",
        "is_organization": False,
        "state": "active",
    }
    return said if packages is None else said | {"package_count": packages}


def tag(word: str) -> Json:
    """Return a keyword as CKAN's tag."""
    return {"id": word, "name": word, "display_name": word, "state": "active", "vocabulary_id": None}


def licences() -> list[Json]:
    """Return the licences as CKAN lists them."""
    return [
        {
            "id": code,
            "title": licence.title,
            "url": licence.url,
            "status": "active",
            "is_okd_compliant": licence.is_open,
            "is_osi_compliant": False,
            "od_conformance": "approved" if licence.is_open else "not reviewed",
            "domain_content": True,
            "domain_data": True,
            "domain_software": False,
            "family": "",
            "maintainer": "",
        }
        for code, licence in LICENCES.items()
    ]


def _moment(at: dt.datetime | None) -> str | None:
    """Return a moment as CKAN writes it: in UTC, without saying so."""
    return at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") if at else None
