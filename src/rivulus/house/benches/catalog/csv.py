"""A file of 200,000 lines: how long it takes to guess its columns and to find every fault; frictionless beside it."""

# ruff: noqa: S311, S603 (made-up rows; our own words)

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WANTED_S = 1.0
PEER = """
import sys, time
from frictionless import Resource, Schema, fields, formats, system
system.trusted = True
names = ["nr", "strada", "data", "valoare", "activ", "observatii"]
types = [fields.IntegerField, fields.StringField, fields.DateField, fields.NumberField, fields.BooleanField, fields.StringField]
schema = Schema(fields=[kind(name=name) for name, kind in zip(names, types)])
schema.get_field("data").format = "%d.%m.%Y"
schema.get_field("valoare").decimal_char = ","
schema.get_field("activ").true_values, schema.get_field("activ").false_values = ["da"], ["nu"]
started = time.perf_counter()
report = Resource(path=sys.argv[1], schema=schema, control=formats.CsvControl(delimiter=";"), basepath="/").validate(limit_errors=100)
print(f"{time.perf_counter() - started:.2f} {sum(len(task.errors) for task in report.tasks)}")
"""


def measure(rows: int = 200_000) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        _make(file, rows)
        size = file.stat().st_size / 1e6
        guessed, checked = _measure(file)
        print(f"CSV of {rows:,} rows, {size:.1f} MB: read and guessed in {guessed}; read and checked in {checked}")
        if checked.wall_s > WANTED_S:
            print(f"That is more than the {WANTED_S:.0f} s that are wanted.")
        _measure_peer(file, Path(folder))


def _make(file: Path, rows: int) -> None:
    random.seed(20)
    streets = ("Str. Victoriei", "Bd. București", "Piața Libertății", "Str. Gării")
    with file.open("w", encoding="utf-8") as out:
        out.write("nr;strada;data;valoare;activ;observatii\n")
        for number in range(rows):
            day = f"{random.randint(1, 28):02}.{random.randint(1, 12):02}.2025"
            value = f"{random.random() * 1000:.2f}".replace(".", ",")
            if number % 10_000 == 9_999:
                day, value = "31.02.2025", "12.5.x"
            out.write(
                f"{number};{random.choice(streets)};{day};{value};{random.choice(('da', 'nu'))};fără observații\n"
            )


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, and of processors: the first grow with what else the machine does."""

    wall_s: float
    cpu_s: float

    def __str__(self) -> str:
        return f"{self.wall_s:.2f} s ({self.cpu_s:.2f} s of processors)"


def _measure(file: Path) -> tuple[Took, Took]:
    from rivulus.catalog.feeds.uploads import checking, receiving
    from rivulus.catalog.feeds.uploads.loading import loaded

    reading = receiving.recognise(file)
    with loaded(file, reading) as found:
        fields = checking.guess_fields(found)

    def guess() -> None:
        with loaded(file, reading) as found:
            checking.guess_fields(found)

    def check() -> None:
        with loaded(file, reading) as found:
            checked = checking.check(found, fields)
            assert checked.fault_count == 2 * (checked.rows // 10_000)

    return _best(guess), _best(check)


def _best(do: Callable[[], None]) -> Took:
    """The best of five."""
    times = []
    for _time in range(5):
        started, cpu = time.perf_counter(), time.process_time()
        do()
        times.append(Took(time.perf_counter() - started, time.process_time() - cpu))
    return min(times, key=lambda took: took.wall_s)


def _measure_peer(file: Path, folder: Path) -> None:
    """The reference implementation of Table Schema, in an environment of its own."""
    tool = shutil.which("uv")
    venv = folder / "peer"
    make = [tool, "venv", "-q", str(venv)] if tool else [sys.executable, "-m", "venv", str(venv)]
    python = str(venv / "bin" / "python")
    add = (
        [tool, "pip", "install", "-q", "--python", python, "frictionless"]
        if tool
        else [python, "-m", "pip", "install", "-q", "frictionless"]
    )
    try:
        subprocess.run(make, check=True, capture_output=True, timeout=120)
        subprocess.run(add, check=True, capture_output=True, timeout=300)
        done = subprocess.run([python, "-c", PEER, str(file)], check=True, capture_output=True, text=True, timeout=600)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"frictionless: could not be measured here ({type(error).__name__}).")
        return
    seconds, errors = done.stdout.split()
    print(f"frictionless, the same file and schema: {seconds} s until {errors} errors")
