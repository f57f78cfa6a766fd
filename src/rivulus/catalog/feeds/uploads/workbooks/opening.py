"""The process that opens a workbook: with little memory, little time, and nothing of the platform.

Run as ``python -m rivulus.catalog.feeds.uploads.workbooks.opening`` it reads a job (JSON) from standard input, says on
standard output how far it is, and writes what it found into the folder of the job: ``found.json``, and the rows as
Parquet. It imports neither Django nor a database driver; whatever a hostile workbook does to a library, it does here.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rivulus.catalog.feeds.uploads.workbooks.packing import Seen, repacked
from rivulus.catalog.rules.workbooks import notes, sizes
from rivulus.kernel.errors import Refused

COPIED, LOOKED = 30, 70  # percent of the work
type Progress = Callable[[float], None]


def limit(memory: int, seconds: int, largest_file: int) -> None:
    """Give this process no more than this; whatever it would take beyond is refused by the system."""
    import resource
    import signal

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(2 * seconds)  # of the clock; nobody catches it


def main() -> int:
    """Do the job that stands on standard input."""
    job = json.load(sys.stdin)
    limit(job["memory"], job["seconds"], job["largest_file"])
    do(job, _say)
    return 0


def _say(percent: int) -> None:
    sys.stdout.write(f"{percent}\n")
    sys.stdout.flush()


def do(job: dict[str, Any], say: Callable[[int], None]) -> None:
    """Read a workbook; what is wrong with it stands in ``found.json``."""
    folder = Path(job["folder"])
    try:
        found = _open(job, folder, _Steps(say))
    except Refused as refused:
        found = {"sentence": refused.sentence, "values": refused.values}
    except MemoryError:
        found = {"sentence": sizes.TOO_MANY_CELLS, "values": {"most": f"{sizes.MOST_CELLS:,}"}}
    except Exception as error:
        found = {"sentence": sizes.BROKEN, "values": {}, "words": repr(error)[:300]}
    (folder / "found.json").write_text(json.dumps(found))


class _Steps:
    """Says each percent once."""

    def __init__(self, say: Callable[[int], None]) -> None:
        self.say, self.last = say, 0

    def part(self, start: int, end: int) -> Progress:
        """Return what takes how much of a part is done, from 0 to 1."""

        def progress(done: float) -> None:
            percent = int(start + (end - start) * done)
            if percent > self.last:
                self.last = percent
                self.say(percent)

        return progress


def _open(job: dict[str, Any], folder: Path, steps: _Steps) -> dict[str, Any]:
    from rivulus.catalog.feeds.uploads.workbooks import sheets

    plain = folder / f"plain.{job['form']}"
    with repacked(Path(job["path"]), job["form"], plain, steps.part(0, COPIED)) as seen:
        book = sheets.open_book(plain)
        found = sheets.read(book, job, folder / "rows.parquet", steps.part(COPIED, LOOKED), steps.part(LOOKED, 100))
    return found | {"notes": [*found["notes"], *(note.as_json() for note in _about(seen))]}


def _about(seen: Seen) -> list[notes.Note]:
    found = []
    if seen.formulas:
        found.append(notes.Note(notes.CALCULATED))
    if seen.uncalculated:
        found.append(notes.Note(notes.UNCALCULATED, {"number": seen.uncalculated}))
    if seen.has_macros:
        found.append(notes.Note(notes.MACROS))
    if seen.has_links:
        found.append(notes.Note(notes.LINKS))
    return found


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)
    sys.exit(main())
