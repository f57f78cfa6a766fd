"""Memory of a process that answers questions for months."""

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # mallopt(3)
KEPT_BYTES = 128 * 1024**2
LARGEST_BYTES = 32 * 1024**2  # the most that the second may be


def keep_what_was_freed() -> None:
    """Let the next large array lie where the last one was (glibc; elsewhere nothing changes).

    A large array is usually given back to the system at once, and every page of the next one is cleared before it can
    be written: for ten megabytes that takes longer than computing with them.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(MMAP_THRESHOLD, LARGEST_BYTES)
            mallopt(TRIM_THRESHOLD, KEPT_BYTES)
