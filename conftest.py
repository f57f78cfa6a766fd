"""Tests start here; the database and the browser come from `rivulus.house.pytest_plugin`."""

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

# pytest-django brings a fixture of this name too; a conftest is where ours goes before it.
from rivulus.house.pytest_plugin import django_db_setup

__all__ = ["django_db_setup"]

# A busy machine is slow, not wrong.
settings.register_profile("rivulus", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rivulus")


@pytest.fixture(autouse=True)
def _romanian() -> None:
    """A page that was asked for in another language leaves it behind in this thread."""
    translation.activate("ro")
