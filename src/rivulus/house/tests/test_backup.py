"""What was backed up comes back, and a damaged backup changes nothing."""

import json
import shutil
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rivulus.house import backup, database, locks, paths
from rivulus.house.errors import HouseError
from rivulus.house.postgres import FOR_TESTS, Cluster


@pytest.fixture
def platform(tmp_path: Path, initialised: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder with a letter in the database and a photo in the files."""
    home = tmp_path / "home"
    (home / "media" / "photos").mkdir(parents=True)
    (home / "media" / "photos" / "bridge.jpg").write_bytes(b"a bridge")
    (home / "secret_key").write_text("a secret")
    monkeypatch.setenv("RIVULUS_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(database, "own_cluster", lambda: Cluster(home / "postgres", FOR_TESTS))
    (home / "postgres").mkdir()
    shutil.copytree(initialised, home / "postgres" / "data")
    (home / "postgres" / "data").chmod(0o700)
    with database.available():
        write("CREATE TABLE letters (text text); INSERT INTO letters VALUES ('Către primărie')")
        yield home


def write(statement: str) -> None:
    with psycopg.connect(_url()) as connection:
        connection.execute(statement.encode())


def letters() -> list[str]:
    with psycopg.connect(_url()) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM letters")]


def _url() -> str:
    import os

    return os.environ["DATABASE_URL"]


def test_a_backup_brings_everything_back(platform: Path, tmp_path: Path) -> None:
    file = tmp_path / "city.zip"
    backup.back_up(file)
    write("DELETE FROM letters")
    (platform / "media" / "photos" / "bridge.jpg").unlink()
    (platform / "media" / "new.jpg").write_bytes(b"new")
    (platform / "secret_key").write_text("another")
    former = backup.restore(file)
    assert letters() == ["Către primărie"]
    assert (platform / "media" / "photos" / "bridge.jpg").read_bytes() == b"a bridge"
    assert not (platform / "media" / "new.jpg").exists()
    assert (platform / "secret_key").read_text() == "a secret"
    assert former.startswith("rivulus_before_")


def test_a_backup_is_for_its_owner_only(platform: Path, tmp_path: Path) -> None:
    backup.back_up(tmp_path / "city.zip")
    assert stat.S_IMODE((tmp_path / "city.zip").stat().st_mode) == 0o600


def test_a_restored_database_does_not_claim_to_be_prepared(platform: Path, tmp_path: Path) -> None:
    database.write_prepared(database.Prepared(schema="of today", has_administrator=True))
    assert database.read_prepared().schema == "of today"
    backup.back_up(tmp_path / "city.zip")
    backup.restore(tmp_path / "city.zip")
    assert database.read_prepared() == database.Prepared()


def test_only_the_last_replaced_database_is_kept(platform: Path, tmp_path: Path) -> None:
    backup.back_up(tmp_path / "city.zip")
    backup.restore(tmp_path / "city.zip")
    with psycopg.connect(_url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE rivulus_before_20200101_000000")
    backup.restore(tmp_path / "city.zip")
    with psycopg.connect(_url()) as connection:
        names = connection.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'rivulus\_before%'").fetchall()
    assert len(names) == 1
    assert names[0][0] != "rivulus_before_20200101_000000"


def test_a_running_platform_is_not_restored_over(platform: Path, tmp_path: Path) -> None:
    backup.back_up(tmp_path / "city.zip")
    with (
        locks.shared(paths.home() / "platform.lock"),
        pytest.raises(HouseError, match="Rivulus is running"),
    ):
        backup.restore(tmp_path / "city.zip")


def damaged(source: Path, name: str, content: bytes) -> Path:
    """The same backup, one file of it replaced."""
    target = source.with_name("damaged.zip")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return target


@pytest.mark.parametrize("name", ["database.dump", "media/photos/bridge.jpg", "secret_key"])
def test_a_damaged_file_is_named_and_nothing_changes(platform: Path, tmp_path: Path, name: str) -> None:
    backup.back_up(tmp_path / "city.zip")
    write("INSERT INTO letters VALUES ('Later')")
    with pytest.raises(HouseError, match=f"“{name}” in the backup is damaged. Nothing was changed."):
        backup.restore(damaged(tmp_path / "city.zip", name, b"something else"))
    assert letters() == ["Către primărie", "Later"]


def test_a_dump_that_does_not_load_changes_nothing(platform: Path, tmp_path: Path) -> None:
    backup.back_up(tmp_path / "city.zip")
    with zipfile.ZipFile(tmp_path / "city.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["files"]["database.dump"]["sha256"] = backup.hashlib.sha256(b"no dump").hexdigest()
    broken = damaged(tmp_path / "city.zip", "database.dump", b"no dump")
    broken = broken.rename(tmp_path / "first.zip")
    with pytest.raises(HouseError, match="pg_restore failed"):
        backup.restore(damaged(broken, "manifest.json", json.dumps(manifest).encode()))
    assert letters() == ["Către primărie"]
    with psycopg.connect(_url()) as connection:
        assert connection.execute("SELECT count(*) FROM pg_database").fetchone() == (4,)


def test_a_file_that_is_no_backup_is_refused(platform: Path, tmp_path: Path) -> None:
    (tmp_path / "picture.jpg").write_bytes(b"no archive")
    with pytest.raises(HouseError, match="is no backup of Rivulus"):
        backup.restore(tmp_path / "picture.jpg")
    with pytest.raises(HouseError, match="There is no file"):
        backup.restore(tmp_path / "nothing.zip")


def test_a_name_that_leaves_the_folder_is_refused() -> None:
    assert not any(map(backup._is_safe, ["../secret_key", "/etc/passwd", "media/../../x", "elsewhere/x"]))
    assert all(map(backup._is_safe, ["database.dump", "media/a/b.jpg", "secret_key"]))
