"""Having a workbook opened by a process of its own, once for each way of reading it; its words become sentences."""

import hashlib
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rivulus.catalog.feeds.uploads.workbooks import opening
from rivulus.catalog.queries.places import scratch_folder
from rivulus.catalog.rules.guessing import Reading
from rivulus.catalog.rules.workbooks import sizes
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MEMORY = 3 * 1024**3  # of addresses, of which libraries reserve a good part and never touch it
SECONDS = 300
ABOUT = b"rivulus"
STOPPED = N_(
    "Reading the workbook took more time or memory than is allowed and was stopped. Save the sheet as CSV and upload that."
)
type Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a sheet as texts, kept until nobody needs them; ``about`` is what ``opening`` found."""

    file: Path
    about: Mapping[str, Any]


def rows_of(file: Path, reading: Reading, progress: Progress) -> Kept:
    """Return the rows of a workbook, read now or earlier; raises Refused where it cannot be opened."""
    kept = _place(file, reading)
    if not kept.exists():
        _read(file, reading, kept, progress)
    about = pq.read_schema(kept).metadata[ABOUT]
    return Kept(kept, json.loads(about))


def _place(file: Path, reading: Reading) -> Path:
    said = json.dumps([reading.format, reading.sheet, reading.heading, reading.forgives])
    folder = scratch_folder() / "recoded"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / f"{file.name}-{hashlib.sha256(said.encode()).hexdigest()[:16]}.parquet"


def _read(file: Path, reading: Reading, kept: Path, progress: Progress) -> None:
    with TemporaryDirectory(prefix="reading-", dir=scratch_folder()) as name:
        folder = Path(name)
        job = {
            "path": str(file),
            "form": reading.format,
            "folder": name,
            "sheet": reading.sheet,
            "heading": reading.heading,
            "forgives": reading.forgives,
            "memory": MEMORY,
            "seconds": SECONDS,
            "largest_file": sizes.LARGEST_UNPACKED + 64 * 1024**2,
        }
        _run(job, folder, progress)
        answer = folder / "found.json"
        if not answer.exists():
            raise Refused(STOPPED)
        found = json.loads(answer.read_text())
        if "sentence" in found:
            raise Refused(found["sentence"], **found["values"])
        _keep(folder / "rows.parquet", found, kept)


def _keep(rows: Path, found: Mapping[str, Any], kept: Path) -> None:
    """What was found travels with the rows, so that one is never without the other."""
    partial = kept.with_name(f".writing-{uuid.uuid4().hex}")
    try:
        with pq.ParquetFile(rows) as source:
            schema = source.schema_arrow.with_metadata({ABOUT: json.dumps(found).encode()})
            with pq.ParquetWriter(partial, schema, compression="zstd") as target:
                for batch in source.iter_batches():
                    target.write_batch(pa.record_batch(batch.columns, schema=schema))
        partial.replace(kept)
    finally:
        partial.unlink(missing_ok=True)


def _run(job: Mapping[str, Any], folder: Path, progress: Progress) -> None:
    """Do the job in a process of its own; raises Refused where it does not come to its end."""
    with subprocess.Popen(  # noqa: S603 (our own interpreter and module, nothing of a visitor's)
        [sys.executable, "-m", opening.__name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(folder),
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            with process.stdin as said:
                json.dump(job, said)
            for line in process.stdout:
                if line.strip().isdecimal():
                    progress(int(line))
        except BrokenPipeError:
            pass  # it ended before it was told what to do: its code says so
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise Refused(STOPPED)


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the platform's own settings and secrets; no threads that would only reserve memory."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "ARROW_NUM_THREADS": "1",
    }
