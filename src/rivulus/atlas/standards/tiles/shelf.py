"""Tiles that were drawn before, in a fixed number of files: the folder cannot outgrow ``SLOTS`` times ``LARGEST``.

The name of a tile decides its slot; another tile of the same slot takes its place. A slot holds the name besides, so
that nobody is given another tile, and is written aside and moved, so that nobody reads half of one. Names hold the
revision of the layer: nothing that was kept has to be removed when the layer changes.
"""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

SLOTS = 8192
LARGEST = 512 * 1024
NAME_ENDS = b"\n"


def find(name: str) -> bytes | None:
    """Return what was kept under a name."""
    try:
        kept = _slot(name).read_bytes()
    except OSError:
        return None
    known, found, content = kept.partition(NAME_ENDS)
    return content if found and known == name.encode() else None


def keep(name: str, content: bytes) -> None:
    """Keep something under a name; what is too large, or a disk that is full, is no error."""
    if len(content) > LARGEST:
        return
    slot = _slot(name)
    with contextlib.suppress(OSError):
        slot.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=slot.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(name.encode() + NAME_ENDS + content)
            os.replace(aside, slot)
        except OSError:
            Path(aside).unlink(missing_ok=True)
            raise


def _slot(name: str) -> Path:
    number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest()) % SLOTS
    return Path(settings.HOME) / "tiles" / f"{number % 64:02d}" / f"{number:04d}"
