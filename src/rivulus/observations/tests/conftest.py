"""Where the facts about observations are tested."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _with_a_demonstration(settings: Any) -> None:
    """Most of what is looked at here is simulated, and shown only where a demonstration runs."""
    settings.RIVULUS_DEMO = True
