"""What has to be true before the platform runs; everything that has not changed since the last start is skipped."""

import functools
import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rivulus.house import database, paths, translations
from rivulus.house.database import Prepared
from rivulus.house.errors import HouseError
from rivulus.house.progress import step

# What packages bring along and no page asks for; compressing it would take most of the first start.
NOT_SERVED = (
    "*.woff", "*.ts", "*.md", "*.map", "LICENSE*", "i18n", "gis", "*.esm.js", "*.cjs.js", "*.amd.js", "*-dev.mjs", "ext",
    # of the map's typeface: two weights, for Romanian, Hungarian and English
    "noto-sans-[!l]*", "noto-sans-*-italic*", "noto-sans-*-[1235689]00-*",
)  # fmt: skip
STATIC_SOURCES = ("node_modules/.package-lock.json", "requirements.lock", "src/rivulus/config/settings.py")


def prepare() -> None:
    """Bring the data folder and the database up to date; Django is started only if something has changed.

    Expects the database to be available.
    """
    make_secret_key()
    compile_translations()
    prepared = database.read_prepared()
    schema, pack = schema_mark(), pack_mark()
    if schema != prepared.schema:
        with step("Database schema"):
            migrate()
        prepared = remember(replace(prepared, schema=schema))
    if pack != prepared.pack:
        with step("Facts of the city"):
            load_pack()
        remember(replace(prepared, pack=pack))
    collect_static()


def remember(prepared: Prepared) -> Prepared:
    """Write down in the database what is done, and return it."""
    database.write_prepared(prepared)
    return prepared


@functools.cache
def start_django() -> None:
    """Load Django and every context, once."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rivulus.config.settings")
    django.setup()


def stop_django() -> None:
    """Close Django's connections: a server with open ones is not stopped cleanly."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        getattr(connection, "close_pool", bool)()


def manage(command: str, **options: object) -> None:
    """Run a management command quietly; its refusal becomes a sentence for the operator."""
    start_django()
    from django.core.management import CommandError, call_command

    try:
        call_command(command, verbosity=0, stdout=io.StringIO(), **options)
    except CommandError as error:
        raise HouseError(str(error)) from error


def make_secret_key() -> None:
    """Create the key that signs sessions and links, unless the operator gives one."""
    if os.environ.get("RIVULUS_SECRET_KEY"):
        return
    file = paths.home() / "secret_key"
    if file.exists() and file.stat().st_size:
        return
    draft = file.with_name(f"secret_key.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(secrets.token_urlsafe(64))
    draft.replace(file)


def compile_translations() -> None:
    """Turn the catalogues that people edit into those that are read quickly."""
    if translations.stale():
        with step("Translations"):
            translations.compile_all()


def migrate() -> None:
    """Bring the tables to the present schema."""
    manage("migrate", interactive=False)
    manage("createcachetable")
    manage("rebuild_sandbox")


def load_pack() -> None:
    """Load the city's facts: who publishes, what it promised, and what it measures."""
    manage("load_organisations")
    manage("load_pack")
    manage("load_observations")
    manage("load_atlas")
    manage("sync_catalog")


def collect_static() -> None:
    """Gather, name by content and compress what browsers fetch."""
    stamp = paths.home() / "static.json"
    mark = static_mark()
    if stamp.exists() and json.loads(stamp.read_text()) == mark:
        return
    with step("Pages' resources"):
        manage("collectstatic", interactive=False, clear=True, ignore_patterns=list(NOT_SERVED))
    stamp.write_text(json.dumps(mark))


# Marks: a change of any of these files means that the step is due. Contents for what decides the data, so that a copy
# of the checkout is not mistaken for a change; size and time for what is many and only rebuilt.


def schema_mark() -> str:
    """Of migrations and of the packages that bring their own."""
    return _contents([*paths.SOURCE.glob("*/migrations/*.py"), paths.CHECKOUT / "requirements.lock"])


def pack_mark() -> str:
    """Of the facts and of how they are read."""
    contexts = [paths.SOURCE / "strategy", paths.SOURCE / "observations"]
    sources = [context / room for context in contexts for room in ("feeds", "management")]
    sources += [paths.SOURCE / "atlas" / "feeds" / "pack", paths.SOURCE / "atlas" / "management" / "commands"]
    files = [file for folder in [paths.pack(), *sources] for file in folder.rglob("*")]
    return _contents(file for file in files if file.is_file() and file.suffix != ".pyc")


def static_mark() -> dict[str, str]:
    """Of every resource of ours, and of the packages that bring more."""
    files = [file for folder in paths.SOURCE.glob("*/static") for file in folder.rglob("*") if file.is_file()]
    files += [paths.CHECKOUT / name for name in STATIC_SOURCES]
    lines = sorted(f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files if file.exists())
    return {"mark": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def _contents(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
