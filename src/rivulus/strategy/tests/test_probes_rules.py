"""Facts about what a reading answers."""

from decimal import Decimal

import pytest

from rivulus.strategy.rules.probes import Answer, Question, answer, is_news, share
from rivulus.strategy.terms import Mode

ASKED = Question(">=", Decimal("80"), Mode.BOTH)
YES = answer(ASKED, 80.0)
NO = answer(ASKED, 79.99)
SILENT = answer(ASKED, None)


def test_the_threshold_itself_passes() -> None:
    assert (YES.passed, NO.passed) == (True, False)
    assert answer(Question("<=", Decimal("80"), Mode.BOTH), 80.0).passed


@pytest.mark.parametrize(
    "found",
    [
        answer(ASKED, None),
        answer(ASKED, 99.0, simulated=True),
        answer(Question(">=", Decimal("80"), Mode.BOTH, withdrawn=True), 99.0),
    ],
)
def test_missing_simulated_and_withdrawn_say_nothing(found: Answer) -> None:
    assert found.silent and not found.passed


@pytest.mark.parametrize(
    ("latest", "new", "news"),
    [
        (None, YES, True),
        (None, NO, True),
        (None, SILENT, False),
        (YES, YES, False),
        (YES, NO, True),
        (NO, YES, True),
        (YES, SILENT, True),
        (SILENT, SILENT, False),
        (SILENT, NO, True),
        (YES, answer(Question(">=", Decimal("70"), Mode.BOTH), 80.0), True),
        (YES, answer(Question(">=", Decimal("80"), Mode.MEASURED), 80.0), True),
        (YES, answer(Question(">=", Decimal("80.00"), Mode.BOTH), 91.0), False),
    ],
)
def test_a_row_is_written_only_when_something_changed(latest: Answer | None, new: Answer, news: bool) -> None:
    assert is_news(latest, new) is news


def test_a_share_of_nothing_is_no_number() -> None:
    assert share(0, 0) is None
    assert share(1, 3) == 33.33
