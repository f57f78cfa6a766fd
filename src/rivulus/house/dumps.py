"""A database as one file, in the format of pg_dump, and an empty database filled from such a file."""

# ruff: noqa: S603 (the commands are our own words)

import subprocess
from pathlib import Path

from rivulus.house.errors import HouseError
from rivulus.house.postgres import program


def write_dump(url: str, file: Path) -> None:
    """Write everything that a database holds into a file, uncompressed: it stays on this machine."""
    _run("pg_dump", "--format=custom", "--compress=none", "--no-owner", f"--file={file}", url)


def fill(url: str, file: Path) -> None:
    """Fill an empty database from a file, wholly or not at all."""
    _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={url}", str(file))


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run([str(program(name)), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise HouseError(f"{name} failed:\n{done.stderr.strip()}")
