"""Receiving a file: streamed to the disk, told apart by its first bytes, its letters recognised; nothing is unpacked."""

import codecs
import csv
import hashlib
import itertools
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import charset_normalizer

from rivulus.catalog.feeds.uploads.workbooks import packing
from rivulus.catalog.queries.places import scratch_folder, uploads_folder
from rivulus.catalog.rules import uploads as rules
from rivulus.catalog.rules.guessing import Reading, guess_delimiter, has_header
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

CHUNK = 1024 * 1024
SAMPLE = 256 * 1024
ROOM = 2  # what is written while a file is checked may be as large again
ENCODINGS = ("utf-8", "cp1250", "iso8859_2", "cp1252", "iso8859_16", "cp852", "utf-16")
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "cp1250": "Windows-1250",
    "iso8859_2": "ISO 8859-2",
    "cp1252": "Windows-1252",
    "iso8859_16": "ISO 8859-16",
    "cp852": "CP 852 (DOS)",
    "utf-16": "UTF-16",
}
OTHERS = {
    b"PK": N_("a ZIP archive"),
    b"\x1f\x8b": N_("a gzip archive"),
    b"%PDF": N_("a PDF"),
    b"7z\xbc\xaf": N_("a 7-Zip archive"),
    b"\x28\xb5\x2f\xfd": N_("a Zstandard archive"),
}
PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
WANTED = N_("The file is %(what)s; a table is wanted: CSV, XLSX, ODS, GeoJSON or Parquet.")


class Stream(Protocol):
    """What Django hands over of an uploaded file."""

    size: int | None

    def chunks(self, chunk_size: int | None = None) -> Iterable[bytes]:
        """Yield the file in pieces."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was kept: its place in the folder of uploads, and how it is written."""

    place: str
    size: int
    checksum: str
    reading: Reading


def receive(stream: Stream) -> Received:
    """Keep a file; raises Refused for one that is too large, empty, packed, or none of the formats, and keeps nothing."""
    rules.check_size(stream.size or 0)
    folder = uploads_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < ROOM * (stream.size or 0) + 64 * CHUNK:
        raise Refused(N_("There is no room for a file of this size now. Tell the administrator."))
    file = folder / uuid.uuid4().hex
    try:
        size, checksum = _save(stream, file)
        return Received(file.name, size, checksum, recognise(file))
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def file_of(place: str) -> Path:
    """Return the file of an upload; raises Refused where it is gone."""
    file = uploads_folder() / Path(place).name
    if not place or not file.is_file():
        raise Refused(N_("The file is no longer kept here. Upload it again."))
    return file


def remove(place: str) -> None:
    """Remove a file that is no longer wanted."""
    if place:
        (uploads_folder() / Path(place).name).unlink(missing_ok=True)


def _save(stream: Stream, file: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with file.open("xb") as kept:
        for chunk in stream.chunks(CHUNK):
            size += len(chunk)
            rules.check_size(size)
            digest.update(chunk)
            kept.write(chunk)
    file.chmod(0o600)
    return size, digest.hexdigest()


def recognise(file: Path) -> Reading:
    """Return how a file is written."""
    with file.open("rb") as opened:
        head = opened.read(SAMPLE)
    if not head.strip():
        raise Refused(N_("The file is empty."))
    if head.startswith(b"PAR1"):
        return Reading("parquet")
    if head.startswith(OLD):
        raise packing.refuse_old(file)
    if head.startswith(PACKED) and (form := packing.recognise(file)):
        return Reading(form)
    for mark, what in OTHERS.items():
        if head.startswith(mark):
            raise Refused(WANTED, what=what)
    text_start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text_start.startswith(b"{"):
        return Reading("geojson")
    encoding = _encoding_of(file, head)
    sample = _whole_lines(_decoded(head, encoding))
    delimiter = guess_delimiter(sample)
    return Reading("csv", encoding, delimiter, has_header(first_rows(sample, delimiter, 1)))


def first_rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    """Return the first rows of a text of cells."""
    try:
        return list(itertools.islice(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), most))
    except csv.Error:
        return []


def sample_of(file: Path, reading: Reading) -> str:
    """Return the beginning of a file of text."""
    with file.open("rb") as opened:
        head = opened.read(SAMPLE)
    return _whole_lines(_decoded(head, reading.encoding))


def utf8_file(file: Path, encoding: str) -> Path:
    """Return the file in UTF-8 without a mark: itself, or a copy that is recoded once; raises Refused where it breaks off."""
    if encoding == "utf-8":
        return file
    folder = scratch_folder() / "recoded"
    folder.mkdir(exist_ok=True, mode=0o700)
    copy = folder / f"{file.name}-{encoding}"
    if copy.exists():
        return copy
    partial = folder / f".writing-{uuid.uuid4().hex}"
    try:
        with file.open("rb") as raw, partial.open("wb") as written:
            for part in _recoded(iter(lambda: raw.read(CHUNK), b""), encoding):
                written.write(part)
        partial.replace(copy)
    finally:
        partial.unlink(missing_ok=True)
    return copy


def list_bad_lines(file: Path, most: int) -> list[tuple[int, str]]:
    """Return the lines of a file that are not UTF-8, with what they hold, when most of its letters are."""
    found = []
    with file.open("rb") as opened:
        for number, line in enumerate(opened, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                found.append(
                    (number, line[max(0, error.start - 10) : error.end + 10].decode("utf-8", "replace").strip())
                )
                if len(found) >= most:
                    break
    return found


def _encoding_of(file: Path, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in head:
        raise Refused(N_("The file is not a text; a table is wanted: CSV, XLSX, ODS, GeoJSON or Parquet."))
    good, bad, sample = _count_letters(file)
    if not bad or good > bad * 3:
        # Mixed: most letters are UTF-8, and the lines with others are faults to be shown.
        return "utf-8"
    # Bytes from 0x80 to 0x9F are letters and quotation marks of Windows and DOS, and nothing in the ISO sets.
    is_windows = any(0x80 <= byte <= 0x9F for byte in sample)
    candidates = [name for name in ENCODINGS[1:6] if not (is_windows and name.startswith("iso"))]
    best = charset_normalizer.from_bytes(sample, cp_isolation=candidates).best()
    return best.encoding if best is not None and best.encoding in candidates else "cp1250"


def _count_letters(file: Path) -> tuple[int, int, bytes]:
    """Return how many letters beyond ASCII are UTF-8 and how many are not, and lines with some of those."""
    good = bad = 0
    sample: list[bytes] = []
    with file.open("rb") as opened:
        for block in iter(lambda: opened.readlines(CHUNK), []):
            joined = b"".join(block)
            if joined.isascii():
                continue
            try:
                good += len(joined) - len(joined.decode())
                continue
            except UnicodeDecodeError:
                pass
            for line in block:
                try:
                    good += len(line) - len(line.decode())
                except UnicodeDecodeError:
                    bad += 1
                    if sum(map(len, sample)) < SAMPLE:
                        sample.append(line)
    return good, bad, b"".join(sample)


def _decoded(head: bytes, encoding: str) -> str:
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    return text.removeprefix("\ufeff").replace("\x00", "")


def _whole_lines(text: str) -> str:
    end = text.rfind("\n")
    return text[: end + 1] if end > 0 and len(text) > SAMPLE // 4 else text


def _recoded(parts: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace" if encoding != "utf-16" else "strict")
    try:
        for part in parts:
            yield decoder.decode(part).replace("\x00", "").encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise Refused(N_("The file is not whole: its text breaks off inside a letter.")) from error
