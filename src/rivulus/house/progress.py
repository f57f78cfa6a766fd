"""A line for each step of a start: what is done, and the seconds it took."""

import contextlib
import time
from collections.abc import Iterator


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Show the step while it runs, its seconds when it is done."""
    print(f"  {name:<22}", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f"{time.monotonic() - start:6.1f} s", flush=True)
