"""Tests start here; the database and the browser come from `rivulus.house.pytest_plugin`."""

# pytest-django brings a fixture of this name too; a conftest is where ours goes before it.
from rivulus.house.pytest_plugin import django_db_setup

__all__ = ["django_db_setup"]
