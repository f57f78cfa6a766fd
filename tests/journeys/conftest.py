"""A city of its own for the journeys, browsers that look at it, and the people who walk."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import translation

from rivulus.house import locks
from rivulus.house.pytest_plugin import FOLDER, TEMPLATE
from tests.journeys import city as city_builder

CITY = "rivulus_city"
SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
PATIENCE_MS = 30_000  # a busy machine is slow, not wrong
# What a browser says when it is shown an error page on purpose, and when it draws without a graphics card.
EXPECTED_NOISE = re.compile(r"the server responded with a status of 4(00|03|04|10|22)|GL Driver Message")


# The city: built once for all test processes, copied once for each, and once more for each journey that changes it.


@pytest.fixture(scope="session")
def city_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of this process's copy of the city."""
    folder = Path(os.environ[FOLDER])
    name = f"{CITY}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with django_db_blocker.unblock():
        with locks.held(folder / "city.lock"):
            if not (folder / "city.done").exists():
                _copy(TEMPLATE, CITY)
                with _connected_to(CITY):
                    city_builder.build()
                (folder / "city.done").touch()
            _copy(CITY, name)
        yield name
        _drop(name)


@pytest.fixture(scope="module")
def _city_of_module(city_database: str) -> Iterator[None]:
    with _connected_to(city_database):
        yield


@pytest.fixture
def city(_city_of_module: None, request: pytest.FixtureRequest) -> None:
    """The city, for tests without a browser: what they change is rolled back."""
    request.getfixturevalue("db")


@pytest.fixture
def site(_city_of_module: None, django_db_blocker: Any, _server: Any) -> Iterator[str]:
    """The address of the running platform, for journeys that only look."""
    with django_db_blocker.unblock():
        yield _server.url


@pytest.fixture
def own_city(site: str) -> Iterator[None]:
    """A copy of the city for this one journey, which may change whatever it likes."""
    name = f"{CITY}_own_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with locks.held(Path(os.environ[FOLDER]) / "city.lock"):
        _copy(CITY, name)
    with _connected_to(name):
        yield
    _drop(name)


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    """Let this thread and those of the server use another database."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _copy(template: str, name: str) -> None:
    _execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def _drop(name: str) -> None:
    _execute(f"DROP DATABASE {name} WITH (FORCE)")


def _execute(statement: str) -> None:
    from rivulus.house import pytest_plugin

    pytest_plugin._execute(pytest_plugin._cluster(), statement)


@pytest.fixture(scope="session")
def _server(django_test_environment: None) -> Iterator[Any]:
    """The running platform; unlike ``live_server`` it does not empty the database after each test."""
    from pytest_django.live_server_helper import LiveServer

    settings.RIVULUS_GATE_PORT = 0  # the gate is a process of its own, and has tests of its own
    # A thread serves one connection of a browser for as long as it lasts, and keeps its connection to the database too.
    connections.settings["default"]["CONN_MAX_AGE"] = None
    server = LiveServer("localhost")
    yield server
    server.stop()


# People.


@pytest.fixture
def client_of() -> Callable[[str], Client]:
    """Return a client signed in as somebody, by name; an empty name is a visitor."""

    def sign_in(name: str) -> Client:
        from rivulus.identity.models import Person

        client = Client()
        if name:
            client.force_login(
                Person.objects.get(email=f"{name}@example.org"), backend=settings.AUTHENTICATION_BACKENDS[0]
            )
        return client

    return sign_in


@pytest.fixture
def say() -> Callable[..., str]:
    """Return the words of a page in a language, as the page would write them."""

    def words(english: str, language: str = "ro", **values: object) -> str:
        with translation.override(language):
            found = translation.gettext(english)
        return found % values if values else found

    return words


# Browsers.


class Witness:
    """Whatever went wrong in a browser while somebody walked: nothing may."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.problems: list[str] = []

    def watch(self, context: Any) -> None:
        """Listen to everything that the pages of a browser do."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not EXPECTED_NOISE.search(message.text):
            self.problems.append(f"{message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.problems.append(f"left the platform: {request.url}")

    def _failed(self, request: Any) -> None:
        # A page left before all of it came, and a file that is kept instead of shown, are no failures.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.problems.append(f"failed: {request.url} {request.failure}")

    def _response(self, response: Any) -> None:
        if response.status >= 500 or (response.status >= 400 and not response.request.is_navigation_request()):
            self.problems.append(f"{response.status}: {response.url}")


@pytest.fixture
def _open(browser: Any, site: str, client_of: Callable[[str], Client]) -> Callable[..., Any]:
    """Return a page in a browser of its own, watched by a witness."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE_MS)

    def open_for(witness: Witness, name: str, **options: Any) -> Any:
        given = {"base_url": site, "locale": "ro-RO", "timezone_id": "Europe/Bucharest", **options}
        context = browser.new_context(**given)
        context.set_default_timeout(PATIENCE_MS)
        witness.watch(context)
        if name:
            cookie = client_of(name).cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        return context.new_page()

    return open_for


@pytest.fixture
def new_browser(_open: Callable[..., Any], site: str) -> Iterator[Callable[..., Any]]:
    """Return a page in a browser of its own, of a person by name; whatever goes wrong in it fails the test."""
    opened: list[Any] = []
    witness = Witness(site)

    def open_for(name: str = "", **options: Any) -> Any:
        opened.append(_open(witness, name, **options))
        return opened[-1]

    yield open_for
    for page in opened:
        page.context.close()
    assert not witness.problems, "\n".join(dict.fromkeys(witness.problems))


@pytest.fixture(scope="session")
def _lasting(browser: Any) -> Iterator[dict[str, tuple[Any, Witness]]]:
    kept: dict[str, tuple[Any, Witness]] = {}
    yield kept
    for page, _witness in kept.values():
        page.context.close()


@pytest.fixture
def lasting_browser(
    _lasting: dict[str, tuple[Any, Witness]], _open: Callable[..., Any], site: str
) -> Iterator[Callable[[str, str], Any]]:
    """Return the page of a browser that all tests share, of a person by name, for those who only look at pages.

    It knows the style sheets and typefaces already, its person is signed in, and a script is there before every page.
    Whatever goes wrong fails the test.
    """
    used: list[tuple[Any, Witness]] = []

    def show_to(name: str, script: str) -> Any:
        if name not in _lasting:
            witness = Witness(site)
            _lasting[name] = (_open(witness, name), witness)
            _lasting[name][0].add_init_script(script)
        used.append(_lasting[name])
        used[-1][1].problems.clear()
        return used[-1][0]

    yield show_to
    problems = [problem for _page, witness in used for problem in witness.problems]
    for page, _witness in used:
        page.goto("about:blank")  # nothing of it asks for anything while other tests run
    assert not problems, "\n".join(dict.fromkeys(problems))


@pytest.fixture
def page(new_browser: Callable[..., Any]) -> Any:
    """A visitor's page."""
    return new_browser()


@pytest.fixture
def picture() -> Callable[[Any, str], None]:
    """Take a screenshot for the documentation."""

    def take(page: Any, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")

    return take
