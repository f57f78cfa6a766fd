"""Tests with a real database: one server for the session, one migrated template, a copy of it per test process.

Loaded by `-p rivulus.house.pytest_plugin`, that is before Django's settings are. The processes of pytest-xdist share
the server through its data folder: the first that needs it starts it, the last that leaves stops it.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from rivulus.house import locks
from rivulus.house.postgres import FOR_TESTS, Cluster

FOLDER = "RIVULUS_TEST_FOLDER"
TEMPLATE = "rivulus_template"
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
        _allow_flushing_guarded_tables()
        connection.settings_dict["NAME"] = name
        yield
        connection.close()
        _execute(cluster, f"DROP DATABASE {name} WITH (FORCE)")


def _make_template(cluster: Cluster) -> None:
    from django.core.management import call_command
    from django.db import connection

    done = Path(os.environ[FOLDER]) / "template.done"
    if done.exists():
        return
    _execute(cluster, f"CREATE DATABASE {TEMPLATE}")
    connection.settings_dict["NAME"] = TEMPLATE
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    connection.close()
    done.touch()


def _execute(cluster: Cluster, statement: str) -> None:
    import psycopg

    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def _allow_flushing_guarded_tables() -> None:
    """Let tests with real transactions empty tables that refuse TRUNCATE to everybody else."""
    from django import test
    from django.db import connection

    cases: Any = test.TransactionTestCase
    flush = cases._fixture_teardown

    def flush_without_guards(case: test.TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            flush(case)
            _empty_store()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")

    cases._fixture_teardown = flush_without_guards


def _empty_store() -> None:
    """The store of readings is no Django model, so that Django does not know to empty it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE observations_reading, observations_record, observations_annotation, observations_correction, "
            "observations_block, observations_hourly, observations_daily, observations_hourly_block, "
            "observations_daily_block, observations_head, observations_dirty"
        )
        cursor.execute("UPDATE observations_watermark SET closed_until = '1900-01-01T00:00:00Z'")


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
