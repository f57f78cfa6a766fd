"""``atlas/layers.yaml`` of the pack: layers that the city means to keep, described before anybody brings features."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings

from rivulus.atlas.actions.layers import ensure_layer
from rivulus.atlas.rules.specs import LayerSpec
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FILE = Path("atlas") / "layers.yaml"
WORDS = frozenset(LayerSpec.__dataclass_fields__)


def load_layers(*, by: "Person | None" = None, folder: Path | None = None) -> int:
    """Make or bring up to date the layers that the pack describes, and return how many; raises Refused.

    What somebody described by hand is left as it is, and no feature is touched.
    """
    path = (folder or Path(settings.PACK_DIR)) / FILE
    if not path.exists():
        return 0
    specs = [_spec(entry) for entry in _read(path)]
    for spec in specs:
        ensure_layer(by=by, spec=spec)
    return len(specs)


def _read(path: Path) -> list[Any]:
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused(N_("%(file)s cannot be read: %(why)s"), file=FILE, why=str(error)[:200]) from error
    entries = read.get("layers") if isinstance(read, dict) else None
    if not isinstance(entries, list):
        raise Refused(N_("%(file)s holds no list of layers."), file=FILE)
    return entries


def _spec(entry: Any) -> LayerSpec:
    unknown = sorted(set(entry) - WORDS) if isinstance(entry, dict) else ["?"]
    if unknown:
        raise Refused(N_("%(file)s: nobody reads “%(word)s”."), file=FILE, word=str(unknown[0]))
    return LayerSpec(**entry)
