import subprocess
import sys

import pytest

PROGRAM = """
import resource
import sys

import numpy as np

if sys.argv[1] == "kept":
    from rivulus.kernel.memory import keep_what_was_freed

    keep_what_was_freed()
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    large = [np.ones(10_000_000, np.uint8) for _ in range(8)]
    del large
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def cleared_pages(how: str) -> int:
    """How many pages the system cleared when eight arrays of ten megabytes were made for the third time."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True, timeout=60)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep memory in their own way")
def test_large_arrays_lie_where_the_last_ones_were() -> None:
    assert cleared_pages("kept") * 10 < cleared_pages("given back")
