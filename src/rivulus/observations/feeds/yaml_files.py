"""YAML files of the pack: read safely, within a megabyte, with a sentence where that fails."""

from pathlib import Path
from typing import Any

import yaml

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

LARGEST_BYTES = 1_000_000
SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C reads eight times as fast


def read_yaml(file: Path) -> Any:
    """Return what a file of the pack holds; raises Refused, naming the file and the line, where it cannot be read."""
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise Refused(N_("%(file)s is larger than a megabyte."), file=file.name)
        return yaml.load(file.read_text("utf-8"), Loader=SAFE)  # noqa: S506 (both are safe ones)
    except OSError as error:
        raise Refused(N_("%(file)s cannot be read."), file=file.name) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise Refused(N_("%(file)s, line %(line)s: this is not YAML."), file=file.name, line=line) from error
