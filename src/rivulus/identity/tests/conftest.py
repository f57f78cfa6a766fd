"""People, ready to act."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from rivulus.identity.models import Person
from rivulus.identity.tests.people import NAMES, make_person


@pytest.fixture(autouse=True)
def _romanian() -> None:
    """A page that was asked for in another language leaves it behind in this thread."""
    translation.activate("ro")


@pytest.fixture(autouse=True)
def _no_limits_left_over(request: pytest.FixtureRequest) -> None:
    """Rates are counted in the cache; each test begins at none."""
    marker = request.node.get_closest_marker("django_db")
    if marker:
        request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
        cache.clear()


@pytest.fixture
def ana(db: None) -> Person:
    return make_person("ana", NAMES["ana"])


@pytest.fixture
def dan(db: None) -> Person:
    return make_person("dan", NAMES["dan"])


@pytest.fixture
def ioana(db: None) -> Person:
    return make_person("ioana", NAMES["ioana"])


@pytest.fixture
def adela(db: None) -> Person:
    return make_person("adela", NAMES["adela"])


@pytest.fixture
def flavia(db: None) -> Person:
    return make_person("flavia", NAMES["flavia"])


@pytest.fixture
def as_adela(adela: Person) -> Client:
    client = Client()
    client.force_login(adela)
    return client


@pytest.fixture
def as_ana(ana: Person) -> Client:
    client = Client()
    client.force_login(ana)
    return client
