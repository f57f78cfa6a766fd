"""Everything that has to hold besides the tests: form, types, imports, migrations, translations."""

# ruff: noqa: S603 (the commands are our own words)

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rivulus.house import database, paths, translations

Result = tuple[bool, str]
AT_ONCE = 2  # most of them are processes of their own, and the longest takes as long as all others
PLACES = ("src", "tests", "conftest.py", "rivulus")


def check() -> int:
    """Run every check, say a line about each and the words of those that fail; return the exit status."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(_timed, CHECKS.values())
        results = [_told(name, *result) for name, result in zip(CHECKS, found, strict=True)]
    failed = results.count(False)
    print(f"{len(results) - failed} of {len(results)} checks hold.")
    return 1 if failed else 0


def _timed(run: Callable[[], Result]) -> tuple[Result, float]:
    start = time.monotonic()
    return run(), time.monotonic() - start


def _told(name: str, result: Result, spent_s: float) -> bool:
    holds, words = result
    print(f"  {'holds ' if holds else 'FAILS '} {name:<22}{spent_s:6.1f} s", flush=True)
    if not holds:
        print("\n".join(f"      {line}" for line in words.strip().splitlines()), flush=True)
    return holds


def _command(*words: str) -> Result:
    done = subprocess.run(
        words, cwd=paths.CHECKOUT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode == 0, done.stdout


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _places() -> list[str]:
    return [place for place in PLACES if (paths.CHECKOUT / place).exists()]


def _form() -> Result:
    return _command(_tool("ruff"), "check", "--quiet", *_places())


def _layout() -> Result:
    return _command(_tool("ruff"), "format", "--check", "--quiet", "--diff", *_places())


def _types() -> Result:
    return _command(_tool("mypy"), "src/rivulus")


def _imports() -> Result:
    return _command(_tool("lint-imports"))


def _migrations() -> Result:
    """Whether the models' migrations are all written."""
    with database.available():
        words = ("-m", "django", "makemigrations", "--check", "--dry-run", "--settings", "rivulus.config.settings")
        return _command(sys.executable, *words)


def _translations() -> Result:
    found = translations.complaints()
    return not found, "\n".join(found)


CHECKS: dict[str, Callable[[], Result]] = {
    "types (mypy)": _types,
    "code (ruff)": _form,
    "layout (ruff format)": _layout,
    "imports (lint-imports)": _imports,
    "migrations": _migrations,
    "translations": _translations,
}
