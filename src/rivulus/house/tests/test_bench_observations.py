"""What is promised of observations when processes are killed: the measurement of it, in three rounds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not Path("/proc").exists(), reason="Killing whole groups of processes is tried on Linux.")
def test_nothing_acknowledged_is_lost_or_doubled_when_database_gate_and_worker_are_killed(tables: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIVULUS_", "DATABASE"))}
    bench = ["-m", "rivulus.house.benches.observations.kill", "--rounds", "3", "--tables", str(tables)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *bench],
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost 0, doubled 0, never sent 0" in done.stdout
