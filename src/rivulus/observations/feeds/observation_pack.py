"""The pack's declarations of what the city observes: ``observations/properties.yaml``, ``domains.yaml``, ``factors.yaml``."""

from pathlib import Path
from typing import TYPE_CHECKING

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions.declarations import declare
from rivulus.observations.feeds.yaml_files import read_yaml
from rivulus.observations.queries.domain_figures import CALCULATIONS
from rivulus.observations.rules.domains.declared import read_declared, read_properties

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FOLDER = "observations"


def load(*, by: "Person | None", folder: Path) -> tuple[str, ...]:
    """Read, check and take in the declarations of a pack, all or nothing; return the files that brought something new.

    ``folder`` is the pack's, or its ``observations`` folder. A pack without declarations changes nothing. Raises Refused,
    naming file and place, where something is wrong.
    """
    place = folder / FOLDER if (folder / FOLDER).is_dir() else folder
    if not (place / "properties.yaml").exists():
        return ()
    contents = {name: read_yaml(place / f"{name}.yaml") for name in ("properties", "domains", "factors")}
    properties = read_properties(contents["properties"])
    declared = read_declared(contents["domains"], contents["factors"], [each.spec.code for each in properties])
    for domain in declared.domains:
        for figure in domain.figures:
            if figure.code not in CALCULATIONS:
                raise Refused(N_("domains.yaml: no calculation is called %(code)s."), code=figure.code)
    return declare(by=by, properties=properties, contents=contents)
