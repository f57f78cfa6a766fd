"""Keeping a file that somebody uploaded, and unpacking it for the process that opens it; both bounded."""

import stat
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage

from rivulus.atlas.feeds.imports.markup import check_is_features, closed_parts
from rivulus.atlas.rules.imports.choices import LARGEST_BYTES, LARGEST_UNPACKED, Form
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

FOLDER = "atlas/imports"
ZIP = "zip"
CHUNK = 1024 * 1024
MOST_ENTRIES = 200
MOST_RATIO = 200  # what packs better than this is not data
SIDE_FILES = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})
ENDINGS = {".gpkg": Form.GPKG, ".geojson": Form.GEOJSON, ".json": Form.GEOJSON, ".dxf": Form.DXF, ".csv": Form.CSV,
           ".gml": Form.GML, ".shp": Form.SHAPEFILE, ".txt": Form.CSV}  # fmt: skip
NOT_WANTED = {
    b"%PDF": N_("a PDF"),
    b"\x1f\x8b": N_("a gzip archive"),
    b"7z\xbc\xaf": N_("a 7-Zip archive"),
    b"Rar!": N_("a RAR archive"),
    b"\xd0\xcf\x11\xe0": N_("an old file of Office"),
    b"PAR1": N_("a Parquet file"),
    b"AC10": N_("a DWG drawing (save it as DXF)"),
}
WANTED = N_("This is %(what)s; a GeoPackage, a Shapefile packed as ZIP, GeoJSON, GML, DXF or CSV is wanted.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was kept: its place in the media folder, its form (or a ZIP), its size."""

    place: str
    form: str
    size: int


def keep(stream: IO[bytes]) -> Kept:
    """Keep a file; raises Refused where it is empty, too large, or of a kind that is not taken."""
    head = stream.read(4096)
    if not head.strip():
        raise Refused(N_("The file is empty."))
    form = _form_of(head)
    stream.seek(0)
    if form == ZIP:
        with _archive(stream) as archive:
            _find_main(archive)
        stream.seek(0)
    if form == Form.GML:
        check_is_features(stream)
    return _save(stream, form)


def remove(place: str) -> None:
    """Remove a file that is no longer wanted."""
    if place.startswith(f"{FOLDER}/"):
        default_storage.delete(place)


def _form_of(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    if head.startswith(b"SQLite format 3\x00"):
        return Form.GPKG
    if head.startswith((b"\x00\x00\x27\x0a",)):
        raise Refused(N_("A Shapefile consists of several files: pack them into one ZIP."))
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, what in NOT_WANTED.items():
        if start.startswith(mark):
            raise Refused(WANTED, what=what)
    if start.startswith(b"{"):
        return Form.GEOJSON
    if start.startswith(b"<"):
        return Form.GML
    if head.startswith(b"AutoCAD Binary DXF"):
        raise Refused(N_("Binary DXF is not read: save the drawing as ASCII DXF."))
    if start.startswith((b"0\r\nSECTION", b"0\nSECTION", b"999")):
        return Form.DXF
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(WANTED, what=N_("a file that is not known here"))
    return Form.CSV


def _save(stream: IO[bytes], form: str) -> Kept:
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > LARGEST_BYTES:
            raise Refused(N_("The file is larger than 64 MB. Split it, or pack it as a ZIP."))
    stream.seek(0)
    place = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}.{form}", File(stream))
    return Kept(place, form, size)


@contextmanager
def unpacked(place: str) -> Iterator[tuple[Form, Path, Path]]:
    """Yield the form, the file to open and a folder of its own; gone afterwards. Raises Refused."""
    with TemporaryDirectory(prefix="rivulus-import-") as name:
        folder = Path(name)
        data = folder / "data"
        data.mkdir()
        try:
            with default_storage.open(place, "rb") as stream:
                form, path = _lay_out(stream, place.rpartition(".")[2], data)
        except OSError as error:
            raise Refused(N_("The file is no longer kept here. Upload it again.")) from error
        yield form, path, folder


def _lay_out(stream: IO[bytes], form: str, data: Path) -> tuple[Form, Path]:
    if form != ZIP:
        path = data / f"data.{form}"
        with path.open("wb") as target:
            while chunk := stream.read(CHUNK):
                target.write(chunk)
        return Form(form), _closed(Form(form), path)
    with _archive(stream) as archive:
        main = _find_main(archive)
        found = ENDINGS[PurePosixPath(main.filename).suffix.lower()]
        for entry in _taken(archive, main, found):
            ending = PurePosixPath(entry.filename).suffix.lower()
            _unpack(archive, entry, data / f"data{ending}")
        return found, _closed(found, data / f"data{PurePosixPath(main.filename).suffix.lower()}")


def _closed(form: Form, path: Path) -> Path:
    """GML leads nowhere: it declares nothing, and names no schema to be looked for."""
    if form is Form.GML:
        with path.open("rb") as file:
            check_is_features(file)
            closed = path.with_name("closed.gml")
            with closed.open("wb") as target:
                target.writelines(closed_parts(file))
        closed.replace(path)
    return path


@contextmanager
def _archive(stream: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused(N_("The ZIP archive is broken.")) from error
    with archive:
        _check_archive(archive)
        yield archive


def _check_archive(archive: zipfile.ZipFile) -> None:
    """What an archive says of itself is checked here, what it really unpacks to while it is unpacked."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Refused(N_("The ZIP archive holds more than 200 files."))
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if size > LARGEST_UNPACKED or (size > CHUNK and size > MOST_RATIO * max(packed, 1)):
        raise Refused(N_("The ZIP archive unpacks to far more than it should; it is not opened."))
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename or stat.S_ISLNK(entry.external_attr >> 16):
            raise Refused(
                N_("The ZIP archive wants to write outside of its folder (%(name)s); it is not opened."),
                name=ascii(entry.filename[:80]),
            )
        if entry.flag_bits & 1:
            raise Refused(N_("The ZIP archive is locked with a password."))


def _find_main(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file that counts: with several it could not be said which was meant."""
    known = [
        entry
        for entry in archive.infolist()
        if PurePosixPath(entry.filename).suffix.lower() in ENDINGS
        and not entry.filename.startswith("__MACOSX/")
        and not entry.is_dir()
    ]
    shapes = [entry for entry in known if entry.filename.lower().endswith(".shp")]
    candidates = shapes or [entry for entry in known if not entry.filename.lower().endswith(".txt")]
    if not candidates:
        raise Refused(N_("The ZIP archive holds no Shapefile, GeoPackage, GeoJSON, GML, DXF or CSV."))
    if len(candidates) > 1:
        names = ", ".join(PurePosixPath(entry.filename).name for entry in candidates[:5])
        raise Refused(N_("The ZIP archive holds several files (%(names)s): pack the one that is meant."), names=names)
    main = candidates[0]
    if shapes:
        beside = {PurePosixPath(e.filename).suffix.lower() for e in _taken(archive, main, Form.SHAPEFILE)}
        missing = sorted({".shx", ".dbf"} - beside)
        if missing:
            raise Refused(N_("The Shapefile is not whole: its file %(name)s is missing."), name=missing[0])
    return main


def _taken(archive: zipfile.ZipFile, main: zipfile.ZipInfo, form: Form) -> list[zipfile.ZipInfo]:
    if form is not Form.SHAPEFILE:
        return [main]
    stem = main.filename[: -len(".shp")].lower()
    return [
        entry
        for entry in archive.infolist()
        if (dot := entry.filename.rfind(".")) >= 0
        and entry.filename[:dot].lower() == stem
        and entry.filename[dot:].lower() in SIDE_FILES
    ]


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path) -> None:
    """Never more than the entry says that it holds, which was checked before."""
    left = entry.file_size
    try:
        with archive.open(entry) as source, to.open("wb") as target:
            while chunk := source.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Refused(N_("The ZIP archive unpacks to far more than it should; it is not opened."))
                target.write(chunk)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise Refused(N_("The ZIP archive is broken.")) from error
