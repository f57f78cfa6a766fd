"""Taking in what the pack declares of the observations: properties, domains, factors."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.observations.actions.entities import upsert_properties
from rivulus.observations.models import Declaration
from rivulus.observations.rules import permissions
from rivulus.observations.rules.domains.declared import PropertyDeclaration

if TYPE_CHECKING:
    from rivulus.identity.models import Person


@transaction.atomic
def declare(
    *, by: "Person | None", properties: Sequence[PropertyDeclaration], contents: Mapping[str, Any]
) -> tuple[str, ...]:
    """Take in checked declarations, and return the codes of the contents that differ from what was there.

    Properties that are no longer declared stay, since series may hold readings of them.
    """
    if by is not None:
        permissions.check_can("edit_thing", identity.roles_of(by))
    upsert_properties(by=by, specs=[each.spec for each in properties])
    changed = tuple(code for code in sorted(contents) if _keep(code, contents[code]))
    if changed:
        journal.write(
            by=by,
            verb="observations.declarations.loaded",
            subject="observations.declaration",
            subject_id=",".join(changed),
            content={"changed": list(changed), "properties": len(properties)},
        )
    return changed


def _keep(code: str, content: Any) -> bool:
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if Declaration.objects.filter(code=code, digest=digest).exists():
        return False
    values = {"content": content, "digest": digest, "loaded_at": clock.now()}
    Declaration.objects.update_or_create(code=code, defaults=values)
    return True
