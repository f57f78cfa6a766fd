"""The city and its people, for tests of the strategy."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from rivulus.identity.models import Membership, Person
from rivulus.identity.terms import Role


@pytest.fixture
def city(pack_loaded: None, db: None) -> None:
    """Baia Mare as the pack describes it."""


def _person(name: str, *roles: Role) -> Person:
    person = Person.objects.create(email=f"{name.lower()}@example.test", full_name=name)
    for role in roles:
        Membership.objects.create(person=person, role=role)
    return person


@pytest.fixture
def ana(db: None) -> Person:
    """A resident."""
    return _person("Ana", Role.RESIDENT)


@pytest.fixture
def dan(db: None) -> Person:
    """A clerk of a department."""
    return _person("Dan", Role.DEPARTMENT)


@pytest.fixture
def ioana(db: None) -> Person:
    """A member of the strategy unit."""
    return _person("Ioana", Role.STRATEGY_UNIT)


@pytest.fixture
def mara(db: None) -> Person:
    """A second member of the strategy unit."""
    return _person("Mara", Role.STRATEGY_UNIT)


@pytest.fixture
def bogdan(db: None) -> Person:
    """A member of project teams."""
    return _person("Bogdan", Role.PROJECT_TEAM)


@pytest.fixture
def vlad(db: None) -> Person:
    """Somebody signed in without any role, who must not see or do what is not public."""
    return _person("Vlad")


@pytest.fixture
def administrator(db: None) -> Person:
    """The administrator of the platform."""
    return _person("Sanda", Role.ADMINISTRATOR)


@pytest.fixture
def demonstration_runs(settings: Any) -> None:
    """A copy that shows its demonstration; tests run without one."""
    settings.RIVULUS_DEMO = True


@pytest.fixture
def client_of() -> Callable[[Person], Client]:
    """Return a browser signed in as a person."""

    def sign_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in
