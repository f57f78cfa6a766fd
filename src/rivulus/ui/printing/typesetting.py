"""Typesetting with typst, in a process of its own: it can be given a limit of time, and cannot take the worker with it.

Run as ``python -m rivulus.ui.printing.typesetting`` it reads a job (JSON) from standard input and writes the
PDF to standard output. No network, no packages, no fonts of the machine: the same job gives the same bytes anywhere.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

LIMIT_S = 90
# PDF/A-3a: kept for decades, with its structure, and with its data attached. PDF/UA-1: readable without eyes.
STANDARDS = ("a-3a", "ua-1")


class TypesettingError(Exception):
    """The document could not be typeset; the message says why."""


def typeset(files: Mapping[str, bytes], *, fonts: Path, timestamp: int, limit_s: float = LIMIT_S) -> bytes:
    """Return the PDF of ``main.typ`` among the files; ``timestamp`` (seconds since 1970) is its only date."""
    job = {
        "files": {name: base64.b64encode(content).decode("ascii") for name, content in files.items()},
        "fonts": str(fonts),
        "timestamp": timestamp,
    }
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter and module, nothing of a visitor's)
            [sys.executable, "-m", __spec__.name],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        raise TypesettingError(f"Typesetting took longer than {limit_s:g} seconds.") from expired
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise TypesettingError(lines[-1] if lines else f"Typesetting ended with status {done.returncode}.")
    return done.stdout


def main() -> int:
    """Typeset the job that stands on standard input."""
    import typst

    job = json.load(sys.stdin)
    files = {name: base64.b64decode(content) for name, content in job["files"].items()}
    try:
        pdf = typst.compile(  # type: ignore[call-overload]  # its stub does not know files by name
            files,
            font_paths=[job["fonts"]],
            ignore_system_fonts=True,
            pdf_standards=list(STANDARDS),
            timestamp=job["timestamp"],
        )
    except typst.TypstError as error:
        said = " ".join([error.message, *error.hints]).replace("\n", " ")
        sys.stderr.write(f"{error.diagnostic}\n{said}\n")
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
