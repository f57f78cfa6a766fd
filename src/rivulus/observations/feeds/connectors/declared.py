"""The connectors that the pack declares, read anew only when the file changed."""

from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.connectors.declarations import Declaration, Declared, Fault, read_all

LARGEST_BYTES = 1_000_000


def place() -> Path:
    """Return where the file is."""
    return Path(settings.PACK_DIR) / "observations" / "connectors.yaml"


def read_declared() -> Declared:
    """Return what is declared now; a file that cannot be read is a fault, no file is nothing."""
    file = place()
    try:
        status = file.stat()
    except OSError:
        return Declared()
    return _read(file, status.st_mtime_ns, status.st_size)


def list_switched_on() -> tuple[Declaration, ...]:
    """Return those that are asked by themselves: enabled, and the operator agreed that the platform asks outside."""
    return tuple(one for one in read_declared().connectors if is_on(one))


def is_on(declaration: Declaration) -> bool:
    """Whether a connector is asked by itself: ``RIVULUS_CONNECTORS`` is 1, or names it."""
    agreed = agreed_codes()
    return declaration.enabled if agreed == {"1"} else declaration.code in agreed


def agreed_codes() -> frozenset[str]:
    """Return what the operator agreed to: nothing, 1, or codes of connectors."""
    return frozenset(str(settings.RIVULUS_CONNECTORS).replace(",", " ").split()) - {"0"}


@lru_cache(maxsize=4)
def _read(file: Path, modified_ns: int, size: int) -> Declared:
    if size > LARGEST_BYTES:
        return Declared(faults=(Fault("", Refused(N_("%(file)s is larger than a megabyte."), file=file.name)),))
    try:
        return read_all(yaml.safe_load(file.read_text("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        refused = Refused(
            N_("%(file)s, line %(line)s: this is not YAML."), file=file.name, line=mark.line + 1 if mark else 1
        )
        return Declared(faults=(Fault("", refused),))
