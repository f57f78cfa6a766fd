"""``atlas/analyses.yaml`` of the pack: what the city wants to know of its layers, asked once these are there."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings

from rivulus.atlas.actions import following
from rivulus.atlas.actions.following import ROLES, RecipeSpec
from rivulus.atlas.rules.recipes.kinds import Parameters
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FILE = Path("atlas") / "analyses.yaml"
LANGUAGES = ("ro", "en", "hu")
NUMBERS = ("within_m", "smallest_m2", "deviations", "people")
WORDS = frozenset(
    {"code", "title", "note", "kind", "only", "other_only", "area", "by", "attribute", "on_map", *ROLES, *NUMBERS}
)


def load_analyses(*, by: "Person | None" = None, folder: Path | None = None) -> int:
    """Bring the analyses of the pack up to date, and return how many changed; raises Refused, changing nothing."""
    path = (folder or Path(settings.PACK_DIR)) / FILE
    if not path.exists():
        return 0
    return following.declare(by=by, specs=[_spec(entry) for entry in _read(path)])


def _read(path: Path) -> list[Any]:
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused(N_("%(file)s cannot be read: %(why)s"), file=FILE, why=str(error)[:200]) from error
    entries = read.get("analyses") if isinstance(read, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Refused(N_("%(file)s holds no list of analyses."), file=FILE)
    return entries


def _spec(entry: Mapping[str, Any]) -> RecipeSpec:
    unknown = sorted(str(name) for name in set(entry) - WORDS)
    if unknown:
        raise Refused(N_("%(file)s: nobody reads “%(word)s”."), file=FILE, word=unknown[0])
    return RecipeSpec(
        code=_text(entry, "code"),
        title=_texts(entry, "title"),
        note=_texts(entry, "note"),
        kind=_text(entry, "kind"),
        wanted={role: _text(entry, role) for role in ROLES if role in entry},
        parameters=Parameters(
            only=_only(entry, "only"),
            other_only=_only(entry, "other_only"),
            area=_area(entry),
            by=str(entry.get("by", "")),
            attribute=str(entry.get("attribute", "")),
            **{name: _number(entry, name) for name in NUMBERS if name in entry},
        ),
        is_shown=entry.get("on_map") is True,
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str | int) or not str(value).strip():
        raise Refused(N_("%(file)s: “%(word)s” is missing."), file=FILE, word=name)
    return str(value).strip()


def _texts(entry: Mapping[str, Any], name: str) -> tuple[str, str, str]:
    value = entry.get(name)
    if not isinstance(value, dict) or set(value) - set(LANGUAGES) or not value.get("ro"):
        raise Refused(N_("%(file)s: “%(word)s” is given by language: ro, en, hu."), file=FILE, word=name)
    ro, en, hu = (" ".join(str(value.get(language, "")).split()) for language in LANGUAGES)
    return ro, en, hu


def _only(entry: Mapping[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    given = entry.get(name) or {}
    if not isinstance(given, dict) or not all(isinstance(values, list) for values in given.values()):
        raise Refused(N_("%(file)s: “%(word)s” names attributes, each with a list of values."), file=FILE, word=name)
    return {str(attribute): tuple(map(_value, values)) for attribute, values in given.items()}


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _area(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    given = entry.get("area")
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != {"layer", "feature"}:
        raise Refused(N_("%(file)s: an area is the code of a layer and of a feature of it."), file=FILE)
    return _text(given, "layer"), _text(given, "feature")


def _number(entry: Mapping[str, Any], name: str) -> Any:
    value = entry[name]
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Refused(N_("%(file)s: “%(word)s” is a number."), file=FILE, word=name)
    return value
