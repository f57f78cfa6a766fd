"""The last answers of sources, kept beside the database, so that "nothing changed" about one part can be believed."""

import os
import tempfile
from pathlib import Path

from django.conf import settings


def keep(code: str, request: str, body: bytes) -> None:
    """Keep the body of one request, whole or not at all."""
    folder = _folder(code)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(body)
    os.replace(file.name, folder / f"{request}.body")


def find(code: str, request: str) -> bytes | None:
    """Return the body that was kept, or None."""
    try:
        return (_folder(code) / f"{request}.body").read_bytes()
    except OSError:
        return None


def _folder(code: str) -> Path:
    return Path(settings.HOME) / "connectors" / code
