"""The pack of facts: which files it has, and what must hold between them."""

import hashlib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from rivulus.strategy.actions.pack import load
from rivulus.strategy.feeds.tables import (
    Column,
    Fault,
    FaultyPack,
    Table,
    number,
    read_table,
    ref,
    reference_faults,
    text,
    tr,
)
from rivulus.strategy.models import PackLoad
from rivulus.strategy.rules.pack import Facts, Pack, Row
from rivulus.strategy.terms import Effect, Mode, State

PERIODS = ("2022", "2024", "2027", "2030", "2030+")
PLACE = text("source_place", max_length=200)


def _table(name: str, *columns: Column | tuple[Column, ...], key: tuple[str, ...] = ("code",)) -> Table:
    flat = [c for column in columns for c in (column if isinstance(column, tuple) else (column,))]
    return Table(name, tuple(flat), key)


TABLES: tuple[Table, ...] = (
    _table(
        "documents",
        text("code", max_length=40),
        tr("title", max_length=300),
        text("kind", choices=("self", "global", "european", "national", "regional", "local")),
        text("period", required=False, max_length=40),
        text("url", required=False, max_length=500),
        tr("note", required=False),
        PLACE,
    ),
    _table(
        "objectives",
        ref("document", "documents"),
        text("code", max_length=30),
        number("order"),
        tr("title", max_length=400),
        PLACE,
        key=("document", "code"),
    ),
    _table(
        "levels",
        number("number"),
        tr("name", max_length=80),
        tr("description", max_length=400),
        PLACE,
        key=("number",),
    ),
    _table(
        "milestones",
        text("code", max_length=20),
        number("after_level"),
        tr("title", max_length=200),
        text("printed_as", required=False, max_length=60),
        tr("note", required=False),
        PLACE,
    ),
    _table(
        "pillars",
        text("code", max_length=2),
        text("objective", max_length=2),
        number("order"),
        tr("name", max_length=80),
        tr("goal", max_length=400),
        tr("summary"),
        PLACE,
    ),
    _table(
        "directions",
        text("code", max_length=5),
        ref("pillar", "pillars"),
        number("order"),
        tr("title", max_length=300),
        PLACE,
        tr("note", required=False),
    ),
    _table(
        "path",
        ref("pillar", "pillars"),
        text("period", choices=PERIODS),
        number("level", required=False),
        number("order"),
        tr("text", max_length=400),
        PLACE,
        key=("pillar", "period", "order"),
    ),
    _table(
        "ladders", text("code", max_length=60), tr("title", max_length=160), text("unit", required=False), tr("reason")
    ),
    _table(
        "criteria",
        text("code", max_length=6),
        ref("pillar", "pillars"),
        number("level"),
        number("order"),
        tr("text", max_length=300),
        ref("ladder", "ladders", required=False),
        number("step", required=False),
        number("threshold", "decimal", required=False),
        text("printed_code", required=False, max_length=20),
        PLACE,
    ),
    _table(
        "states",
        ref("criterion", "criteria"),
        text("state", choices=[s.value for s in State]),
        text("expected", required=False, choices=PERIODS),
        tr("reason"),
        PLACE,
        key=("criterion",),
    ),
    _table("visions", text("code", max_length=40), number("order"), tr("title", max_length=160), tr("text"), PLACE),
    _table(
        "umbrella",
        ref("direction", "directions"),
        ref("document", "documents"),
        text("objective", required=False),
        tr("reason"),
        key=("direction", "document", "objective"),
    ),
    _table("places", text("code", max_length=40), tr("name", max_length=160), text("kind", max_length=10)),
    _table(
        "indicators",
        text("code", max_length=8),
        ref("pillar", "pillars"),
        number("order"),
        tr("title", max_length=300),
        tr("unit", required=False, max_length=80),
        text("kind", choices=("number", "text", "yes_no")),
        text("direction", choices=("higher", "lower", "neutral")),
        number("target_value", "decimal", required=False),
        text("target_comparator", required=False, choices=(">=", "<=")),
        number("target_year", required=False),
        tr("target_text", required=False, max_length=300),
        text("target_source", required=False, max_length=200),
        ref("repeats", "indicators", required=False),
        PLACE,
        tr("note", required=False),
    ),
    _table(
        "indicator_values",
        ref("indicator", "indicators"),
        ref("place", "places"),
        number("year", required=False),
        number("value", "decimal", required=False),
        tr("text", required=False, max_length=200),
        text("printed", required=False, max_length=200),
        PLACE,
        key=("indicator", "place", "year"),
    ),
    _table("funding_sources", text("code", max_length=40), tr("name", max_length=160)),
    _table(
        "projects",
        text("code", max_length=10),
        ref("direction", "directions"),
        number("number"),
        tr("title", max_length=300),
        text("responsible", required=False, max_length=300),
        text("maturity", choices=("idea", "pilot", "preparing", "applied", "in_progress", "done", "unknown")),
        text("maturity_printed", required=False, max_length=120),
        number("value_eur", "decimal", required=False),
        text("value_rhythm", required=False, choices=("once", "yearly", "per_unit")),
        text("value_printed", required=False, max_length=120),
        number("horizon_year", required=False),
        text("horizon_rhythm", required=False, choices=("once", "yearly", "opportunity")),
        text("horizon_printed", required=False, max_length=60),
        ref("funding", "funding_sources", required=False, kind="codes"),
        text("funding_printed", required=False, max_length=200),
        text("priority", choices=("priority", "long_list", "unstated")),
        text("priority_printed", required=False, max_length=60),
        PLACE,
        tr("note", required=False),
    ),
    _table(
        "project_criteria",
        ref("project", "projects"),
        ref("criterion", "criteria"),
        text("effect", choices=[e.value for e in Effect]),
        tr("reason"),
        key=("project", "criterion"),
    ),
    _table(
        "criterion_probes",
        ref("criterion", "criteria"),
        text("probe", max_length=80),
        text("comparator", choices=(">=", "<=")),
        number("threshold", "decimal"),
        text("mode", choices=[m.value for m in Mode]),
        tr("reason"),
        key=("criterion", "probe"),
    ),
    _table(
        "structure",
        text("code", max_length=40),
        ref("parent", "structure", required=False),
        number("order"),
        tr("name", max_length=200),
        tr("task"),
        PLACE,
    ),
    _table("helix", text("code", max_length=40), number("order"), tr("name", max_length=120), tr("examples"), PLACE),
    _table(
        "consultation",
        text("code", max_length=60),
        number("order"),
        tr("question", max_length=300),
        tr("answer", max_length=300),
        number("share_percent", "decimal", required=False),
        PLACE,
    ),
)
ANOMALIES = _table(
    "anomalies",
    text("code", max_length=80),
    text("about", choices=("indicator", "project", "direction", "criterion", "matrix", "pillar", "document")),
    text("subject", required=False, max_length=20),
    tr("title", max_length=200),
    tr("description"),
    PLACE,
)


def load_pack(folder: Path, *, by: Any = None) -> PackLoad:
    """Read, check and load a pack; raise ``FaultyPack`` and change nothing when it has faults."""
    return load(pack=read_pack(folder), by=by)


def read_pack(folder: Path) -> Pack:
    """Read and check all files of a pack; raise :class:`FaultyPack` with every fault found."""
    if not folder.is_dir():
        raise FaultyPack([Fault(str(folder.name), 1, "", "there is no such folder")])
    facts = Facts()
    faults: list[Fault] = []
    about, found = _read_about(folder / "pack.yaml")
    faults += found
    for table in TABLES:
        rows, found = read_table(folder / f"{table.name}.csv", table)
        facts.rows[table.name] = rows
        faults += found
    rows, found = _read_anomalies(folder)
    facts.rows[ANOMALIES.name] = rows
    faults += found
    if not faults:
        faults = reference_faults(facts, TABLES) + _meaning_faults(facts)
    if faults:
        raise FaultyPack(faults)
    return Pack(str(about["code"]), dict(about["name"]), str(about["baseline"]), facts, digest_of(folder))


def digest_of(folder: Path) -> str:
    """Return the SHA-256 of the pack's files, names and bytes, in order."""
    digest = hashlib.sha256()
    for file in sorted([*folder.rglob("*.csv"), folder / "pack.yaml"]):
        digest.update(str(file.relative_to(folder)).encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def _read_about(file: Path) -> tuple[dict[str, Any], list[Fault]]:
    try:
        about = yaml.safe_load(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}, [Fault(file.name, 1, "", "the file is missing")]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        return {}, [Fault(file.name, mark.line + 1 if mark else 1, "", "the file is not YAML")]
    if not isinstance(about, dict):
        return {}, [Fault(file.name, 1, "", "the file must be a mapping")]
    missing = [name for name in ("code", "name", "baseline") if name not in about]
    return about, [Fault(file.name, 1, name, "the field is missing") for name in missing]


def _read_anomalies(folder: Path) -> tuple[list[Row], list[Fault]]:
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[object, str] = {}
    for file in sorted((folder / "anomalies").glob("*.csv")):
        found_rows, found = read_table(file, ANOMALIES)
        faults += [Fault(f"anomalies/{f.file}", f.line, f.column, f.message) for f in found]
        for row in found_rows:
            code = row.values["code"]
            if code in seen:
                message = f"{code} stands already in {seen[code]}"
                faults.append(Fault(f"anomalies/{file.name}", row.line, "code", message))
            seen.setdefault(code, file.name)
        rows += found_rows
    return rows, faults


def _meaning_faults(facts: Facts) -> list[Fault]:
    return [*_level_faults(facts), *_ladder_faults(facts), *_state_faults(facts), *_objective_faults(facts)]


def _level_faults(facts: Facts) -> list[Fault]:
    levels = facts.codes("levels")
    return [
        Fault("criteria.csv", row.line, "level", f"there is no level {row.values['level']}")
        for row in facts.rows["criteria"]
        if row.values["level"] not in levels
    ]


def _ladder_faults(facts: Facts) -> list[Fault]:
    faults: list[Fault] = []
    by_ladder: dict[object, list[Row]] = {}
    for row in facts.rows["criteria"]:
        if bool(row.values["ladder"]) != (row.values["step"] is not None):
            faults.append(
                Fault("criteria.csv", row.line, "step", "a step goes with a ladder, and a ladder with a step")
            )
        elif row.values["ladder"]:
            by_ladder.setdefault(row.values["ladder"], []).append(row)
    for rows in by_ladder.values():
        ordered = sorted(rows, key=lambda r: r.values["step"])  # type: ignore[arg-type,return-value]
        for lower, higher in pairwise(ordered):
            if not lower.values["level"] < higher.values["level"]:  # type: ignore[operator]
                message = f"a higher step must stand on a higher level than {lower.values['code']}"
                faults.append(Fault("criteria.csv", higher.line, "step", message))
    return faults


def _state_faults(facts: Facts) -> list[Fault]:
    stated = Counter(row.values["criterion"] for row in facts.rows["states"])
    return [
        Fault(
            "states.csv",
            1,
            "criterion",
            f"{row.values['code']} has no state (write unknown where the source is silent)",
        )
        for row in facts.rows["criteria"]
        if not stated[row.values["code"]]
    ]


def _objective_faults(facts: Facts) -> list[Fault]:
    known = {(row.values["document"], row.values["code"]) for row in facts.rows["objectives"]}
    return [
        Fault(
            "umbrella.csv",
            row.line,
            "objective",
            f"{row.values['document']} has no objective {row.values['objective']}",
        )
        for row in facts.rows["umbrella"]
        if row.values["objective"] and (row.values["document"], row.values["objective"]) not in known
    ]
