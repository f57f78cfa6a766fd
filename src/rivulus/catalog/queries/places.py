"""Where the files of the catalog lie: tables beside photos and documents, so that backups hold them."""

import re
from pathlib import Path

from django.conf import settings

SAFE = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")


def tables_folder() -> Path:
    """Return the folder of kept tables."""
    return Path(settings.MEDIA_ROOT) / "catalog" / "tables"


def uploads_folder() -> Path:
    """Return the folder of uploaded files, which are never served."""
    return Path(settings.MEDIA_ROOT) / "catalog" / "uploads"


def scratch_folder() -> Path:
    """Return the folder for what can be made again, made where it is missing."""
    folder = Path(settings.HOME) / "catalog"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def table_file(name: str, version: str) -> Path:
    """Return the file of a version of a table."""
    if not SAFE.fullmatch(name) or not SAFE.fullmatch(version):
        raise ValueError(f"{name}/{version} is no name of a table.")
    return tables_folder() / name / f"{version}.parquet"
