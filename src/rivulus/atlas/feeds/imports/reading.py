"""Having a foreign file opened: by a process of its own, whose words become sentences for people."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rivulus.atlas.feeds.imports import opening
from rivulus.atlas.feeds.imports.keeping import unpacked
from rivulus.atlas.rules.imports.choices import (
    DRIVERS,
    LARGEST_UNPACKED,
    MOST_FEATURES,
    Choices,
    Form,
)
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MEMORY = 3 * 1024**3  # of addresses, of which libraries reserve a good part and never touch it
SECONDS = 120
ERRORS: Mapping[str, str] = {
    "many": N_("The file holds more than 500,000 features. Split it."),
    "nothing": N_("There is nothing in this file: no layer with positions, or no line below the header."),
    "text": N_("The file is not a text; a CSV file is wanted."),
    "memory": N_("Opening the file takes more memory than is allowed; it may be broken, or made to do harm."),
    "encoding": N_("The texts of the file cannot be read. Look at its encoding."),
}
BROKEN = N_("The file cannot be opened as %(form)s: %(words)s")
STOPPED = N_("Opening the file took too long or too much memory and was stopped; it may be broken, or made to do harm.")


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: its layers as ``opening`` describes them."""

    form: Form
    encoding: str
    delimiter: str
    layers: tuple[Mapping[str, Any], ...]


def describe(place: str, *, encoding: str = "", delimiter: str = "") -> Found:
    """Return what a kept file holds; raises Refused where it cannot be opened."""
    with unpacked(place) as (form, path, folder):
        job = {"do": "describe", "form": str(form), "path": str(path), "encoding": encoding, "delimiter": delimiter}
        found = _open(job, form, folder)
    return Found(form, found.get("encoding", ""), found.get("delimiter", ","), tuple(found["layers"]))


@contextmanager
def batches(place: str, choices: Choices) -> Iterator[Iterator[Any]]:
    """Yield the features of a kept file as batches of Arrow, as ``opening`` writes them; raises Refused."""
    import pyarrow as pa

    with unpacked(place) as (form, path, folder):
        job = {
            "do": "read",
            "form": str(form),
            "path": str(path),
            "sublayer": choices.sublayer,
            "encoding": choices.encoding,
            "delimiter": choices.delimiter,
            "x_column": choices.x_column,
            "y_column": choices.y_column,
            "wkt_column": "" if choices.x_column else choices.wkt_column,
        }
        _open(job, form, folder)
        file = folder / "features.arrow"
        if not file.exists():
            raise Refused(ERRORS["nothing"])
        with pa.memory_map(str(file)) as source:
            reader = pa.ipc.open_file(source)
            yield (reader.get_batch(at) for at in range(reader.num_record_batches))


def _open(job: dict[str, Any], form: Form, folder: Path) -> dict[str, Any]:
    job |= {
        "folder": str(folder),
        "memory": MEMORY,
        "seconds": SECONDS,
        "largest_file": 2 * LARGEST_UNPACKED,
        "most_features": MOST_FEATURES,
    }
    _run(job, form, folder)
    answer = folder / "found.json"
    if not answer.exists():
        raise Refused(STOPPED)
    found: dict[str, Any] = json.loads(answer.read_text())
    if "error" in found:
        word = found["error"]
        raise Refused(ERRORS[word]) if word in ERRORS else Refused(BROKEN, form=form, words=_words(found, folder))
    return found


def _run(job: Mapping[str, Any], form: Form, folder: Path) -> None:
    """Do the job in a process of its own; raises Refused where it does not come to its end."""
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter and module, nothing of a visitor's)
            [sys.executable, "-m", opening.__name__],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
            cwd=folder,
            env=_environment(form, folder),
        )
    except subprocess.TimeoutExpired as expired:
        raise Refused(STOPPED) from expired
    if done.returncode:
        raise Refused(STOPPED)


def _words(found: Mapping[str, Any], folder: Path) -> str:
    """What the library says, without the places of this machine."""
    return str(found.get("words", "")).replace(str(folder), "").replace("/data/", "")[:200]


def _environment(form: Form, folder: Path) -> dict[str, str]:
    """Nothing of the platform's own settings and secrets; one driver; no threads that would only reserve memory."""
    driver = DRIVERS.get(form, "")
    return {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "GDAL_SKIP": ",".join(name for name in _drivers() if name != driver),
        "OGR_SKIP": ",".join(name for name in _drivers() if name != driver),
        "GDAL_HTTP_PROXY": "127.0.0.1:9",  # should anything ask outside, it reaches nobody
        "CPL_VSIL_CURL_ALLOWED_FILENAME": "/nowhere",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "ARROW_NUM_THREADS": "1",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "64",
        "GML_DOWNLOAD_SCHEMA": "NO",
        "GML_SKIP_RESOLVE_ELEMS": "ALL",  # links to other places are not followed
    }


@cache
def _drivers() -> tuple[str, ...]:
    import pyogrio

    return tuple(pyogrio.list_drivers())
