"""Loading the pack of facts: all or nothing, as often as wanted, and never over what people have entered."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from django.db import models as db
from django.db import transaction

from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.actions.assessments import record_reconstructed
from rivulus.strategy.rules.pack import LANGUAGES, Pack, Row
from rivulus.strategy.terms import Basis, Origin

LOCK = 7_302_611  # any number that nobody else takes: two loads at once wait for one another
Changes = dict[str, dict[str, int]]


@transaction.atomic
def load(*, pack: Pack, by: Any) -> models.PackLoad:
    """Bring a checked pack into the database, and say in the journal what changed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    loader = _Loader(pack)
    changes = loader.run()
    record_reconstructed(by=by, rows=loader.stated)
    load = models.PackLoad.objects.create(pack=pack.code, digest=pack.digest, loaded_at=clock.now(), changes=changes)
    journal.write(
        by=by,
        verb="strategy.pack.loaded",
        subject="strategy.packload",
        subject_id=str(load.pk),
        content={"pack": pack.code, "digest": pack.digest, "changes": changes},
    )
    return load


class _Loader:
    """One loading: keeps the rows by code, so that later tables find what earlier ones defined."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.rows = pack.facts.rows
        self.by_code: dict[str, dict[Any, Any]] = {}
        self.changes: Changes = {}
        self.stated: list[models.Assessment] = []
        self.now = clock.now()

    def run(self) -> Changes:
        """Load every table in the order of its references."""
        self._facts()
        self._interpretations()
        self._statements()
        return {name: counts for name, counts in self.changes.items() if any(counts.values())}

    def _facts(self) -> None:
        self._load("documents", models.Document)
        self._load("objectives", models.DocumentObjective, key=("document", "code"), editable=True)
        self._load("levels", models.Level, key=("number",))
        self._load("milestones", models.Milestone)
        self._load("pillars", models.Pillar)
        self._load("directions", models.Direction)
        self._load("path", models.PathStep, key=("pillar", "period", "order"))
        self._load("ladders", models.Ladder)
        expected = {row.values["criterion"]: row.values["expected"] or "" for row in self.rows["states"]}
        self._load("criteria", models.Criterion, extra=lambda row: {"expected": expected.get(row.values["code"], "")})
        self._load("visions", models.Vision)
        self._load("places", models.Place)
        self._load_indicators()
        self._load("funding_sources", models.FundingSource)
        self._load("projects", models.Project, leave_out=("funding",))
        self._load_funding()
        self._load_structure()
        self._load("helix", models.HelixGroup)
        self._load("consultation", models.ConsultationResult)
        self._load("anomalies", models.Anomaly)

    def _interpretations(self) -> None:
        self._load("project_criteria", models.ProjectCriterion, key=("project", "criterion"), editable=True)
        self._load("criterion_probes", models.CriterionProbe, key=("criterion", "probe"), editable=True)
        objectives: dict[tuple[Any, Any], Any] = {
            (o.document.code, o.code): o for o in models.DocumentObjective.objects.select_related("document")
        }
        self._load(
            "umbrella",
            models.UmbrellaLink,
            key=("direction", "document", "objective"),
            editable=True,
            leave_out=("objective",),
            extra=lambda row: {"objective": objectives.get((row.values["document"], row.values["objective"]))},
        )

    def _statements(self) -> None:
        self._append_states()
        self._append_values()

    def _load(
        self,
        table: str,
        model: type[db.Model],
        *,
        key: tuple[str, ...] = ("code",),
        editable: bool = False,
        leave_out: tuple[str, ...] = (),
        extra: Callable[[Row], Mapping[str, Any]] | None = None,
    ) -> None:
        """Bring the rows of a table into a model by natural key; rows that a person edited are left as they are."""
        known: dict[tuple[Any, ...], Any] = {self._key_of(thing, key): thing for thing in _all(model)}
        counts = {"created": 0, "changed": 0, "kept": 0}
        new: list[db.Model] = []
        changed: list[db.Model] = []
        names: set[str] = set()
        for row in self.rows[table]:
            values = self._values(model, row, leave_out) | dict(extra(row) if extra else {})
            names |= values.keys()
            thing = known.get(tuple(_plain(values[part]) for part in key))
            if thing is None:
                new.append(model(**values))
                counts["created"] += 1
            elif editable and _is_a_persons(thing):
                counts["kept"] += 1
            elif any(_differs(getattr(thing, name), value) for name, value in values.items()):
                for name, value in values.items():
                    setattr(thing, name, value)
                changed.append(thing)
                counts["changed"] += 1
        model._default_manager.bulk_create(new)
        if changed:
            model._default_manager.bulk_update(changed, sorted(names))
        self.changes[table] = counts
        if len(key) == 1:
            self.by_code[table] = {getattr(thing, key[0]): thing for thing in _all(model)}

    def _values(self, model: type[db.Model], row: Row, leave_out: Iterable[str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in row.values.items():
            if name in leave_out:
                continue
            field = model._meta.get_field(name)
            if isinstance(field, db.ForeignKey):
                values[name] = self.by_code[TABLE_OF[name]][value] if value else None
            elif value is None and not field.null:
                values[name] = "" if field.get_internal_type() != "DecimalField" else Decimal(0)
            else:
                values[name] = value
        return values

    def _key_of(self, thing: Any, key: tuple[str, ...]) -> tuple[Any, ...]:
        return tuple(_plain(getattr(thing, part + "_id", None) or getattr(thing, part)) for part in key)

    def _load_indicators(self) -> None:
        self._load("indicators", models.Indicator, leave_out=("repeats",))
        self._set_parents("indicators", "repeats")

    def _load_structure(self) -> None:
        self._load("structure", models.StructurePart, leave_out=("parent",))
        self._set_parents("structure", "parent")

    def _set_parents(self, table: str, column: str) -> None:
        things = self.by_code[table]
        for row in self.rows[table]:
            thing = things[row.values["code"]]
            parent = things[row.values[column]] if row.values[column] else None
            if getattr(thing, column + "_id") != (parent.pk if parent else None):
                setattr(thing, column, parent)
                thing.save(update_fields=[column])

    def _load_funding(self) -> None:
        through = models.Project.funding.through
        projects, sources = self.by_code["projects"], self.by_code["funding_sources"]
        wanted = {
            (projects[row.values["code"]].pk, sources[code].pk)
            for row in self.rows["projects"]
            for code in cast("tuple[str, ...]", row.values["funding"] or ())
        }
        known = {(link.project_id, link.fundingsource_id): link.pk for link in through.objects.all()}
        through.objects.bulk_create(
            through(project_id=project, fundingsource_id=source) for project, source in sorted(wanted - known.keys())
        )
        through.objects.filter(pk__in=[pk for pair, pk in known.items() if pair not in wanted]).delete()

    def _append_states(self) -> None:
        """Append the reconstructed state of a criterion where the pack says something new about it."""
        baseline = dt.date.fromisoformat(self.pack.baseline)
        latest = {
            a.criterion_id: a
            for a in models.Assessment.objects.filter(basis=Basis.RECONSTRUCTED, valid_from=baseline).order_by("id")
        }
        new = []
        for row in self.rows["states"]:
            criterion = self.by_code["criteria"][row.values["criterion"]]
            values = {f"reason_{language}": row.values[f"reason_{language}"] for language in LANGUAGES}
            values |= {"state": row.values["state"], "source_place": row.values["source_place"]}
            known = latest.get(criterion.pk)
            if known is None or any(getattr(known, name) != value for name, value in values.items()):
                new.append(
                    models.Assessment(
                        criterion=criterion,
                        basis=Basis.RECONSTRUCTED,
                        valid_from=baseline,
                        declared_at=self.now,
                        reason=str(row.values["reason_ro"]),
                        **values,
                    )
                )
        self.stated = models.Assessment.objects.bulk_create(new)
        self.changes["states"] = {"created": len(new), "changed": 0, "kept": 0}

    def _append_values(self) -> None:
        """Append the printed value of an indicator where it is new or was mended in the pack."""
        latest = {
            (v.indicator_id, v.place_id, v.year): v
            for v in models.IndicatorValue.objects.filter(origin=Origin.PACK).order_by("id")
        }
        new = []
        for row in self.rows["indicator_values"]:
            values = self._values(models.IndicatorValue, row, ())
            known = latest.get((values["indicator"].pk, values["place"].pk, values["year"]))
            if known is None or any(_differs(getattr(known, name), value) for name, value in values.items()):
                new.append(models.IndicatorValue(origin=Origin.PACK, entered_at=self.now, **values))
        models.IndicatorValue.objects.bulk_create(new)
        self.changes["indicator_values"] = {"created": len(new), "changed": 0, "kept": 0}


# Which table a foreign key's codes come from.
TABLE_OF = {
    "pillar": "pillars",
    "direction": "directions",
    "document": "documents",
    "ladder": "ladders",
    "criterion": "criteria",
    "project": "projects",
    "indicator": "indicators",
    "place": "places",
}


def _is_a_persons(thing: Any) -> bool:
    """Tell whether a person added a row or edited it since."""
    return thing.origin == Origin.PERSON or getattr(thing, "edited_at", None) is not None


def _all(model: type[db.Model]) -> db.QuerySet[Any]:
    return model._default_manager.order_by("pk")


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, db.Model) else value


def _differs(known: Any, wanted: Any) -> bool:
    return bool(_plain(known) != _plain(wanted))
