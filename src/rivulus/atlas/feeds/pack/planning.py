"""``atlas/planning.yaml`` of the pack: plans, what their zones allow, and which layers limit building."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings

from rivulus.atlas.actions import plan_facts
from rivulus.atlas.actions.plan_facts import LimitSpec, PlanSpec, RuleSpec
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FILE = Path("atlas") / "planning.yaml"
LANGUAGES = ("ro", "en", "hu")


def load_planning(*, by: "Person | None" = None, folder: Path | None = None) -> int:
    """Bring plans and limits up to date with the pack, and return how many there are; raises Refused, changing nothing."""
    path = (folder or Path(settings.PACK_DIR)) / FILE
    if not path.exists():
        return 0
    read = _read(path)
    plans = [_plan(entry) for entry in _list(read, "plans")]
    limits = [_limit(entry) for entry in _list(read, "constraints")]
    plan_facts.declare(by=by, plans=plans, limits=limits)
    return len(plans) + len(limits)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused(N_("%(file)s cannot be read: %(why)s"), file=FILE, why=str(error)[:200]) from error
    if not isinstance(read, dict) or set(read) - {"plans", "constraints"}:
        raise Refused(N_("%(file)s holds plans and constraints, and nothing else."), file=FILE)
    return read


def _list(read: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    entries = read.get(name) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Refused(N_("%(file)s: “%(word)s” is a list of entries."), file=FILE, word=name)
    return entries


def _plan(entry: dict[str, Any]) -> PlanSpec:
    return PlanSpec(
        code=_text(entry, "code"),
        kind=_text(entry, "kind"),
        layer=_text(entry, "layer"),
        title=_texts(entry, "title"),
        decision=str(entry.get("decision", "")),
        adopted_on=_day(entry, "adopted_on"),
        expires_on=_day(entry, "expires_on"),
        rules=tuple(_rule(rule) for rule in _list(entry, "rules")),
        documents=tuple((_text(paper, "title"), _text(paper, "url")) for paper in _list(entry, "documents")),
    )


def _rule(entry: dict[str, Any]) -> RuleSpec:
    since = _day(entry, "valid_from")
    if since is None:
        raise Refused(N_("%(file)s: a rule of a zone says from which day it holds (valid_from)."), file=FILE)
    return RuleSpec(
        code=_text(entry, "code"),
        valid_from=since,
        title=_texts(entry, "title"),
        permitted=_texts(entry, "permitted"),
        forbidden=_texts(entry, "forbidden"),
        pot_max=_number(entry, "pot_max"),
        cut_max=_number(entry, "cut_max"),
        height_max_m=_number(entry, "height_max_m"),
        storeys=str(entry.get("storeys", "")),
    )


def _limit(entry: dict[str, Any]) -> LimitSpec:
    return LimitSpec(
        layer=_text(entry, "layer"),
        kind=_text(entry, "kind"),
        effect=_texts(entry, "effect"),
        authority=str(entry.get("authority", "")),
        buffer_m=_number(entry, "buffer_m") or 0.0,
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str | int) or not str(value).strip():
        raise Refused(N_("%(file)s: “%(word)s” is missing."), file=FILE, word=name)
    return str(value).strip()


def _texts(entry: Mapping[str, Any], name: str) -> tuple[str, str, str]:
    value = entry.get(name) or {}
    if isinstance(value, str):
        value = {"ro": value}
    if not isinstance(value, dict) or set(value) - set(LANGUAGES):
        raise Refused(N_("%(file)s: “%(word)s” is given by language: ro, en, hu."), file=FILE, word=name)
    ro, en, hu = (str(value.get(language, "")) for language in LANGUAGES)
    return ro, en, hu


def _day(entry: Mapping[str, Any], name: str) -> dt.date | None:
    value = entry.get(name)
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    raise Refused(N_("%(file)s: “%(word)s” is a day such as 2026-03-01."), file=FILE, word=name)


def _number(entry: Mapping[str, Any], name: str) -> float | None:
    value = entry.get(name)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise Refused(N_("%(file)s: “%(word)s” is a number."), file=FILE, word=name)
