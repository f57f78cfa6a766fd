"""Runs the web and the worker as children that end with it, and brings back one that died."""

# ruff: noqa: S603, S104 (the commands are our own words; the address is shown, not bound)

import contextlib
import ctypes
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rivulus.house.errors import HouseError

SETTLED_AFTER_S = 20.0
GIVE_UP_AFTER = 5
LONGEST_PAUSE_S = 30.0
STOP_PATIENCE_S = 4.0
LOOK_EVERY_S = 1.0


@dataclass
class Child:
    """A process of the platform: its command, and how it has fared."""

    name: str
    command: list[str]
    waits: bool = False  # until the platform is up: two cores start one process sooner than two
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    deaths: int = 0
    start_again_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it in a process group of its own: Ctrl-C reaches the supervisor, which decides."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, preexec_fn=_end_with_parent, start_new_session=True
        )

    def signal_group(self, number: int) -> None:
        """Send a signal to it and to every process it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Keeps children alive until asked to stop."""

    def __init__(self, children: list[Child], look_after: Callable[[], None] = lambda: None) -> None:
        self.children = children
        self._look_after = look_after
        self._stops: int = 0
        self._wake = -1

    def run(self, *, is_up: Callable[[], bool], announce: Callable[[], None]) -> int:
        """Run until SIGINT, SIGTERM or SIGHUP; `announce` once when `is_up`. Return the exit status."""
        self._listen()
        up = False
        try:
            while not self._stops:
                self._start_due(up)
                if not up and is_up():
                    up = True
                    self._start_due(up)
                    announce()
                self._sleep(LOOK_EVERY_S if up else 0.03)
                self._look_after()
            return 0
        except GivenUpError as given_up:
            print(f"rivulus: {given_up}", file=sys.stderr, flush=True)
            return 1
        finally:
            self._stop_all()

    def _listen(self) -> None:
        read, write = os.pipe()
        for end in (read, write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._count_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        self._wake = read

    def _count_stop(self, _number: int, _frame: object) -> None:
        self._stops += 1

    def _sleep(self, seconds: float) -> None:
        """Wait, but wake at once when a child ends or a signal comes."""
        select.select([self._wake], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 512)

    def _start_due(self, up: bool) -> None:
        """Start what is not running and may; notice what ended."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.start_again_at and (up or not child.waits):
                    child.start()
            elif child.process.poll() is not None:
                self._bury(child, now)

    def _bury(self, child: Child, now: float) -> None:
        """End what the dead child left behind and decide when it comes back."""
        assert child.process is not None
        status = child.process.returncode
        child.signal_group(signal.SIGKILL)
        child.process = None
        child.deaths = 1 if now - child.started_at > SETTLED_AFTER_S else child.deaths + 1
        if child.deaths >= GIVE_UP_AFTER and now - child.started_at < SETTLED_AFTER_S:
            raise GivenUpError(
                f"the {child.name} process ended {child.deaths} times in a row; its last words are above."
            )
        pause_s = min(LONGEST_PAUSE_S, 0.25 * 2 ** (child.deaths - 1))
        child.start_again_at = now + pause_s
        print(f"The {child.name} process ended ({status}); it is started again.", file=sys.stderr, flush=True)

    def _stop_all(self) -> None:
        running = [child for child in self.children if child.process is not None]
        for child in running:
            assert child.process is not None
            child.process.terminate()
        deadline = time.monotonic() + STOP_PATIENCE_S
        asked = self._stops
        for child in running:
            assert child.process is not None
            # A second Ctrl-C does not wait.
            while child.process.poll() is None and time.monotonic() < deadline and self._stops <= max(asked, 1):
                self._sleep(0.05)
            child.signal_group(signal.SIGKILL)
            child.process.wait()
            child.process = None


class GivenUpError(Exception):
    """A child does not stay alive."""


def _end_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is gone, however it went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def web(host: str, port: int) -> Child:
    """The web server: WSGI with threads."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    processes = os.environ.get("RIVULUS_WEB_PROCESSES") or str(max(1, min(4, cores // 2)))
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": processes,
        "--blocking-threads": os.environ.get("RIVULUS_WEB_THREADS", "8"),
        "--workers-kill-timeout": "1",
        "--log-level": "error",
        "--http": "1",
    }
    words = [part for option in options.items() for part in option]
    return Child("web", [sys.executable, "-m", "granian", *words, "--no-ws", "rivulus.config.wsgi:application"])


def gate(host: str, port: int) -> Child:
    """The gate: a small ASGI server that takes in observations as fast as they come, and streams the latest ones."""
    options = {
        "--interface": "asgi",
        "--host": host,
        "--port": str(port),
        "--workers": os.environ.get("RIVULUS_GATE_PROCESSES") or "1",
        "--loop": "uvloop",
        "--workers-kill-timeout": "1",
        "--log-level": "error",
        "--http": "1",
    }
    words = [part for option in options.items() for part in option]
    application = "rivulus.observations.standards.gate.asgi:application"
    return Child("gate", [sys.executable, "-m", "granian", *words, "--no-ws", application], waits=True)


def watch() -> Child:
    """The watch, which looks at what arrives through the rules of the city."""
    return Child("watch", [sys.executable, "-m", "django", "watch"], waits=True)


def bridge() -> Child:
    """The bridge to the broker of messages (MQTT) that the operator named."""
    return Child("mqtt", [sys.executable, "-m", "django", "mqtt"], waits=True)


def worker() -> Child:
    """The worker, which also keeps the clock of regular tasks."""
    return Child("worker", [sys.executable, "-m", "rivulus.house.worker"], waits=True)


def require_free(host: str, port: int) -> None:
    """Refuse with a suggestion when another program listens there."""
    trouble = _bind_trouble(host, port)
    if trouble is None:
        return
    if isinstance(trouble, PermissionError):
        raise HouseError(f"Port {port} may be opened by the administrator only. Try: ./rivulus run --port 8000")
    if isinstance(trouble, socket.gaierror) or trouble.errno == 99:
        raise HouseError(f"This machine has no address “{host}”. Try: ./rivulus run --host 0.0.0.0")
    free = next((other for other in range(port + 1, port + 100) if _bind_trouble(host, other) is None), None)
    hint = f" Try: ./rivulus run --port {free}" if free else ""
    raise HouseError(f"Port {port} is taken: another program listens there, perhaps Rivulus itself.{hint}")


def _bind_trouble(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error
    return None


def answers(host: str, port: int) -> bool:
    """Whether the platform answers at its health address."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(reachable, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
