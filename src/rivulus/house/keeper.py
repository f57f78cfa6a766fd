"""Keeps one PostgreSQL server: starts it, restarts it when it was killed, stops it when nobody uses it any more.

Run as a script by `postgres.py`, with the standard library only (it starts in 20 ms). As the server's parent it also
reaps it: a dead server that nobody reaps keeps its process id, and the next start would take it for a living one.
"""

# ruff: noqa: S603, S607 (the commands are our own words)

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

LOOK_EVERY_S = 1.0
GIVE_UP_AFTER = 6
SHUTDOWN = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))  # fast, immediate, killed


def main(argument: str) -> int:
    """Serve until asked to stop, or until no process holds the users' lock."""
    order: dict[str, Any] = json.loads(argument)
    wake = listen_to_signals()
    early_deaths = 0
    while True:
        clear_stale_pid_file(Path(order["data"]))
        started = time.monotonic()
        server = start(order)
        with contextlib.suppress(NoUsersLeftError):
            watch(server, order, wake)
            if signal.SIGTERM in SEEN:
                stop(server)
                return 0
            early_deaths = early_deaths + 1 if time.monotonic() - started < 2 else 0
            if early_deaths >= GIVE_UP_AFTER:
                return 1
            say(f"the server ended with {server.returncode}; starting it again")
            time.sleep(0.2 * early_deaths)  # what was killed may still hold its shared memory
            continue
        return 0


class NoUsersLeftError(Exception):
    """Every process that used the server is gone; the server was stopped."""


SEEN: set[int] = set()


def listen_to_signals() -> int:
    """Return a descriptor that becomes readable when a child ends or when we are asked to stop."""
    read, write = os.pipe()
    for end in (read, write):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, lambda received, _frame: SEEN.add(received))
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    return read


def start(order: dict[str, Any]) -> "subprocess.Popen[bytes]":
    """Start the server under the account that was chosen for it."""
    account = order["account"] or {}
    return subprocess.Popen(
        order["command"], stdin=subprocess.DEVNULL, preexec_fn=end_with_parent, cwd=order["data"], **account
    )


def end_with_parent() -> None:
    """Ask Linux to shut the server down cleanly should this keeper be killed."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def watch(server: "subprocess.Popen[bytes]", order: dict[str, Any], wake: int) -> None:
    """Return when the server ended or a stop was asked for; raise NoUsersLeftError after stopping an unused one."""
    while server.poll() is None and signal.SIGTERM not in SEEN:
        select.select([wake], [], [], LOOK_EVERY_S)
        with contextlib.suppress(BlockingIOError):
            os.read(wake, 512)
        # The gate is held while stopping, so that a process which arrives now waits and starts afresh.
        with locked(order["gate"]) as gate, locked(order["users"]) as users:
            if gate and users and server.poll() is None:
                stop(server)
                raise NoUsersLeftError


@contextlib.contextmanager
def locked(file: str) -> Any:
    """Yield whether the lock was free; hold it for the block if so."""
    with open(file, "a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def stop(server: "subprocess.Popen[bytes]") -> None:
    """Shut the server down: politely, then less so."""
    for number, patience_s in SHUTDOWN:
        if server.poll() is None:
            server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(patience_s)
            return


def clear_stale_pid_file(data: Path) -> None:
    """Remove the pid file of a server that is gone; end one that an earlier keeper left behind."""
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        file.unlink(missing_ok=True)
        return
    deadline = time.monotonic() + 20
    while serves(pid, data) and time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    if not serves(pid, data):
        file.unlink(missing_ok=True)


def serves(pid: int, data: Path) -> bool:
    """Whether this process id is a server of this folder, and not a zombie or somebody who got its number later."""
    if sys.platform == "linux":  # the command line of a zombie is empty
        with contextlib.suppress(OSError):
            return str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False
    answer = subprocess.run(["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(data) in answer.stdout and not answer.stdout.lstrip().startswith("Z")


def say(sentence: str) -> None:
    """Write a line into the server's log."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} UTC keeper: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
