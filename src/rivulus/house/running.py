"""`./rivulus run`: database, preparation, children, the line with the address."""

# ruff: noqa: S104 (the address is compared, not bound)

import os
import time
from collections.abc import Callable

from rivulus.house import database, locks, paths, prepare, supervisor
from rivulus.house.postgres import Cluster
from rivulus.house.progress import step


def run(host: str, port: int, *, started: float) -> int:
    """Run the platform until told to stop; return the exit status."""
    supervisor.require_free(host, port)
    gate_port = int(os.environ.setdefault("RIVULUS_GATE_PORT", str(port + 1)))
    supervisor.require_free(host, gate_port)
    _allow(host)
    with locks.shared(paths.home() / "platform.lock"), _database() as cluster:
        prepare.prepare()
        os.umask(0o077)  # photos, and letters with links, are nobody else's, even where the data folder is open
        os.environ["DJANGO_SETTINGS_MODULE"] = "rivulus.config.settings"
        address = os.environ["RIVULUS_ADDRESS"] = f"http://{_shown(host)}:{port}"

        def announce() -> None:
            seconds = time.monotonic() - started
            print(f"Rivulus is running at {address} ({seconds:.1f} s). Ctrl-C stops it.", flush=True)

        children = [supervisor.web(host, port), supervisor.gate(host, gate_port), supervisor.worker()]
        children.append(supervisor.watch())
        if os.environ.get("RIVULUS_MQTT_URL"):
            children.append(supervisor.bridge())
        look_after = _bring_back(cluster) if cluster else lambda: None
        return supervisor.Supervisor(children, look_after).run(
            is_up=lambda: supervisor.answers(host, port), announce=announce
        )


class _database:  # noqa: N801 (used as a function)
    """The database, with a line about its start where it is our own."""

    def __enter__(self) -> Cluster | None:
        self._available = database.available()
        if os.environ.get("DATABASE_URL"):
            return self._available.__enter__()
        with step("Database"):
            return self._available.__enter__()

    def __exit__(self, *error: object) -> None:
        self._available.__exit__(*error)  # type: ignore[arg-type]


def _bring_back(cluster: Cluster) -> Callable[[], None]:
    def look_after() -> None:
        if not cluster.is_running():
            cluster.start()

    return look_after


def _allow(host: str) -> None:
    """Let pages answer under the name that was asked for."""
    if "RIVULUS_ALLOWED_HOSTS" in os.environ or host in {"127.0.0.1", "localhost", "::1"}:
        return
    os.environ["RIVULUS_ALLOWED_HOSTS"] = f"127.0.0.1,localhost,[::1],{host}"
    if host in {"0.0.0.0", "::"}:
        os.environ["RIVULUS_ALLOWED_HOSTS"] = "*"
        print("Pages answer under every name; set RIVULUS_ALLOWED_HOSTS to the real ones.")


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
