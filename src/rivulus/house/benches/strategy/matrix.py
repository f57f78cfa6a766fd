"""The matrix: its computation, beside a twin that asks criterion by criterion, and the pages that show it."""

import statistics
import time
from collections.abc import Callable

from rivulus.house.benches.strategy.report import add_another_city

ROUNDS = 11
PAGES = ("/", "/matrix/", "/matrix/Mo4.5/", "/strategy/Mo/", "/projects/", "/indicators/", "/forecast/")


def matrix_part(scale: int) -> None:
    """Time the matrix and the public pages made anew, and as kept for the next guest."""
    from django.db import transaction

    from rivulus.strategy.queries.matrix import get_matrix

    with transaction.atomic():
        for number in range(1, scale):
            add_another_city(number)
        cells = get_matrix().cells
        print(f"Matrix, {scale}×: {len(cells)} criteria")
        print(f"  all standings: {_milliseconds(get_matrix):.1f} ms")
        print(f"  the same, one question per criterion: {_milliseconds(_ask_one_by_one, rounds=3):.1f} ms")
        for path in PAGES:
            made, kept = _page(path, keep=False), _page(path, keep=True)
            print(f"  {path}: made {made:.1f} ms, kept {kept:.1f} ms")
        transaction.set_rollback(True)


def _ask_one_by_one() -> None:
    """The naive twin: what the matrix would cost with a question for each criterion."""
    from rivulus.strategy.models import Criterion
    from rivulus.strategy.queries.matrix import list_counting_assessments

    for criterion in Criterion.objects.order_by("pk"):
        list_counting_assessments().filter(criterion=criterion).order_by("basis", "-valid_from", "-id").first()


def _page(path: str, *, keep: bool) -> float:
    from django.test import Client, override_settings

    with override_settings(RIVULUS_KEEP_PAGES=keep):
        client = Client(SERVER_NAME="localhost")
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}.")
        return _milliseconds(lambda: client.get(path))


def _milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of a piece of work."""
    times = []
    for _round in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1000
