"""The city, the university and their people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from rivulus.catalog.feeds.tables import refreshing
from rivulus.catalog.models import Dataset
from rivulus.catalog.tests.cataloguing import make_city, make_university
from rivulus.catalog.tests.tabled import Records, make_dataset, published
from rivulus.identity import actions as identity
from rivulus.identity.models import Organisation, Person
from rivulus.identity.terms import Role
from rivulus.identity.tests.people import make_person


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
def media(settings: Any, tmp_path: Path) -> Path:
    """A folder of its own for what is kept."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.HOME = tmp_path
    refreshing._looked_at.clear()
    return tmp_path


@pytest.fixture
def records(db: None, media: Path) -> Iterator[Records]:
    """Rows that a context publishes as a table."""
    source = Records()
    with published(source):
        yield source


@pytest.fixture
def dataset(records: Records) -> Dataset:
    """The published dataset of that table."""
    return make_dataset()


@pytest.fixture
def city(db: None) -> Organisation:
    return make_city()


@pytest.fixture
def university(db: None) -> Organisation:
    return make_university()


@pytest.fixture
def ana(db: None) -> Person:
    return make_person("ana", Role.RESIDENT)


@pytest.fixture
def dan(db: None) -> Person:
    return make_person("dan", Role.DEPARTMENT)


@pytest.fixture
def adela(db: None) -> Person:
    return make_person("adela", Role.ADMINISTRATOR)


@pytest.fixture
def flavia(university: Organisation) -> Person:
    return make_publisher("flavia", university)


@pytest.fixture
def vlad(city: Organisation) -> Person:
    """A publisher of another organisation."""
    from rivulus.identity.actions.organisations import About
    from rivulus.identity.terms import OrganisationKind

    other = identity.found_organisation(
        by=None, code="primaria-recea", about=About(name_ro="Primăria Recea", kind=OrganisationKind.TOWN_HALL)
    )
    return make_publisher("vlad", other)


def make_publisher(name: str, organisation: Organisation) -> Person:
    person = make_person(name, Role.PUBLISHER)
    identity.affiliate(by=None, person=person, organisation=organisation, reason="For the test.")
    return person


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client
