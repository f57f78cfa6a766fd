"""Tests with a real database: one server for the session, one migrated template, a copy of it per test process.

Loaded by `-p rivulus.house.pytest_plugin`, that is before Django's settings are. The processes of pytest-xdist share
the server through its data folder: the first that needs it starts it, the last that leaves stops it.

Making the template takes longer than most runs of a few tests, so that it is kept as a dump from run to run, under a mark
of everything that it was made from.
"""

import gc
import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rivulus.house import dumps, locks, paths
from rivulus.house.errors import HouseError
from rivulus.house.postgres import FOR_TESTS, Cluster

FOLDER = "RIVULUS_TEST_FOLDER"
TEMPLATE = "rivulus_template"
KEPT = paths.CHECKOUT / ".pytest_cache" / "rivulus"  # `--cache-clear` empties it
TABLES = (
    "SELECT oid::regclass::text FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
)
STORE = {
    "observations_reading", "observations_record", "observations_annotation", "observations_correction",
    "observations_block", "observations_hourly", "observations_daily", "observations_hourly_block",
    "observations_daily_block", "observations_head", "observations_dirty",
}  # fmt: skip
# What an empty database is made from: migrations and what they call, the tables that `post_migrate` fills, settings.
MADE_FROM = (
    "*/migrations/*.py", "*/models.py", "*/models/*.py", "*/terms.py", "*/terms/*.py", "*/apps.py", "journal/sealing.py",
    "config/settings.py", "house/pytest_plugin.py", "house/postgres.py", "../../requirements.lock",
)  # fmt: skip
# The one without windows of its own comes first: it does the same in two thirds of the time.
CHROMIUMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def _cluster() -> Cluster:
    return Cluster(Path(os.environ[FOLDER]) / "postgres", FOR_TESTS)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Give the session a data folder of its own, and Django the settings that only tests want."""
    if not _is_worker():
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="rivulus-test-")
    os.environ["RIVULUS_HOME"] = os.environ[FOLDER]
    os.environ["DATABASE_URL"] = _cluster().url()
    os.environ["RIVULUS_DEMO"] = "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rivulus.config.settings")
    _adjust_settings()
    return (yield)


def _adjust_settings() -> None:
    from django.conf import settings

    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.RIVULUS_KEEP_PAGES = False  # a kept page would hide what making it costs
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # A pool keeps its connections open, and a database with open connections is neither copied nor dropped.
    options: Any = settings.DATABASES["default"]["OPTIONS"]
    options.pop("pool", None)


def pytest_collection_finish() -> None:
    """What is imported by now stays; looking through it again and again for what could go takes time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Remove the session's folder, when all test processes have ended."""
    if not _is_worker() and FOLDER in os.environ:
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """A fresh copy of the migrated template for this process, in place of pytest-django's own way."""
    from django.db import connection

    name = f"rivulus_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with _cluster() as cluster, django_db_blocker.unblock():
        with locks.held(Path(os.environ[FOLDER]) / "template.lock"):
            _make_template(cluster)
            _execute(cluster, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        connection.settings_dict["NAME"] = name
        _empty_quickly()
        yield
        connection.close()
        _execute(cluster, f"DROP DATABASE {name} WITH (FORCE)")


def _make_template(cluster: Cluster) -> None:
    done = _dump_of_template()
    if done.exists():
        return
    draft, kept = done.with_suffix(".part"), KEPT / f"{_mark()}.dump"
    with suppress(FileNotFoundError):
        shutil.copyfile(kept, draft)
    if not (draft.exists() and _filled(cluster, draft)):
        _migrate(cluster)
        dumps.write_dump(cluster.url(TEMPLATE), draft)
        _keep(draft, kept)
    draft.rename(done)


def _dump_of_template() -> Path:
    return Path(os.environ[FOLDER]) / "template.dump"


def _migrate(cluster: Cluster) -> None:
    from django.core.management import call_command
    from django.db import connection

    _execute(cluster, f"CREATE DATABASE {TEMPLATE}")
    connection.settings_dict["NAME"] = TEMPLATE
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    connection.close()


def _mark() -> str:
    digest = hashlib.sha256()
    for file in sorted({file for pattern in MADE_FROM for file in paths.SOURCE.glob(pattern)}):
        digest.update(f"{file.relative_to(paths.SOURCE, walk_up=True)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:32]


def _filled(cluster: Cluster, kept: Path) -> bool:
    """Fill the template from a dump; one that cannot be read is worth nothing, and made again."""
    _execute(cluster, f"CREATE DATABASE {TEMPLATE}")
    try:
        dumps.fill(cluster.url(TEMPLATE), kept)
    except HouseError:
        _execute(cluster, f"DROP DATABASE {TEMPLATE}")
        return False
    return True


def _keep(dump: Path, kept: Path) -> None:
    """Keep the template for later runs, and no older ones."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}")
    shutil.copyfile(dump, draft)
    for older in KEPT.glob("*.dump"):
        older.unlink(missing_ok=True)
    draft.replace(kept)


@pytest.fixture(scope="session")
def tables(django_db_setup: None) -> Path:
    """A dump of a database with the platform's tables and nothing in them, for tests that start servers of their own."""
    return _dump_of_template()


def _execute(cluster: Cluster, statement: str) -> None:
    import psycopg

    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def _empty_quickly() -> None:
    """Let tests with real transactions leave the database as the template is, and take only the tables that have rows.

    Django would truncate every table, a hundred of them with their indexes, and write all permissions anew.
    """
    from django import test
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = {name for (name,) in cursor.fetchall()}
        emptied = tables - _with_rows(cursor, tables)

    def empty(case: test.TransactionTestCase) -> None:
        _Pack.is_loaded = False
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # no guard of append-only tables, no foreign key
            try:
                for name in _with_rows(cursor, emptied):
                    cursor.execute(f"{'TRUNCATE' if name in STORE else 'DELETE FROM'} {name}")
                cursor.execute("UPDATE observations_watermark SET closed_until = '1900-01-01T00:00:00Z'")
            finally:
                cursor.execute("SET session_replication_role = DEFAULT")

    cases: Any = test.TransactionTestCase
    cases._fixture_teardown = empty


def _with_rows(cursor: Any, tables: Collection[str]) -> set[str]:
    cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in tables))  # noqa: S608
    return {name for (name,) in cursor.fetchall()}


# The facts of the city.


class _Pack:
    is_loaded = False


@pytest.fixture
def pack_loaded() -> None:
    """The facts of the city are in this process's database; what a test adds to them is rolled back.

    Loaded once for all tests, and again after a test with real transactions. A fixture that wants them names this one.
    """


@pytest.fixture(autouse=True)
def _load_pack_before_transactions_begin(request: pytest.FixtureRequest) -> None:
    if _Pack.is_loaded or "pack_loaded" not in request.fixturenames:
        return
    request.getfixturevalue("django_db_setup")
    from rivulus.strategy.feeds.pack import load_pack

    with request.getfixturevalue("django_db_blocker").unblock():
        load_pack(paths.pack())
    _Pack.is_loaded = True


# Journeys: the tests that look at pages with a browser.


def find_chromium() -> str | None:
    """The browser of this machine, if it has one."""
    named = os.environ.get("RIVULUS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUMS)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A browser without a window; the test is skipped where there is none, and fails where there ought to be one."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("No Chromium or Chrome on this machine, and journeys must run here (CI=true).")
        pytest.skip("No Chromium or Chrome on this machine: journeys are not walked.")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Any, live_server: Any) -> Iterator[Any]:
    """A fresh page of a browser that knows nothing, with the address of the running platform."""
    context = browser.new_context(base_url=live_server.url, locale="ro-RO", timezone_id="Europe/Bucharest")
    yield context.new_page()
    context.close()
