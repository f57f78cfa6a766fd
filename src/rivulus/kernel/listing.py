"""Lists of the API: paged JSON, and a twin for spreadsheets at the same address with ``.csv``."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import translation
from ninja import Query, Router, Schema
from ninja.errors import ValidationError
from pydantic import Field, create_model

from rivulus.kernel import publishing
from rivulus.kernel.tables import Cell, stream_csv

MAX_LIMIT = 1000


class LanguageQuery(Schema):
    """The language of the texts."""

    lang: Literal["ro", "en", "hu"] = Field("ro", description="Language of the texts.")


class ListQuery(LanguageQuery):
    """Which part of a list."""

    limit: int = Field(100, ge=1, le=MAX_LIMIT, description="How many at the most.")
    offset: int = Field(0, ge=0, le=10_000_000, description="How many to pass over.")


Found = Sequence[Schema]


def add_listing(
    router: Router,
    path: str,
    *,
    title: str,
    query: type[ListQuery],
    out: type[Schema],
    find: Callable[[Any], Found],
    context: str,
    is_live: bool = True,
    check: Callable[[HttpRequest], None] | None = None,
) -> None:
    """Serve what ``find(query)`` returns at ``path`` as paged JSON and at ``path.csv`` whole.

    ``context`` is the name of the context whose list it is; the two make the name of the collection.

    ``find`` returns a sequence that is sliced before its items are read; ``out`` must be flat, for the twin.
    ``check`` raises PermissionDenied where the list is not for whoever asks; such a list is no open data.
    """
    page_type = create_model(
        f"{out.__name__.removesuffix('Out')}Page",
        __base__=Schema,
        count=(int, ...),
        next=(str | None, None),
        items=(list[out], ...),  # type: ignore[valid-type]
    )

    @router.get(path, response=page_type, summary=title, url_name=_name(path), operation_id=f"list_{_word(path)}")
    def as_json(request: HttpRequest, wanted: Query[query]) -> dict[str, Any]:  # type: ignore[valid-type]
        if check:
            check(request)
        check_parameters(request, query)
        with translation.override(wanted.lang):  # type: ignore[attr-defined]
            found = find(wanted)
            start, end = wanted.offset, wanted.offset + wanted.limit  # type: ignore[attr-defined]
            items = list(found[start:end])
        following = _next(request, wanted, len(found))
        return {"count": len(found), "next": following, "items": items}

    @router.get(
        path + ".csv",
        response={200: str},
        summary=f"{title} (CSV)",
        url_name=_name(path) + "-csv",
        operation_id=f"list_{_word(path)}_csv",
        openapi_extra={"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}},
    )
    def as_csv(request: HttpRequest, wanted: Query[query]) -> StreamingHttpResponse:  # type: ignore[valid-type]
        if check:
            check(request)
        check_parameters(request, query)
        names = list(out.model_fields)
        with translation.override(wanted.lang):  # type: ignore[attr-defined]
            rows = [[_cell(getattr(item, name)) for name in names] for item in find(wanted)]
        return csv_response(_name(path), names, rows)

    if check is None:
        publishing.register(publishing.Collection(name=f"{context}_{_name(path)}", title=title, live=is_live))


def check_parameters(request: HttpRequest, query: type[Schema]) -> None:
    """Refuse a parameter that nobody reads: a misspelt filter must not look like an answer."""
    unknown = sorted(set(request.GET) - set(query.model_fields))
    if unknown:
        raise ValidationError([{"loc": ("query", name), "msg": "This parameter is not known."} for name in unknown])


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """Return a table as a file that a browser saves as ``name.csv``."""
    response = StreamingHttpResponse(stream_csv(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _word(path: str) -> str:
    return _name(path).replace("-", "_")


def _name(path: str) -> str:
    return path.strip("/").replace("/", "-")


def _next(request: HttpRequest, wanted: Any, count: int) -> str | None:
    following = wanted.offset + wanted.limit
    if following >= count:
        return None
    given = {**request.GET.dict(), "offset": following, "limit": wanted.limit}
    return request.build_absolute_uri(f"{request.path}?{urlencode(given)}")


def _cell(value: Any) -> Cell:
    if isinstance(value, list | tuple):
        return "|".join(str(part) for part in value)
    if value is None or isinstance(value, str | int | float | Decimal | bool | dt.date):
        return value
    return str(value)
