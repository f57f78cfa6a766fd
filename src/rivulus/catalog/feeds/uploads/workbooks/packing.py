"""A workbook as an archive: what it says of itself is checked, what is needed of it is copied, and counted on the way.

Needs nothing but the standard library and our own rules: the process that opens workbooks imports it.
"""

import re
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rivulus.catalog.rules.workbooks import sizes
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

CHUNK = 1024 * 1024
LARGEST_DIRECTORY = 2 * 1024**2
TAIL = 65_536 + 22
END, END_64, PLACE_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
SMALL = 1024**2  # of parts that are read whole: a list of sheets, a manifest
WANTED = re.compile(
    r"\[content_types\]\.xml|(?:xl/)?_rels/[^/]*\.rels|xl/(?:workbook|sharedstrings|styles)[^/]*\.xml"
    r"|xl/(?:work|chart|dialog|macro)sheets/[^/]+\.xml|mimetype|meta-inf/manifest\.xml|content\.xml"
)
IS_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml|content\.xml")
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
ERROR_OF_XLSX = re.compile(rb"""(<(?:\w+:)?c\b[^<>]*\bt=)(["'])e\2""")
ERROR_OF_ODS = re.compile(rb"<table:table-cell\b[^<>]*\bcalcext:value-type=\"error\"[^<>]*>")
STRING_VALUE = re.compile(rb"""\soffice:string-value=(["'])[^"']*\1""")
# Plain bytes are counted ten times faster than patterns are looked for, and sheets are long.
CELLS = {sizes.XLSX: (b"<c ", b"<c>", b":c ", b":c>"), sizes.ODS: (b"<table:table-cell",)}
FORMULAS = {sizes.XLSX: (b"<f>", b"<f ", b":f>", b":f "), sizes.ODS: (b" table:formula=",)}
UNCALCULATED = re.compile(rb"</(?:\w+:)?f>(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>")
PARTS = {
    b"Workbook": sizes.OLD,
    b"Book": sizes.OLD,
    b"EncryptedPackage": sizes.LOCKED,
}


@dataclass(slots=True)
class Seen:
    """What was met while a workbook was copied."""

    formulas: int = 0
    uncalculated: int = 0
    has_macros: bool = False
    has_links: bool = False


# Before anything is unpacked.


def recognise(file: Path) -> str:
    """Return which workbook an archive is, and nothing for another one; raises Refused for one that is not opened."""
    check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            names = {_plain(entry.filename) for entry in archive.infolist()}
            if "xl/workbook.bin" in names:
                raise Refused(sizes.BINARY)
            is_ods = "mimetype" in names and _small(archive, "mimetype").startswith(SPREADSHEET)
            if not is_ods and "xl/workbook.xml" not in names:
                return ""
            check_archive(archive)
            if is_ods and b"encryption-data" in _small(archive, "META-INF/manifest.xml"):
                raise Refused(sizes.LOCKED)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Refused(sizes.BROKEN) from error
    return sizes.ODS if is_ods else sizes.XLSX


def check_directory(file: Path) -> None:
    """Refuse an archive that is too large, or whose list of parts alone would fill the memory."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        opened.seek(max(0, size - TAIL))
        length = _length_of_directory(opened, opened.read())
    if length is None:
        raise Refused(sizes.BROKEN)
    if size > sizes.LARGEST_BYTES:
        raise Refused(sizes.TOO_LARGE, most=sizes.LARGEST_BYTES // 1024**2)
    if length > LARGEST_DIRECTORY:
        raise Refused(sizes.BOMB)


def _length_of_directory(opened: IO[bytes], tail: bytes) -> int | None:
    at = tail.rfind(END)
    if at < 0 or len(tail) < at + 22:
        return None
    (length,) = struct.unpack_from("<L", tail, at + 12)
    if length != 0xFFFFFFFF:
        return int(length)
    if tail[at - 20 : at - 16] != PLACE_64:
        return None
    (place,) = struct.unpack_from("<Q", tail, at - 20 + 8)
    opened.seek(place)
    record = opened.read(56)
    return int(struct.unpack_from("<Q", record, 40)[0]) if record.startswith(END_64) and len(record) == 56 else None


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse by what an archive says of itself; what it really unpacks to is counted while it is copied."""
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_suspicious = size > sizes.UNSUSPICIOUS_BYTES and size > sizes.MOST_RATIO * max(packed, 1)
    if len(entries) > sizes.MOST_PARTS or size > sizes.LARGEST_UNPACKED or is_suspicious:
        raise Refused(sizes.BOMB)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(sizes.LOCKED)
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise Refused(sizes.BROKEN)


def refuse_old(file: Path) -> Refused:
    """Return what is said of a file in the container of old programs: an old workbook, or one with a password."""
    with file.open("rb") as opened:
        head = opened.read(512)
        shift, first = struct.unpack_from("<H", head.ljust(512, b"\0"), 30)[0], struct.unpack_from("<L", head, 48)[0]
        opened.seek(min((first + 1) << min(shift, 12), 2**40))
        directory = opened.read(4096)
    for name, sentence in PARTS.items():
        if name.decode().encode("utf-16-le") + b"\0\0" in directory:
            return Refused(sentence)
    return Refused(N_("The file is %(what)s; a table is wanted: CSV, XLSX, ODS, GeoJSON or Parquet."),
                   what=N_("an old file of Office"))  # fmt: skip


# Copying.


@contextmanager
def repacked(file: Path, form: str, to: Path, progress: Callable[[float], None]) -> Iterator[Seen]:
    """Copy what is needed into a plain archive at ``to``: no macros, pictures, links; errors of formulas as texts."""
    seen = Seen()
    try:
        with zipfile.ZipFile(file) as archive:
            check_archive(archive)
            taken = _taken(archive, seen)
            total = sum(entry.file_size for entry in taken)
            if shutil.disk_usage(to.parent).free < total + 64 * CHUNK:
                raise Refused(N_("There is no room for a file of this size now. Tell the administrator."))
            done = 0
            with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as copy:
                for entry in taken:
                    with (
                        archive.open(entry) as source,
                        copy.open(_plain_name(entry.filename), "w", force_zip64=True) as kept,
                    ):
                        for chunk in _copied(source, entry, form, seen):
                            kept.write(chunk)
                            done += len(chunk)
                            progress(min(1.0, done / max(total, 1)))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise Refused(sizes.BROKEN) from error
    yield seen


def _taken(archive: zipfile.ZipFile, seen: Seen) -> list[zipfile.ZipInfo]:
    taken: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = _plain(entry.filename)
        seen.has_macros |= name.endswith("vbaproject.bin") or name.startswith("basic/")
        seen.has_links |= name.startswith("xl/externallinks/")
        if WANTED.fullmatch(name):
            taken.setdefault(name, entry)
    return list(taken.values())


def _copied(source: IO[bytes], entry: zipfile.ZipInfo, form: str, seen: Seen) -> Iterable[bytes]:
    """Yield a part; of sheets, cells are counted, and what shows an error becomes a text, which is not lost."""
    is_sheet = IS_SHEET.fullmatch(_plain(entry.filename)) is not None
    left, cells, rest, end = entry.file_size, 0, b"", b""
    while chunk := source.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise Refused(sizes.BOMB)
        seam = end + chunk[: len(DECLARATIONS[0])]  # a word may be cut in two
        if any(word in part for word in DECLARATIONS for part in (chunk, seam)):
            raise Refused(sizes.DECLARED)
        end = chunk[-len(DECLARATIONS[0]) :]
        if not is_sheet:
            yield chunk
            continue
        whole, rest = _whole_cells(rest + chunk, form)
        cells += _count(whole, CELLS[form])
        if cells > sizes.MOST_CELLS:
            raise Refused(sizes.TOO_MANY_CELLS, most=f"{sizes.MOST_CELLS:,}")
        yield _with_errors(whole, form, seen)
    yield _with_errors(rest, form, seen)


def _whole_cells(data: bytes, form: str) -> tuple[bytes, bytes]:
    """Part where a cell begins, so that none is cut in two."""
    end = data.rfind(b"<table:table-cell" if form == sizes.ODS else b"<c ")
    end = end if end > 0 else data.rfind(b"<")
    if len(data) - end > 8 * CHUNK:
        raise Refused(sizes.BROKEN)
    return (data[:end], data[end:]) if end > 0 else (b"", data)


def _with_errors(data: bytes, form: str, seen: Seen) -> bytes:
    formulas = _count(data, FORMULAS[form])
    seen.formulas += formulas
    if form == sizes.ODS:
        has_errors = b'value-type="error"' in data
        return ERROR_OF_ODS.sub(lambda found: STRING_VALUE.sub(b"", found[0]), data) if has_errors else data
    if formulas:
        seen.uncalculated += len(UNCALCULATED.findall(data))
    return ERROR_OF_XLSX.sub(rb"\1\2str\2", data) if b't="e"' in data or b"t='e'" in data else data


def _count(data: bytes, words: Iterable[bytes]) -> int:
    return sum(data.count(word) for word in words)


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(SMALL)
    except KeyError:
        return b""


def _plain_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


def _plain(name: str) -> str:
    return _plain_name(name).lower()
