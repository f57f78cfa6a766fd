"""One file with everything that people entered, and the way back from it.

The file is a ZIP: `database.dump` (pg_dump's custom format), `media/…`, `secret_key`, and last `manifest.json` with the
size and SHA-256 of each. It is written beside its place and moved there when complete, readable by its owner only.
"""

# ruff: noqa: S603 (the commands are our own words)

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, LiteralString

import psycopg
from psycopg import sql

from rivulus.house import database, locks, paths
from rivulus.house.errors import HouseError
from rivulus.house.postgres import program
from rivulus.house.progress import step

FORMAT = 1
MANIFEST, DUMP, MEDIA, KEY = "manifest.json", "database.dump", "media", "secret_key"
PIECE = 1 << 20
EARLIER: LiteralString = r"SELECT datname FROM pg_database WHERE datname LIKE 'rivulus\_before\_%'"


def back_up(target: Path) -> None:
    """Write the whole platform into one file; it may go on running meanwhile."""
    target = target.resolve()
    if target.is_dir():
        raise HouseError(f"{target} is a folder. Name the file to write, for example {target}/rivulus.zip")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
            _write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _write(stream: IO[bytes]) -> None:
    files: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory(dir=paths.home()) as folder, zipfile.ZipFile(stream, "w") as archive:
        dump = Path(folder) / DUMP
        with step("Database"):
            _run("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", os.environ["DATABASE_URL"])
            files[DUMP] = _add(archive, dump, DUMP)
        with step("Files"):
            for name, file in _kept_files():
                files[name] = _add(archive, file, name)
        made_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        archive.writestr(MANIFEST, json.dumps({"format": FORMAT, "made_at": made_at, "files": files}, indent=1))


def _kept_files() -> Iterator[tuple[str, Path]]:
    media = paths.home() / MEDIA
    for file in sorted(media.rglob("*")):
        if file.is_file():
            yield f"{MEDIA}/{file.relative_to(media).as_posix()}", file
    if (paths.home() / KEY).exists():
        yield KEY, paths.home() / KEY


def _add(archive: zipfile.ZipFile, file: Path, name: str) -> dict[str, object]:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while piece := source.read(PIECE):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    return {"size": size, "sha256": digest.hexdigest()}


def restore(source: Path) -> str:
    """Put the platform back as the file says; return the name under which the database it replaces is kept.

    Everything is verified and loaded beside what is there, which is only then renamed away.
    """
    with _nobody_else(), _opened(source) as archive:
        with step("Verification"):
            names = verify(archive)
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d_%H%M%S_%f")
        fresh, former = f"rivulus_restored_{stamp}", f"rivulus_before_{stamp}"
        folder = Path(tempfile.mkdtemp(prefix="restore-", dir=paths.home()))
        try:
            with step("Files"):
                for name in names:
                    _unpack(archive, name, folder / name)
            with step("Database"):
                _load(folder / DUMP, fresh)
            _swap_databases(fresh, former)
            _swap_files(folder, stamp)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return former


@contextlib.contextmanager
def _nobody_else() -> Iterator[None]:
    lock = locks.exclusive_now(paths.home() / "platform.lock")
    if lock is None:
        raise HouseError("Rivulus is running with this data folder. Stop it, then restore.")
    with lock:
        yield


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except FileNotFoundError as error:
        raise HouseError(f"There is no file {source}.") from error
    except zipfile.BadZipFile as error:
        raise HouseError(f"{source} is damaged or is no backup of Rivulus: {error}. Nothing was changed.") from error


def verify(archive: zipfile.ZipFile) -> list[str]:
    """Compare every file with the manifest; return their names, or say which one is wrong."""
    try:
        manifest = json.loads(archive.read(MANIFEST))
        files: dict[str, dict[str, object]] = manifest["files"]
        known = manifest["format"]
    except (KeyError, ValueError, TypeError) as error:
        raise HouseError("The file has no manifest: it is no backup of Rivulus. Nothing was changed.") from error
    if known != FORMAT:
        raise HouseError(f"The backup has format {known}; this release reads {FORMAT}. Nothing was changed.")
    if set(files) | {MANIFEST} != set(archive.namelist()) or DUMP not in files:
        raise HouseError("The backup holds other files than its manifest names. Nothing was changed.")
    for name, expected in files.items():
        if not _is_safe(name) or _digest(archive, name) != expected["sha256"]:
            raise HouseError(f"“{name}” in the backup is damaged. Nothing was changed.")
    return list(files)


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and (name in {DUMP, KEY} or path.parts[0] == MEDIA)


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file, PIECE)


def _load(dump: Path, name: str) -> None:
    url = os.environ["DATABASE_URL"]
    with _maintenance() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            options = ("--no-owner", "--exit-on-error", f"--dbname={database.renamed(url, name)}")
            _run("pg_restore", *options, str(dump))
        except BaseException:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            raise


def _swap_databases(fresh: str, former: str) -> None:
    """Rename both in one transaction; only the latest replaced database is kept."""
    present = database.name_in(os.environ["DATABASE_URL"])
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with _maintenance() as connection:
        earlier = connection.execute(EARLIER).fetchall()
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [present])
        with connection.transaction():
            connection.execute(rename.format(sql.Identifier(present), sql.Identifier(former)))
            connection.execute(rename.format(sql.Identifier(fresh), sql.Identifier(present)))
        for name in (str(row[0]) for row in earlier):
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _swap_files(folder: Path, stamp: str) -> None:
    media = paths.home() / MEDIA
    for old in paths.home().glob(f"{MEDIA}.before_*"):
        shutil.rmtree(old)
    if media.exists():
        media.rename(media.with_name(f"{MEDIA}.before_{stamp}"))
    (folder / MEDIA).mkdir(exist_ok=True)
    (folder / MEDIA).rename(media)
    if (folder / KEY).exists():
        (folder / KEY).chmod(0o600)
        (folder / KEY).replace(paths.home() / KEY)


def _maintenance() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(database.renamed(os.environ["DATABASE_URL"], "postgres"), autocommit=True)


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run([str(program(name)), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise HouseError(f"{name} failed:\n{done.stderr.strip()}")
