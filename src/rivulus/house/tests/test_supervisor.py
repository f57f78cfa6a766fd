"""Children start, come back and end with the platform."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rivulus.house import supervisor
from rivulus.house.errors import HouseError

SUPERVISE = """
import sys
from rivulus.house.supervisor import Child, Supervisor
tick = "import os,sys,time; open(sys.argv[1], 'a').write(f'{os.getpid()} '); time.sleep(60)"
children = [Child(name, [sys.executable, "-c", tick, sys.argv[1] + name]) for name in ("web", "worker")]
sys.exit(Supervisor(children).run(is_up=lambda: True, announce=lambda: print("up", flush=True)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return f"{tmp_path}/"


def start(folder: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", SUPERVISE, folder]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def pids(folder: str, name: str, count: int = 1) -> list[int]:
    """The process ids that a child wrote down, once there are so many."""
    for _ in range(500):
        file = Path(folder + name)
        found = file.read_text().split() if file.exists() else []
        if len(found) >= count:
            return [int(pid) for pid in found]
        time.sleep(0.02)
    pytest.fail(f"{name} did not start {count} times.")


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_within_about_a_second(folder: str, number: signal.Signals) -> None:
    process = start(folder)
    children = pids(folder, "web") + pids(folder, "worker")
    begun = time.monotonic()
    process.send_signal(number)
    output, _ = process.communicate(timeout=10)
    assert time.monotonic() - begun < 1.5
    assert (process.returncode, output) == (0, "up\n")
    assert not any(map(lives, children))


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux ends a child with its parent.")
def test_children_end_when_the_supervisor_is_killed(folder: str) -> None:
    process = start(folder)
    children = pids(folder, "web") + pids(folder, "worker")
    process.kill()
    process.communicate()
    time.sleep(0.3)
    assert not any(map(lives, children))


def test_a_child_that_was_killed_comes_back(folder: str) -> None:
    process = start(folder)
    os.kill(pids(folder, "web")[0], signal.SIGKILL)
    assert len(set(pids(folder, "web", count=2))) == 2
    process.terminate()
    _, errors = process.communicate(timeout=10)
    assert "The web process ended (-9); it is started again." in errors


def test_a_child_that_never_stays_is_given_up() -> None:
    code = SUPERVISE.replace("time.sleep(60)", "").replace("LONGEST", "LONGEST")
    words = [sys.executable, "-c", code, "/dev/null/"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "5 times in a row" in done.stderr


def test_a_taken_port_is_explained_with_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(HouseError, match=rf"Port {port} is taken.*Try: \./rivulus run --port \d+"):
            supervisor.require_free("127.0.0.1", port)


def test_a_free_port_is_accepted() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    supervisor.require_free("127.0.0.1", port)


def test_nobody_answering_is_not_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert not supervisor.answers("127.0.0.1", silent.getsockname()[1])
