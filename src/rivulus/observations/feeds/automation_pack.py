"""The rules that come with the city's settings: loaded as drafts, and switched on where the file says so and nothing on
the street is acted upon."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rivulus.kernel.errors import Refused
from rivulus.observations.actions.automations import versions
from rivulus.observations.queries import automations
from rivulus.observations.rules.automations.grammar import parse

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FOLDER = "automations"


@dataclass(slots=True)
class Loaded:
    """What loading did: codes by outcome, and a sentence for each file that is no rule."""

    added: list[str] = field(default_factory=list)
    switched_on: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def load(*, by: "Person | None" = None, folder: Path) -> Loaded:
    """Load ``automations/*.yaml`` of the folder; the file's name is the rule's code. Doing it twice changes nothing.

    A file that changed becomes a new version. One that people wrote versions of since is left to them, and so is one
    that they switched off.
    """
    loaded = Loaded()
    for file in sorted((folder / FOLDER).glob("*.yaml")):
        _load_file(by, file, loaded)
    return loaded


def _load_file(by: "Person | None", file: Path, loaded: Loaded) -> None:
    code, text = file.stem, file.read_text(encoding="utf-8")
    parsed = parse(text)
    if parsed.rule is None:
        loaded.problems += [f"{file.name}: {problem}" for problem in parsed.problems]
        return
    known = automations.find_automation(code)
    newest = automations.find_newest(known) if known else None
    if newest is not None and (newest.text == text or newest.created_by_id is not None or newest.state == "retired"):
        loaded.unchanged.append(code)
        return
    version = versions.draft(by=by, code=code, text=text, is_from_pack=True)
    loaded.added.append(code)
    if parsed.rule.active:
        try:
            versions.activate(by=None, version_id=version.pk)
            loaded.switched_on.append(code)
        except Refused as refused:
            loaded.problems.append(f"{file.name}: {refused}")
