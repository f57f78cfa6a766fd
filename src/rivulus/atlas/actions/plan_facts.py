"""Plans as the pack declares them: what they are, what their zones allow, which layers limit building."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.atlas.models import Constraint, Layer, Plan, PlanDocument, ZoneRule
from rivulus.atlas.rules.plans import ConstraintKind, PlanKind
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

type Texts = tuple[str, str, str]
"""Romanian, English, Hungarian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """What a kind of zone allows from a day on."""

    code: str
    valid_from: dt.date
    title: Texts
    permitted: Texts = ("", "", "")
    forbidden: Texts = ("", "", "")
    pot_max: float | None = None
    cut_max: float | None = None
    height_max_m: float | None = None
    storeys: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSpec:
    """A plan; ``documents`` are titles and addresses."""

    code: str
    kind: str
    layer: str
    title: Texts
    decision: str = ""
    adopted_on: dt.date | None = None
    expires_on: dt.date | None = None
    rules: tuple[RuleSpec, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSpec:
    """A layer that limits building."""

    layer: str
    kind: str
    effect: Texts
    authority: str = ""
    buffer_m: float = 0.0


@transaction.atomic
def declare(*, by: "Person | None", plans: Sequence[PlanSpec], limits: Sequence[LimitSpec]) -> None:
    """Bring plans and limits up to date with what is declared; raises Refused for a layer that does not exist.

    Rules of zones are only added: one that says something else for the same day is refused.
    """
    for plan in plans:
        _declare_plan(plan)
    for limit in limits:
        _declare_limit(limit)
    content = {"plans": [plan.code for plan in plans], "limits": [limit.layer for limit in limits]}
    journal.write(by=by, verb="atlas.plans.declared", subject="atlas.plans", subject_id="pack", content=content)


def _declare_plan(spec: PlanSpec) -> None:
    if spec.kind not in set(PlanKind):
        raise Refused(N_("There is no kind of plan called %(kind)s."), kind=spec.kind)
    values = {
        "kind": spec.kind, "layer": _layer(spec.layer), "title_ro": spec.title[0], "title_en": spec.title[1],
        "title_hu": spec.title[2], "decision": spec.decision, "adopted_on": spec.adopted_on,
        "expires_on": spec.expires_on,
    }  # fmt: skip
    plan, _ = Plan.objects.update_or_create(code=spec.code, defaults=values)
    for rule in spec.rules:
        _declare_rule(plan, rule)
    known = set(PlanDocument.objects.filter(plan=plan, withdrawn_at__isnull=True).values_list("title", "url"))
    PlanDocument.objects.bulk_create(
        PlanDocument(plan=plan, title=title, url=url, added_at=clock.now())
        for title, url in spec.documents
        if (title, url) not in known
    )


def _declare_rule(plan: Plan, spec: RuleSpec) -> None:
    values = {
        "title_ro": spec.title[0], "title_en": spec.title[1], "title_hu": spec.title[2],
        "permitted_ro": spec.permitted[0], "permitted_en": spec.permitted[1], "permitted_hu": spec.permitted[2],
        "forbidden_ro": spec.forbidden[0], "forbidden_en": spec.forbidden[1], "forbidden_hu": spec.forbidden[2],
        "pot_max": spec.pot_max, "cut_max": spec.cut_max, "height_max_m": spec.height_max_m, "storeys": spec.storeys,
    }  # fmt: skip
    known = ZoneRule.objects.filter(plan=plan, code=spec.code, valid_from=spec.valid_from).first()
    if known is None:
        ZoneRule.objects.create(plan=plan, code=spec.code, valid_from=spec.valid_from, **values)
    elif any(getattr(known, name) != value for name, value in values.items()):
        raise Refused(
            N_(
                "What zone %(zone)s allows from %(day)s is known already and is not rewritten; give the change its own day."
            ),
            zone=spec.code,
            day=spec.valid_from.isoformat(),
        )


def _declare_limit(spec: LimitSpec) -> None:
    if spec.kind not in set(ConstraintKind):
        raise Refused(N_("There is no kind of limit called %(kind)s."), kind=spec.kind)
    values = {
        "kind": spec.kind, "effect_ro": spec.effect[0], "effect_en": spec.effect[1], "effect_hu": spec.effect[2],
        "authority": spec.authority, "buffer_m": spec.buffer_m,
    }  # fmt: skip
    Constraint.objects.update_or_create(layer=_layer(spec.layer), defaults=values)


def _layer(code: str) -> Layer:
    found = Layer.objects.filter(code=code, withdrawn_at__isnull=True).first()
    if found is None:
        raise Refused(N_("There is no layer called %(code)s."), code=code)
    return found
