"""What the template of the printed report is given: words and numbers as they are printed, lengths as shares of one.

Everything comes from the snapshot. Texts are in the language in force; signs that no font has are replaced.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from rivulus.strategy.presenters import snapshot as show
from rivulus.strategy.presenters.annual_words import ABOUT, BASES, OUTCOMES, fixed_words, method
from rivulus.strategy.rules.evaluations import Snapshot, digest, in_force
from rivulus.strategy.terms import EVALUATION_LABELS, EvaluationKind, State
from rivulus.ui.printing.fonts import FALLBACK, FAMILY, printable

Data = dict[str, Any]


def report_data(content: Snapshot) -> Data:
    """Return all that the template prints."""
    head = content["evaluation"]
    data = {
        "lang": show.language(),
        "fonts": [FAMILY, FALLBACK],
        "words": fixed_words(),
        "title": head["title"],
        "note": head["note"],
        "kind": gettext(EVALUATION_LABELS[EvaluationKind(head["kind"])]),
        "at": head["at"],
        "at_text": show.day_text(head["at"]),
        "is_demonstration": head["is_demonstration"],
        "digest": digest(content),
        "pack_digest": content["pack"]["digest"],
        "format": str(content["format"]),
        "version": settings.RIVULUS_VERSION,
        "summary": _summary(content),
        "vision": [{"title": show.in_words(v["title"]), "text": show.in_words(v["text"])} for v in content["vision"]],
        "method": method(),
        "levels": [
            {"number": n["number"], "name": show.in_words(n["name"]), "text": show.in_words(n["description"])}
            for n in content["levels"]
        ],
        "milestones": [
            {"after": m["after_level"], "title": show.in_words(m["title"]), "note": show.in_words(m["note"])}
            for m in content["milestones"]
        ],
        "states": _states(content),
        "pillars": _pillars(content),
        "changes": _changes(content),
        "forecast": _forecast(content),
        "indicators": _indicators(content),
        "portfolio": _portfolio(content),
        "overdue": _overdue(content),
        "anomalies": _anomalies(content),
        "documents": [
            {"code": d["code"], "title": show.in_words(d["title"]), "period": d["period"]} for d in content["documents"]
        ],
    }
    return _printable(data)  # type: ignore[no-any-return]


def _printable(thing: Any) -> Any:
    if isinstance(thing, str):
        return printable(thing)
    if isinstance(thing, Mapping):
        return {key: _printable(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [_printable(value) for value in thing]
    return thing


def _summary(content: Snapshot) -> Data:
    counts, sums = content["counts"], content["sums"]
    return {
        "figures": [
            _figure(gettext("Criteria met"), f"{counts['met']} / {counts['criteria']}"),
            _figure(gettext("Projects"), show.number_text(counts["projects"])),
            _figure(gettext("Stated value until 2030"), show.money_text(sums["planned"])),
            _figure(gettext("Reported as spent"), show.money_text(sums["spent"])),
        ],
        "sentences": list(_sentences(content)),
    }


def _figure(label: str, value: str) -> Data:
    return {"label": label, "value": value}


def _sentences(content: Snapshot) -> Iterable[str]:
    counts, sums = content["counts"], content["sums"]
    outcomes = [i["outcome"] for i in content["indicators"] if i["repeats"] is None]
    yield gettext(
        "How the criteria are known: measured %(measured)s, declared %(declared)s, reconstructed from the strategy"
        " %(reconstructed)s, not known %(unknown)s."
    ) % {
        "measured": counts["basis_measured"],
        "declared": counts["basis_declared"],
        "reconstructed": counts["basis_reconstructed"],
        "unknown": counts["basis_unknown"],
    }
    yield gettext(
        "Projects: %(reported)s of %(projects)s have reported progress, %(finished)s are finished, %(overdue)s owe a"
        " report; %(unstated)s state no value."
    ) % {
        "projects": counts["projects"],
        **{key: sums[key] for key in ("reported", "finished", "overdue", "unstated")},
    }
    yield gettext(
        "Indicators against the region: %(better)s better, %(worse)s worse, %(equal)s about the same, %(rest)s that"
        " cannot be compared."
    ) % {
        "better": outcomes.count("better"),
        "worse": outcomes.count("worse"),
        "equal": outcomes.count("equal"),
        "rest": outcomes.count("not_comparable"),
    }
    if content["previous"] is not None:
        found = show.changes(content["previous"], content)
        yield gettext(
            "Changes since the evaluation before: criteria %(criteria)s, projects %(projects)s,"
            " indicator values %(indicators)s."
        ) % {
            "criteria": len(found.criteria),
            "projects": len(found.projects),
            "indicators": len(found.indicators),
        }
    yield gettext("Faults found in the text of the strategy: %(number)s.") % {"number": counts["anomalies"]}


def _states(content: Snapshot) -> list[Data]:
    counts = content["counts"]
    total = counts["criteria"] or 1
    return [
        {"state": str(s), "word": show.state_word(s), "number": counts[str(s)], "share": counts[str(s)] / total}
        for s in State
    ]


def _pillars(content: Snapshot) -> list[Data]:
    return [
        {
            "code": row.code,
            "name": row.name,
            "goal": row.goal,
            "tone": row.tone,
            "level": row.now.level,
            "fraction": row.fraction,
            "share": row.share_text,
            "now": show.reached_text(row.now),
            "in_progress": row.in_progress.level,
            "expected": row.expected.level,
            "levels": [
                {
                    "number": level["number"],
                    "name": show.in_words(level["name"]),
                    "criteria": [
                        _criterion(c)
                        for c in content["criteria"]
                        if c["pillar"] == row.code and c["level"] == level["number"]
                    ],
                }
                for level in content["levels"]
            ],
        }
        for row in show.pillar_rows(content)
    ]


def _criterion(row: Snapshot) -> Data:
    implied = gettext("implied by %(code)s") % {"code": row["implied_by"]} if row["implied_by"] else ""
    return {
        "code": row["code"],
        "text": show.in_words(row["text"]),
        "state": row["state"],
        "word": show.state_word(row["state"]),
        "basis": gettext(BASES[row["basis"]]),
        "since": (row["since"] or "")[:4],
        "implied": implied,
        "expected": row["expected"],
    }


def _changes(content: Snapshot) -> Data | None:
    before = content["previous"]
    if before is None:
        return None
    found = show.changes(before, content)
    return {
        "title": before["evaluation"]["title"],
        "at": show.day_text(before["evaluation"]["at"]),
        "is_empty": found.is_empty,
        **{
            kind: [_move(row) for row in getattr(found, kind)]
            for kind in ("levels", "criteria", "indicators", "projects", "sums")
        },
    }


def _move(row: show.MoveRow) -> Data:
    return {
        "code": row.code,
        "name": row.name,
        "before": row.before,
        "after": row.after,
        "note": row.note,
        "state_before": row.state_before,
        "state_after": row.state_after,
    }


def _forecast(content: Snapshot) -> Data:
    forecast, total = content["forecast"], content["counts"]["criteria"] or 1
    planned, reported = forecast["planned"], forecast["reported"]
    return {
        "years": [
            {
                "year": str(a["year"]),
                "planned": a["met"],
                "reported": b["met"],
                "planned_share": a["met"] / total,
                "reported_share": b["met"] / total,
            }
            for a, b in zip(planned, reported, strict=True)
        ],
        "pillars": [
            {
                "name": row.name,
                "code": row.code,
                "tone": row.tone,
                "planned": [a["levels"].get(row.code, 0) for a in planned],
                "reported": [b["levels"].get(row.code, 0) for b in reported],
            }
            for row in show.pillar_rows(content)
        ],
        "unreachable": forecast["unreachable"],
    }


def _indicators(content: Snapshot) -> Data:
    city, region = (next((p for p in content["places"] if p["kind"] == k), None) for k in ("city", "region"))
    own, theirs = (place["code"] if place else "" for place in (city, region))
    rows = {p["code"]: [i for i in content["indicators"] if i["pillar"] == p["code"]] for p in content["pillars"]}
    return {
        "city": show.in_words(city["name"]) if city else "",
        "region": show.in_words(region["name"]) if region else "",
        "pillars": [
            {"name": p.name, "tone": p.tone, "rows": [_indicator(i, own, theirs) for i in rows[p.code]]}
            for p in show.pillar_rows(content)
            if rows[p.code]
        ],
    }


def _indicator(row: Snapshot, city: str, region: str) -> Data:
    known = in_force(row["values"])
    numbers = [known[place].value if place in known else None for place in (city, region)]
    repeats = gettext("repeats %(code)s") % {"code": row["repeats"]} if row["repeats"] else ""
    return {
        "code": row["code"],
        "title": show.in_words(row["title"]),
        "unit": show.in_words(row["unit"]),
        "city": show.dated_value_text(row["values"], city),
        "region": show.dated_value_text(row["values"], region),
        "target": _target(row),
        "outcome": row["outcome"],
        "outcome_word": gettext(OUTCOMES[row["outcome"]]),
        "bars": _spans(numbers) if row["kind"] == "number" else [],
        "is_faulty": row["is_faulty"],
        "repeats": repeats,
    }


def _target(row: Snapshot) -> str:
    if row["target"] is None:
        return show.in_words(row["target_text"])
    sign = {">=": "≥", "<=": "≤"}.get(row["target_comparator"], "")
    year = f" ({row['target_year']})" if row["target_year"] else ""
    return f"{sign} {show.number_text(row['target'])}{year}".strip()


def _spans(numbers: list[str | None]) -> list[Data | None]:
    """Return for each number where its bar begins and ends on a common scale from 0 to 1 that holds zero."""
    known = [float(n) for n in numbers if n is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    size = high - low or 1.0
    spans: list[Data | None] = []
    for number in numbers:
        if number is None:
            spans.append(None)
            continue
        ends = sorted((-low / size, (float(number) - low) / size))
        spans.append({"start": ends[0], "end": ends[1]})
    return spans


def _portfolio(content: Snapshot) -> Data:
    shares = _shares([Decimal(d["planned"]) for d in content["directions"]])
    years = _shares([Decimal(y["amount"]) for y in content["years"]])
    tones = {row.code: row.tone for row in show.pillar_rows(content)}
    projects = {
        code: [_project(p) for p in rows] for code, rows in groupby(content["projects"], key=lambda p: p["direction"])
    }
    return {
        "directions": [
            {
                "code": d["code"],
                "title": show.in_words(d["title"]),
                "tone": tones.get(d["pillar"], "stibnite"),
                "planned": show.money_text(d["planned"]),
                "projects": d["projects"],
                "unstated": d["unstated"],
                "share": share,
                "rows": projects.get(d["code"], []),
            }
            for d, share in zip(content["directions"], shares, strict=True)
        ],
        "years": [
            {"year": str(y["year"] or ""), "amount": show.money_text(y["amount"]), "share": share}
            for y, share in zip(content["years"], years, strict=True)
        ],
        "total": show.money_text(content["sums"]["planned"]),
        "count": content["sums"]["projects"],
        "unstated": content["sums"]["unstated"],
    }


def _shares(amounts: list[Decimal]) -> list[float]:
    largest = max(amounts, default=Decimal(0)) or Decimal(1)
    return [float(amount / largest) for amount in amounts]


def _project(row: Snapshot) -> Data:
    rhythm = {"yearly": gettext("per year"), "per_unit": gettext("per unit")}.get(row["value_rhythm"], "")
    horizons: dict[str, str] = {"yearly": gettext("every year"), "opportunity": gettext("as opportunities come")}
    return {
        "code": row["code"],
        "title": show.in_words(row["title"]),
        "status": show.status_word(row["status"]),
        "percent": row["percent"],
        "percent_text": show.percent_text(row["percent"]),
        "spent": show.money_text(row["spent_eur"]),
        "value": show.money_text(row["value_eur"]),
        "rhythm": rhythm if row["value_eur"] is not None else "",
        "horizon": str(row["horizon_year"] or horizons.get(row["horizon_rhythm"], show.NOTHING)),
        "is_overdue": row["is_overdue"],
    }


def _overdue(content: Snapshot) -> list[Data]:
    projects = {p["code"]: p for p in content["projects"]}
    return [
        {
            "code": row["project"],
            "title": show.in_words(projects[row["project"]]["title"]),
            "responsible": projects[row["project"]]["responsible"],
            "period": show.half_year_text(row["period"]),
            "due": show.day_text(row["due"]),
            "days": show.number_text(row["days"]),
        }
        for row in content["overdue"]
    ]


def _anomalies(content: Snapshot) -> list[Data]:
    def about(row: Snapshot) -> str:
        return str(row["about"])

    named: Callable[[str], str] = lambda kind: gettext(ABOUT[kind]) if kind in ABOUT else kind  # noqa: E731
    return [
        {
            "about": named(kind),
            "rows": [{"subject": r["subject"], "title": show.in_words(r["title"])} for r in rows],
        }
        for kind, rows in ((kind, list(rows)) for kind, rows in groupby(content["anomalies"], key=about))
    ]
