"""A table as a response: in the format asked for, streamed, with what caches need to know."""

import gzip
import hashlib
import io
import re
import uuid
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date

from rivulus.catalog.presenters.formats import binary, texts
from rivulus.catalog.queries import rows as queries
from rivulus.catalog.queries.places import scratch_folder
from rivulus.catalog.queries.rows import Asked, Streamed
from rivulus.catalog.queries.tables import DataTable
from rivulus.catalog.rules.columns import table_schema
from rivulus.catalog.rules.formats import MEDIA, MOST_XLSX_ROWS
from rivulus.catalog.terms import Format
from rivulus.ui.presenters import active_language

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PIECE = 256 * 1024
KEEP_S = 60
"""How long anybody may keep an answer without asking again."""


def tag_of(request: HttpRequest, table: DataTable, form: str, asked: Asked) -> str:
    """Return the name under which caches know an answer: the same question to the same rows."""
    if form == Format.PARQUET and asked.is_everything and table.is_whole:
        return f'"{table.version}"'
    said = "\n".join((table.version, form, active_language(), table.slug, table.dataset.licence, repr(asked)))
    columns = ",".join(column.name for column in table.columns)
    return f'W/"{hashlib.sha256(f"{said}{columns}{table.is_simulated}".encode()).hexdigest()[:32]}"'


def send(request: HttpRequest, table: DataTable, form: Format, asked: Asked, tag: str) -> HttpResponseBase:
    """Return what was asked for as a file; raises Refused where the question is wrong or the answer too large."""
    response = _ranged(request, table, form, asked, tag) or _body(table, form, asked)
    medium = MEDIA[form]
    if medium.is_text:
        patch_vary_headers(response, ["Accept-Encoding"])
        if accepts_gzip(request) and isinstance(response, StreamingHttpResponse):
            response.streaming_content = gzipped(response.streaming_content)  # type: ignore[arg-type]
            response["Content-Encoding"] = "gzip"
    describe(response, table, form, tag)
    return response


def describe(response: HttpResponseBase, table: DataTable, form: Format, tag: str) -> None:
    """Say what the file is called, how old it is, and under which name caches know it."""
    day = f"-{table.day.isoformat()}" if table.day else ""
    response["Content-Type"] = MEDIA[form].type
    if form is Format.PARQUET:
        response["Accept-Ranges"] = "bytes" if table.is_whole else "none"
    response["Content-Disposition"] = f'attachment; filename="{table.slug}{day}.{form}"'
    say_age(response, table, tag)


def say_age(response: HttpResponseBase, table: DataTable, tag: str) -> None:
    """Say how old the rows are; anybody may read them from any page of the web."""
    response["ETag"] = tag
    response["Last-Modified"] = http_date(table.changed_at.timestamp())
    response["Cache-Control"] = f"public, max-age={KEEP_S}"
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Content-Type-Options"] = "nosniff"


def _body(table: DataTable, form: Format, asked: Asked) -> HttpResponseBase:
    if form is Format.PARQUET and asked.is_everything and table.is_whole:
        return FileResponse(table.file.open("rb"))
    if form is Format.XLSX:
        return FileResponse(_workbook(table, asked))
    found = queries.stream(table, asked)
    # The first rows are read before anything is sent, so that a mistake is answered as one.
    return StreamingHttpResponse(_begun(_parts(table, form, found)))


def _ranged(request: HttpRequest, table: DataTable, form: Format, asked: Asked, tag: str) -> HttpResponseBase | None:
    """Return one range of a Parquet file (RFC 9110): programs read the end of it first, and then only what they need."""
    found = RANGE.fullmatch(request.headers.get("Range", ""))
    is_raw = form is Format.PARQUET and asked.is_everything and table.is_whole
    if not found or not is_raw or request.headers.get("If-Range", tag) != tag:
        return None
    size = table.file.stat().st_size
    first, last = found[1], found[2]
    if not first and not last:
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size or end < start:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    streamed = StreamingHttpResponse(_piece(table.file.open("rb"), start, end - start + 1), status=206)
    streamed["Content-Range"] = f"bytes {start}-{end}/{size}"
    streamed["Content-Length"] = str(end - start + 1)
    return streamed


def _piece(file: IO[bytes], start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (part := file.read(min(length, PIECE))):
            length -= len(part)
            yield part


def _parts(table: DataTable, form: Format, found: Streamed) -> Iterator[bytes]:
    match form:
        case Format.CSV:
            return texts.write_csv(found.columns, found.batches)
        case Format.GEOJSON:
            return texts.write_geojson(found.columns, found.batches, {"name": table.slug})
        case Format.PARQUET:
            return binary.write_parquet(found.columns, found.batches)
        case _:
            return texts.write_json(found.columns, found.batches, about(table, found))


def about(table: DataTable, found: Streamed) -> dict[str, Any]:
    """Return what stands before the rows of a JSON file."""
    language = active_language()
    return {
        "dataset": table.dataset.code,
        "licence": table.dataset.licence,
        "changed": table.changed_at.isoformat(),
        "simulated": table.is_simulated,
        "schema": table_schema(found.columns, language=language),
    }


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Wait until the first rows are there, and return all of it."""
    head = [next(parts, b"")]
    head.append(next(parts, b""))

    def everything() -> Iterator[bytes]:
        try:
            yield from head
            yield from parts
        finally:
            if hasattr(parts, "close"):
                parts.close()

    return everything()


def _workbook(table: DataTable, asked: Asked) -> IO[bytes]:
    """Return an open workbook; of a whole table it is kept until the rows change."""
    folder = scratch_folder() / "made"
    folder.mkdir(exist_ok=True, mode=0o700)
    keeps = asked.is_everything and table.is_whole
    made = folder / f"{table.version}.xlsx"
    if keeps and made.exists():
        return made.open("rb")
    if queries.count(table, asked) > MOST_XLSX_ROWS and (asked.limit is None or asked.limit > MOST_XLSX_ROWS):
        raise binary.too_many_rows()
    partial = folder / f".writing-{uuid.uuid4().hex}"
    try:
        found = queries.stream(table, asked)
        binary.write_xlsx(partial, table.slug, found.columns, found.batches)
        opened = partial.open("rb")
        if keeps:
            partial.replace(made)
        return opened
    finally:
        partial.unlink(missing_ok=True)


def accepts_gzip(request: HttpRequest) -> bool:
    """Tell whether whoever asks understands gzip."""
    offered = request.headers.get("Accept-Encoding", "").lower().split(",")
    return any(one.split(";")[0].strip() == "gzip" and "q=0" not in one.replace(" ", "").split(";") for one in offered)


def gzipped(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the parts compressed, quickly rather than tightly."""
    packer = zlib.compressobj(4, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    yield packer.flush()


def packed_response(request: HttpRequest, body: bytes, content_type: str) -> HttpResponse:
    """Return a short body, compressed where that pays."""
    response = HttpResponse(content_type=content_type)
    patch_vary_headers(response, ["Accept-Encoding"])
    if accepts_gzip(request) and len(body) > 1_400:
        sink = io.BytesIO()
        with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=4, mtime=0) as packer:
            packer.write(body)
        response.content = sink.getvalue()
        response["Content-Encoding"] = "gzip"
    else:
        response.content = body
    return response
