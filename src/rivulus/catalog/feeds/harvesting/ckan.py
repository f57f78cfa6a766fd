"""Catalogs that speak CKAN's Action API."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from rivulus.catalog.feeds.fetching import Fetched
from rivulus.catalog.rules.datasets import Metadata
from rivulus.catalog.rules.harvest import MOST_DATASETS, MOST_PAGES, MOST_WAYS, Elsewhere, Found, Visit
from rivulus.catalog.terms.vocabularies import FREQUENCIES, HVD_CATEGORIES, THEMES, find_format, find_licence
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

ACCEPT = "application/json"
PER_PAGE = 100

type Fetch = Callable[[str], Fetched]
type Json = Mapping[str, Any]


def visit(url: str, fetch: Fetch, *, most_pages: int = MOST_PAGES) -> Visit:
    """Read a catalog to its end, or as many pages as are allowed; raises Refused where it cannot be read."""
    root = url.rstrip("/").removesuffix("/action").removesuffix("/api/3").removesuffix("/api")
    found: dict[str, Found] = {}
    problems: list[tuple[str, str]] = []
    start, total = 0, 1
    for _ in range(most_pages):
        query = urlencode({"rows": PER_PAGE, "start": start, "sort": "name asc"})
        result = _result(fetch(f"{root}/api/3/action/package_search?{query}"))
        packages = result.get("results")
        total = result.get("count", 0)
        if not isinstance(packages, list) or not isinstance(total, int):
            raise Refused(N_("The catalog does not answer as CKAN does."))
        if total > MOST_DATASETS:
            raise Refused(N_("The catalog has more than %(most)s datasets."), most=MOST_DATASETS)
        for package in packages:
            _take(package, root, found, problems)
        start += len(packages)
        if not packages or start >= total:
            break
    return Visit(tuple(found.values()), tuple(problems), is_whole=start >= total)


def read_package(package: Json, root: str) -> Found:
    """Return one dataset of CKAN."""
    extras = {str(one.get("key")): str(one.get("value") or "") for one in _list(package, "extras")}
    name = _text(package, "name")
    said = Metadata(
        title_ro=(_text(package, "title") or name)[:300],
        title_en=extras.get("title_en", "")[:300],
        title_hu=extras.get("title_hu", "")[:300],
        description_ro=_text(package, "notes")[:5000],
        description_en=extras.get("notes_en", "")[:5000],
        description_hu=extras.get("notes_hu", "")[:5000],
        theme=tuple(sorted({_text(one, "name").upper() for one in _list(package, "groups")} & set(THEMES))),
        keywords=_keywords(package),
        licence=find_licence(_text(package, "license_id") or _text(package, "license_url")),
        hvd_category=_known(extras.get("hvd_category", ""), HVD_CATEGORIES, ""),
        contact_name=(_text(package, "maintainer") or _text(package, "author"))[:200],
        contact_email=_email(_text(package, "maintainer_email") or _text(package, "author_email")),
        frequency=_known(extras.get("frequency", ""), FREQUENCIES, "UNKNOWN"),
        landing_page=_address(f"{root}/dataset/{name}"),
    )
    changed = _moment(_text(package, "metadata_modified"))
    return Found(_text(package, "id") or name, said, tuple(_ways(package)), changed)


def _take(package: Any, root: str, found: dict[str, Found], problems: list[tuple[str, str]]) -> None:
    if not isinstance(package, Mapping):
        raise Refused(N_("The catalog does not answer as CKAN does."))
    if package.get("private") or _text(package, "state") not in {"", "active"}:
        return
    one = read_package(package, root)
    if one.foreign_id:
        found[one.foreign_id] = one
    else:
        problems.append((one.said.title_ro, "It has no address or number of its own."))


def _ways(package: Json) -> Iterator[Elsewhere]:
    for one in _list(package, "resources")[:MOST_WAYS]:
        url = _address(_text(one, "url"))
        if not url:
            continue
        word = _text(one, "mimetype") or _text(one, "format")
        kind = find_format(word) if find_format(word) != "other" else find_format(_text(one, "format"))
        size = one.get("size")
        yield Elsewhere(url, kind, _text(one, "name")[:300], size if isinstance(size, int) and size >= 0 else None)


def _result(fetched: Fetched) -> Json:
    try:
        answer = json.loads(fetched.body)
    except (ValueError, RecursionError) as error:
        raise Refused(N_("The catalog does not answer as CKAN does.")) from error
    result = answer.get("result") if isinstance(answer, dict) and answer.get("success") is True else None
    if not isinstance(result, Mapping):
        raise Refused(N_("The catalog does not answer as CKAN does."))
    return result


def _keywords(package: Json) -> tuple[str, ...]:
    words = [" ".join(_text(one, "name").split()) for one in _list(package, "tags")]
    return tuple(dict.fromkeys(word for word in words if 2 <= len(word) <= 60))[:20]


def _list(value: Json, name: str) -> list[Json]:
    found = value.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _text(value: Json, name: str) -> str:
    found = value.get(name)
    return found.strip().replace("\x00", "") if isinstance(found, str) else ""


def _known(word: str, known: Mapping[str, object], otherwise: str) -> str:
    last = word.rstrip("/").rsplit("/", 1)[-1]
    return last if last in known else otherwise


def _email(text: str) -> str:
    return text if re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}\.[A-Za-z]{2,20}", text) else ""


def _address(text: str) -> str:
    parts = urlsplit(text)
    return text if parts.scheme in {"http", "https"} and parts.hostname and len(text) <= 500 else ""


def _moment(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
