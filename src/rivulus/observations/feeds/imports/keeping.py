"""Keeping an uploaded file: CSV as UTF-8 whatever it was, Parquet as it is; in the media folder, under a name of ours."""

import codecs
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.imports.mapping import CSV, LARGEST_BYTES, PARQUET

FOLDER = "observations/imports"
CHUNK = 1024 * 1024
PARQUET_MARK = b"PAR1"
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
OTHERS = {b"PK": N_("a ZIP archive"), b"\x1f\x8b": N_("a gzip archive"), b"%PDF": N_("a PDF")}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was kept: its place, its form, its size, and the encoding that it came in."""

    place: str
    form: str
    size: int
    encoding: str


def keep(stream: IO[bytes]) -> Kept:
    """Keep a file; raises Refused for one that is too large, empty, or neither CSV nor Parquet."""
    head = stream.read(8192)
    if not head:
        raise Refused(N_("The file is empty."))
    for mark, what in OTHERS.items():
        if head.startswith(mark):
            raise Refused(N_("The file is %(what)s; a CSV or Parquet file is wanted."), what=what)
    stream.seek(0)
    if head.startswith(PARQUET_MARK):
        return _save(_bounded(_chunks(stream)), PARQUET, "")
    encoding, skip = _encoding_of(stream, head)
    stream.seek(skip)
    return _save(_recoded(_bounded(_chunks(stream)), encoding), CSV, encoding)


def remove(place: str) -> None:
    """Remove a file that is no longer wanted."""
    if place.startswith(f"{FOLDER}/"):
        default_storage.delete(place)


def open_kept(place: str) -> IO[bytes]:
    """Open a file that was kept; raises Refused where it is gone."""
    try:
        opened: IO[bytes] = default_storage.open(place, "rb")
    except OSError as error:
        raise Refused(N_("The file is no longer kept here. Upload it again.")) from error
    return opened


def _save(parts: Iterable[bytes], form: str, encoding: str) -> Kept:
    import tempfile

    with tempfile.TemporaryFile() as file:
        for part in parts:
            file.write(part)
        size = file.tell()
        file.seek(0)
        place = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}.{form}", File(file))
    return Kept(place, form, size, encoding)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _bounded(parts: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > LARGEST_BYTES:
            raise Refused(N_("The file is larger than 64 MB. Split it into several files."))
        yield part


def _encoding_of(stream: IO[bytes], head: bytes) -> tuple[str, int]:
    """Return the encoding, and how many bytes its mark takes: by the mark, by null bytes, else by trying."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    if b"\x00" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if max(even, odd) < len(head) // 4:
            raise Refused(N_("The file is not a text; a CSV or Parquet file is wanted."))
        return ("utf-16-be" if even > odd else "utf-16-le"), 0
    return _single_byte_or_utf8(stream), 0


def _single_byte_or_utf8(stream: IO[bytes]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    has_superscript = False
    is_utf8 = True
    for chunk in _chunks(stream):
        has_superscript = has_superscript or b"\xb3" in chunk
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    if is_utf8:
        return "utf-8"
    # 0xB3 is the ³ of µg/m³ in Western Windows, and the Polish ł in Central European: a measured file means the ³.
    return "cp1252" if has_superscript else "cp1250"


def _recoded(parts: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace" if encoding.startswith("cp") else "strict")
    try:
        for part in parts:
            yield decoder.decode(part).replace("\x00", "").encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise Refused(N_("The file is not whole: its text breaks off inside a letter.")) from error
