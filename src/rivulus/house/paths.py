"""Where the platform keeps things: the checkout, and the one data folder."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
SOURCE = CHECKOUT / "src" / "rivulus"
LOCALE = SOURCE / "locale"


def home() -> Path:
    """The data folder (`RIVULUS_HOME`, else `var` in the checkout), made private to its owner."""
    folder = Path(os.environ.get("RIVULUS_HOME") or CHECKOUT / "var").resolve()
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
    return folder


def pack() -> Path:
    """The folder with the city's facts."""
    return Path(os.environ.get("RIVULUS_PACK") or CHECKOUT / "pack" / "baia_mare").resolve()
