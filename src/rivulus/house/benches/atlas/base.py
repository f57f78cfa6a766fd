"""How long an extract takes to become the base map, how much memory, and how fast places are found in it afterwards.

    ./rivulus bench atlas base --file ../shared/data/osm/ro_brasov.osm.pbf

The limits are those for a city of a quarter of a million people (some 30,000 buildings). A second import of the same
file is measured besides: it finds nothing to change.
"""

import argparse
import os
import random
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rivulus.atlas.feeds.osm.importing import import_extract
from rivulus.atlas.models import BaseImport, Place
from rivulus.atlas.queries.places import reverse, search_places

LIMIT_S, LIMIT_MIB, LIMIT_MS = 90.0, 1536.0, 20.0
USUAL = Path("osm") / "ro_brasov.osm.pbf"
SEED = 20260501


def run(arguments: list[str]) -> int:
    """Import twice, look for what is there; return 1 where a limit is not held."""
    parser = argparse.ArgumentParser(prog="./rivulus bench atlas base")
    parser.add_argument("--file", type=Path, default=None)
    parser.add_argument("--searches", type=int, default=400)
    chosen = parser.parse_args(arguments)
    file = chosen.file or _shared()
    if file is None or not file.is_file():
        print("There is no extract to measure with; name one: --file CITY.osm.pbf")
        return 0
    seconds = _import(file, "first import")
    _import(file, "the same again")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'memory at its most':<28}{peak:9.0f} MiB")
    slowest = _search(chosen.searches)
    return 0 if seconds <= LIMIT_S and peak <= LIMIT_MIB and slowest <= LIMIT_MS else 1


def _shared() -> Path | None:
    folder = os.environ.get("RIVULUS_SHARED_DATA")
    return Path(folder) / USUAL if folder else Path(__file__).resolve().parents[6] / "shared" / "data" / USUAL


def _import(file: Path, name: str) -> float:
    began, used = time.perf_counter(), time.process_time()
    row = import_extract(by=None, file=file)
    seconds = time.perf_counter() - began
    cpu = time.process_time() - used
    print(f"{name:<28}{seconds:9.1f} s   ({cpu:.1f} s of this process; limit {LIMIT_S:.0f} s)")
    if name == "first import":
        _tell(row, file)
    return seconds


def _tell(row: BaseImport, file: Path) -> None:
    read = row.report["read"]
    kinds = ", ".join(f"{found['total']:,} {name}" for name, found in row.report.items() if name != "read")
    print(f"  {file.stat().st_size / 1e6:.1f} MB, {read['drawn']:,} things on {read['tiles']:,} tiles; {kinds}")


def _search(count: int) -> float:
    """Look for names and addresses that are there: as they are, begun, and with a slip."""
    chance = random.Random(SEED)  # noqa: S311 (the same questions each time)
    rows = list(Place.objects.order_by("pk").values_list("name", "number", "longitude", "latitude"))
    chosen = chance.sample(rows, min(count, len(rows)))
    typed = [f"{name} {number}".strip() for name, number, *_ in chosen]
    print(f"\n{len(rows):,} places:")
    middles = [
        _time("found as they are called", search_places, typed),
        _time("found by the beginning", search_places, [text[: max(3, len(text) // 2)] for text in typed]),
        _time("found with a slip", search_places, [_slip(text, chance) for text in typed]),
    ]
    begun = time.perf_counter()
    for _, _, longitude, latitude in chosen:
        reverse(longitude, latitude)
    print(f"{'what is at a place':<28}{(time.perf_counter() - begun) / max(1, len(chosen)) * 1000:9.2f} ms")
    return max(middles, default=0.0)


def _slip(text: str, chance: random.Random) -> str:
    at = chance.randrange(max(1, len(text) - 1))
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _time(name: str, ask: Callable[[str], object], typed: Sequence[str]) -> float:
    for text in typed[:20]:
        ask(text)
    took = []
    for text in typed:
        begun = time.perf_counter()
        ask(text)
        took.append((time.perf_counter() - begun) * 1000)
    middle, far = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    print(f"{name:<28}{middle:9.2f} ms   (19 of 20 within {far:.2f} ms; limit {LIMIT_MS:.0f} ms)")
    return middle
