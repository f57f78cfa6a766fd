"""File locks: the kernel lets go of them when a process dies, however it dies."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


def shared(file: Path) -> TextIO:
    """Take a shared lock, waiting for it; closing the returned file gives it back."""
    return _locked(file, fcntl.LOCK_SH)


def exclusive(file: Path) -> TextIO:
    """Take the exclusive lock, waiting for it."""
    return _locked(file, fcntl.LOCK_EX)


def exclusive_now(file: Path) -> TextIO | None:
    """Take the exclusive lock if nobody holds any lock on the file, else None."""
    try:
        return _locked(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


def is_held(file: Path) -> bool:
    """Whether somebody holds a lock on the file."""
    lock = exclusive_now(file)
    if lock is None:
        return True
    lock.close()
    return False


@contextlib.contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold the exclusive lock for a block."""
    with exclusive(file):
        yield


def _locked(file: Path, kind: int) -> TextIO:
    stream = file.open("a+")
    try:
        fcntl.flock(stream, kind)
    except OSError:
        stream.close()
        raise
    return stream
