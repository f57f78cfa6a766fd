"""People and the city, for the tests of the atlas."""

import pytest
from django.core.cache import cache
from django.utils import translation

from rivulus.atlas.tests.layers import belongs, make_city, make_university
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
def city(db: None) -> Organisation:
    return make_city()


@pytest.fixture
def dan(city: Organisation) -> Person:
    """Somebody of a department: acts for the city."""
    return make_person("dan", Role.DEPARTMENT)


@pytest.fixture
def mara(city: Organisation) -> Person:
    """A colleague of Dan's in this place: of a department, too."""
    return make_person("mara", Role.DEPARTMENT)


@pytest.fixture
def flavia(db: None) -> Person:
    """A publisher of the university."""
    person = make_person("flavia", Role.PUBLISHER)
    belongs(person, make_university())
    return person


@pytest.fixture
def ana(db: None) -> Person:
    return make_person("ana", Role.RESIDENT)
