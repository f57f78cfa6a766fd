"""A database server in a folder of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rivulus.house.postgres import FOR_TESTS, Cluster


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that was initialised once and is copied for each test."""
    folder = tmp_path_factory.mktemp("initialised")
    with Cluster(folder, FOR_TESTS):
        pass
    return folder / "data"


@pytest.fixture
def cluster(tmp_path: Path, initialised: Path) -> Iterator[Cluster]:
    """A server that is not started yet, and stopped whatever the test does."""
    folder = tmp_path / "postgres"
    folder.mkdir()
    shutil.copytree(initialised, folder / "data")
    (folder / "data").chmod(0o700)
    cluster = Cluster(folder, FOR_TESTS)
    yield cluster
    cluster.stop()
